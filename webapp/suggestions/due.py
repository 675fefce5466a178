"""When a list of suggestions no longer fits what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.members.tables import Member
from webapp.suggestions.tables import DayList

AT_ONCE = 500  # members in one statement


def new_list_due(session: Session, actor: Actor) -> None:
    """The member's words, or what else their list is made from, have changed. The
    list that may quote them goes too. Part of the caller's transaction."""
    new_lists_due(session, actor.organisation, [str(actor.member)])


def new_lists_due(session: Session, organisation: str, members: Sequence[str]) -> None:
    """The same for several members: those of a unit, or of a role."""
    for at in range(0, len(members), AT_ONCE):
        some = members[at : at + AT_ONCE]
        session.execute(
            sa.update(Member)
            .where(Member.organisation_id == organisation, Member.id.in_(some))
            .values(profile_stamp=Member.profile_stamp + 1)
        )
        session.execute(
            sa.delete(DayList).where(
                DayList.organisation_id == organisation, DayList.member_id.in_(some)
            )
        )


def published_words_changed(
    session: Session, organisation: str, reflection_id: str, *, words: str | None
) -> None:
    """What everybody could read of a reflection is now `words`, or nothing (None).

    Lists of other members were made from it: its card leaves them, or what it
    quotes of words that are gone. Part of the caller's transaction.
    """
    reading = f"reflection/{reflection_id}"
    lists = session.scalars(
        sa.select(DayList)
        .where(
            DayList.organisation_id == organisation,
            sa.cast(DayList.cards, sa.Text).contains(reading, autoescape=True),
        )
        .order_by(DayList.member_id)
        .with_for_update()
    )
    for kept in lists:
        kept.cards = without(kept.cards, reading, words)


def without(cards: list[dict[str, Any]], reading: str, words: str | None) -> list[dict[str, Any]]:
    """The cards of a list, as far as they still hold. Pure.

    A reading that is gone is no reason either: the member may have read it, or
    have asked for more like it.
    """
    if words is None:
        kept = [
            {**card, "whys": [w for w in card["whys"] if not _because_of(w, reading)]}
            for card in cards
            if card["reading"] != reading
        ]
        return [card for card in kept if card["whys"]]
    return [
        card
        if card["reading"] != reading
        else {**card, "whys": [_held(w, words) for w in card["whys"]]}
        for card in cards
    ]


def _because_of(why: dict[str, Any], reading: str) -> bool:
    return str(why.get("evidence") or "").partition(":")[2] == reading


def _held(why: dict[str, Any], words: str) -> dict[str, Any]:
    quoted = why.get("reading_sentence")
    return why if not quoted or quoted in words else {**why, "reading_sentence": None}
