"""Walks the chain of a piece or a goal, backwards and forwards, in a bounded number of
queries. What a reader sees of it is decided in `chain`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.goals import chain, chain_store
from webapp.goals.chain import GoalFacts, Piece, Step

FARTHEST = 4  # pieces, backwards
AHEAD = 2  # pieces, forwards
PIECE = "reflection/"


def of_piece(session: Session, actor: Actor, reflection_id: str) -> list[Step]:
    """The whole chain that a piece is part of, as this reader sees it; empty where the
    piece stands alone."""
    found = chain_store.pieces(session, actor, ids=[reflection_id])
    if not found:
        return []
    steps = [
        *_before_piece(session, actor, found[0], FARTHEST),
        chain.of_piece(found[0], here=True),
        *_after_piece(session, actor, found[0], AHEAD),
    ]
    return steps if chain.worth_showing(steps) else []


def of_goal(session: Session, actor: Actor, goal_id: str) -> list[Step]:
    """The chain of one's own goal."""
    found = chain_store.goals(session, actor, ids=[goal_id])
    if not found or not found[0].mine:
        return []
    steps = [
        *_before_goal(session, actor, found[0], FARTHEST),
        *chain.of_goal(found[0], here=True),
        *_after_goal(session, actor, found[0], AHEAD),
    ]
    return steps if chain.worth_showing(steps) else []


def _before_piece(session: Session, actor: Actor, piece: Piece, left: int) -> list[Step]:
    if piece.goal_id and left:
        for goal in chain_store.goals(session, actor, ids=[piece.goal_id]):
            if chain.joins_own(goal, piece) or chain.joins_moved(goal, piece):
                before = _before_goal(session, actor, goal, left - 1)
                named = chain.joins_own(goal, piece)
                steps = [*before, *chain.of_goal(goal, named=named)]
                if steps:
                    return steps
    cited = chain_store.first_cited(session, actor, piece.id)
    if cited is None:
        if not piece.text_slug:
            return []
        return [chain.of_passage(piece.text_slug, piece.text_title or "", "")]
    if cited.reading_id.startswith(PIECE):
        return [
            chain.of_piece(other)
            for other in _piece(session, actor, cited.reading_id.removeprefix(PIECE))
        ]
    return [chain.of_passage(cited.reading_id, cited.source, cited.quote)]


def _before_goal(session: Session, actor: Actor, goal: GoalFacts, left: int) -> list[Step]:
    if goal.reflection_id:
        for piece in _piece(session, actor, goal.reflection_id):
            if chain.joins_own(goal, piece):
                before = _before_piece(session, actor, piece, left) if left else []
                return [*before, chain.of_piece(piece)]
        return []
    if not goal.reading_id or not chain.joins_reading(goal):
        return []
    if goal.reading_id.startswith(PIECE):
        for piece in _piece(session, actor, goal.reading_id.removeprefix(PIECE)):
            before = _before_piece(session, actor, piece, left) if left else []
            return [*before, chain.of_piece(piece)]
        return []
    if not chain.shows_goal(goal):
        return []
    alone = goal.mine and not goal.in_chain
    return [chain.of_passage(goal.reading_id, goal.source, goal.quote, only_you=alone)]


def _after_piece(session: Session, actor: Actor, piece: Piece, left: int) -> list[Step]:
    steps: list[Step] = []
    for goal in chain_store.goals(session, actor, reflection_ids=[piece.id]):
        if chain.joins_own(goal, piece):
            steps += chain.of_goal(goal, named=True)
            if left:
                steps += _after_goal(session, actor, goal, left)
    return [*steps, *_moved(session, actor, piece)]


def _after_goal(session: Session, actor: Actor, goal: GoalFacts, left: int) -> list[Step]:
    steps: list[Step] = []
    for piece in chain_store.pieces(session, actor, goal_ids=[goal.id]):
        if chain.joins_own(goal, piece):
            steps.append(chain.of_piece(piece))
            steps += _after_piece(session, actor, piece, left - 1) if left > 1 else []
    return steps


def _moved(session: Session, actor: Actor, piece: Piece) -> list[Step]:
    """What other members did because of this piece, as far as they let it be known."""
    goals = [
        goal
        for goal in chain_store.goals(session, actor, reading_ids=[PIECE + piece.id])
        if not goal.mine or not piece.mine
    ]
    names = dict(chain_store.moved_by(session, actor, piece.id)) if piece.mine else {}
    steps: list[Step] = []
    by_goal = {goal.id: goal for goal in goals}
    written = chain_store.pieces(session, actor, goal_ids=list(by_goal))
    for goal in goals:
        if goal.id in names:
            steps.append(Step("moved", names[goal.id], day=goal.created_at, only_you=True))
        steps += [step for step in chain.of_goal(goal) if goal.id not in names or goal.in_chain]
        steps += [
            chain.of_piece(one)
            for one in written
            if one.goal_id == goal.id and chain.joins_moved(goal, one)
        ]
    return steps


def _piece(session: Session, actor: Actor, reflection_id: str) -> list[Piece]:
    return chain_store.pieces(session, actor, ids=[reflection_id])
