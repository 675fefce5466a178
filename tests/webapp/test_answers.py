"""Answers to reflections: who may read and write them, what becomes of them, what
organizers decide, and what is told of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender import search
from tests.webapp.answering import answered, decided, leaves, report
from tests.webapp.people import NOW, add_member
from tests.webapp.reflecting import actor, draft, row, submit, submitted
from webapp import access
from webapp.access import Actor
from webapp.answers import store
from webapp.answers.tables import Answer, Report
from webapp.community import change, db
from webapp.ids import new_id
from webapp.jobs import queue
from webapp.loading import LoadError, load
from webapp.notices import forgetting
from webapp.notices.tables import Notice
from webapp.reflections import actions as reflections
from webapp.reflections.tables import Reflection
from webapp.resources import resources
from webapp.units.tables import Appointment, MemberRole

BODY = """I knocked at three doors before I wrote the report.

Nobody had asked the families about the leak, and the table in our office said that all was dry.

Next week I go again."""


def told(client) -> list[str]:
    """The lines of the news, as a reader sees them."""
    page = client.get("/news").text
    items = re.findall(r"<li(?: class=\"is-new\")?>(.*?)</li>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items if "told__" in item]


def sent(client, piece: str, **more):
    data = {"kind": "echo", "body": "Words that must not be lost.", "key": new_id(), **more}
    return client.post(f"/reflections/{piece}/answers", data=data)


# Answering


def test_a_reader_answers_a_paragraph_and_the_author_is_told_and_replies(client_as, maria, omar):
    made = submitted(maria, "Knocking first", BODY)
    reader, author = client_as(omar), client_as(maria)
    form = reader.get(f"/reflections/{made}?paragraph=2").text
    words = re.search(r'name="quote" value="([^"]+)"', form)[1]
    assert words.startswith("Nobody had asked the families")
    answer = sent(reader, made, kind="question", body="Which families?", paragraph="2", quote=words)
    assert answer.status_code == 303
    found = answer.location.partition("#a-")[2]
    page = author.get(f"/reflections/{made}").text
    assert f'id="a-{found}"' in page
    assert 'href="#par-2"' in page
    assert "Omar Haddad" in page
    assert "news__dot" in page
    assert [line[:50] for line in told(author)] == [
        "Omar Haddad asks you something about “ Knocking fi"
    ]
    assert "news__dot" not in author.get("/news").text
    assert (
        sent(author, made, kind="", to=found, body="Those on the third floor.").status_code == 303
    )
    page = reader.get(f"/reflections/{made}").text
    assert "Those on the third floor." in page
    assert "The author" in page
    assert told(reader)[0].startswith("The author of “ Knocking first ” replied to your answer.")
    assert "third floor" not in reader.get("/news").text


def test_the_paragraph_is_found_again_after_the_piece_was_changed(client_as, maria, omar):
    made = submitted(maria, "Knocking first", BODY)
    answered(omar, made, "About the second.", paragraph=2)
    first, second, third = BODY.split("\n\n")
    for body, sign in (
        ("\n\n".join([third, first, second]), 'href="#par-3"'),
        ("\n\n".join([second.replace("families", "people"), third]), 'href="#par-1"'),
        (third, "About a paragraph that was changed since: “Nobody had asked"),
    ):
        reflections.save(
            db.session, actor(maria), made, title="T", body=body,
            base_version=row(maria, made).version, now=NOW,
        )  # fmt: skip
        submit(maria, made)
        assert sign in client_as(omar).get(f"/reflections/{made}").text


def test_words_cannot_be_put_into_the_mouth_of_the_author(client_as, maria, omar):
    made = submitted(maria, "Knocking first", BODY)
    answer = sent(client_as(omar), made, paragraph="1", quote="I stole the money of the branch.")
    assert answer.status_code == 422
    assert "changed this paragraph meanwhile" in answer.text
    assert "Words that must not be lost." in answer.text
    assert db.session.query(Answer).count() == 0


def test_the_same_form_sent_twice_is_one_answer(client_as, maria, omar):
    made, key = submitted(maria), new_id()
    places = {sent(client_as(omar), made, key=key).location for _try in range(2)}
    assert len(places) == 1
    assert db.session.query(Answer).count() == db.session.query(Notice).count() == 1


def test_the_author_only_replies_and_is_the_author_everywhere(client_as, maria, omar):
    for audience in ("organisation", "anonymous"):
        made = submitted(maria, f"For {audience}", BODY, audience=audience)
        assert sent(client_as(maria), made).status_code == 422
        root = answered(omar, made)
        answered(maria, made, "I went back.", to=root)
        page = client_as(omar).get(f"/reflections/{made}").text
        assert "The author" in page
        said = page[page.index('id="answers"') :]
        assert "Maria" not in said.partition("</section>")[0]


def test_of_an_author_without_a_name_neither_name_nor_hour_is_kept_or_shown(client_as, maria, omar):
    made = submitted(maria, "The bill", "I fear the bill.", audience="anonymous")
    root = answered(omar, made, now=NOW)
    reply = answered(maria, made, "So it is.", to=root, now=NOW + dt.timedelta(hours=4, minutes=11))
    assert store.readable(db.session, actor(omar), reply).said.name == ""
    kept = db.session.get(Answer, (maria.organisation_id, reply)).at
    notice = db.session.query(Notice).filter_by(member_id=omar.id).one()
    assert kept.replace(microsecond=0).time() == dt.time()
    assert notice.at == kept
    for path in ("/news", f"/reflections/{made}", "/answers", "/reflections"):
        assert "Maria" not in client_as(omar).get(path).text


@pytest.mark.parametrize("gone", ["withdrawn", "unit", "hidden", "unknown"])
def test_words_come_back_when_the_piece_is_gone_meanwhile(
    client_as, organisation, maria, omar, ada, gone
):
    made = submitted(maria, "Knocking first", BODY)
    if gone == "withdrawn":
        reflections.withdraw(db.session, actor(maria), made, now=NOW)
    elif gone == "unit":
        reflections.change_audience(
            db.session, actor(maria), made, audience="unit", unit_id=organisation.harbour, now=NOW
        )
    elif gone == "hidden":
        decided(ada, "reflection", made)
    answer = sent(client_as(omar), made if gone != "unknown" else "nowhere")
    assert answer.status_code == 404
    assert "Words that must not be lost." in answer.text
    assert "Knocking first" not in answer.text
    assert db.session.query(Answer).count() == 0


def test_words_come_back_when_the_session_ended(app, client_as, maria, omar):
    app.config["WTF_CSRF_ENABLED"] = True
    made = submitted(maria)
    signed_out = sent(client_as(), made)
    assert signed_out.status_code == 401
    assert "Words that must not be lost." in signed_out.text
    assert f"next=/reflections/{made}" in signed_out.text
    data = {"reason": "A reason that took long to write.", "key": new_id()}
    assert data["reason"] in client_as().post(f"/reflections/{made}/report", data=data).text
    other_session = sent(client_as(omar), made)
    assert other_session.status_code == 400
    assert "Words that must not be lost." in other_session.text


def test_what_stands_in_the_way_is_said_with_the_words(client_as, maria, omar):
    made = submitted(maria)
    too_long = sent(client_as(omar), made, body="x" * 4_001)
    assert too_long.status_code == 422
    assert "at most 4000 characters" in too_long.text
    assert "x" * 4_001 in too_long.text
    assert "There is nothing to send yet" in sent(client_as(omar), made, body=" ").text
    assert "Choose whether it is" in sent(client_as(omar), made, kind="applause").text


# The own answers


def test_an_answer_is_changed_and_marked_and_taken_back(client_as, maria, omar):
    made = submitted(maria)
    alone, answered_to = answered(omar, made, "Alone."), answered(omar, made, "First words.")
    reply = answered(maria, made, "My reply.", to=answered_to)
    client = client_as(omar)
    assert (
        client.post(f"/answers/{answered_to}/edit", data={"body": "Other words."}).status_code
        == 303
    )
    page = client_as(maria).get(f"/reflections/{made}").text
    assert "Other words." in page
    assert "First words." not in page
    assert "edited" in page
    for one in (alone, answered_to):
        assert client.post(f"/answers/{one}/take-back").status_code == 303
    page = client_as(maria).get(f"/reflections/{made}").text
    assert "Alone." not in page
    assert "Other words." not in page
    assert page.count("This answer was taken back.") == 1
    assert "My reply." in page
    client_as(maria).post(f"/answers/{reply}/take-back")
    assert db.session.query(Answer).count() == 0


def test_nobody_changes_the_answer_of_another(client_as, maria, omar, ada):
    one = answered(omar, submitted(maria))
    for member in (maria, ada):
        client = client_as(member)
        for path in (f"/answers/{one}/edit", f"/answers/{one}/take-back"):
            assert (
                client.get(path).status_code
                == client.post(path, data={"body": "x"}).status_code
                == 404
            )


def test_the_own_words_stay_to_be_found_when_the_piece_is_withdrawn(client_as, maria, omar):
    made = submitted(maria, "Knocking first", BODY)
    answered(omar, made, "My own words.")
    reflections.withdraw(db.session, actor(maria), made, now=NOW)
    mine = client_as(omar).get("/answers").text
    assert "My own words." in mine
    assert "Knocking first" not in mine
    assert made not in mine
    assert "My own words." in client_as(maria).get(f"/reflections/{made}").text


# Who may read


def test_who_leaves_the_unit_reads_neither_answers_nor_news_of_them(
    client_as, organisation, maria, li
):
    made = submitted(maria, "Ours", BODY, audience="unit", unit=organisation.harbour)
    one = answered(li, made, "In the unit.")
    answered(maria, made, "Only for us.", to=one)
    client = client_as(li)
    assert "Only for us." in client.get(f"/reflections/{made}").text
    assert len(told(client)) == 1
    leaves(li, organisation.harbour)
    assert client.get(f"/reflections/{made}").status_code == 404
    assert client.get(f"/answers/{one}/report").status_code == 404
    assert sent(client, made, to=one).status_code == 404
    assert told(client) == []


@pytest.fixture
def many_answers(app, organisation, maria, omar, li):
    """Answers by everybody to pieces of every kind, hidden ones and replies too."""
    pieces = [
        submitted(maria, "a", BODY),
        submitted(maria, "b", BODY, audience="anonymous"),
        submitted(maria, "c", BODY, audience="unit", unit=organisation.harbour),
    ]
    rows = []
    with change(db.session) as session:
        for n, piece in enumerate(pieces):
            for author in (maria, omar, li):
                for hidden in (None, NOW):
                    for above in (
                        None,
                        *[r for r in rows if r.reflection_id == piece and r.parent_id is None][:2],
                    ):
                        made = Answer(
                            organisation_id=organisation.id, id=new_id(), reflection_id=piece,
                            member_id=author.id, parent_id=above.id if above else None,
                            kind="reply" if above else "echo", body="w", at=NOW, hidden_at=hidden,
                        )  # fmt: skip
                        session.add(made)
                        session.flush()
                        rows.append(made)
            if n == 1:
                session.get(Reflection, (organisation.id, piece)).hidden_at = NOW
    return rows


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_the_rule_of_answers_and_its_sql_say_the_same(
    many_answers, organisation, maria, omar, li, data
):
    asking = Actor(
        organisation=data.draw(st.sampled_from([organisation.id, "elsewhere"])),
        member=data.draw(st.sampled_from([None, maria.id, omar.id, li.id])),
        units=data.draw(st.frozensets(st.sampled_from([organisation.harbour, organisation.hill]))),
    )
    pieces = {p.id: p for p in db.session.query(Reflection).all()}
    by_id = {r.id: r for r in many_answers}

    def may(answer: Answer) -> bool:
        piece, above = pieces[answer.reflection_id], by_id.get(answer.parent_id)
        reads = asking.organisation == organisation.id and access.may_read_reflection(
            asking, author=piece.member_id, status=piece.status, audience=piece.audience,
            unit=piece.unit_id, hidden=piece.hidden_at is not None,
        )  # fmt: skip
        return access.may_read_answer(
            asking, may_read_piece=reads, author=answer.member_id,
            hidden=answer.hidden_at is not None,
            above=above.member_id if above else None,
            above_hidden=bool(above and above.hidden_at),
        )  # fmt: skip

    allowed = {answer.id for answer in many_answers if may(answer)}
    assert set(store.readable_among(db.session, asking, list(by_id))) == allowed
    shown = {s.id for piece in pieces for s in store.of_piece(db.session, asking, piece)}
    assert shown == allowed


DOORS = [
    ("GET", "/reflections/{piece}/answers"),
    ("POST", "/reflections/{piece}/answers"),
    ("GET", "/reflections/{piece}/report"),
    ("POST", "/reflections/{piece}/report"),
    ("GET", "/answers/{answer}/report"),
    ("POST", "/answers/{answer}/report"),
    ("GET", "/answers/{answer}/edit"),
    ("POST", "/answers/{answer}/edit"),
    ("GET", "/answers/{answer}/take-back"),
    ("POST", "/answers/{answer}/take-back"),
    ("GET", "/reflections/{piece}/readers"),
    ("GET", "/reflections/{piece}/as/{member}"),
    ("POST", "/moderation/answer/{answer}"),
    ("POST", "/moderation/reflection/{piece}"),
    ("GET", "/moderation"),
    ("GET", "/answers"),
    ("GET", "/news"),
]
OPEN_TO_ALL = {"/answers", "/news"}
OPEN = {
    "author": {0, 4, 5, 10, 11},
    "reader": {0, 1, 2, 3, 6, 7, 8, 9},  # who wrote the answer
    "organizer of another unit": {14},
}


def test_each_door_is_open_to_whom_the_table_says(client_as, organisation, maria, li, omar, ada):
    """A piece for Harbour by Maria, answered by Li; Omar and Ada are of Hill."""
    made = submitted(maria, "Ours", BODY, audience="unit", unit=organisation.harbour)
    people = {
        "author": maria, "reader": li, "outsider": omar, "organizer of another unit": ada,
        "nobody": None,
    }  # fmt: skip
    for who, member in people.items():
        client, one = client_as(member), answered(li, made)
        for place, (method, pattern) in enumerate(DOORS):
            path = pattern.format(piece=made, answer=one, member=li.id)
            data = {"kind": "echo", "body": "b", "reason": "r", "do": "hide", "key": new_id()}
            status = client.open(path, method=method, data=data if method == "POST" else None).status_code  # fmt: skip
            said = f"{who}: {method} {path}"
            if member is None:
                assert status in (302, 401), said
            elif path in OPEN_TO_ALL or place in OPEN.get(who, ()):
                # of reports of a piece that no organizer may read: said, and not sent
                assert status in (200, 302, 303) or (status == 422 and "report" in path), said
            elif path == "/moderation" or (pattern.startswith("/moderation") and who != "organizer of another unit"):  # fmt: skip
                assert status == 403, said
            else:
                assert status in (404, 422) if (who, place) == ("author", 1) else status == 404, (
                    said
                )


# What counts as study


def test_the_author_is_told_whether_a_piece_counts_and_why(client_as, maria, omar, ada):
    made = submitted(maria, "Knocking first", BODY)
    author = client_as(maria)
    for path in (f"/reflections/{made}", "/write/mine"):
        assert "Does not count as study yet: nobody has answered." in author.get(path).text
    one = answered(omar, made)
    for path in (f"/reflections/{made}", "/write/mine"):
        assert "Counts as study: a reader answered it on 4 May 2026." in author.get(path).text
    assert "Counts as study" not in client_as(omar).get(f"/reflections/{made}").text
    decided(ada, "answer", one)
    assert "nobody has answered" in author.get("/write/mine").text
    decided(ada, "answer", one, "show")
    client_as(omar).post(f"/answers/{one}/take-back")
    assert "nobody has answered" in author.get("/write/mine").text


# Reporting and deciding


def test_a_report_reaches_organizers_and_tells_nobody_who_sent_it(client_as, maria, omar, ada):
    made = submitted(maria, "Knocking first", BODY)
    form = client_as(omar).get(f"/reflections/{made}/report")
    assert "The organizers who can read it themselves" in form.text
    data = {"reason": "It names the family.", "key": new_id()}
    assert client_as(omar).post(f"/reflections/{made}/report", data=data).status_code == 303
    assert client_as(omar).get("/moderation").status_code == 403
    page = client_as(ada).get("/moderation").text
    assert "It names the family." in page
    assert "Omar" not in page
    data = {"do": "hide", "reason": "Please leave out the name.", "key": new_id()}
    assert client_as(ada).post(f"/moderation/reflection/{made}", data=data).status_code == 303
    author = client_as(maria)
    own = author.get(f"/reflections/{made}").text
    assert "Hidden by an organizer." in own
    assert "Please leave out the name." in own
    assert "Omar" not in own
    assert told(author)[0].startswith("An organizer hid your piece")
    record = client_as(ada).get("/moderation").text
    assert "Nothing waits for you." in record
    assert "Please leave out the name." in record
    assert "Ada Admin" in record


def test_what_is_hidden_is_gone_everywhere_at_once_and_comes_back(
    client_as, maria, omar, ada, run_waiting_jobs
):
    made = submitted(maria, "Zebra crossing", BODY + "\n\nA zebra.", text_slug="going-to-see")
    queue.look_again(maria.organisation_id, made)
    run_waiting_jobs()
    answered(omar, made, "My echo.")
    client = client_as(omar)
    places = ("/reflections", "/reflections?q=zebra", "/read/going-to-see", "/news", "/")
    assert made in client.get("/reflections").text
    data = {"do": "hide", "reason": "A reason.", "key": new_id()}
    client_as(ada).post(f"/moderation/reflection/{made}", data=data)
    for path in places:  # before any job ran
        assert made not in client.get(path).text, path
    assert client.get(f"/reflections/{made}").status_code == 404
    run_waiting_jobs()
    assert f"reflection/{made}" not in _indexed()
    submit(maria, made)  # the author's next version stays hidden too
    run_waiting_jobs()
    assert client.get(f"/reflections/{made}").status_code == 404
    assert f"reflection/{made}" not in _indexed()
    data = {"do": "show", "reason": "", "key": new_id()}
    client_as(ada).post(f"/moderation/reflection/{made}", data=data)
    run_waiting_jobs()
    assert made in client.get("/reflections?q=zebra").text
    assert f"reflection/{made}" in _indexed()


def test_a_hidden_answer_is_seen_by_whoever_wrote_it_with_the_reason(
    client_as, maria, omar, li, ada
):
    made = submitted(maria)
    one = answered(omar, made, "Sharp words.")
    answered(li, made, "Below it.", to=one)
    decided(ada, "answer", one, reason="Please say it kindly.")
    for member, sees in ((omar, True), (maria, False), (li, False), (ada, False)):
        page = client_as(member).get(f"/reflections/{made}").text
        assert ("Sharp words." in page) == sees
        assert ("Please say it kindly." in page) == sees
    assert "Below it." not in client_as(maria).get(f"/reflections/{made}").text
    assert told(client_as(omar))[-1].startswith("An organizer hid what you wrote")


def test_a_report_that_would_reach_nobody_is_said_before_it_is_sent(
    client_as, organisation, maria, li, ada
):
    """Ada, the only organizer, is not in Harbour."""
    rosa = add_member(organisation, "Rosa Secretary", organisation.harbour)
    ines = add_member(organisation, "Ines Given", organisation.harbour)
    with change(db.session) as session:
        session.add(MemberRole(organisation_id=organisation.id, member_id=rosa.id, role_id="secretary", since=NOW))  # fmt: skip
        session.add(Appointment(organisation_id=organisation.id, id=new_id(), member_id=ines.id, unit_id=organisation.harbour, role_id="secretary", since=NOW))  # fmt: skip
    made = submitted(maria, "Ours", BODY, audience="unit", unit=organisation.harbour)
    form = client_as(li, language="en").get(f"/reflections/{made}/report").text
    assert "A report would reach nobody" in form
    assert "Rosa Secretary" in form
    assert "Ines Given" in form
    assert '<button class="button button--main"' not in form
    data = {"reason": "Still.", "key": new_id()}
    assert client_as(li).post(f"/reflections/{made}/report", data=data).status_code == 422
    assert db.session.query(Report).count() == 0


def test_the_form_for_reports_does_not_betray_an_organizer_who_wrote_without_a_name(
    client_as, maria, omar, ada
):
    """Ada is the only organizer; whether she or Maria wrote it, Omar is told the same."""
    forms = []
    for author in (ada, maria):
        made = submitted(author, "The bill", "I fear the bill.", audience="anonymous")
        forms.append(client_as(omar).get(f"/reflections/{made}/report").text.replace(made, ""))
    hide_keys = [re.sub(r'(name="(?:key|csrf_token)" value|csp-nonce|nonce|content)="[^"]*"', "", f) for f in forms]  # fmt: skip
    assert hide_keys[0] == hide_keys[1]


def test_an_organizer_does_not_decide_about_own_words(client_as, maria, omar, ada):
    made = submitted(ada, "Mine", BODY, audience="anonymous")
    report(omar, made)
    client = client_as(ada)
    assert "Another organizer decides about them." in client.get("/moderation").text
    data = {"do": "leave", "reason": "", "key": new_id()}
    assert client.post(f"/moderation/reflection/{made}", data=data).status_code == 422
    assert db.session.query(Report).filter_by(settled_at=None).count() == 1


def test_hiding_needs_a_reason(client_as, maria, ada):
    made = submitted(maria)
    data = {"do": "hide", "reason": " ", "key": new_id()}
    answer = client_as(ada).post(f"/moderation/reflection/{made}", data=data)
    assert answer.status_code == 422
    assert row(maria, made).hidden_at is None


# News


def test_news_is_kept_for_ninety_days(app, client_as, maria, omar):
    made = submitted(maria)
    answered(omar, made)
    assert len(told(client_as(maria))) == 1
    app.config["NOW"] = NOW + dt.timedelta(days=91)
    assert told(client_as(maria)) == []
    assert "news__dot" not in client_as(maria).get("/write/mine").text
    answered(omar, made, now=NOW + dt.timedelta(days=91))
    assert db.session.query(Notice).count() == 1


def test_news_of_those_who_do_not_come_is_forgotten_too(app, maria, omar):
    answered(omar, submitted(maria))
    app.config["NOW"] = NOW + dt.timedelta(days=91)
    assert forgetting.old_notices() == 1
    assert db.session.query(Notice).count() == 0


def test_news_about_what_was_taken_back_is_gone(client_as, maria, omar):
    one = answered(omar, submitted(maria))
    client_as(omar).post(f"/answers/{one}/take-back")
    assert told(client_as(maria)) == []


# Looking at it as another member


def test_the_author_sees_the_piece_as_another_member_does(client_as, organisation, maria, li, omar):
    nameless = submitted(maria, "The bill", BODY, audience="anonymous")
    answered(omar, nameless, "My echo.")
    client = client_as(maria)
    shown = client.get(f"/reflections/{nameless}/as/{omar.id}").text
    assert "This is how Omar Haddad sees your piece." in shown
    article = shown[shown.index("<article>") :]
    assert "A member" in article
    assert "Maria" not in article
    assert "My echo." in article
    ours = submitted(maria, "Ours", BODY, audience="unit", unit=organisation.harbour)
    assert client.get(f"/reflections/{ours}/as/{li.id}").status_code == 200
    assert client.get(f"/reflections/{ours}/as/{omar.id}").status_code == 404
    assert client_as(omar).get(f"/reflections/{nameless}/as/{maria.id}").status_code == 404


def test_a_draft_is_tried_out_for_each_audience(client_as, organisation, maria, li, omar):
    made = draft(maria, "Half a thought", BODY)
    client = client_as(maria)
    page = client.get(f"/reflections/{made}/readers?audience=unit:{organisation.harbour}").text
    assert "Li Wen" in page
    assert "Omar" not in page
    path = f"/reflections/{made}/as/{omar.id}?audience="
    assert "A member" in client.get(path + "anonymous").text
    assert "Maria Lopez" in (named := client.get(path + "organisation").text)
    assert "Half a thought" in named
    assert client.get(path + f"unit:{organisation.harbour}").status_code == 404
    assert client.get(path + f"unit:{organisation.hill}").status_code == 404
    assert client.get(path).status_code == 404


def test_the_preview_tells_nothing_of_the_reader(client_as, maria, omar):
    made = submitted(maria, "Knocking first", BODY)
    client = client_as(maria)
    before = client.get(f"/reflections/{made}/as/{omar.id}").text
    reader = client_as(omar)
    for kind in ("read", "saved"):
        reader.post("/readings/deed", data={"reading": f"reflection/{made}", "kind": kind})
    after = client.get(f"/reflections/{made}/as/{omar.id}").text
    plain = re.compile(r'(nonce|content|value)="[^"]*"')
    assert plain.sub("", before) == plain.sub("", after)


def _indexed() -> set[str]:
    hits = search(resources().index, resources().model, "zebra crossing", limit=50)
    return {hit.reading.id for hit in hits}


# Loading


CANNOT_BE = [
    (
        {"author": "maria"},
        "answers[0].author is the author of the reflection, who only replies",
    ),
    ({"author": "omar"}, "who cannot read that reflection"),
    ({"reflection": "nowhere"}, "there is no reflection of that key"),
    ({"kind": None}, "answers[0].kind is missing"),
    ({"paragraph": 9}, "has no such paragraph that can be answered"),
    ({"to": "later"}, "must be an answer to the same reflection"),
]


def test_an_answer_that_cannot_be_is_refused_before_anything_is_loaded(organisation):
    people = [{"key": k, "name": k, "unit": u} for k, u in (("maria", "Harbour"), ("li", "Harbour"), ("omar", "Hill"))]  # fmt: skip
    piece = {"key": "p", "author": "maria", "audience": "unit", "title": "T", "body": BODY}
    answer = {"key": "a", "author": "li", "reflection": "p", "kind": "echo", "paragraph": 2, "body": "Yes."}  # fmt: skip
    file = {"members": people, "reflections": [piece]}
    for wrong, said in CANNOT_BE:
        with pytest.raises(LoadError, match="nothing was loaded") as refusal:
            load({**file, "answers": [{**answer, **wrong}]}, name="file.json")
        assert any(said in line for line in refusal.value.problems), said
    assert load({**file, "answers": [answer]}, name="file.json").sections["answers"].new == 1
    made = db.session.query(Answer).one()
    assert made.quote.startswith("Nobody had asked the families")
    assert load({**file, "answers": [answer]}, name="file.json").sections["answers"].same == 1
