"""Sentences of one's own piece that could become a goal, where it is read."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.goals import intentions, store
from webapp.reflections.store import Shown


def asked(reflection_id: str, sentence: str) -> dict[str, Any]:
    """The parts of an address; "from" is no name that Python takes."""
    return {"from": reflection_id, "sentence": sentence}


def of_piece(session: Session, actor: Actor, piece: Shown) -> list[tuple[str, str]]:
    """Each with where it becomes a goal; those that are one already, and the pieces
    of others, give none."""
    if not piece.mine:
        return []
    stated = intentions.stated(piece.body)
    if not stated:
        return []
    taken = {goal.sentence for goal in store.born_of(session, actor, reflection_id=piece.id)}
    return [
        (sentence, url_for("goals.new", **asked(piece.id, sentence)))
        for sentence in stated
        if sentence not in taken
    ]
