"""An answer on its way through the member's browser, to be kept as it was shown.

Nothing of a question is stored before the member keeps the answer, so the page
carries it. It is signed, for this member alone: a quotation on a list is what the
reading says, and not what somebody typed into a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from webapp.themes.store import Item

LIMIT = 60_000  # characters; an answer takes a tenth


@dataclass(frozen=True)
class Sealed:
    question: str
    unanswered: tuple[str, ...]
    items: tuple[Item, ...]


def seal(
    secret: str, member: str, question: str, unanswered: Sequence[str], items: Sequence[Item]
) -> str:
    return str(
        _serializer(secret, member).dumps([question, list(unanswered), [asdict(i) for i in items]])
    )


def unseal(secret: str, member: str, sealed: str) -> Sealed | None:
    """None for what we did not seal for this member."""
    if len(sealed) > LIMIT:
        return None
    try:
        question, unanswered, items = _serializer(secret, member).loads(sealed)
        return Sealed(question, tuple(unanswered), tuple(_item(row) for row in items))
    except (BadData, TypeError, ValueError):  # another version of Xinde may have sealed it
        return None


def _item(row: dict[str, Any]) -> Item:
    return Item(**{**row, "covers": tuple(row["covers"])})


def _serializer(secret: str, member: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"asking:{member}")
