"""Pages of the study system in a tree of 1,000 units, 10,000 members and 100,000 pieces.

    python -m benchmarks study                   # makes the world first (minutes)
    python benchmarks/study.py --data FOLDER     # makes it there once, and keeps it
    python benchmarks/study.py --small           # a tenth of it

Prints the processor time of each page, signed in as an organizer of a branch of ten
people, of a middle unit (a tenth of the tree) and of the top, beside a plain page: the
library with 30 cards. Medians of warm requests through the test client, in one process,
with the hashing model and the starter library. The database gets what it gets in every
night (`community.look_through`) and nothing more. Limits hold for desk, progress and report.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import intake, starter
from corpus.library import Library
from models.load import load_model
from recommender.indexing import sync_library
from tests.webapp.people import NOW, add_member, client_for, found_organisation, running_app
from webapp.answers.tables import Answer
from webapp.community import change, db, look_through
from webapp.desk.tables import Review
from webapp.ids import new_id
from webapp.members.tables import Member
from webapp.reflections.tables import Citation, Experience, Reflection, ReflectionTheme
from webapp.requirements.tables import Attendance, Requirement, RequirementVersion
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole, Unit

LIMIT = 3.0  # desk, progress and report to the plain page
ROUNDS = 21
YEAR = 365 * 1440  # minutes
AT_ONCE = 10_000  # pieces in a transaction
BODY = "We knocked at three doors, counted buckets and asked who carries the water. " * 20
WIDTHS = (10, 89, 900)  # units below the top, level by level


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder to make the world in, and to keep")
    parser.add_argument("--small", action="store_true", help="a tenth of the world")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="only pages with this in their name")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as somewhere:
        folder = asked.data or Path(somewhere)
        return in_world(folder, 10 if asked.small else 1, asked.rounds, asked.only)


def in_world(folder: Path, part: int, rounds: int, only: str) -> int:
    model = load_model("hashing", folder)
    if not (folder / "library.db").exists():
        folder.mkdir(parents=True, exist_ok=True)
        intake.build(folder / "library.db", [starter.folder()])
        with Library.open(folder / "library.db") as library:
            sync_library(folder / "index", library, model)
    with running_app(folder, "", model) as app:
        if not db.session.scalar(sa.select(Unit.id).where(Unit.name == "Unit 5")):
            began = time.perf_counter()
            World(folder, part).make()
            print(f"world made in {time.perf_counter() - began:.0f} s")
        look_through()
        db.session.rollback()
        return measured(app, rounds, only)


# The world


@dataclass
class World:
    folder: Path
    part: int  # the world divided by this

    def make(self) -> None:
        self.draw = random.Random(6)
        self.house = found_organisation()
        self.key = {"organisation_id": self.house.id}
        self.early = NOW - dt.timedelta(days=500)
        with Library.open(self.folder / "library.db") as library:
            self.passages = [(passage.id, text.slug) for text, passage in library.all_passages()][
                :2_000
            ]
            self.themes = sorted(library.facets().themes)
        self.levels = self.units()
        self.people()
        for number, done in enumerate(range(0, 100_000 // self.part, AT_ONCE)):
            self.pieces(min(AT_ONCE, 100_000 // self.part - done))
            print(f"  {(number + 1) * AT_ONCE:,} pieces", flush=True)
        self.requirements()
        self.attendances()

    def units(self) -> list[list[str]]:
        with change(db.session) as session:
            top = session.scalars(sa.select(Unit).where(Unit.parent_id.is_(None))).first()
            assert top is not None
            for unit in session.scalars(sa.select(Unit).where(Unit.id != top.id)):
                unit.parent_id = top.id
            levels, rows = [[top.id]], []
            for width in WIDTHS:
                above = levels[-1]
                here = [new_id() for _unit in range(max(2, width // self.part))]
                for number, id in enumerate(here):
                    rows.append({**self.key, "id": id, "name": f"Unit {len(rows)}",
                                 "kind": "branch", "parent_id": above[number % len(above)],
                                 "created_at": self.early})  # fmt: skip
                levels.append(here)
            session.execute(sa.insert(Unit), rows)
        return levels

    def people(self) -> None:
        branches = self.levels[-1]
        self.members = [new_id() for _member in range(10_000 // self.part)]
        self.unit_of = {id: branches[n % len(branches)] for n, id in enumerate(self.members)}
        roles = db.session.scalars(sa.select(StudyRole.id)).all()
        belong = list(self.unit_of.items())
        belong += [(id, self.draw.choice(self.levels[2])) for id in self.members[::20]]
        with change(db.session) as session:
            session.execute(sa.insert(Member), [
                {**self.key, "id": id, "name": f"Member {number}", "language": "en", "reads": [],
                 "interests": [], "switched_off": [], "joined_at": self.early}
                for number, id in enumerate(self.members)
            ])  # fmt: skip
            session.execute(sa.insert(Membership), [
                {**self.key, "id": new_id(), "member_id": id, "unit_id": unit, "since": self.early}
                for id, unit in belong
            ])  # fmt: skip
            session.execute(sa.insert(MemberRole), [
                {**self.key, "member_id": id, "role_id": self.draw.choice(roles),
                 "since": self.early} for id in self.members
            ])  # fmt: skip
        # Who looks: an organizer at each height, and a member of a branch.
        places = {"top": self.levels[0][0], "middle": self.levels[1][0]}
        places["branch"] = below(places["middle"])[0]
        self.organizers = {}
        for name, unit in places.items():
            member = add_member(self.house, f"Organizer {name}", unit)
            self.organizers[name] = member.id
            with change(db.session) as session:
                session.add(Appointment(**self.key, id=new_id(), member_id=member.id,
                                        unit_id=unit, role_id="organizer", since=self.early))  # fmt: skip
        add_member(self.house, "Plain member", places["branch"])

    def pieces(self, many: int) -> None:
        draw, rows = self.draw, Rows()
        for _piece in range(many):
            id, author = new_id(), draw.choice(self.members)
            at = NOW - dt.timedelta(minutes=draw.randrange(60, YEAR))
            audience = draw.choices(("organisation", "unit", "anonymous"), (70, 25, 5))[0]
            themes = draw.sample(self.themes, 2)
            passage, text = draw.choice(self.passages)
            genre = draw.choices(("reflection", "experience"), (9, 1))[0]
            shown = at.replace(hour=0, minute=0) if audience == "anonymous" else at
            rows.pieces.append({
                **self.key, "id": id, "member_id": author, "genre": genre, "language": "en",
                "text_slug": text, "text_title": text, "title": "Whose water", "body": BODY,
                "version": 1, "status": "submitted", "audience": audience,
                "unit_id": self.unit_of[author] if audience == "unit" else None,
                "published_title": "Whose water", "published_body": BODY, "published_draft": 1,
                "search_text": "", "themes": themes, "submitted_at": at, "shown_at": shown,
                "published_version": 1, "indexed_version": 1, "created_at": at, "updated_at": at,
            })  # fmt: skip
            of = {**self.key, "reflection_id": id}
            rows.themes += [{**of, "theme": theme} for theme in themes]
            if genre == "experience":
                rows.experiences.append({**of, "roles": [], "themes": themes})
            if draw.random() < 0.6:
                rows.citations.append({**of, "position": 0, "passage_id": passage,
                                       "text_slug": text, "quote": "q" * 200, "source": "s"})  # fmt: skip
            if draw.random() < 0.85:
                self.answered(rows, of, author, at)
        with change(db.session) as session:
            for table, found in rows.by_table():
                session.execute(sa.insert(table), found)

    def answered(self, rows: Rows, of: dict[str, Any], author: str, at: dt.datetime) -> None:
        draw, id = self.draw, new_id()
        kind = draw.choices(("echo", "question", "suggestion"), (5, 3, 2))[0]
        when = min(at + dt.timedelta(hours=draw.randrange(1, 300)), NOW)
        by = draw.choice(self.members)
        rows.answers.append({**of, "id": id, "member_id": by, "parent_id": None, "kind": kind,
                             "body": "Who decided that? " * 10, "at": when})  # fmt: skip
        if kind == "question" and draw.random() < 0.8:
            rows.replies.append({**of, "id": new_id(), "member_id": author, "parent_id": id,
                                 "kind": "reply", "body": "The street.", "at": when})  # fmt: skip
        if draw.random() < 0.25:
            said = "asked_back" if kind == "question" and draw.random() < 0.3 else "accepted"
            rows.reviews.append({**of, "id": new_id(), "by": by, "kind": said, "answer_id": id,
                                 "published_version": 1, "at": when})  # fmt: skip

    def requirements(self) -> None:
        """Two of the top, one of each unit in the middle, and of every fifth branch."""
        asking = [(self.levels[0][0], "quarter"), (self.levels[0][0], "month")]
        asking += [(unit, "month") for level in self.levels[1:3] for unit in level]
        asking += [(unit, "month") for unit in self.levels[3][::5]]
        day = dt.date(NOW.year, 1, 1)
        with change(db.session) as session:
            for number, (unit, pace) in enumerate(asking):
                id = new_id()
                session.add(Requirement(**self.key, id=id, unit_id=unit, made_at=self.early))
                session.flush()
                session.add(RequirementVersion(
                    **self.key, requirement_id=id, number=1, title=f"Asked {number}",
                    from_day=day, starts_on=day, pace=pace, made_at=self.early,
                    content="themes" if number > 1 else "own", themes=self.themes[:2],
                    answered_by="organizer" if pace == "quarter" else "reader",
                    accepted_when="answered", write=1, discuss=number % 2, attend=number % 3 == 0,
                ))  # fmt: skip

    def attendances(self) -> None:
        with change(db.session) as session:
            session.execute(sa.insert(Attendance), [
                {**self.key, "id": new_id(), "unit_id": self.unit_of[id], "member_id": id,
                 "what": "Tuesday circle", "entered_at": NOW, "name": "", "objection": "",
                 "day": NOW.date() - dt.timedelta(days=self.draw.randrange(120))}
                for id in self.members * 2
            ])  # fmt: skip


class Rows:
    """What is inserted together, table by table."""

    def __init__(self) -> None:
        self.pieces: list[dict[str, Any]] = []
        self.themes: list[dict[str, Any]] = []
        self.experiences: list[dict[str, Any]] = []
        self.citations: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []

    def by_table(self) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        for table, rows in (
            (Reflection, self.pieces),
            (ReflectionTheme, self.themes),
            (Experience, self.experiences),
            (Citation, self.citations),
            (Answer, self.answers),
            (Answer, self.replies),
            (Review, self.reviews),
        ):
            if rows:
                yield table, rows


def below(unit: str) -> list[str]:
    """The branches below a middle unit."""
    inner = sa.select(Unit.id).where(Unit.parent_id == unit)
    found = db.session.scalars(sa.select(Unit.id).where(Unit.parent_id.in_(inner))).all()
    db.session.rollback()
    return sorted(found)


# The pages


@dataclass(frozen=True)
class Asked:
    page: str
    who: str
    path: str
    limit: float | None = None


def pages() -> list[Asked]:
    unit = {name: db.session.scalar(organized_by(name)) for name in ("branch", "middle", "top")}
    found = [Asked("library", who, "/library") for who in ("member", *unit)]
    found += [
        Asked("notes", "member", "/notes"),
        Asked("unit", "member", f"/units/{unit['branch']}"),
    ]
    found += [Asked("desk", who, "/desk", LIMIT) for who in unit]
    for page, path in (("progress", "progress"), ("report", "report?period=quarter")):
        found += [Asked(page, who, f"/units/{unit[who]}/{path}", LIMIT) for who in unit]
    found += [
        Asked("requirements", "member", "/requirements"),
        Asked("reflections", "member", "/reflections"),
        Asked("reflections", "top", "/reflections"),
        Asked("units", "member", "/units"),
        Asked("people", "branch", "/people"),
        Asked("people", "top", "/people"),
    ]
    return found


def organized_by(name: str) -> sa.Select[tuple[str]]:
    return (
        sa.select(Appointment.unit_id)
        .join(Member, Member.id == Appointment.member_id)
        .where(Member.name == f"Organizer {name}")
    )


def measured(app: Flask, rounds: int, only: str) -> int:
    clients = {}
    for name in ("branch", "middle", "top", "member"):
        called = "Plain member" if name == "member" else f"Organizer {name}"
        member = db.session.scalars(sa.select(Member).where(Member.name == called)).one()
        clients[name] = client_for(app, member, language="en")
    statements = [0]
    counting = sa.event.listens_for(db.engine, "before_cursor_execute")
    counting(lambda *_given: statements.__setitem__(0, statements[0] + 1))
    missed = 0
    print(f"load {os.getloadavg()[0]:.1f}; medians of {rounds}, ms of processor time")
    for asked in (one for one in pages() if only in one.page):
        plain = Asked("plain", asked.who, "/library")
        took: dict[Asked, list[float]] = {plain: [], asked: []}
        size = asked_for = 0
        # In turns, since other work on the machine comes and goes.
        for turn in range(-2, rounds):
            for one in took:
                statements[0] = 0
                began = time.process_time()
                answer = clients[one.who].get(one.path)
                if turn >= 0:
                    took[one].append((time.process_time() - began) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{one.path} answered {answer.status_code}")
                size, asked_for = len(answer.data), statements[0]
        middle = statistics.median(took[asked])
        ratio = middle / statistics.median(took[plain])
        verdict = "" if asked.limit is None else ("ok" if ratio <= asked.limit else "MISSED")
        missed += verdict == "MISSED"
        print(
            f"{asked.page:16} {asked.who:7} {middle:8.1f}  : plain {ratio:6.2f}  "
            f"{asked_for:3} statements {size // 1000:4} kB  {verdict}",
            flush=True,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
