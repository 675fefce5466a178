"""The blueprint of the room, and what its views share."""

from __future__ import annotations

from flask import Blueprint, g

from webapp import languages
from webapp.community import db
from webapp.units import store as units
from webapp.units.tree import UnitLine, in_tree_order

bp = Blueprint("people", __name__, url_prefix="/people")


def within() -> frozenset[str] | None:
    """The units whose people the actor may see; None: all of them."""
    return None if g.actor.organizer else g.actor.organizes


def open_units() -> list[UnitLine]:
    """The open units that the actor organizes, in the order of the tree."""
    among = within()
    tree = units.tree(db.session, g.actor.organisation)
    return in_tree_order(
        [n for n in tree.values() if not n.closed and (among is None or n.id in among)]
    )


def names() -> str:
    """ "en" or "zh": in which language roles and kinds are named."""
    return languages.current()
