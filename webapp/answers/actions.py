"""Changes to answers: each function is one change in one transaction.

Whoever is concerned is told in the same transaction (webapp/notices).
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import clock
from webapp.access import Actor
from webapp.answers import anchors, limits, store, threads
from webapp.answers.limits import Obstacle
from webapp.answers.paragraphs import paragraphs
from webapp.answers.tables import Answer
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.notices.actions import tell
from webapp.reflections import store as reflections
from webapp.reflections.tables import Reflection


class Unknown(Exception):
    """There is no such answer of this actor, or none that they may read."""


class Hindered(Exception):
    """The answer cannot be kept as it is."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


def answer(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    kind: str,
    body: str,
    key: str,
    now: dt.datetime,
    paragraph: int | None = None,
    quote: str = "",
    to: str | None = None,
) -> str:
    """Answer a piece (`to`: reply to an answer of it); the id. A repeated key adds none.

    `paragraph` and `quote`: the paragraph as its reader saw it. What is kept are the
    words that stand in the published piece now. Raises Hindered; "gone" when the piece
    cannot be read (any more), "moved" when the paragraph is no longer there.
    """
    with change(session):

        def work() -> dict[str, str]:
            made = said(
                session, actor, reflection_id, kind=kind, body=body, now=now,
                paragraph=paragraph, quote=quote, to=to,
            )  # fmt: skip
            return {"id": made.id}

        what = ("answer", reflection_id, to or "")
        result, _done_now = carried_out(session, actor, key, what, work, now=now)
        return str(result.get("id", ""))


def edit(session: Session, actor: Actor, answer_id: str, *, body: str, now: dt.datetime) -> str:
    """Change the words of an own answer; the piece's id. Raises Unknown, Hindered."""
    with change(session):
        found = _own(session, actor, answer_id)
        if not body.strip():
            raise Hindered("empty")
        if len(body) > limits.BODY_LIMIT:
            raise Hindered("too_long")
        if body.strip() != found.body:
            found.body, found.edited_at = body.strip(), now
        return found.reflection_id


def take_back(session: Session, actor: Actor, answer_id: str, *, now: dt.datetime) -> str:
    """Take an own answer back; the piece's id. Its words are gone. Where others
    replied, a line stays to which the replies belong. Raises Unknown."""
    with change(session):
        return unsaid(session, actor, answer_id, now=now)


# Steps, each part of the caller's transaction


def said(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    kind: str,
    body: str,
    now: dt.datetime,
    paragraph: int | None = None,
    quote: str = "",
    to: str | None = None,
    tells: bool = True,
) -> Answer:
    """The answer itself. Part of the caller's transaction, who sees to it that it is
    carried out once, and, unless it `tells`, tells the author more. Raises Hindered."""
    piece = _piece(session, actor, reflection_id)
    own_piece = piece.member_id == actor.member
    root = _root(session, actor, reflection_id, to) if to else None
    problem = limits.obstacle(
        body=body,
        kind=kind,
        reply=to is not None,
        own_piece=own_piece,
        given=store.given(session, actor, reflection_id),
    )
    if problem:
        raise Hindered(problem)
    place, words = (None, "") if to else _place(piece, paragraph, quote)
    made = Answer(
        organisation_id=actor.organisation,
        id=new_id(),
        reflection_id=reflection_id,
        member_id=str(actor.member),
        parent_id=root.id if root else None,
        kind="reply" if root else kind,
        body=body.strip(),
        quote=words,
        paragraph=place,
        at=_time(session, actor, piece, now),
    )
    session.add(made)
    session.flush()
    if tells:
        _tell(session, actor, piece, made, root)
    return made


def unsaid(session: Session, actor: Actor, answer_id: str, *, now: dt.datetime) -> str:
    """Taking back itself; the piece's id. Raises Unknown."""
    found = _own(session, actor, answer_id)
    piece, parent = found.reflection_id, found.parent_id
    if store.has_replies(session, found):
        found.body, found.quote, found.paragraph, found.taken_back_at = "", "", None, now
        session.flush()
        return piece
    session.delete(found)
    session.flush()
    _sweep_above(session, actor.organisation, parent)
    return piece


def _own(session: Session, actor: Actor, answer_id: str) -> Answer:
    found = store.own(session, actor, answer_id, to_change=True)
    if found is None:
        raise Unknown
    return found


def _piece(session: Session, actor: Actor, reflection_id: str) -> Reflection:
    """The piece, that can be answered now: submitted, and open to the actor. Nobody
    withdraws it until this answer is kept."""
    found = session.scalars(
        sa.select(Reflection)
        .where(reflections.open_to(actor), Reflection.id == reflection_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Hindered("gone")
    return found


def _root(session: Session, actor: Actor, reflection_id: str, to: str) -> Answer:
    """The answer that a reply belongs to; one level: a reply to a reply stands beside it."""
    placed = store.readable(session, actor, to)
    if placed is None or placed.piece != reflection_id:
        raise Hindered("over")
    found = session.get(Answer, (actor.organisation, placed.said.parent or to))
    if found is None:
        raise Hindered("over")
    return found


def _place(piece: Reflection, paragraph: int | None, quote: str) -> tuple[int | None, str]:
    if paragraph is None:
        return None, ""
    there = paragraphs(piece.published_body)
    found = anchors.find(quote, [p.words for p in there], was=paragraph)
    if found is None or not there[found.number - 1].answerable:
        raise Hindered("moved")
    return found.number, anchors.quote_of(there[found.number - 1].words)


def _time(session: Session, actor: Actor, piece: Reflection, now: dt.datetime) -> dt.datetime:
    if piece.member_id != actor.member or piece.audience != "anonymous":
        return now
    nth = store.given(session, actor, piece.id)
    return threads.time_kept(now, nth=nth, zone=clock.zone())


def _tell(
    session: Session, actor: Actor, piece: Reflection, made: Answer, root: Answer | None
) -> None:
    told = {piece.member_id} | ({root.member_id} if root else set())
    for member in sorted(told - {actor.member}):
        tell(
            session,
            organisation=actor.organisation,
            member=member,
            kind=made.kind,
            about=f"answer/{made.id}",
            at=made.at,
        )


def _sweep_above(session: Session, organisation: str, parent: str | None) -> None:
    """An answer that was taken back goes with its last reply."""
    root = session.get(Answer, (organisation, parent)) if parent else None
    if root is not None and root.taken_back_at and not store.has_replies(session, root):
        session.delete(root)
