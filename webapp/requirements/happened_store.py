"""SQL of what happened: pieces, answers, readings, practice, attendance, entered pieces.

Two ways in. `own` gives a member everything of theirs. `of_others` gives an organizer
what they may read anyway under its author's name: no piece without a name, nothing
private, and entries only of units that they organize. The number of statements is the
same for one person and for fifty.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp import clock, resources
from webapp.access import Actor
from webapp.answers.counting import Answered
from webapp.answers.tables import Answer
from webapp.desk.tables import Review
from webapp.goals.tables import Goal
from webapp.readings.tables import Deed
from webapp.reflections import store as reflections
from webapp.reflections.tables import Citation, Reflection
from webapp.requirements import happened_entries
from webapp.requirements.happened import (
    Attended,
    Discussed,
    FollowedUp,
    Happened,
    Heard,
    Piece,
    Reading,
    Reviewed,
)


def own(session: Session, actor: Actor, since: dt.date) -> Happened:
    """Everything of the actor's own from this day on."""
    gathered = _Gathered()
    mine = sa.and_(
        Reflection.organisation_id == actor.organisation,
        Reflection.member_id == actor.member,
        Reflection.status.in_(("submitted", "withdrawn")),
    )
    _pieces(session, actor, mine, since, gathered)
    _discussed(session, actor, [str(actor.member)], since, gathered, readable_only=False)
    _entries(session, actor, [str(actor.member)], since, gathered, everywhere=True)
    _deeds(session, actor, since, gathered)
    _goals(session, actor, since, gathered)
    return gathered.happened([str(actor.member)])[str(actor.member)]


def of_others(
    session: Session, actor: Actor, members: Collection[str], since: dt.date
) -> dict[str, Happened]:
    """By member, what the actor may know of each of them from this day on."""
    gathered = _Gathered()
    theirs = sa.and_(
        Reflection.member_id.in_(sorted(members)),
        Reflection.status == "submitted",
        Reflection.hidden_at.is_(None),  # of their own too: it is shown as others see it
        Reflection.audience != "anonymous",  # a count would tell who wrote it
        reflections.readable_by(actor),
    )
    _pieces(session, actor, theirs, since, gathered)
    _discussed(session, actor, members, since, gathered, readable_only=True)
    _entries(session, actor, members, since, gathered, everywhere=False)
    return gathered.happened(members)


@dataclass
class _Gathered:
    """By member, as the statements bring it."""

    pieces: dict[str, list[Piece]] = field(default_factory=lambda: defaultdict(list))
    discussed: dict[str, list[Discussed]] = field(default_factory=lambda: defaultdict(list))
    attended: dict[str, list[Attended]] = field(default_factory=lambda: defaultdict(list))
    readings: list[tuple[str, dt.date]] = field(default_factory=list)  # the actor's own
    goals: list[FollowedUp] = field(default_factory=list)  # the actor's own

    def happened(self, members: Collection[str]) -> dict[str, Happened]:
        slugs = {slug for pieces in self.pieces.values() for p in pieces for slug in p.texts}
        slugs.update(group for group, _day in self.readings)
        records = resources.library().texts_by_slug(slugs, withdrawn=True) if slugs else {}
        titles = {slug: record.title for slug, record in records.items()}
        themes = {slug: frozenset(record.themes) for slug, record in records.items()}
        readings = tuple(
            Reading(group, titles.get(group, ""), day, themes.get(group, frozenset()))
            for group, day in self.readings
        )
        return {
            member: Happened(
                pieces=tuple(self.pieces.get(member, ())),
                readings=readings,
                discussed=tuple(self.discussed.get(member, ())),
                attended=tuple(self.attended.get(member, ())),
                goals=tuple(self.goals),
                titles=titles,
                text_themes=themes,
            )
            for member in members
        }


def _pieces(
    session: Session,
    actor: Actor,
    which: sa.ColumnElement[bool],
    since: dt.date,
    gathered: _Gathered,
) -> None:
    rows = session.execute(
        sa.select(
            Reflection.id,
            Reflection.member_id,
            Reflection.published_title,
            Reflection.genre,
            Reflection.status,
            Reflection.hidden_at.is_not(None).label("hidden"),
            Reflection.themes,
            Reflection.text_slug,
            Reflection.audience,
            Reflection.shown_at,
            Reflection.submitted_at,
        ).where(which, Reflection.submitted_at >= _begins(since))
    ).all()
    ids = [row.id for row in rows]
    texts = _cited(session, actor, ids)
    heard = _heard(session, actor, ids)
    reviewed = _reviewed(session, actor, ids)
    for row in rows:
        days = [_day(row.shown_at or row.submitted_at)]
        # Opened to others later, a piece is shown anew; who answered it had it before.
        days += [h.answer.day for h in heard[row.id]]
        gathered.pieces[row.member_id].append(
            Piece(
                id=row.id,
                title=row.published_title,
                genre=row.genre,
                handed_in=min(days),
                status=row.status,
                hidden=bool(row.hidden),
                themes=frozenset(row.themes or ()),
                texts=frozenset(texts[row.id] | ({row.text_slug} if row.text_slug else set())),
                heard=tuple(heard[row.id]),
                reviewed=reviewed.get(row.id),
                private=row.audience == "anonymous",
            )
        )


def _cited(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for piece, slug in session.execute(
        sa.select(Citation.reflection_id, Citation.text_slug)
        .where(Citation.organisation_id == actor.organisation, Citation.reflection_id.in_(pieces))
        .distinct()
    ):
        found[piece].add(slug)
    return found


def _heard(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, list[Heard]]:
    """Answers to these pieces, in the form that the rule of counting asks for."""
    found: dict[str, list[Heard]] = defaultdict(list)
    for row in session.execute(
        sa.select(
            Answer.reflection_id,
            Answer.member_id,
            Answer.member_id == Reflection.member_id,
            Answer.kind,
            Answer.at,
            Answer.taken_back_at.is_not(None),
            Answer.hidden_at.is_not(None),
        )
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == Answer.organisation_id,
                Reflection.id == Answer.reflection_id,
            ),
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.reflection_id.in_(pieces),
            Answer.kind != "reply",
        )
    ):
        piece, by, by_author, kind, at, taken_back, hidden = row
        answer = Answered(_day(at), kind, bool(by_author), bool(taken_back), bool(hidden))
        found[piece].append(Heard(by, answer))
    return found


def _reviewed(session: Session, actor: Actor, pieces: Collection[str]) -> dict[str, Reviewed]:
    """What organizers said of these pieces at last. A question that was taken back,
    hidden or deleted asks nothing any more."""
    question = aliased(Answer)
    found: dict[str, Reviewed] = {}
    for piece, kind, at in session.execute(
        sa.select(Review.reflection_id, Review.kind, Review.at)
        .outerjoin(
            question,
            sa.and_(
                question.organisation_id == Review.organisation_id,
                question.id == Review.answer_id,
                question.taken_back_at.is_(None),
                question.hidden_at.is_(None),
            ),
        )
        .where(
            Review.organisation_id == actor.organisation,
            Review.reflection_id.in_(pieces),
            sa.or_(Review.kind == "accepted", question.id.is_not(None)),
        )
        .order_by(Review.at, Review.id)
    ):
        found[piece] = Reviewed(kind == "accepted", _day(at))
    return found


def _discussed(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    gathered: _Gathered,
    *,
    readable_only: bool,
) -> None:
    """Answers of these members to pieces of others. Of a piece that the actor may not
    read any more nothing is known but that it was answered."""
    readable = reflections.readable_by(actor)
    query = (
        sa.select(
            Answer.member_id,
            Answer.at,
            Reflection.id.label("piece"),
            Reflection.published_title,
            Reflection.themes,
            Reflection.text_slug,
            readable.label("readable"),
        )
        .join(
            Reflection,
            sa.and_(
                Reflection.organisation_id == Answer.organisation_id,
                Reflection.id == Answer.reflection_id,
            ),
        )
        .where(
            Answer.organisation_id == actor.organisation,
            Answer.member_id.in_(sorted(members)),
            Answer.kind != "reply",
            Answer.at >= _begins(since),
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Reflection.member_id != Answer.member_id,
        )
    )
    if readable_only:
        query = query.where(reflections.open_to(actor), Reflection.hidden_at.is_(None))
    rows = session.execute(query).all()
    texts = _cited(session, actor, [row.piece for row in rows if row.readable])
    for row in rows:
        if not row.readable:
            said = Discussed(row.piece, "", _day(row.at))
            gathered.discussed[row.member_id].append(said)
            continue
        about = texts[row.piece] | ({row.text_slug} if row.text_slug else set())
        gathered.discussed[row.member_id].append(
            Discussed(
                piece_id=row.piece,
                title=row.published_title,
                day=_day(row.at),
                themes=frozenset(row.themes or ()),
                texts=frozenset(about),
            )
        )


def _entries(
    session: Session,
    actor: Actor,
    members: Collection[str],
    since: dt.date,
    gathered: _Gathered,
    *,
    everywhere: bool,
) -> None:
    for member, entry in happened_entries.attended(
        session, actor, members, since, everywhere=everywhere
    ):
        gathered.attended[member].append(entry)
    for member, piece in happened_entries.pieces(
        session, actor, members, since, everywhere=everywhere
    ):
        gathered.pieces[member].append(piece)


def _deeds(session: Session, actor: Actor, since: dt.date, gathered: _Gathered) -> None:
    for group, at in session.execute(
        sa.select(Deed.reading_group, Deed.at).where(
            Deed.organisation_id == actor.organisation,
            Deed.member_id == actor.member,
            Deed.kind == "read",
            Deed.at >= _begins(since),
        )
    ):
        gathered.readings.append((group, _day(at)))


def _goals(session: Session, actor: Actor, since: dt.date, gathered: _Gathered) -> None:
    for id, what, at in session.execute(
        sa.select(Goal.id, Goal.what, Goal.answered_at).where(
            Goal.organisation_id == actor.organisation,
            Goal.member_id == actor.member,
            Goal.status.in_(("done", "partly", "not_done")),
            Goal.answered_at >= _begins(since),
        )
    ):
        if at is not None:
            gathered.goals.append(FollowedUp(id, what, _day(at)))


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone()).astimezone(dt.UTC)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.zone()).date()
