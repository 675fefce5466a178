"""Everything of a member's own, written into a zip row by row: nothing is held in memory
but the row at hand.

`data.json` says who, when and which sections; `data/NAME.jsonl` has a section's rows,
one a line; beside them stand the notes and pieces as Markdown, and a README.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.answers import store as answers
from webapp.audit import store as audit
from webapp.leaving import markdown, plain, sections, wording
from webapp.members.tables import Member, Organisation, User
from webapp.reflections.tables import Reflection
from webapp.units.tables import StudyRole, Unit

AT_ONCE = 200  # rows that the database is asked for at once
PROFILE = (
    "name", "language", "reads", "administrator", "organizer", "working_on", "working_on_at",
    "interests", "interests_at", "newness", "switched_off", "minutes_today", "minutes_day",
    "welcomed_at", "joined_at",
)  # fmt: skip

Row = Mapping[str, Any]


def pack(file: IO[bytes], session: Session, actor: Actor, *, now: dt.datetime) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        counts = {
            name: _write_rows(packed, name, rows(session, actor, name))
            for name in (*sections.SECTIONS, *sections.MADE)
        }
        for name, words in _pages(session, actor):
            packed.writestr(name, words)
        head = {"format": sections.FORMAT, "version": sections.VERSION, "made_at": plain.out(now)}
        head |= _about(session, actor)
        head["sections"] = counts
        packed.writestr("data.json", json.dumps(head, ensure_ascii=False, indent=1))
        packed.writestr("README.md", wording.readme(counts, now))


def rows(session: Session, actor: Actor, name: str) -> Iterator[Row]:
    """A section's rows, as Python values."""
    if name == "answers_received":
        yield from _answers_received(session, actor)
        return
    if name == "log":
        query = audit.about_oneself(session, actor)
        for event in session.scalars(query.execution_options(yield_per=AT_ONCE)):
            yield {"at": event.at, "what": event.what, "by_me": event.by == actor.member}
        return
    own = sections.own_rows(name, actor).execution_options(yield_per=AT_ONCE)
    for row in session.execute(own):
        yield dict(row._mapping)


def _answers_received(session: Session, actor: Actor) -> Iterator[Row]:
    """Words of others, as far as the member may read them now, by the name that is shown."""
    query = answers.selected(actor).where(
        answers.readable_by(actor),
        Reflection.member_id == actor.member,
        answers.Answer.member_id != actor.member,
    )
    found = session.execute(
        query.order_by(answers.Answer.at, answers.Answer.id).execution_options(yield_per=AT_ONCE)
    )
    for row in found:
        said = answers.said(row)
        yield {
            "id": said.id, "reflection_id": row[13], "parent_id": said.parent, "kind": said.kind,
            "by": said.name, "body": said.body, "quote": said.quote, "at": said.at,
        }  # fmt: skip


def _write_rows(packed: zipfile.ZipFile, name: str, found: Iterable[Row]) -> int:
    number = 0
    with packed.open(f"data/{name}.jsonl", "w", force_zip64=True) as lines:
        for row in found:
            said = {column: plain.out(value) for column, value in row.items()}
            lines.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
            number += 1
    return number


def _pages(session: Session, actor: Actor) -> Iterator[tuple[str, str]]:
    for row in rows(session, actor, "notes"):
        front = {name: row[name] for name in ("id", "text_slug", "created_at", "updated_at")}
        yield markdown.name_of("notes", row), markdown.page(row["title"], row["body"], front)
    about = (
        "id", "genre", "status", "audience", "text_title", "language", "created_at", "updated_at",
        "submitted_at",
    )  # fmt: skip
    for row in rows(session, actor, "reflections"):
        front = {name: row[name] for name in about}
        yield markdown.name_of("pieces", row), markdown.page(row["title"], row["body"], front)
        shown = (row["published_title"], row["published_body"])
        if row["status"] == "submitted" and shown != (row["title"], row["body"]):
            name = markdown.name_of("pieces", row, "as-submitted.md")
            yield name, markdown.page(*shown, front)


def _about(session: Session, actor: Actor) -> dict[str, Any]:
    """Who it is, and how what rows name by an id is called."""
    organisation = actor.organisation
    me = session.get_one(Member, (organisation, actor.member))
    address = session.scalar(sa.select(User.email).where(User.id == me.account_id))
    profile = {name: plain.out(getattr(me, name)) for name in PROFILE}
    named: dict[str, dict[str, str]] = {}
    for kind, table, name in (
        ("units", Unit, Unit.name),
        ("roles", StudyRole, StudyRole.name_zh if me.language == "zh" else StudyRole.name_en),
    ):
        column = f"{kind[:-1]}_id"
        ids = {
            row[column]
            for section in ("memberships", "appointments", "member_roles", "reflections")
            for row in rows(session, actor, section)
            if row.get(column)
        }
        query = sa.select(table.id, name).where(
            table.organisation_id == organisation, table.id.in_(sorted(ids))
        )
        named[kind] = dict(session.execute(query).all())
    called = session.scalar(sa.select(Organisation.name).where(Organisation.id == organisation))
    return {"organisation": called, "member": {"email": address, **profile}, **named}
