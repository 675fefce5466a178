"""Changes to what is said of texts, and files that are brought: each one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.texts import decided
from webapp.texts.decided import Batch, Said
from webapp.texts.tables import TextChange, TextDecision, Upload

MOST_TRIES = 3  # of reading a file, before it is given up


class Unknown(Exception):
    """There is no such change or upload in this organisation."""


@dataclass(frozen=True)
class Changed:
    """What a change came to."""

    id: str | None  # of the change, by which it is undone; None where nothing changed
    slugs: tuple[str, ...] = ()  # texts that were changed
    passed_over: tuple[str, ...] = ()  # somebody else changed them since the page was opened
    left: tuple[str, ...] = ()  # undoing: "slug field" that was changed again since


def decide(
    session: Session,
    actor: Actor,
    wanted: Mapping[str, Mapping[str, Any]],
    *,
    kind: str,
    key: str,
    now: dt.datetime,
    seen: Mapping[str, int] | None = None,
) -> Changed:
    """Decide fields of texts (`Said.NOTHING` takes a decision back).

    `seen`: the version of each decision that the page showed; a text whose
    decision has moved on since is passed over. The same key changes once.
    """
    with change(session):

        def work() -> dict[str, Any]:
            rows = _to_change(session, actor.organisation, wanted, now=now)
            moved = [s for s in wanted if seen is not None and rows[s].version != seen.get(s, 0)]
            batch = {
                slug: entry
                for slug, fields in wanted.items()
                if slug not in moved and (entry := decided.changed(rows[slug].decided, fields))
            }
            id = _carry_out(session, actor, rows, batch, kind=kind, now=now)
            return {"id": id, "slugs": list(batch), "passed_over": moved}

        result, _now = carried_out(session, actor, key, (kind, *sorted(wanted)), work, now=now)
        return _changed(result)


def undo(session: Session, actor: Actor, change_id: str, *, key: str, now: dt.datetime) -> Changed:
    """Take a change back, an undoing too. What was changed again since stays."""
    with change(session):

        def work() -> dict[str, Any]:
            made = session.get(TextChange, (actor.organisation, change_id), with_for_update=True)
            if made is None:
                raise Unknown
            if made.undone_at is not None:
                return {"id": None}
            rows = _to_change(session, actor.organisation, made.batch, now=now)
            back = {s: decided.reverse(rows[s].decided, entry) for s, entry in made.batch.items()}
            batch = {
                slug: entry
                for slug, reverse in back.items()
                if (entry := decided.changed(rows[slug].decided, reverse.wanted))
            }
            made.undone_at = now
            if made.undoes:  # what it had undone stands again
                _stands_again(session, actor.organisation, made.undoes)
            id = _carry_out(session, actor, rows, batch, kind="undo", now=now, undoes=change_id)
            left = [f"{slug} {field}" for slug, r in back.items() for field in r.left]
            return {"id": id, "slugs": list(batch), "left": left}

        result, _now = carried_out(session, actor, key, ("undo", change_id), work, now=now)
        return _changed(result)


def _changed(result: Mapping[str, Any]) -> Changed:
    return Changed(
        id=result.get("id"),
        slugs=tuple(result.get("slugs", ())),
        passed_over=tuple(result.get("passed_over", ())),
        left=tuple(result.get("left", ())),
    )


def _to_change(
    session: Session, organisation_id: str, slugs: Mapping[str, Any], *, now: dt.datetime
) -> dict[str, TextDecision]:
    """The decisions of these texts; nobody else changes them until the transaction ends."""
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    for slug in sorted(slugs):  # in one order, so that two changes cannot wait for each other
        session.execute(
            insert(TextDecision)
            .values(
                organisation_id=organisation_id,
                slug=slug,
                decided={},
                version=0,
                applied=0,
                changed_at=now,
            )
            .on_conflict_do_nothing()
        )
    rows = session.scalars(
        sa.select(TextDecision)
        .where(TextDecision.organisation_id == organisation_id, TextDecision.slug.in_(list(slugs)))
        .order_by(TextDecision.slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.slug: row for row in rows}


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _carry_out(
    session: Session,
    actor: Actor,
    rows: Mapping[str, TextDecision],
    batch: Batch,
    *,
    kind: str,
    now: dt.datetime,
    undoes: str | None = None,
) -> str | None:
    """Write a batch and remember it; the id of the change."""
    if not batch:
        return None
    for slug, entry in batch.items():
        row = rows[slug]
        row.decided = decided.laid_on(row.decided, entry)
        row.version += 1
        row.changed_at, row.changed_by = now, actor.member
    made = TextChange(
        organisation_id=actor.organisation,
        id=new_id(),
        at=now,
        by=actor.member,
        kind=kind,
        batch=batch,
        undoes=undoes,
    )
    session.add(made)
    session.flush()
    return made.id


def _stands_again(session: Session, organisation_id: str, change_id: str) -> None:
    before = session.get(TextChange, (organisation_id, change_id), with_for_update=True)
    if before is not None:
        before.undone_at = None


# Files that are brought


@dataclass(frozen=True)
class Brought:
    """A file that was kept below the data folder and is to be read."""

    id: str
    name: str
    path: str
    size: int
    refused: str = ""  # why it was not kept; it is then done with


def note_uploads(
    session: Session,
    actor: Actor,
    files: Sequence[Brought],
    *,
    replaces: bool,
    key: str,
    now: dt.datetime,
) -> tuple[list[str], bool]:
    """Note files that were kept; their ids, and whether it was done now. The same
    key with the same files notes them once: the ids are then the earlier ones."""
    with change(session):

        def work() -> dict[str, Any]:
            session.add_all(
                Upload(
                    organisation_id=actor.organisation,
                    id=file.id,
                    at=now - dt.timedelta(microseconds=place),  # listed in their order
                    by=actor.member,
                    name=file.name,
                    path=file.path,
                    size=file.size,
                    replaces=replaces,
                    state="done" if file.refused else "waiting",
                    outcomes=[_not_kept(file)] if file.refused else [],
                    tries=0,
                )
                for place, file in enumerate(files)
            )
            session.flush()
            return {"ids": [file.id for file in files]}

        what = ("upload", str(replaces), *(f"{f.name} {f.size}" for f in files))
        result, done_now = carried_out(session, actor, key, what, work, now=now)
        return list(result.get("ids", ())), done_now


def _not_kept(file: Brought) -> dict[str, Any]:
    return {
        "name": file.name,
        "outcome": "refused",
        "why": file.refused,
        "slug": None,
        "title": None,
    }


def claim(
    session: Session,
    organisation_id: str,
    upload_id: str,
    *,
    begun_before: dt.datetime,
    now: dt.datetime,
) -> Upload | None:
    """Take a file to read it; None where somebody else does, or did.

    A file on which the process ended again and again is given up.
    """
    with change(session):
        found = session.get(
            Upload, (organisation_id, upload_id), populate_existing=True, with_for_update=True
        )
        if found is None or found.state in ("done", "failed"):
            return None
        if found.state == "reading" and found.seen_at and found.seen_at >= begun_before:
            return None
        if found.tries >= MOST_TRIES:
            found.state = "failed"
            return None
        found.state, found.seen_at = "reading", now
        found.tries += 1
        return found


def let_go(session: Session, organisation_id: str, upload_id: str) -> None:
    """Reading it did not end well; somebody may try again."""
    with change(session):
        session.execute(
            sa.update(Upload)
            .where(
                Upload.organisation_id == organisation_id,
                Upload.id == upload_id,
                Upload.state == "reading",
            )
            .values(state="waiting")
        )


def note_outcomes(
    session: Session,
    organisation_id: str,
    upload_id: str,
    outcomes: list[dict[str, Any]],
    *,
    failed: bool = False,
) -> None:
    with change(session):
        session.execute(
            sa.update(Upload)
            .where(Upload.organisation_id == organisation_id, Upload.id == upload_id)
            .values(outcomes=outcomes, state="failed" if failed else "done")
        )


__all__ = ["Brought", "Changed", "Said", "Unknown", "claim", "decide", "note_uploads", "undo"]
