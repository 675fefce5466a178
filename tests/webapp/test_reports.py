"""The report of a unit: who opens it, what it counts, what it leaves out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa

from tests.webapp.answering import answered, decided, leaves
from tests.webapp.people import NOW
from tests.webapp.reflecting import actor, draft, note, submitted
from tests.webapp.test_browsing import statements
from tests.webapp.test_two_worlds import plain
from webapp.answers import actions as answers
from webapp.community import change, db
from webapp.desk.tables import Review
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.reflections import actions as reflections
from webapp.reflections.tables import Reflection
from webapp.reports import kept, periods, plan, report_page, store
from webapp.requirements import progress
from webapp.requirements.tables import EnteredPiece, Requirement, RequirementVersion
from webapp.units import standing
from webapp.units.tables import Appointment, Membership, Unit

TODAY = NOW.date()
APRIL = NOW - dt.timedelta(days=20)


@pytest.fixture
def district(organisation):
    """The unit at the top, with Harbour, Hill and Mill below it."""
    with change(db.session) as session:
        at_the_top = sa.select(Unit).where(Unit.name == "Harbour School")
        top = session.scalars(at_the_top).one()
        top.name = "District"
        organisation.mill = add_unit(session, organisation, "Mill", top).id
        for unit in (organisation.harbour, organisation.hill):
            session.get(Unit, (organisation.id, unit)).parent_id = top.id
    organisation.top = top.id
    return organisation


def add_unit(session, organisation, name: str, parent: Unit | None = None) -> Unit:
    unit = Unit(
        organisation_id=organisation.id, id=new_id(), name=name, kind="branch",
        parent_id=parent.id if parent else None, created_at=NOW,
    )  # fmt: skip
    session.add(unit)
    return unit


def crowd(organisation, unit: str, number: int) -> list[Member]:
    """So many members of the unit, without accounts."""
    with change(db.session) as session:
        made = [
            Member(
                organisation_id=organisation.id, id=new_id(), name=f"Member {unit[:4]} {n}",
                language="en", joined_at=APRIL,
            )
            for n in range(number)
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        for member in made:
            belongs(session, organisation, member, unit)
    return made


def belongs(session, organisation, member, unit: str) -> None:
    session.add(
        Membership(
            organisation_id=organisation.id, id=new_id(), member_id=member.id, unit_id=unit,
            since=APRIL - dt.timedelta(days=60),
        )
    )  # fmt: skip


def organizes(organisation, member, unit: str) -> None:
    with change(db.session) as session:
        session.add(
            Appointment(
                organisation_id=organisation.id, id=new_id(), member_id=member.id, unit_id=unit,
                role_id="organizer", since=APRIL,
            )
        )  # fmt: skip


def requires(organisation, unit: str, title: str = "One piece a month", **says) -> str:
    values = {
        "pace": "month", "content": "own", "answered_by": "reader", "accepted_when": "answered",
        "starts_on": dt.date(2026, 4, 1), "write": 1,
    } | says  # fmt: skip
    with change(db.session) as session:
        asked = Requirement(
            organisation_id=organisation.id, id=new_id(), unit_id=unit, made_at=APRIL
        )
        session.add(asked)
        session.flush()
        session.add(
            RequirementVersion(
                organisation_id=organisation.id, requirement_id=asked.id, number=1, title=title,
                from_day=values["starts_on"], made_at=APRIL, **values,
            )
        )  # fmt: skip
    return asked.id


def sheet(client, unit: str, query: str = "") -> dict[tuple[str, ...], int]:
    """Numbers of the table file by question, of what, measure."""
    answer = client.get(f"/units/{unit}/report.csv{query}")
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return {(row["Question"], row["Of what"], row["Measure"]): int(row["Number"]) for row in rows}


def answers_on(client, unit: str, query: str = "") -> list[str]:
    """The sentence under each question."""
    page = client.get(f"/units/{unit}/report{query}").text
    return [
        re.sub(r"&#3[49];|&[lr]dquo;", '"', found)
        for found in re.findall(r'class="question__answer">(.*?)</p>', page)
    ]


def test_only_who_organizes_the_unit_opens_its_report(district, client_as, maria, omar, ada):
    crowd(district, district.harbour, 5)
    organizes(district, maria, district.harbour)
    pages = {"harbour": district.harbour, "top": district.top, "nowhere": "x" * 16}
    for tail in ("/report", "/report.csv"):
        of_maria = {
            name: client_as(maria).get(f"/units/{unit}{tail}").status_code
            for name, unit in pages.items()
        }
        assert of_maria == {"harbour": 200, "top": 404, "nowhere": 404}
        refused = client_as(omar).get(f"/units/{district.harbour}{tail}")
        assert refused.status_code == 403
        assert client_as(ada).get(f"/units/{district.top}{tail}").status_code == 200
        signed_out = client_as().get(f"/units/{district.harbour}{tail}")
        assert signed_out.status_code == 302
    with change(db.session) as session:
        session.get(Unit, (district.id, district.harbour)).closed_at = NOW
    assert client_as(ada).get(f"/units/{district.harbour}/report").status_code == 404


def test_a_report_answers_its_questions(district, client_as, maria, li, ada):
    """One walk through everything that is counted, and beside it all that is not."""
    people = crowd(district, district.harbour, 6)
    crowd(district, district.hill, 5)
    with change(db.session) as session:
        belongs(session, district, ada, district.top)
    requires(district, district.top)
    requires(district, district.top, "For readers", write=0, read=2)
    first = submitted(people[0], text_slug="going-to-see", now=APRIL)
    second = submitted(people[1], "Second", "We saw leaks.", text_slug="going-to-see")
    submitted(people[0], "A second of hers", now=APRIL)  # asked for once a month
    told = submitted(people[2], "Three doors", genre="experience", now=APRIL)
    submitted(people[3], "For Harbour", audience="unit", unit=district.harbour)
    submitted(people[3], "Nameless", audience="anonymous")
    gone = submitted(people[4], "Gone", now=APRIL)
    reflections.withdraw(db.session, actor(people[4]), gone, now=NOW)
    hidden = submitted(people[4], "Hidden", now=APRIL)
    decided(ada, "reflection", hidden)
    draft(people[5], "Draft")
    note(people[5], "Note", "Words")
    asked = answered(li, first, "Whose?", "question", now=APRIL + dt.timedelta(days=2))
    open_one = answered(li, second, "Why?", "question")
    answered(people[0], first, "Mine.", "reply", to=asked)
    taken = answered(li, told, "Back?", "question")
    answers.take_back(db.session, actor(li), taken, now=NOW)
    found = sheet(client_as(ada), district.top)
    question = {
        "plan": "Is the plan being kept?",
        "read": "What is read?",
        "asked": "What is asked?",
        "waits": "How long do pieces wait for an answer?",
        "outcomes": "What came of it?",
    }
    # Ada belongs to it too; Li and Maria came to Harbour in May
    assert found[question["plan"], "District; 1 April 2026 to 30 April 2026", "Asked for"] == 12
    assert found[question["plan"], "District; 1 April 2026 to 30 April 2026", "Handed in"] == 2
    assert found[question["plan"], "District; 1 April 2026 to 30 April 2026", "Answered"] == 1
    assert found[question["plan"], "District; 1 May 2026 to 31 May 2026", "Handed in"] == 1
    assert found[question["plan"], "Harbour; 1 May 2026 to 31 May 2026", "Asked for"] == 8
    assert found[question["read"], "Going to see", "Pieces"] == 2
    assert found[question["asked"], "has a reply", "Number"] == 1
    assert found[question["asked"], "without a reply", "Number"] == 1
    assert found[question["waits"], "2 to 3 days", "Pieces"] == 1
    assert found[question["waits"], "within 1 day", "Pieces"] == 1
    assert found[question["waits"], "still waiting", "Pieces"] == 2
    assert found[question["outcomes"], "1 April 2026 to 30 April 2026", "Experiences"] == 1
    page = client_as(ada).get(f"/units/{district.top}/report").text
    assert f"/reflections/{second}#a-{open_one}" in page
    for private in ("Nameless", "For Harbour", "Gone", "Hidden", "Draft", "Note", "Member "):
        assert private not in page.partition('class="question"')[2]
    assert "For readers" in page  # what asks for no piece is named, and not counted
    assert "style=" not in page.partition("<main")[2]
    said = answers_on(client_as(ada), district.top)
    assert (
        said[0] == "Of 26 pieces that are asked for, 3 were handed in, and 2 of these are answered."
    )
    assert said[1].startswith("4 pieces were handed in; the text that they cite most is")
    only = sheet(client_as(ada), district.top, "?question=asked")
    assert {key[0] for key in only} == {question["asked"]}
    assert client_as(ada).get(f"/units/{district.top}/report.csv?question=x").status_code == 404
    in_chinese = client_as(ada, language="zh").get(f"/units/{district.top}/report").text
    assert "2026年第二季度" in in_chinese
    table = client_as(ada, language="zh").get(f"/units/{district.top}/report.csv").data.decode()
    assert (
        table.lstrip("\ufeff").splitlines()[0] == "组织,开始日期,结束日期,问题,图表,对象,指标,数量"
    )


def test_no_small_group_is_told_apart(district, client_as, ada, maria, li, omar):
    """Harbour has eight people with Maria and Li, Hill six, Mill three."""
    crowd(district, district.harbour, 6)
    crowd(district, district.hill, 4)
    crowd(district, district.mill, 3)
    requires(district, district.top)
    page = client_as(ada).get(f"/units/{district.top}/report").text
    told = re.findall(r'<a class="chip" href="/units/([a-z2-7]+)/report', page)
    told = set(told) - {district.top}
    # beside both, the three of Mill would be what is left
    assert told == {district.harbour}
    assert "Hill, Mill" in page
    rows = {key[1].partition(";")[0] for key in sheet(client_as(ada), district.top)}
    assert "Harbour" in rows
    assert not {"Hill", "Mill"} & rows
    for unit in (district.hill, district.mill):
        assert "has no report of its own" in client_as(ada).get(f"/units/{unit}/report").text
        assert sheet(client_as(ada), unit) == {}


def test_a_requirement_less_another_is_not_a_person(district, client_as, ada, maria, li):
    """Harbour has six people; five of them were given a role for which more is asked."""
    people = crowd(district, district.harbour, 4)
    crowd(district, district.hill, 4)
    requires(district, district.harbour, "For all")
    requires(district, district.top, "For organizers", role_id="organizer")
    for member in [*people, maria]:
        organizes(district, member, district.harbour)
    pages = [
        f"/units/{unit}/report{query}"
        for unit in (district.harbour, district.top)
        for query in ("", "?period=2026-05", "?period=2026")
    ]

    def told() -> set[str]:
        """Requirements of which a page or its table file tells a number."""
        found = set()
        for path in pages:
            page = client_as(ada).get(path)
            table = client_as(ada).get(path.replace("/report", "/report.csv"))
            assert (page.status_code, table.status_code) == (200, 200)
            drawn = page.text.partition("<figure")[2]
            found |= {
                title
                for title in ("For all", "For organizers")
                if title in table.text or f"{title} (" in drawn
            }
            note = page.text.partition("Not told, because")[2].partition("</p>")[0]
            assert ("For organizers" in note) == ("For organizers" not in table.text)
        return found

    assert "For organizers" not in told()
    for path in pages[1:2]:  # May, to which all six belong
        assert "For all" in client_as(ada).get(path.replace("/report", "/report.csv")).text
    organizes(district, li, district.harbour)
    pages[:] = pages[1:2]
    assert told() == {"For all", "For organizers"}  # the same people


def test_what_another_stands_in_for_is_not_told_there(district, client_as, ada):
    crowd(district, district.harbour, 6)
    crowd(district, district.hill, 6)
    above = requires(district, district.top, "From above", may_replace=True)
    instead = requires(district, district.hill, "Instead")
    with change(db.session) as session:
        session.get(Requirement, (district.id, instead)).replaces_id = above
    pages = [
        client_as(ada).get(f"/units/{unit}/report?period=2026-05").text
        for unit in (district.top, district.harbour, district.hill)
    ]
    assert ["From above" in page for page in pages] == [True, True, False]
    assert ["Instead" in page for page in pages] == [True, False, True]
    assert "it is counted for each of them" in pages[0]
    assert "it is counted for each of them" not in pages[1]


def test_what_was_asked_where_a_unit_stood_before_is_told_of_that_time(district, client_as, ada):
    """Hill stood below Harbour until May; Harbour asks for a piece each month."""
    with change(db.session) as session:
        standing.stand(session, district.id, {district.hill: {"parent_id": district.harbour}}, now=APRIL - dt.timedelta(days=50))  # fmt: skip
    hill = crowd(district, district.hill, 6)
    crowd(district, district.harbour, 6)
    requires(district, district.harbour, "Of Harbour")
    submitted(hill[0], now=APRIL)
    with change(db.session) as session:
        standing.stand(session, district.id, {district.hill: {"parent_id": district.top}}, now=NOW)

    def told(unit: str, month: str) -> dict[str, tuple[int, int]]:
        found = sheet(client_as(ada), unit, f"?period={month}")
        plan = {key[1:]: n for key, n in found.items() if key[0] == "Is the plan being kept?"}
        return {
            of.partition(";")[0]: (number, plan[of, "Handed in"])
            for (of, measure), number in plan.items()
            if measure == "Asked for"
        }

    assert told(district.hill, "2026-04") == {"Hill": (6, 1)}
    assert told(district.hill, "2026-05") == {}
    assert told(district.harbour, "2026-04")["Harbour"] == (6, 0)
    assert told(district.harbour, "2026-05")["Harbour"][1] == 0
    assert "Not told" not in client_as(ada).get(f"/units/{district.hill}/report").text


def test_pieces_without_a_name_count_only_where_no_unit_can_be_told(
    district, client_as, ada, maria, li
):
    people = crowd(district, district.harbour, 7)
    crowd(district, district.hill, 6)
    submitted(people[0], text_slug="going-to-see", audience="anonymous")
    first = "What is read?", "Going to see", "Pieces"
    assert first not in sheet(client_as(ada), district.top)  # nobody gave a name
    for one in people[:4]:
        submitted(one)
    assert first not in sheet(client_as(ada), district.top)  # four did
    submitted(people[4])
    assert sheet(client_as(ada), district.top)[first] == 1
    assert first not in sheet(client_as(ada), district.harbour)
    assert "1 of them has no name" in client_as(ada).get(f"/units/{district.top}/report").text
    with change(db.session) as session:
        add_unit(session, district, "Beside it")
    assert first not in sheet(client_as(ada), district.top)


def test_a_report_is_the_same_whoever_wrote_without_a_name(district, client_as, ada, maria):
    """Another of the unit, of another unit, of none, and the one who looks."""
    people = crowd(district, district.harbour, 7)
    others = [*crowd(district, district.hill, 6), *crowd(district, district.mill, 5)]
    requires(district, district.top)
    for one in [*people[:4], others[0]]:
        submitted(one)
    nameless = submitted(people[0], text_slug="going-to-see", audience="anonymous")
    answered(maria, nameless, "Why?", "question")
    gone = others[-1]
    leaves(gone, district.mill)
    paths = [
        f"/units/{unit}/report{tail}"
        for unit in (district.top, district.harbour, district.hill, district.mill)
        for tail in ("", ".csv")
    ]
    seen = []
    for author in (people[0], people[6], others[0], others[1], gone, ada):
        with change(db.session) as session:
            session.execute(
                sa.update(Reflection).where(Reflection.id == nameless).values(member_id=author.id)
            )
        client = client_as(ada)
        seen.append([plain(client.get(path)) for path in paths])
    assert all(answers == seen[0] for answers in seen)
    assert b"1 of them has no name" in seen[0][0]


NO_PERIODS = {
    "?period=2026-13": "“2026-13” is not a period.",
    "?from=2026-03-02&to=2026-03-01": "The period ends before it begins.",
    "?from=2026-03-02": "A period needs its first and its last day.",
    "?from=2026-3-2&to=2026-03-01": "“2026-3-2” is not a day.",
    "?period=2030": "The period has not begun yet.",
    "?period=%3Cscript%3E": "“&lt;script&gt;” is not a period.",
    "?period=&from=%F0%9F%98%80": "“😀” is not a day.",
}


def test_what_is_no_period_is_said_and_nothing_is_lost(district, client_as, ada):
    client = client_as(ada)
    for query, said in NO_PERIODS.items():
        for tail in ("/report", "/report.csv"):
            answer = client.get(f"/units/{district.top}{tail}{query}")
            assert answer.status_code == 422, query
            assert said in answer.text
            if "from=2026-03-02" in query:
                assert 'value="2026-03-02"' in answer.text


def test_how_many_statements_a_report_takes_does_not_grow_with_it(district, client_as, ada):
    requires(district, district.top)
    requires(district, district.top, "For organizers", role_id="organizer", answered_by="organizer")
    client = client_as(ada)

    def taken() -> list[str]:
        with statements() as seen:
            assert client.get(f"/units/{district.top}/report").status_code == 200
        return [re.sub(r"\s+", " ", one)[:90] for one in seen]

    def busy(number: int) -> None:
        for member in crowd(district, district.harbour, number):
            piece = submitted(member, text_slug="going-to-see")
            answered(ada, piece, "Why?", "question")
            organizes(district, member, district.harbour)
            with change(db.session) as session:
                for unit in (district.hill, district.mill):
                    belongs(session, district, member, unit)

    busy(5)
    taken()  # what is asked once in the life of a process
    again = taken()
    busy(1)
    few = taken()
    busy(45)
    assert taken() == few
    assert taken() == again  # nothing changed since
    assert len(again) + 10 < len(few)


OF_R = {"reader": {}, "organizer": {"answered_by": "organizer"},
        "leading_group": {"answered_by": "leading_group"},
        "accepted": {"accepted_when": "accepted"}, "genre": {"genres": ["experience"]},
        "themes": {"content": "themes", "themes": ["field-investigation"]},
        "readings": {"content": "readings", "readings": ["going-to-see"]}}  # fmt: skip


def test_the_plan_counts_what_progress_counts(district, ada, maria, li, omar, monkeypatch):
    """For many at once as for one by one: requirements of every sort, and pieces that
    were answered, accepted, asked back and entered in every way."""
    monkeypatch.setattr(plan, "MOST_REQUIREMENTS", 20)
    people = crowd(district, district.harbour, 9)
    organizes(district, omar, district.top)
    organizes(district, people[8], district.mill)  # of another unit
    with change(db.session) as session:
        session.get(Unit, (district.id, district.top)).leading_group_id = district.hill
    for name, says in OF_R.items():
        requires(district, district.top, name, **says)
    requires(district, district.top, "role", role_id="organizer")
    pieces = [
        submitted(one, f"Piece {n}", now=APRIL, text_slug="going-to-see" if n % 2 else None,
                  genre="experience" if n == 6 else "reflection")
        for n, one in enumerate(people[:7])
    ]  # fmt: skip
    # Whoever organizes the mill answers for pieces of the mill, and for no others.
    submitted(crowd(district, district.mill, 5)[0], "Of another unit", now=APRIL)
    question = answered(omar, pieces[0], "Why?", "question")
    answered(li, pieces[1])
    answered(people[8], pieces[2])
    answered(ada, pieces[3])
    back = answered(ada, pieces[4], "What happened?", "question")
    submitted(people[7], "Nameless", audience="anonymous", now=APRIL)
    with change(db.session) as session:
        for piece, kind, words in (
            (pieces[5], "accepted", None), (pieces[4], "asked_back", back),
            (pieces[0], "asked_back", question), (pieces[0], "accepted", None),
        ):  # fmt: skip
            moment = NOW + dt.timedelta(minutes=kind == "accepted")
            session.add(
                Review(
                    organisation_id=district.id, id=new_id(), reflection_id=piece, by=ada.id,
                    kind=kind, answer_id=words, published_version=1, at=moment,
                )
            )  # fmt: skip
        for n, done in enumerate((TODAY, None)):
            session.add(
                EnteredPiece(
                    organisation_id=district.id, id=new_id(), unit_id=district.harbour,
                    member_id=people[7 + n].id, genre="reflection", title="On paper", body="Words.",
                    language="en", day=APRIL.date(), answered_on=done, entered_at=NOW,
                    text_slug="going-to-see",
                )
            )  # fmt: skip
    who = actor(ada)
    structure = kept.structure(db.session, district.id)
    period = periods.around(APRIL.date(), "month")
    due = plan.due(structure, district.top, period)
    found = plan.found(
        structure, due, kept.facts(db.session, structure, district.id, *due.days(period)),
        report_page._reader(who, structure), [district.top, district.harbour],
        lambda texts: store.versions(db.session, who, texts),
    )  # fmt: skip
    mine = {
        one.title: one.windows[0].kept[district.harbour]
        for one in found.asked
        if district.harbour in one.windows[0].kept
    }
    last = dt.date(2026, 4, 30)
    theirs = progress.of_unit(db.session, who, district.harbour, last)
    one_by_one = {}
    for required in theirs.requirements:
        if required.says.title == "role" or required.span.due != last:
            continue
        tasks = [person.progress.tasks[0] for person in required.people]
        in_time = [[line for line in task.lines if line.why in COUNTED] for task in tasks]
        one_by_one[required.says.title] = plan.Kept(
            len(tasks), sum(min(1, len(lines)) for lines in in_time),
            sum(min(1, task.counted) for task in tasks),
        )  # fmt: skip
    assert set(mine) == set(OF_R)
    assert mine == one_by_one
    assert len({kept.answered for kept in mine.values()}) > 3  # they do differ


COUNTED = (
    "answered", "accepted", "unanswered", "other_reader", "not_accepted", "asked_back",
)  # fmt: skip


def test_people_are_sorted_by_the_units_they_are_in_now(district, maria, li, omar, ada):
    with change(db.session) as session:
        belongs(session, district, maria, district.mill)
        belongs(session, district, li, district.mill)
        belongs(session, district, li, district.top)
        session.execute(
            sa.update(Membership).where(Membership.member_id == omar.id).values(until=NOW)
        )
        merged = add_unit(session, district, "Merged")
        merged.closed_at = NOW
        session.flush()
        belongs(session, district, ada, merged.id)
    found = kept.structure(db.session, district.id).people(TODAY)
    assert {(kind.units, kind.member): number for kind, number in found.number.items()} == {
        (frozenset({district.harbour, district.mill}), ""): 1,
        (frozenset({district.harbour, district.mill, district.top}), li.id): 1,
        (frozenset({district.hill}), ""): 1,
    }


def test_waiting_is_counted_in_whole_days(district, client_as, ada):
    """Until somebody answered or accepted it. By what question a piece was asked back
    stands on the desk, and is none that waits for a reply."""
    people = crowd(district, district.harbour, 6)
    for hours, author in ((1, 0), (23, 1), (25, 2), (24 * 40, 3)):
        piece = submitted(people[author], now=NOW - dt.timedelta(hours=hours))
        answered(ada, piece)
    two_days = NOW - dt.timedelta(days=2)
    reviewed(district, submitted(people[4], now=two_days), "accepted")
    back = submitted(people[5], now=two_days)
    reviewed(district, back, "asked_back", answered(ada, back, "What happened?", "question"))
    told = sheet(client_as(ada), district.top, "?from=2026-02-03&to=2026-05-04")
    bands = {
        of: number
        for (asked, of, _measure), number in told.items()
        if asked == "How long do pieces wait for an answer?" and number
    }
    assert bands == {"within 1 day": 2, "2 to 3 days": 3, "more than 30 days": 1}
    assert not [key for key in told if key[0] == "What is asked?"]
    said = answers_on(client_as(ada), district.top, "?from=2026-02-03&to=2026-05-04")
    assert "No question was asked in this period." in said


def reviewed(organisation, piece: str, kind: str, words: str | None = None) -> None:
    with change(db.session) as session:
        session.add(
            Review(
                organisation_id=organisation.id, id=new_id(), reflection_id=piece, by="x",
                kind=kind, answer_id=words, published_version=1, at=NOW,
            )
        )  # fmt: skip
