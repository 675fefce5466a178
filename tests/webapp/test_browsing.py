"""Browsing reflections: by theme, text, passage, unit, role, genre, time and words together."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.answering import answered
from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, submit, submitted
from webapp.community import change, db
from webapp.ids import new_id
from webapp.reflections import actions, browsing, citations, filters
from webapp.reflections.filters import Filter
from webapp.reflections.store import open_to
from webapp.reflections.tables import Reflection, ReflectionTheme
from webapp.resources import resources
from webapp.units.tables import Appointment, MemberRole, Membership

TODAY = NOW.date()


def has_role(member, role: str) -> None:
    with change(db.session) as session:
        session.add(
            MemberRole(
                organisation_id=member.organisation_id, member_id=member.id, role_id=role, since=NOW
            )
        )


def found(client, query: str) -> set[str]:
    """Ids of the pieces in the list (not those that are only close in meaning)."""
    page = client.get(f"/reflections?{query}").text.partition('id="close"')[0]
    return set(re.findall(r'<h[23]><a href="/reflections/([a-z2-7]+)"', page))


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def look(_c, _cursor, statement, *_rest) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", look)


@pytest.fixture
def shelf(app, organisation, maria, li, omar):
    """Pieces that differ in every way by which a list is narrowed down."""
    has_role(maria, "mentor")
    has_role(omar, "secretary")
    passage = resources().library.passages("going-to-see")[0]
    cited = citations.block(passage.text[:60], "Going to see", passage.id)
    year, month = dt.timedelta(days=130), dt.timedelta(days=20)
    pieces = {
        "named": submitted(maria, "Knocking", "A zebra at the door.", text_slug="going-to-see"),
        "nameless": submitted(maria, "The bill", "A zebra on the bill.", audience="anonymous", now=NOW),
        "ours": submitted(li, "Ours", "A zebra in the unit.", audience="unit", unit=organisation.harbour),
        "hill": submitted(omar, "Hill", f"{cited}On the hill.", now=NOW - month),
        "old": submitted(omar, "Old", "An old zebra.", now=NOW - year - month),
    }  # fmt: skip
    told = draft(omar, "What we did", "A zebra crossing, painted by us.", genre="experience")
    submit(omar, told)
    return {**pieces, "experience": told, "passage": passage.id}


CASES = [
    ("", {"named", "nameless", "hill", "old", "experience"}),
    ("theme=field-investigation", {"named", "hill"}),
    ("text=going-to-see", {"named", "hill"}),
    ("passage={passage}", {"hill"}),
    ("unit={harbour}", {"named"}),
    ("unit={hill}", {"hill", "old", "experience"}),
    ("role=mentor", {"named"}),
    ("role=secretary", {"hill", "old", "experience"}),
    ("genre=experience", {"experience"}),
    ("genre=reflection", {"named", "nameless", "hill", "old"}),
    ("when=month", {"named", "nameless", "experience"}),
    ("when=year", {"named", "nameless", "hill", "experience"}),
    ("since=2026-04-01&until=2026-05-03", {"hill"}),
    ("until=2026-01-01", {"old"}),
    ("q=zebra", {"named", "nameless", "old", "experience"}),
    ("q=zebra&role=secretary", {"old", "experience"}),
    ("q=zebra&role=secretary&when=year&genre=experience", {"experience"}),
    ("text=going-to-see&unit={hill}&passage={passage}", {"hill"}),
    ("role=mentor&genre=experience", set()),
    ("unit=nowhere", set()),
]


def test_a_list_is_narrowed_down_by_all_that_is_asked(client_as, organisation, omar, shelf):
    places = {
        "passage": shelf["passage"],
        "harbour": organisation.harbour,
        "hill": organisation.hill,
    }
    client = client_as(omar)
    for query, names in CASES:
        assert found(client, query.format(**places)) == {shelf[name] for name in names}, query


def test_a_piece_without_a_name_is_found_by_neither_unit_nor_role(
    client_as, organisation, maria, li, omar, shelf
):
    """Not even by its author: nobody else would see the same list."""
    for member in (maria, li, omar):
        client = client_as(member)
        for unit in (organisation.harbour, organisation.hill):
            assert shelf["nameless"] not in found(client, f"unit={unit}")
        for role in ("mentor", "secretary", "member"):
            assert shelf["nameless"] not in found(client, f"role={role}")


def test_units_and_roles_are_offered_only_where_a_name_says_so(
    client_as, organisation, maria, li, omar
):
    """Maria wrote without a name, Li for Harbour: Omar learns of neither."""
    has_role(maria, "mentor")
    has_role(li, "group-leader")
    submitted(maria, "The bill", "Words.", audience="anonymous")
    submitted(li, "Ours", "Words.", audience="unit", unit=organisation.harbour)
    assert browsing.units_in_use(db.session, actor(omar)) == []
    assert browsing.roles_in_use(db.session, actor(omar)) == []
    assert [name for _id, name in browsing.units_in_use(db.session, actor(maria))] == ["Harbour"]
    assert [row[0] for row in browsing.roles_in_use(db.session, actor(maria))] == ["group-leader"]


def test_a_role_that_was_given_is_one_for_those_who_may_know_of_it(
    client_as, organisation, maria, li, omar
):
    with change(db.session) as session:
        session.add(
            Appointment(
                organisation_id=organisation.id, id=new_id(), member_id=maria.id,
                unit_id=organisation.harbour, role_id="secretary", since=NOW,
            )
        )  # fmt: skip
    piece = submitted(maria, "Knocking", "Words.")
    assert [row[0] for row in browsing.roles_in_use(db.session, actor(li))] == ["secretary"]
    assert found(client_as(li), "role=secretary") == {piece}
    assert browsing.roles_in_use(db.session, actor(omar)) == []  # who has which there is theirs
    assert found(client_as(omar), "role=secretary") == set()


def test_each_choice_is_taken_away_by_its_own_link(client_as, omar, shelf):
    page = client_as(omar).get("/reflections?role=secretary&when=year&q=zebra").text
    chips = page[page.index("chosen") :].partition("</ul>")[0]
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', chips)]
    assert {frozenset(link.partition("?")[2].split("&")) for link in links} == {
        frozenset({"q=zebra", "when=year"}), frozenset({"q=zebra", "role=secretary"}), frozenset({"q=zebra"}),
    }  # fmt: skip


def test_pages_follow_without_gap_or_repeat_under_a_filter(client_as, maria, omar):
    made = {
        submitted(maria, f"Piece {n}", "Zebra.", now=NOW + dt.timedelta(minutes=n))
        for n in range(23)
    }
    for n in range(3):
        submitted(omar, f"Other {n}", "Giraffe.")
    seen: list[str] = []
    query: str | None = "q=zebra"
    client = client_as(omar)
    while query:
        page = client.get(f"/reflections?{query}").text
        seen += found(client, query)
        after = re.search(r'rel="next" href="/reflections\?([^"]+)"', page)
        query = after[1].replace("&amp;", "&") if after else None
    assert sorted(seen) == sorted(made)


def test_how_many_statements_a_list_takes_does_not_grow_with_it(client_as, maria, omar, li):
    client = client_as(omar)

    def asked() -> int:
        with statements() as seen:
            assert client.get("/reflections?q=zebra&when=year").status_code == 200
        return len(seen)

    def write() -> None:
        for author in (maria, li):
            made = submitted(author, "Zebra", "A zebra crossing.")
            answered(omar, made)

    write()
    few = asked()
    for _round in range(5):
        write()
    assert asked() <= few
    assert few <= 15


def test_what_is_no_day_is_said(client_as, omar, shelf):
    page = client_as(omar).get("/reflections?since=4.5.2026").text
    assert "“4.5.2026” is not a day." in page
    assert shelf["named"] in page


def test_the_number_of_answers_stands_in_the_list(client_as, omar, li, shelf):
    one = answered(li, shelf["named"])
    answered(omar, shelf["named"], to=one)
    assert "1 answer<" in client_as(omar).get("/reflections").text


def test_a_passage_that_is_cited_leads_to_the_essays(client_as, maria, omar, shelf):
    address = f"/reflections?passage={shelf['passage'].replace('/', '%2F')}"
    client = client_as(omar)
    page = client.get("/read/going-to-see").text
    links = re.findall(r'href="(/reflections\?passage=[^"]+)"', page)
    assert links in ([address], [address.replace("%2F", "/")])
    assert found(client, links[0].partition("?")[2]) == {shelf["hill"]}


def test_a_citation_that_one_may_not_read_leaves_no_mark(client_as, organisation, maria, li, omar):
    passage = resources().library.passages("going-to-see")[0]
    cited = citations.block(passage.text[:60], "Going to see", passage.id)
    submitted(li, "Ours", cited + "So.", audience="unit", unit=organisation.harbour)
    assert "cited-by" in client_as(maria).get("/read/going-to-see").text
    assert "cited-by" not in client_as(omar).get("/read/going-to-see").text


# The filter itself


@given(st.dictionaries(st.sampled_from(["q", "theme", "unit", "genre", "when", "since", "until"]), st.text(max_size=12)))  # fmt: skip
def test_what_an_address_asks_comes_back_from_its_query(said):
    wanted = filters.asked(said)
    assert filters.asked(wanted.query()) == wanted
    for name in wanted.query():
        assert name not in filters.asked(wanted.query(name)).query()


def test_a_month_and_a_year_are_those_of_today():
    assert Filter(when="month").days(TODAY) == (TODAY.replace(day=1), None)
    assert Filter(when="year", since=dt.date(1999, 1, 1)).days(TODAY)[0] == dt.date(2026, 1, 1)


def test_the_ends_of_the_calendar_break_nothing(client_as, omar):
    for day in ("9999-12-31", "0001-01-01"):
        assert client_as(omar).get(f"/reflections?until={day}&since={day}").status_code == 200


# What the filters offer, however a piece changes


def offered_is_what_is_open(*people) -> None:
    """The filters as they are made of the whole truth, piece by piece."""
    for member in people:
        who = actor(member)
        of_theme = sa.and_(
            Reflection.organisation_id == ReflectionTheme.organisation_id,
            Reflection.id == ReflectionTheme.reflection_id,
        )
        themes = db.session.execute(
            sa.select(ReflectionTheme.theme, sa.func.count())
            .join(Reflection, of_theme)
            .where(open_to(who))
            .group_by(ReflectionTheme.theme)
        )
        assert dict(browsing.themes_in_use(db.session, who)) == {t: n for t, n in themes}  # noqa: C416
        belongs = sa.and_(
            Membership.organisation_id == Reflection.organisation_id,
            Membership.member_id == Reflection.member_id,
            Membership.until.is_(None),
            Reflection.audience == "organisation",
        )
        units = set(db.session.scalars(
            sa.select(Membership.unit_id).join(Reflection, belongs).where(open_to(who))
        )) | set(db.session.scalars(
            sa.select(Reflection.unit_id).where(open_to(who), Reflection.audience == "unit")
        ))  # fmt: skip
        assert {id for id, _name in browsing.units_in_use(db.session, who)} == units
        db.session.rollback()


def test_filters_offer_what_is_open_however_a_piece_changes(organisation, maria, li, omar):
    everybody = (maria, li, omar)
    about = {"text_slug": "going-to-see"}
    piece = submitted(maria, "For all", **about)
    nameless = submitted(li, "Without a name", audience="anonymous", **about)
    ours = submitted(maria, "Ours", audience="unit", unit=organisation.harbour, **about)
    offered_is_what_is_open(*everybody)

    def changed(id: str, **values: object) -> None:
        with change(db.session) as session:
            session.execute(sa.update(Reflection).where(Reflection.id == id).values(**values))
        offered_is_what_is_open(*everybody)

    changed(ours, hidden_at=NOW)
    changed(nameless, hidden_at=NOW)
    changed(nameless, hidden_at=None)
    changed(piece, audience="unit", unit_id=organisation.hill)
    changed(piece, audience="anonymous", unit_id=None)
    changed(ours, hidden_at=None)
    submit(maria, ours, audience="organisation")
    offered_is_what_is_open(*everybody)
    submit(maria, ours, audience="unit", unit=organisation.harbour)
    with change(db.session) as session:  # she leaves, and what she wrote for it stays
        session.execute(
            sa.update(Membership).where(Membership.member_id == maria.id).values(until=NOW)
        )
    offered_is_what_is_open(*everybody)
    actions.withdraw(db.session, actor(maria), piece, now=NOW)
    offered_is_what_is_open(*everybody)
