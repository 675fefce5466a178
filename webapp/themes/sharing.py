"""What may become of a reading list: its limits, and with whom it may be shared. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, cast, get_args

from webapp.access import Actor, may_organize

ListAudience = Literal["private", "unit", "organisation"]
Obstacle = Literal[
    "no_title",
    "empty",
    "no_audience",
    "no_unit",
    "not_your_unit",
    "unit_gone",
    "organizers_only",
    "not_organized",
    "also_elsewhere",
]

TITLE_LIMIT = 200  # characters
NOTE_LIMIT = 2_000
ITEM_NOTE_LIMIT = 1_000
MOST_ITEMS = 60
MOST_LISTS = 500  # of one member


def as_audience(value: str | None) -> ListAudience | None:
    return cast(ListAudience, value) if value in get_args(ListAudience) else None


def obstacle(
    *,
    title: str,
    readings: int,
    audience: str | None,
    unit: str | None,
    units: Collection[str],
) -> Obstacle | None:
    """What stands in the way of opening a list to others, or None.

    `units`: those that the author may choose now. Taking a list back is never hindered.
    """
    if as_audience(audience) is None:
        return "no_audience"
    if audience == "private":
        return None
    if not title.strip():
        return "no_title"
    if not readings:
        return "empty"
    if audience == "unit" and not unit:
        return "no_unit"
    if audience == "unit" and unit not in units:
        return "not_your_unit"
    return None


def beyond(
    actor: Actor,
    *,
    audience: str | None,
    units: Collection[str],
    now: str,
    units_now: Collection[str],
) -> Obstacle | None:
    """What keeps whoever organizes some units from giving a theme list to these, beside
    what `obstacle` says. `now`, `units_now`: to whom it is given before; who has it
    outside one's own units is not given anything else by this way. It can always be
    taken back, by whoever may work on it."""
    if audience == "private" or actor.organizer:
        return None
    if audience == "organisation":
        return "organizers_only"
    if not all(may_organize(actor, unit=unit) for unit in units):
        return "not_organized"
    if now == "organisation" or not all(may_organize(actor, unit=unit) for unit in units_now):
        return "also_elsewhere"
    return None


def moved(order: list[str], one: str, by: int) -> list[str]:
    """`order` with `one` moved by so many places; as it was where there is no such place."""
    if one not in order:
        return order
    rest = [other for other in order if other != one]
    place = max(0, min(len(rest), order.index(one) + by))
    return [*rest[:place], one, *rest[place:]]
