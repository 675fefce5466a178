"""SQL of the coach. What belongs to a draft or a member is asked for with the actor who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer

from webapp.access import Actor
from webapp.coach.phrases import Phrases
from webapp.coach.tables import CoachChoice, CoachCount, CoachDraft, CoachPhrase
from webapp.community import named_by
from webapp.members.tables import Member
from webapp.reflections.tables import Reflection

EARLIER_PIECES = 5  # of the author's own, the newest
EARLIER_CHARACTERS = 40_000  # of each that are read


# A draft


@dataclass(frozen=True)
class Kept:
    """What is kept beside a draft."""

    kept: bytes | None
    shown: tuple[str, ...]
    answers: dict[str, str]


def of_draft(session: Session, actor: Actor, reflection_id: str) -> Kept:
    """Nothing for a draft that is not the actor's."""
    row = session.execute(
        sa.select(CoachDraft.kept, CoachDraft.shown, CoachDraft.answers)
        .join(
            Reflection,
            named_by(Reflection, CoachDraft.reflection_id),
        )
        .where(
            CoachDraft.organisation_id == actor.organisation,
            CoachDraft.reflection_id == reflection_id,
            Reflection.member_id == actor.member,
        )
    ).first()
    return Kept(row.kept, tuple(row.shown), dict(row.answers)) if row else Kept(None, (), {})


def draft_to_change(session: Session, piece: Reflection) -> CoachDraft:
    """The row of a draft that the caller has locked. Part of its transaction."""
    key = (piece.organisation_id, piece.id)
    found = session.get(CoachDraft, key, populate_existing=True, options=[undefer(CoachDraft.kept)])
    if found is None:
        found = CoachDraft(
            organisation_id=piece.organisation_id, reflection_id=piece.id, shown=[], answers={}
        )
        session.add(found)
    return found


@dataclass(frozen=True)
class Earlier:
    """An earlier piece of the author, or its beginning."""

    id: str
    title: str
    body: str
    language: str


def earlier_pieces(session: Session, actor: Actor, reflection_id: str) -> list[Earlier]:
    """The actor's newest other pieces, drafts included: what a draft may repeat."""
    rows = session.execute(
        sa.select(
            Reflection.id,
            Reflection.title,
            sa.func.substr(Reflection.body, 1, EARLIER_CHARACTERS),
            Reflection.language,
        )
        .where(
            Reflection.organisation_id == actor.organisation,
            Reflection.member_id == actor.member,
            Reflection.id != reflection_id,
        )
        .order_by(Reflection.updated_at.desc(), Reflection.id)
        .limit(EARLIER_PIECES)
    )
    return [Earlier(*row) for row in rows]


# A member


@dataclass(frozen=True)
class Choice:
    off: bool = False
    never: tuple[str, ...] = ()  # kinds


def choice(session: Session, actor: Actor) -> Choice:
    row = session.execute(
        sa.select(CoachChoice.off, CoachChoice.never).where(
            CoachChoice.organisation_id == actor.organisation,
            CoachChoice.member_id == actor.member,
        )
    ).first()
    return Choice(row.off, tuple(row.never)) if row else Choice()


def choice_to_change(session: Session, actor: Actor) -> CoachChoice:
    """The actor's choices; nobody else changes them until the transaction ends."""
    key = (actor.organisation, actor.member)
    session.get(Member, key, populate_existing=True, with_for_update=True)
    found = session.get(CoachChoice, key, populate_existing=True)
    if found is None:
        found = CoachChoice(organisation_id=key[0], member_id=str(key[1]), off=False, never=[])
        session.add(found)
    return found


# How often a kind was wrong


def count(
    session: Session,
    organisation: str,
    *,
    month: str,
    kind: str,
    genre: str,
    language: str,
    shown: int = 0,
    wrong: int = 0,
) -> None:
    """Part of the caller's transaction."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = {
        "organisation_id": organisation,
        "month": month,
        "kind": kind,
        "genre": genre,
        "language": language,
    }
    # what is taken back in a later month than it was said is not below nothing
    session.execute(
        insert(CoachCount)
        .values(**key, shown=max(shown, 0), wrong=max(wrong, 0))
        .on_conflict_do_update(
            index_elements=list(key),
            set_={
                "shown": CoachCount.shown + shown,
                "wrong": sa.case((CoachCount.wrong + wrong < 0, 0), else_=CoachCount.wrong + wrong),
            },
        )
    )


def counts(session: Session, organisation: str, *, before: str) -> list[tuple[str, int, int]]:
    """Kind, shown and wrong, of all months before this one together."""
    rows = session.execute(
        sa.select(CoachCount.kind, sa.func.sum(CoachCount.shown), sa.func.sum(CoachCount.wrong))
        .where(CoachCount.organisation_id == organisation, CoachCount.month < before)
        .group_by(CoachCount.kind)
    )
    return [(kind, int(shown), int(wrong)) for kind, shown, wrong in rows]


# Stock phrases


def phrases(session: Session, organisation: str) -> Phrases:
    rows = session.execute(
        sa.select(CoachPhrase.phrase, CoachPhrase.change).where(
            CoachPhrase.organisation_id == organisation
        )
    ).all()
    return Phrases(
        frozenset(phrase for phrase, change in rows if change == "added"),
        frozenset(phrase for phrase, change in rows if change == "removed"),
    )


@dataclass(frozen=True)
class PhraseRow:
    phrase: str
    change: str
    at: dt.datetime
    by: str  # name; "" for somebody who has left


def phrase_rows(session: Session, organisation: str) -> list[PhraseRow]:
    """The organisation's changes to the shipped lists, for organizers."""
    rows = session.execute(
        sa.select(CoachPhrase.phrase, CoachPhrase.change, CoachPhrase.at, Member.name)
        .outerjoin(
            Member,
            named_by(Member, CoachPhrase.by),
        )
        .where(CoachPhrase.organisation_id == organisation)
        .order_by(CoachPhrase.at.desc(), CoachPhrase.phrase)
    )
    return [PhraseRow(phrase, change, at, name or "") for phrase, change, at, name in rows]


def phrase_to_change(session: Session, organisation: str, phrase: str) -> CoachPhrase | None:
    return session.scalars(
        sa.select(CoachPhrase)
        .where(CoachPhrase.organisation_id == organisation, CoachPhrase.phrase == phrase)
        .execution_options(populate_existing=True)
    ).first()
