"""What becomes of pieces and answers when their member leaves. Each function is a part
of the caller's transaction."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from webapp.answers.tables import Answer
from webapp.coach.tables import CoachDraft
from webapp.desk.tables import Review
from webapp.leaving import nameless
from webapp.leaving.choices import Choices, piece_stays
from webapp.members.tables import Organisation
from webapp.reflections import published
from webapp.reflections.tables import Experience, Reflection, ReflectionVersion
from webapp.suggestions.due import published_words_changed

Key = tuple[str, str]  # organisation, member


def hold(session: Session, key: Key) -> None:
    """Nobody else answers or changes them until the caller's change ends."""
    session.execute(
        sa.select(Reflection.id)
        .where(Reflection.organisation_id == key[0], Reflection.member_id == key[1])
        .order_by(Reflection.id)
        .with_for_update()
    ).all()


def part_from_pieces(session: Session, key: Key, choices: Choices, zone: ZoneInfo) -> list[str]:
    """Each piece stays without its author, or goes; ids of those that the index has to
    look at."""
    organisation, member = key
    author = nameless.author(session, organisation)
    look: list[str] = []
    session.execute(  # drafts that nobody but the author ever read, all at once
        sa.delete(Reflection).where(
            Reflection.organisation_id == organisation,
            Reflection.member_id == member,
            Reflection.published_version == 0,
        )
    )
    found = session.execute(
        sa.select(
            Reflection.id, Reflection.status, Reflection.audience, Reflection.hidden_at
        ).where(Reflection.organisation_id == organisation, Reflection.member_id == member)
    ).all()
    for id, status, audience, hidden_at in found:
        piece = session.get_one(Reflection, (organisation, id), populate_existing=True)
        if piece_stays(choices, status=status, audience=audience, hidden=hidden_at is not None):
            if audience != "anonymous":
                look.append(id)
            _cut_author(session, piece, author, zone)
        elif _delete(session, piece, author):
            look.append(id)
        if piece in session:
            session.expunge(piece)  # 10,000 pieces need not be remembered
    return look


def _cut_author(session: Session, piece: Reflection, author: str, zone: ZoneInfo) -> None:
    """The copy that others read stays, with the day alone; drafts and versions go."""
    of = {"organisation_id": piece.organisation_id, "reflection_id": piece.id}
    for table in (ReflectionVersion, CoachDraft):
        session.execute(sa.delete(table).filter_by(**of))
    session.execute(
        sa.update(Answer).filter_by(**of, member_id=piece.member_id).values(member_id=author)
    )
    if piece.audience != "anonymous":
        # who took part tells who was there
        session.execute(sa.update(Experience).filter_by(**of).values(people="", people_agree=False))
        piece.published_version += 1
    assert piece.shown_at is not None  # it is submitted
    day = piece.shown_at.astimezone(zone).date()
    beginning = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    piece.submitted_at = _as_late_as_it_waits(session, piece, beginning)
    piece.shown_at = piece.created_at = piece.updated_at = beginning
    piece.member_id, piece.audience, piece.unit_id = author, "anonymous", None
    piece.title, piece.body = piece.published_title, piece.published_body
    piece.prepared, piece.goal_id = None, None
    piece.version = piece.published_draft  # open forms of readers know the words by it
    session.flush()


def _as_late_as_it_waits(
    session: Session, piece: Reflection, beginning: dt.datetime
) -> dt.datetime:
    """The beginning of its day, or just after what readers had said before it was
    submitted last: whether it waits for an organizer must not change on this day."""
    of = {"organisation_id": piece.organisation_id, "reflection_id": piece.id}
    moments = [beginning]
    for at in (Answer.at, Review.at):
        earlier = sa.select(at).filter_by(**of).where(at < piece.submitted_at)
        said = session.scalars(earlier.order_by(at.desc()).limit(1)).first()
        if said is not None:
            moments.append(said + dt.timedelta(microseconds=1))
    return max(moments)


def _delete(session: Session, piece: Reflection, author: str) -> bool:
    """Delete a piece with all that belongs to it. Whether the index may still hold it:
    then a row without words stays, until the index has let go (`clear_husks`)."""
    organisation, id = piece.organisation_id, piece.id
    held = piece.status == "submitted" or piece.published_version != piece.indexed_version
    version, indexed = piece.published_version + 1, piece.indexed_version
    published.set_words(session, piece, "")
    published_words_changed(session, organisation, id, words=None)
    session.flush()
    session.expunge(piece)
    session.execute(
        sa.delete(Reflection).where(Reflection.organisation_id == organisation, Reflection.id == id)
    )
    if held:
        session.add(
            Reflection(
                organisation_id=organisation,
                id=id,
                member_id=author,
                status="withdrawn",
                themes=[],
                published_version=version,
                indexed_version=indexed,
                created_at=nameless.BEGINNING,
                updated_at=nameless.BEGINNING,
            )
        )
        session.flush()
    return held


def clear_husks(session: Session) -> int:
    """Delete the rows of pieces that are gone, once the index has let go of them."""
    gone = session.execute(
        sa.delete(Reflection).where(
            Reflection.member_id.in_(
                nameless.author_of(organisation)
                for organisation in session.scalars(sa.select(Organisation.id))
            ),
            Reflection.status == "withdrawn",
            Reflection.published_version == Reflection.indexed_version,
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def part_from_answers(session: Session, key: Key, choices: Choices, now: dt.datetime) -> None:
    """Answers to pieces of others: kept without the name, or taken back. (Those to own
    pieces went or stayed with these.)"""
    organisation, member = key
    others = nameless.reader(session, organisation)
    mine = sa.and_(Answer.organisation_id == organisation, Answer.member_id == member)
    if choices.answers:
        session.execute(
            sa.update(Answer)
            .where(mine, Answer.hidden_at.is_(None), Answer.taken_back_at.is_(None))
            .values(member_id=others)
        )
    reply = aliased(Answer)
    replied = (
        sa.exists()
        .where(
            reply.organisation_id == Answer.organisation_id,
            reply.parent_id == Answer.id,
            reply.member_id != member,
        )
        .correlate(Answer)
    )
    # Where others replied, a line without words stays, as when it is taken back.
    session.execute(
        sa.update(Answer)
        .where(mine, replied)
        .values(body="", quote="", paragraph=None, taken_back_at=now, member_id=others)
    )
    above = set(session.scalars(sa.select(Answer.parent_id).where(mine)))
    session.execute(sa.delete(Answer).where(mine))
    any_reply = (
        sa.exists()
        .where(reply.organisation_id == Answer.organisation_id, reply.parent_id == Answer.id)
        .correlate(Answer)
    )
    session.execute(
        sa.delete(Answer).where(
            Answer.organisation_id == organisation,
            Answer.id.in_(sorted(id for id in above if id)),
            Answer.taken_back_at.is_not(None),
            ~any_reply,
        )
    )
