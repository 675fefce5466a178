"""What confirming the proposals for a text decides, and how sure each is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from corpus.records import Proposal, TextRecord

Sure = Literal["sure", "likely", "perhaps"]

SURE, LIKELY = 0.8, 0.5  # shares of such proposals that were right


def how_sure(confidence: float) -> Sure:
    if confidence >= SURE:
        return "sure"
    return "likely" if confidence >= LIKELY else "perhaps"


def confirmed(record: TextRecord, proposals: Iterable[Proposal]) -> dict[str, Any]:
    """Field -> value when everything that is proposed is right; {} where nothing is.

    Minutes that were worked out from the words are confirmed with the rest.
    """
    found = list(proposals)
    fields: dict[str, Any] = {}
    for field, kind in (("themes", "theme"), ("roles", "role")):
        values = [p.value for p in found if p.field == kind]
        if values:
            fields[field] = list(dict.fromkeys([*getattr(record, field), *values]))
    levels = [p for p in found if p.field == "level"]
    if levels:
        fields["level"] = max(levels, key=lambda p: p.confidence).value
    if fields and record.origins.get("minutes") == "words" and "minutes" not in record.chosen:
        fields["minutes"] = record.minutes
    return fields


def open_fields(proposals: Sequence[Proposal]) -> set[str]:
    """The fields for which something waits."""
    names = {"theme": "themes", "role": "roles", "level": "level"}
    return {names[p.field] for p in proposals if p.field in names}
