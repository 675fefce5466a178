"""The coach beside a draft: for its author alone, put away as often as one likes, gone with it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import structlog

from tests.webapp.people import add_member
from tests.webapp.reflecting import draft, row, submitted
from webapp.coach import stock, wrong
from webapp.coach.panel import shown
from webapp.coach.remarks import KINDS, Remark
from webapp.coach.tables import CoachChoice, CoachCount, CoachDraft
from webapp.coach.wording import name_of
from webapp.community import change, db
from webapp.jobs import reconcile

WORN = "I was deeply touched by the text and by everything that it says."
BODY = f"""Last month I read about the clerk who went to see, and thought it was about other people.

We put the notice on the board and told each other that it was well known by now. It is left
out of every report that we write, and nobody asks about it afterwards.

{WORN} Reading it again in the evening I saw my own house in it, with its stairs and its doors."""


def look(client, made: str, **more: object) -> list[dict]:
    answer = client.post(f"/reflections/{made}/coach", json={"do": "look", **more})
    assert answer.status_code == 200, answer.text
    return answer.json["remarks"]


def say(client, made: str, do: str, key: str) -> int:
    return client.post(f"/reflections/{made}/coach", json={"do": do, "key": key}).status_code


def kinds(remarks: list[dict]) -> list[str]:
    return [remark["key"].partition(":")[0] for remark in remarks]


def of(kind: str, remarks: list[dict]) -> dict:
    return next(r for r in remarks if r["key"].startswith(f"{kind}:"))


def counted() -> list[tuple]:
    db.session.rollback()
    columns = (c for c in CoachCount.__table__.columns if c.name != "organisation_id")
    return sorted(tuple(found) for found in db.session.execute(sa.select(*columns)))


def rows(table) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_the_coach_speaks_to_the_author_alone(maria, omar, ada, client_as):
    private = draft(maria, body=BODY)
    public = submitted(maria, body=BODY)
    assert "stock_phrase" in kinds(look(client_as(maria), private))
    unknown = client_as(omar).post("/reflections/aaaaaaaaaaaaaaaa/coach", json={"do": "look"})
    for other in (omar, ada):
        for made in (private, public):
            answer = client_as(other).post(f"/reflections/{made}/coach", json={"do": "look"})
            assert (answer.status_code, answer.data) == (404, unknown.data)
            form = {"then": "coach", "title": "T", "body": "Theirs", "base_version": "1"}
            answer = client_as(other).post(f"/reflections/{made}/coach", data=form)
            assert answer.status_code == 404
    assert rows(CoachDraft) == 1, "what the coach keeps is kept for the author's look alone"


def test_what_is_put_away_stays_away_and_what_is_wrong_is_counted_without_a_name(maria, client_as):
    client, made, other = client_as(maria), draft(maria, body=BODY), draft(maria, body=BODY)
    key = of("stock_phrase", look(client, made))["key"]
    assert say(client, made, "later", key) == 200
    assert key not in [r["key"] for r in look(client, made)]
    assert key in [r["key"] for r in look(client, other)]
    assert say(client, made, "undo", key) == 200
    assert key in [r["key"] for r in look(client, made)]
    assert say(client, made, "later", "stock_phrase:0123456789ab") == 404, "never shown there"
    for do, bad in (("later", ""), ("praise", key), ("later", "x" * 500)):
        assert say(client, made, do, bad) == 400
    stock_row = ("2026-05", "stock_phrase", "reflection", "en")
    assert (*stock_row, 2, 0) in counted(), "shown once in each draft, however often one looks"
    for _again in range(2):
        assert say(client, made, "wrong", key) == 200
    assert (*stock_row, 2, 1) in counted()
    assert key not in [r["key"] for r in look(client, made)]
    assert {c.name for c in CoachCount.__table__.columns} == {
        "organisation_id", "month", "kind", "genre", "language", "shown", "wrong",
    }  # fmt: skip
    say(client, made, "undo", key)
    assert (*stock_row, 2, 0) in counted()


def test_a_kind_that_is_never_wanted_is_asked_nowhere_and_the_coach_can_be_off(
    maria, omar, client_as
):
    client, made = client_as(maria), draft(maria, body=BODY)
    key = of("stock_phrase", look(client, made))["key"]
    assert say(client, made, "never", key) == 200
    assert "stock_phrase" not in kinds(look(client, draft(maria, body=BODY)))
    assert "stock_phrase" in kinds(look(client_as(omar), draft(omar, body=BODY)))
    page = client.get("/coach").text
    assert name_of("stock_phrase").replace("’", "&#39;") in page
    assert client.post("/coach", data={"again": "stock_phrase"}).status_code == 303
    assert "stock_phrase" in kinds(look(client, made))
    for nonsense in ({}, {"again": "everything"}, {"off": "perhaps"}):
        assert client.post("/coach", data=nonsense).status_code == 400
    client.post("/coach", data={"off": "1"})
    unseen, before = draft(maria, body=BODY), rows(CoachDraft)
    assert look(client, unseen) == []
    assert "The coach is off." in client.get(f"/reflections/{unseen}/edit?coach=1").text
    assert rows(CoachDraft) == before, "while it is off it looks at nothing"
    client.post("/coach", data={"off": "0"})
    assert look(client, unseen)


def test_what_the_coach_keeps_goes_with_the_draft(maria, client_as):
    client, made = client_as(maria), submitted(maria, body=BODY)
    key = look(client, made)[0]["key"]
    say(client, made, "later", key)
    say(client, made, "never", key)
    client.post(f"/reflections/{made}/withdraw")
    assert rows(CoachDraft) == 1
    reconcile.sweep()
    assert client.post(f"/reflections/{made}/delete").status_code == 303
    assert rows(CoachDraft) == 0
    with change(db.session) as session:
        session.delete(session.get(type(maria), (maria.organisation_id, maria.id)))
    assert rows(CoachChoice) == 0


def sent_on(client, path: str, form: dict[str, str]):
    """The whole form goes to the coach, from there to be saved, and leads back to the page."""
    answer = client.post(path, data=form)
    assert answer.status_code == 307
    answer = client.post(answer.location, data=form)
    return client.get(answer.location) if answer.status_code == 303 else answer


def test_without_script_the_coach_is_asked_and_answered_and_the_text_is_kept(maria, client_as):
    client = client_as(maria)
    form = {"key": "k" * 16, "title": "T", "body": BODY, "about": "", "then": "coach"}
    answer = client.post("/write", data=form)
    assert answer.status_code == 303
    assert answer.location.endswith("?coach=1#coach")
    made = re.search(r"/reflections/(\w+)/", answer.location)[1]
    page = client.get(answer.location).text
    assert "“deeply touched”" in page
    button = re.search(
        r'name="then" value="(coach:later:stock_phrase:\w+)" formaction="([^"]+)"', page
    )
    assert button, page
    written = {"title": "T", "body": BODY + "\n\nAnd more.", "base_version": "1", "then": button[1]}
    answer = sent_on(client, button[2], written)
    assert "And more." in answer.text
    assert "“deeply touched”" not in answer.text
    assert row(maria, made).body.endswith("And more.")
    # elsewhere it was changed meanwhile: nothing is overwritten, both are shown
    stale = {"title": "T", "body": "From another tab.", "base_version": "1", "then": "coach"}
    answer = sent_on(client, f"/reflections/{made}/coach", stale)
    assert answer.status_code == 409
    assert "From another tab." in answer.text


def test_an_editor_opens_and_no_log_has_a_word_when_the_coach_fails(
    app, maria, client_as, monkeypatch
):
    client, made = client_as(maria), draft(maria, body=BODY)
    with structlog.testing.capture_logs() as told:
        look(client, made)

        def fail(body: str, **_more: object) -> None:
            raise ValueError(body)

        monkeypatch.setattr("webapp.coach.panel.look", fail)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        page = client.get(f"/reflections/{made}/edit?coach=1")
        asked = client.post(f"/reflections/{made}/coach", json={"do": "look"})
    assert page.status_code == 200
    assert "The coach cannot be reached just now." in page.text
    assert WORN in page.text
    assert asked.status_code == 500
    assert "touched" not in asked.text
    assert len(told) == 2
    assert "touched" not in str(told)


def test_passages_speak_to_a_sentence_and_members_pieces_do_not(maria, omar, client_as):
    submitted(
        omar, "Buckets", "There was a bucket under the sink, and nobody reports a leak to us."
    )
    reconcile.sweep()
    client = client_as(maria)

    def blocks(sentence: str, cited: object = ()) -> list[str]:
        sent = {"sentence": sentence, "cited": list(cited)}
        answer = client.post("/write/speaks-to", json=sent)
        assert answer.status_code == 200
        assert len(re.findall("<li>", answer.json["html"])) == len(answer.json["blocks"])
        return answer.json["blocks"]

    near = "There was a bucket under the sink because nobody reports a leak."
    found = blocks(near)
    assert 1 <= len(found) <= 3
    assert "(reading:going-to-see/" in found[0]
    assert not any("reading:reflection" in block for block in found)
    passages = re.findall(r"\(reading:([^)]+)\)", "".join(found))
    assert blocks(near, cited=passages) == []
    assert blocks("A leak.") == []
    assert blocks("The orchestra rehearsed Bruckner in Vienna on a violet Wednesday.") == []
    for bad in ({}, {"sentence": 5}, {"sentence": near, "cited": "all"}):
        assert client.post("/write/speaks-to", json=bad).status_code == 400


def test_organizers_change_the_stock_phrases_and_members_do_not(maria, ada, omar, client_as):
    member, organizer, made = client_as(maria), client_as(ada), draft(maria, body=BODY)
    assert member.get("/coach/phrases").status_code == 403
    assert member.post("/coach/phrases", data={"add": "its stairs"}).status_code == 403
    with change(db.session) as session:
        session.get(type(omar), (omar.organisation_id, omar.id)).organizer = True
    organizer = client_as(omar)
    organizer.post("/coach/phrases", data={"remove": "deeply touched"})
    assert "stock_phrase" not in kinds(look(member, made))
    page = organizer.get("/coach/phrases").text
    assert "taken out by Omar Haddad" in page
    organizer.post("/coach/phrases", data={"add": " Every  report that we write "})
    assert "every report that we write" in of("stock_phrase", look(member, made))["html"]
    assert "added by Omar Haddad" in organizer.get("/coach/phrases").text
    for add, said in (
        ("EVERY REPORT THAT WE WRITE", "in the list already"),
        ("deeply moved", "in the list already"),
        ("passion", "One word alone"),
        ("！！", "Write the phrase first"),
    ):
        answer = organizer.post("/coach/phrases", data={"add": add})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{add}"' in answer.text
    organizer.post("/coach/phrases", data={"remove": "Every report that we write"})
    organizer.post("/coach/phrases", data={"restore": "deeply touched"})
    assert "deeply touched" in of("stock_phrase", look(member, made))["html"]
    assert organizer.post("/coach/phrases", data={"add": "x" * 90}).status_code == 422
    assert organizer.post("/coach/phrases", data={}).status_code == 400


def test_error_rates_are_told_late_together_and_not_where_they_could_tell_of_a_person(
    organisation, ada, client_as
):
    organizer = client_as(ada)
    assert "With fewer than five members" in organizer.get("/coach/phrases").text
    for name in ("A", "B", "C", "D"):
        add_member(organisation, name, organisation.hill)
    with change(db.session) as session:
        for month, shown, called in (("2026-03", 90, 9), ("2026-04", 37, 2), ("2026-05", 500, 500)):
            key = {"kind": "no_case", "genre": "speech", "language": "zh"}
            session.add(
                CoachCount(
                    organisation_id=organisation.id, month=month, shown=shown, wrong=called, **key
                )
            )
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", organizer.get("/coach/phrases").text))
    assert f"{name_of('no_case')} about 120 11" in text, "this month, not ended, is not in it"
    assert name_of("no_when") in text.partition("Too few to tell:")[2]


# Rules, without an app


@pytest.mark.parametrize(
    ("shown", "called", "told"),
    [(19, 19, (0, 0)), (20, 4, (20, 0)), (29, 5, (20, 5)), (127, 11, (120, 11))],
)
def test_few_remarks_and_few_errors_are_not_told_apart(shown, called, told):
    (rate,) = (
        r for r in wrong.rates([("no_case", shown, called)], members=5).kinds if r.kind == "no_case"
    )
    assert (rate.shown, rate.wrong) == told
    assert not wrong.rates([("no_case", shown, called)], members=4).told


def test_a_remark_points_at_its_sentence_as_the_browser_counts():
    body, words = "🌾 A field. A sentence.", ("Noticed.", "Question?", "Why.")
    one = shown(Remark("too_long:1", "too_long", (11, 22), body[11:22], *words), body, "id")
    whole = shown(Remark("no_event:1", "no_event", None, "", *words), body, "id")
    units = body.encode("utf-16-le")[2 * one.start : 2 * one.end]
    assert units.decode("utf-16-le") == "A sentence."
    assert (whole.start, whole.end) == (0, 0)


def test_every_kind_has_a_name_and_a_place_in_the_table():
    assert [r.kind for r in wrong.rates([], members=9).kinds] == list(KINDS)
    assert len({name_of(kind) for kind in KINDS}) == len(KINDS)


def test_a_list_of_phrases_has_an_end():
    many = [f"phrase number {n}" for n in range(500)]
    assert stock.problem("one more phrase", many) == "many"
    assert stock.problem("受益", []) is None
    assert stock.problem("Phrase  Number 7.", many[:10]) == "known"
