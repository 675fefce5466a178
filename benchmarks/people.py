"""How long it takes to bring in 10,000 people in 1,000 units, beside the bare inserts of the same rows.

    python -m benchmarks people                  # SQLite in a temporary folder
    python benchmarks/people.py --people 1000 --units 100
    TEST_DATABASE_URL=postgresql://... python benchmarks/people.py

A table of as many rows is read in the limited child process, looked at, brought in,
looked at again (it must change nothing) and taken back. Printed is each step, and
bringing it in / the same rows by one executemany for each table in one transaction,
on the same engine with the same settings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.child import Reader
from webapp import create_app, migrations
from webapp.access import Actor
from webapp.community import Base, change, db
from webapp.ids import new_id
from webapp.members import actions as members
from webapp.people import choosing, import_actions, store, undo_actions
from webapp.settings import Settings
from webapp.units import beginnings

TABLES = ("units", "accounts", "members", "memberships", "appointments", "people_imported")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("TEST_DATABASE_URL", "")
        app = create_app(Settings(data=Path(folder), model="hashing", database_url=url))
        with app.app_context():
            migrations.upgrade()
            print(f"{asked.people:,} people in {asked.units:,} units, {db.engine.dialect.name}")
            measure(Path(folder, "people.csv"), asked.people, asked.units)
            db.session.rollback()
            db.engine.dispose()
    return 0


def table(people: int, units: int) -> str:
    """A tree with ten units below each, every tenth person with a role."""
    rows = ["name,e-mail,number,unit,parent unit,kind,role"]
    for unit in range(units):
        above = f"Unit {(unit - 1) // 10}" if unit else ""
        rows.append(f",,,Unit {unit},{above},{'branch' if unit % 10 else 'committee'},")
    for n in range(people):
        email, role = (f"p{n}@example.org" if n % 2 else ""), ("" if n % 10 else "mentor")
        rows.append(f"Person {n},{email},{n + 1},Unit {n % units},,,{role}")
    return "\n".join(rows)


def timed(what: str, work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    found = work()
    took = time.perf_counter() - began
    print(f"{what:44} {took * 1000:10,.0f} ms")
    return found, took


def measure(path: Path, people: int, units: int) -> None:
    now = dt.datetime.now(dt.UTC)
    founded = members.found_organisation(
        db.session, name="Many", language="en", roles=beginnings.roles(), kinds=beginnings.kinds(),
        now=now,
    )  # fmt: skip
    actor = Actor(founded.id, new_id(), administrator=True, organizer=True)
    path.write_text(table(people, units), "utf-8")
    with Reader() as reader:
        reader.start()
        sheet, _took = timed("reading the file in the child", lambda: reader.sheet(path))
    made, _took = timed(
        "keeping it", lambda: import_actions.keep(db.session, actor, sheet, path.name, now=now)
    )

    def look() -> Any:
        db.session.expire_all()
        found = store.one_import(db.session, founded.id, made)
        assert found is not None
        there = store.there(db.session, founded.id, now=now)
        return choosing.planned(kept or found.sheet, found.choices, there, new_id)

    kept: dict[str, Any] = {}
    planned, _took = timed("looking at it", look)
    kept = store.one_import(db.session, founded.id, made).sheet  # type: ignore[union-attr]
    done, took = timed(
        "bringing it in",
        lambda: import_actions.run(db.session, actor, made, seen=planned.fingerprint, now=now),
    )
    assert (done["people"], done["units"]) == (people, units), done
    rows = {name: rows_of(name, founded.id) for name in TABLES}
    again, _took = timed("looking again: changes nothing", look)
    assert again.makes_nothing
    timed("taking it back", lambda: undo_actions.undo(db.session, actor, made, now=now))
    _none, bare = timed("the same rows by bare executemany", lambda: insert(rows, made))
    print(f"bringing in / bare inserts of the same rows: {took / bare:.2f}")


def rows_of(name: str, organisation: str) -> list[dict[str, Any]]:
    one = Base.metadata.tables[name]
    query = sa.select(*(c for c in one.c if c.name != "mf_recovery_codes"))
    if "organisation_id" in one.c:
        query = query.where(one.c.organisation_id == organisation)
    found = [dict(row._mapping) for row in db.session.execute(query)]
    if name == "units":
        found = [row for row in found if row["name"] != "Many"]
    return found


def insert(rows: dict[str, list[dict[str, Any]]], import_id: str) -> None:
    with change(db.session) as session:
        notes = Base.metadata.tables["people_imported"]
        session.execute(sa.delete(notes).where(notes.c.import_id == import_id))
        for name in TABLES:
            session.execute(sa.insert(Base.metadata.tables[name]), rows[name])


if __name__ == "__main__":
    sys.exit(main())
