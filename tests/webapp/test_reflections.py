"""Writing, submitting, finding and withdrawing reflections, page by page."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, row, submit, submitted
from webapp import access
from webapp.access import Actor
from webapp.community import change, db
from webapp.ids import new_id
from webapp.jobs import reconcile
from webapp.reflections import actions, browsing, citations, published, store
from webapp.reflections.filters import Filter
from webapp.reflections.tables import Reflection
from webapp.resources import index, library

QUOTE = "Three of the five kitchens had a bucket under the sink."


@pytest.fixture
def passage(app) -> str:
    """The id of the passage about five doors."""
    return library().passages("going-to-see")[0].id


def saved(client, made: str, body: str, version: int, title: str = "A title"):
    return client.put(
        f"/reflections/{made}/draft", json={"title": title, "body": body, "base_version": version}
    )


def textarea(page: str) -> str:
    found = re.search(r'<textarea class="editor__body"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found
    return unescape(found[1])


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


# Writing


def test_opening_the_editor_keeps_nothing(client_as, maria):
    client = client_as(maria)
    for _visit in range(3):
        assert client.get("/write?text=going-to-see").status_code == 200
    assert store.mine(db.session, actor(maria)) == []


def test_the_marked_passage_stands_in_the_new_draft_with_its_source(client_as, maria, passage):
    page = client_as(maria).get(
        "/write", query_string={"text": "going-to-see", "passage": passage, "quote": QUOTE}
    )
    written = textarea(page.text)
    assert f"> {QUOTE}\n" in written
    assert f"> — [Going to see · Five doors](reading:{passage})" in written


def test_words_that_are_not_in_the_text_are_not_put_into_a_draft_as_a_quotation(
    client_as, maria, passage
):
    page = client_as(maria).get(
        "/write", query_string={"passage": passage, "quote": "The clerk is a liar."}
    )
    assert "liar" not in textarea(page.text)
    assert f"[Going to see · Five doors](reading:{passage})" in textarea(page.text)


def test_the_first_save_makes_the_draft_once_however_often_it_comes(client_as, maria):
    client = client_as(maria)
    first = {"title": "", "body": "A first line.", "key": new_id(), "about": "going-to-see"}
    answers = [client.post("/write", json=first) for _twice in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert answers[0].json["label"].startswith("Saved")
    (piece,) = store.mine(db.session, actor(maria))
    assert piece.text_title == "Going to see"


def test_a_save_answers_with_the_next_version_and_says_when(client_as, maria):
    client, made = client_as(maria), draft(maria)
    answer = saved(client, made, "More words.", 1)
    assert (answer.status_code, answer.json["version"]) == (200, 2)
    assert "9:30" in answer.json["label"]
    assert "More words." in client.get(f"/reflections/{made}/edit").text


def test_a_save_from_a_tab_that_is_behind_is_refused_with_both_texts_intact(client_as, maria):
    client, made = client_as(maria), draft(maria)
    assert saved(client, made, "From the first tab.", 1).status_code == 200
    answer = saved(client, made, "From the second tab.", 1)
    assert answer.status_code == 409
    assert answer.json == {
        "yours": 1,
        "version": 2,
        "title": "A title",
        "body": "From the first tab.",
    }
    assert row(maria, made).body == "From the first tab."


def test_saving_the_same_words_again_is_no_conflict(client_as, maria):
    client, made = client_as(maria), draft(maria)
    for _twice in range(2):
        answer = saved(client, made, "The same.", 1)
        assert (answer.status_code, answer.json["version"]) == (200, 2)


def test_without_script_a_conflict_is_a_page_with_both_texts(client_as, maria):
    client, made = client_as(maria), draft(maria)
    saved(client, made, "From elsewhere.", 1)
    page = client.post(
        f"/reflections/{made}/draft", data={"title": "A title", "body": "Mine.", "base_version": 1}
    )
    assert page.status_code == 409
    assert "Mine." in page.text
    assert "From elsewhere." in page.text


@pytest.mark.parametrize(
    ("keep", "body", "aside"),
    [
        ("mine", "Mine.", "Theirs."),
        ("theirs", "Theirs.", "Mine."),
        ("both", "Theirs.\n\n---\n\nMine.", "Theirs."),
    ],
)
def test_a_conflict_ends_as_chosen_and_what_is_set_aside_is_kept(
    client_as, maria, keep, body, aside
):
    client, made = client_as(maria), draft(maria)
    saved(client, made, "Theirs.", 1)
    answer = client.post(
        f"/reflections/{made}/settle",
        data={"title": "A title", "body": "Mine.", "base_version": 2, "keep": keep},
    )
    assert answer.status_code == 303
    piece = row(maria, made)
    assert piece.body == body
    kept = [store.version(db.session, piece, v.id).body for v in store.versions(db.session, piece)]
    assert aside in kept


def test_a_conflict_that_moves_on_is_shown_again(client_as, maria):
    client, made = client_as(maria), draft(maria)
    saved(client, made, "Theirs.", 1)
    saved(client, made, "Theirs, later.", 2)
    page = client.post(
        f"/reflections/{made}/settle",
        data={"title": "A title", "body": "Mine.", "base_version": 2, "keep": "mine"},
    )
    assert page.status_code == 409
    assert row(maria, made).body == "Theirs, later."


def test_the_state_before_a_pause_is_kept_and_can_be_restored(app, client_as, maria):
    client, made = client_as(maria), draft(maria, body="Before the pause.")
    app.config["NOW"] = NOW + dt.timedelta(minutes=11)
    saved(client, made, "After the pause.", 1)
    saved(client, made, "After the pause, more.", 2)
    (kept,) = store.versions(db.session, row(maria, made))
    page = client.get(f"/reflections/{made}/versions/{kept.id}")
    assert "<del>" in page.text
    assert "<ins>" in page.text
    answer = client.post(f"/reflections/{made}/versions/{kept.id}/restore")
    assert answer.status_code == 303
    piece = row(maria, made)
    assert piece.body == "Before the pause."
    bodies = {
        store.version(db.session, piece, v.id).body for v in store.versions(db.session, piece)
    }
    assert bodies == {"Before the pause.", "After the pause, more."}


def test_new_words_throw_away_the_vectors_of_the_old_ones(client_as, maria):
    client, made = client_as(maria), draft(maria)
    with change(db.session):
        row_of = store.own(db.session, actor(maria), made)
        row_of.prepared = b"vectors"
    saved(client, made, "Other words.", 1)
    assert row(maria, made).prepared is None


def test_a_preview_is_the_page_made_safe(client_as, maria, passage):
    body = "# Hi\n\n<script>alert(1)</script>\n\n" + citations.block("Q", "T", passage)
    html = client_as(maria).post("/write/preview", json={"body": body}).json["html"]
    assert "<script" not in html
    assert f'href="/read/{passage.replace("/", "#p-")}"' in html


def test_passages_to_cite_come_with_quotation_and_source(client_as, maria, passage):
    client = client_as(maria)
    listed = client.get("/write/passages?text=going-to-see").json["passages"]
    assert [p["id"] for p in listed] == [p.id for p in library().passages("going-to-see")]
    found = client.get("/write/passages?q=bucket+under+the+sink").json["passages"]
    assert found[0]["id"] == passage
    (cited,) = citations.parse(found[0]["block"])
    assert cited.passage_id == passage
    assert "bucket" in cited.quote
    assert client.get("/write/passages").json["passages"] == []


# Submitting


def test_before_submitting_it_says_exactly_who_will_read(client_as, maria, li, omar):
    page = client_as(maria).get(f"/reflections/{draft(maria)}/submit").text
    assert "Readable by the 2 members of Harbour" in page
    assert (
        "Everybody in the organisation, 3 people, will be able to read it, with your name" in page
    )
    assert "Li Wen, Maria Lopez" in page
    assert "Omar" not in page
    assert "My unit: Hill" not in page


def submit_form(client, made: str, **more):
    page = client.get(f"/reflections/{made}/submit").text
    form = {
        "key": hidden(page, "key"),
        "version": hidden(page, "version"),
        "title": "A title",
        "audience": "organisation",
        **more,
    }
    return form, client.post(f"/reflections/{made}/submit", data=form)


def test_submit_pressed_twice_is_one_submission_with_the_same_answer(client_as, maria):
    client, made = client_as(maria), draft(maria)
    form, first = submit_form(client, made)
    version = row(maria, made).published_version
    second = client.post(f"/reflections/{made}/submit", data=form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert row(maria, made).published_version == version == 1


def test_a_draft_that_moved_on_is_looked_at_again_before_it_is_submitted(client_as, maria):
    client, made = client_as(maria), draft(maria)
    page = client.get(f"/reflections/{made}/submit").text
    saved(client, made, "Words from another tab.", 1)
    form = {
        "key": new_id(),
        "version": hidden(page, "version"),
        "title": "T",
        "audience": "organisation",
    }
    answer = client.post(f"/reflections/{made}/submit", data=form)
    assert answer.status_code == 409
    assert "Words from another tab." in answer.text
    assert row(maria, made).status == "draft"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"audience": ""}, "Choose who may read it"),
        ({"audience": "everybody"}, "Choose who may read it"),
        ({"audience": "unit:"}, "Choose which unit"),
        ({"audience": "unit:nowhere"}, "not a member of that unit"),
        ({"title": " "}, None),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_submitted(client_as, maria, more, says):
    client, made = client_as(maria), draft(maria, title="" if "title" in more else "A title")
    _form, answer = submit_form(client, made, **more)
    assert answer.status_code == 422
    if says:
        assert says in answer.text
    assert row(maria, made).status == "draft"


def test_what_is_submitted_keeps_its_own_copy_of_the_quotations(client_as, maria, omar, passage):
    body = citations.block(QUOTE, "Going to see · Five doors", passage) + "I went too."
    made = submitted(maria, body=body)
    (kept,) = store.citations(db.session, maria.organisation_id, made)
    assert (kept.passage_id, kept.quote) == (passage, QUOTE)
    assert row(maria, made).themes == ["field-investigation", "judgement"]
    assert "Going to see · Five doors" in client_as(omar).get(f"/reflections/{made}").text


def test_a_citation_of_a_text_that_does_not_exist_is_kept_as_words_only(maria):
    made = submitted(maria, body=citations.block("Q", "T", "no-such-text/1.1"))
    assert store.citations(db.session, maria.organisation_id, made) == []


def test_others_read_what_was_submitted_until_the_changes_are(client_as, maria, omar):
    made = submitted(maria, body="First words.")
    saved(client_as(maria), made, "Second words.", row(maria, made).version)
    page = client_as(omar).get(f"/reflections/{made}").text
    assert "First words." in page
    assert "Second words." not in page
    submit(maria, made)
    assert "Second words." in client_as(omar).get(f"/reflections/{made}").text


def test_submitting_again_changes_what_is_found(client_as, maria, omar):
    made = submitted(maria, body="About giraffes.")
    saved(client_as(maria), made, "About zebras.", row(maria, made).version)
    submit(maria, made)
    client = client_as(omar)
    assert made not in client.get("/reflections?q=giraffes").text
    assert made in client.get("/reflections?q=zebras").text


def test_an_anonymous_piece_says_a_member_and_only_the_day(app, client_as, maria, omar):
    now = NOW + dt.timedelta(hours=3, minutes=17)
    made = submitted(maria, body="Something to confess.", audience="anonymous", now=now)
    for path in (f"/reflections/{made}", "/reflections", "/reflections?q=confess"):
        page = client_as(omar).get(path).text
        assert "Maria" not in page
        assert "A member" in page
    shown = store.readable(db.session, actor(omar), made)
    assert (shown.author, shown.shown_at.time()) == ("", dt.time())
    assert "You, without your name" in client_as(maria).get(f"/reflections/{made}").text


# Who may read, in rules and in SQL


@pytest.fixture
def many_rows(app, organisation, maria, omar, li):
    rows = []
    for author in (maria, omar, li):
        for status in ("draft", "submitted", "withdrawn"):
            for audience, unit in (
                ("unit", organisation.harbour),
                ("unit", organisation.hill),
                ("organisation", None),
                ("anonymous", None),
            ):
                rows.append(
                    Reflection(
                        organisation_id=organisation.id,
                        id=new_id(),
                        member_id=author.id,
                        status=status,
                        audience=audience,
                        unit_id=unit,
                        title="t",
                        body="b",
                        themes=[],
                        created_at=NOW,
                        updated_at=NOW,
                        shown_at=NOW,
                        hidden_at=NOW if len(rows) % 3 == 0 else None,
                    )
                )
    with change(db.session) as session:
        session.add_all(rows)
    return [
        (r.id, r.member_id, r.status, r.audience, r.unit_id, r.hidden_at is not None) for r in rows
    ]


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_the_rule_and_its_sql_say_the_same(many_rows, organisation, maria, omar, li, data):
    asking = Actor(
        organisation=data.draw(st.sampled_from([organisation.id, "elsewhere"])),
        member=data.draw(st.sampled_from([None, maria.id, omar.id, li.id, "stranger"])),
        units=data.draw(
            st.frozensets(st.sampled_from([organisation.harbour, organisation.hill, "x"]))
        ),
    )
    by_sql = {r.id for r in db.session.query(Reflection.id).where(store.readable_by(asking)).all()}
    by_rule = {
        row_id
        for row_id, author, status, audience, unit, hidden in many_rows
        if asking.organisation == organisation.id
        and access.may_read_reflection(
            asking, author=author, status=status, audience=audience, unit=unit, hidden=hidden
        )
    }
    assert by_sql == by_rule
    shown = {p.id for p in browsing.newest(db.session, asking, limit=100)}
    submitted_ids = {r[0] for r in many_rows if r[2] == "submitted"}
    assert shown == by_rule & submitted_ids
    for piece in browsing.newest(db.session, asking, limit=100):
        author = next(r[1] for r in many_rows if r[0] == piece.id)
        named = access.sees_author(asking, author=author, audience=piece.audience)
        assert bool(piece.author) == named


PAGES = (
    "/reflections",
    "/reflections?q=giraffe",
    "/reflections?q=a+long+neck",
    "/reflections?theme=field-investigation",
    "/reflections?text=going-to-see",
    "/read/going-to-see",
    "/library?q=giraffe",
    "/write",
    "/write?text=going-to-see",
    "/write/mine",
    "/notes",
    "/notes?q=giraffe",
    "/",
    "/saved",
)


@pytest.mark.parametrize("state", ["draft", "unit", "withdrawn"])
def test_what_others_may_not_read_shows_nowhere(
    client_as, organisation, maria, omar, run_waiting_jobs, passage, state
):
    body = citations.block(QUOTE, "Going to see", passage) + "A giraffe has a long neck."
    client = client_as(omar)
    submitted(maria, "Open", "Everybody may read about the giraffe and its neck.")
    run_waiting_jobs()
    before = {path: pruned(client.get(path).text) for path in PAGES}
    made = draft(maria, "Hidden giraffe", body, text_slug="going-to-see")
    if state == "unit":
        submit(maria, made, audience="unit", unit=organisation.harbour)
    if state == "withdrawn":
        submit(maria, made)
        run_waiting_jobs()
        actions.withdraw(db.session, actor(maria), made, now=NOW)
    for path in PAGES:  # at once, before any job ran
        page = client.get(path).text
        assert made not in page, path
        assert "Hidden giraffe" not in page, path
    run_waiting_jobs()
    assert {path: pruned(client.get(path).text) for path in PAGES} == before
    for path in ("", "/edit", "/submit", "/versions", "/audience", "/withdraw", "/delete"):
        hidden_one = client.get(f"/reflections/{made}{path}")
        unknown = client.get(f"/reflections/{'a' * 16}{path}")
        assert hidden_one.status_code == unknown.status_code == 404, path
        assert pruned(hidden_one.text) == pruned(unknown.text)


def pruned(page: str) -> str:
    page = re.sub(r'nonce="[^"]+"', "", page)
    page = re.sub(r"(/reflections/)[a-z2-7]{16}(/\w+)?(?=\"|%| )", r"\1", page)
    return re.sub(r'name="(?:csrf[-_]token|key)" (?:content|value)="[^"]+"', "", page)


def test_a_unit_piece_is_read_by_the_unit_and_no_longer_by_who_left(
    client_as, organisation, maria, li, omar
):
    made = submitted(
        maria, "For Harbour", "Between us.", audience="unit", unit=organisation.harbour
    )
    assert "Between us." in client_as(li).get(f"/reflections/{made}").text
    assert "Readable by Harbour" in client_as(li, language="en").get("/reflections").text
    assert client_as(omar).get(f"/reflections/{made}").status_code == 404
    from webapp.units.tables import Membership

    with change(db.session) as session:
        membership = session.query(Membership).filter_by(member_id=li.id).one()
        membership.until = NOW
    assert client_as(li).get(f"/reflections/{made}").status_code == 404


def test_changing_the_audience_holds_at_once(
    client_as, organisation, maria, omar, run_waiting_jobs
):
    made = submitted(maria, "Openly", "A giraffe at the door.")
    run_waiting_jobs()
    client = client_as(maria)
    answer = client.post(
        f"/reflections/{made}/audience", data={"audience": f"unit:{organisation.harbour}"}
    )
    assert answer.status_code == 303
    others = client_as(omar)
    for path in (f"/reflections/{made}", "/reflections", "/reflections?q=giraffe", "/"):
        assert "Openly" not in others.get(path).text
    run_waiting_jobs()
    assert f"reflection/{made}" not in in_index()
    client.post(f"/reflections/{made}/audience", data={"audience": "anonymous"})
    run_waiting_jobs()
    assert f"reflection/{made}" in in_index()
    assert "Maria" not in others.get(f"/reflections/{made}").text


def in_index() -> set[str]:
    from recommender import ReadingFilter, search
    from webapp.resources import model

    hits = search(
        index(),
        model(),
        "a giraffe",
        filter=ReadingFilter(kinds=frozenset({"reflection"})),
        limit=50,
    )
    return {hit.reading.id for hit in hits}


# The index follows the truth


def test_the_index_follows_what_is_published(maria, run_waiting_jobs, client_as):
    made = draft(maria, "Giraffes", "A giraffe at the door.")
    client = client_as(maria)
    submit_form(client, made)
    assert (maria.organisation_id, made) in published.behind_index(db.session)
    run_waiting_jobs()
    db.session.rollback()
    assert published.behind_index(db.session) == []
    assert f"reflection/{made}" in in_index()
    client.post(f"/reflections/{made}/withdraw")
    run_waiting_jobs()
    assert f"reflection/{made}" not in in_index()
    db.session.rollback()
    assert published.behind_index(db.session) == []


def test_the_sweep_finds_what_the_queue_lost(maria):
    made = submitted(maria, "Giraffes", "A giraffe at the door.")
    assert reconcile.sweep() == 1
    assert f"reflection/{made}" in in_index()
    assert reconcile.sweep() == 0


def test_an_index_entry_is_noted_only_for_the_truth_it_was_made_of(maria):
    made = submitted(maria)
    with change(db.session) as session:
        assert not published.note_indexed(session, maria.organisation_id, made, 0)
        assert published.note_indexed(session, maria.organisation_id, made, 1)
        assert not published.note_indexed(session, maria.organisation_id, "unknown", 1)


def test_a_deleted_piece_has_left_the_index_before_its_row_is_gone(
    client_as, maria, run_waiting_jobs
):
    made = submitted(maria, "Giraffes", "A giraffe at the door.")
    client = client_as(maria)
    reconcile.sweep()
    assert client.post(f"/reflections/{made}/delete").status_code == 409
    client.post(f"/reflections/{made}/withdraw")
    assert client.post(f"/reflections/{made}/delete").status_code == 303
    assert f"reflection/{made}" not in in_index()
    assert client.get(f"/reflections/{made}").status_code == 404
    run_waiting_jobs()
    assert (
        store.versions(db.session, Reflection(organisation_id=maria.organisation_id, id=made)) == []
    )


# Browsing and searching


def test_the_newest_stand_first_and_pages_follow_without_gap_or_repeat(client_as, maria, omar):
    made = [
        submitted(maria, f"Piece {i:02}", now=NOW + dt.timedelta(minutes=i // 2)) for i in range(45)
    ]
    client, seen, path = client_as(omar), [], "/reflections"
    while path:
        page = client.get(path).text
        seen += re.findall(r'href="/reflections/([a-z2-7]{16})"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else None
    assert sorted(seen) == sorted(made)
    assert seen[0] in made[-2:]
    assert set(seen[-2:]) == set(made[:2])


def test_all_words_must_be_there(client_as, maria, omar):
    one = submitted(maria, "One", "The giraffe and the zebra met.")
    two = submitted(maria, "Two", "The giraffe was alone.")
    found = [p.id for p in browsing.newest(db.session, actor(omar), Filter(q="zebras giraffe"))]
    assert found == [one]
    assert {p.id for p in browsing.newest(db.session, actor(omar), Filter(q="Giraffe"))} == {
        one,
        two,
    }
    assert browsing.newest(db.session, actor(omar), Filter(q="!!! ???")) == []
    assert browsing.newest(db.session, actor(omar), Filter(q='" OR * NEAR(')) == []


@pytest.mark.parametrize("query", ["心得", "敲门调查", "學習", "五户"])
def test_chinese_words_of_two_characters_and_more_are_found(client_as, li, omar, query):
    made = submitted(li, "学习心得", "我们敲门调查了五户人家，写下心得。")
    assert [p.id for p in browsing.newest(db.session, actor(omar), Filter(q=query))] == [made]
    assert (
        f"/reflections/{made}"
        in client_as(omar).get("/reflections", query_string={"q": query}).text
    )


def test_the_sentence_that_was_found_is_shown_and_marked(client_as, maria, omar):
    submitted(maria, "Long", "Nothing here. " * 60 + "At last the giraffe came.")
    page = client_as(omar).get("/reflections?q=giraffes").text
    assert "At last the <mark>giraffe</mark> came." in page


def test_word_results_are_ordered_by_time_whatever_others_wrote(maria, omar):
    rare = submitted(maria, "Rare", "giraffe giraffe giraffe", now=NOW)
    newer = submitted(maria, "Newer", "One giraffe among many words.", now=NOW + dt.timedelta(1))
    assert [p.id for p in browsing.newest(db.session, actor(omar), Filter(q="giraffe"))] == [
        newer,
        rare,
    ]


def test_what_is_close_in_meaning_comes_in_its_own_group(client_as, maria, omar, run_waiting_jobs):
    with_words = submitted(maria, "Leaks", "Nobody reports a leak in the kitchen.")
    close = submitted(omar, "Water", "A leak was reported at last.")
    reconcile.sweep()
    page = client_as(omar).get("/reflections?q=reports+leak+kitchen").text
    words_part, _heading, meaning_part = page.partition("Close in meaning")
    assert with_words in words_part
    assert with_words not in meaning_part
    assert close in meaning_part


def test_browsing_by_theme_and_by_text(client_as, maria, omar, passage):
    about = submitted(maria, "About", text_slug="going-to-see")
    citing = submitted(maria, "Citing", citations.block(QUOTE, "Going to see", passage) + "So.")
    neither = submitted(maria, "Neither")
    client = client_as(omar)
    for path in ("/reflections?text=going-to-see", "/reflections?theme=field-investigation"):
        page = client.get(path).text
        assert about in page
        assert citing in page
        assert neither not in page
    assert {p.id for p in browsing.citing(db.session, actor(omar), "going-to-see")} == {
        about,
        citing,
    }


def test_theme_counts_count_only_what_one_may_read(organisation, maria, omar):
    submitted(maria, text_slug="going-to-see")
    submitted(maria, text_slug="going-to-see", audience="unit", unit=organisation.harbour)
    assert dict(browsing.themes_in_use(db.session, actor(omar)))["judgement"] == 1
    assert dict(browsing.themes_in_use(db.session, actor(maria)))["judgement"] == 2


def test_related_reflections_are_read_from_the_truth(client_as, maria, omar, run_waiting_jobs):
    one = submitted(maria, "One", "The giraffe knocked at the kitchen door.")
    two = submitted(maria, "Two", "A giraffe came to the kitchen door.")
    reconcile.sweep()
    assert f"/reflections/{two}" in client_as(omar).get(f"/reflections/{one}").text
    actions.withdraw(db.session, actor(maria), two, now=NOW)
    assert two not in client_as(omar).get(f"/reflections/{one}").text


def test_every_page_of_the_author_answers_in_both_languages(client_as, organisation, maria):
    made = submitted(maria, audience="unit", unit=organisation.harbour, text_slug="going-to-see")
    withdrawn = submitted(maria, "Gone")
    actions.withdraw(db.session, actor(maria), withdrawn, now=NOW)
    (kept, *_rest) = store.versions(db.session, row(maria, made))
    for language in ("en", "zh"):
        client = client_as(maria, language=language)
        for path in (
            "/write", "/write/mine", "/reflections", "/reflections?q=words",
            f"/reflections/{made}", f"/reflections/{made}/edit", f"/reflections/{made}/submit",
            f"/reflections/{made}/audience", f"/reflections/{made}/withdraw",
            f"/reflections/{made}/delete", f"/reflections/{made}/versions",
            f"/reflections/{made}/versions/{kept.id}", f"/reflections/{withdrawn}",
        ):  # fmt: skip
            page = client.get(path)
            assert page.status_code == 200, path
            assert page.text.count("<h1") == 1, path
