"""How decisions about texts are laid on one another, and taken back. Pure.

A decision is a mapping from field to value: title, author, year, language,
themes, roles, level, minutes, licence, rights, version_of, withdrawn. A field
that is not in it was not decided: the file then has the word, or what was
worked out from the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Decided = dict[str, Any]
Batch = dict[str, dict[str, Decided]]  # slug -> {"before": ..., "after": ...}


class Said(Enum):
    """In the place of a value."""

    NOTHING = "nothing"  # the field is not decided


def changed(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Decided] | None:
    """What `wanted` changes of the present decision, as one entry of a batch; None
    where it changes nothing."""
    before, after = {}, {}
    for field, value in wanted.items():
        was = present.get(field, Said.NOTHING)
        if was == value:
            continue
        if was is not Said.NOTHING:
            before[field] = was
        if value is not Said.NOTHING:
            after[field] = value
    return {"before": before, "after": after} if before or after else None


def laid_on(present: Mapping[str, Any], entry: Mapping[str, Decided]) -> Decided:
    """The present decision with an entry of a batch carried out on it."""
    gone = entry["before"].keys() - entry["after"].keys()
    kept = {field: value for field, value in present.items() if field not in gone}
    return kept | entry["after"]


@dataclass(frozen=True)
class Reverse:
    """What undoing an entry of a batch comes to."""

    wanted: Decided  # for `changed`: fields to set back
    left: tuple[str, ...]  # fields that were changed again since; they stay


def reverse(present: Mapping[str, Any], entry: Mapping[str, Decided]) -> Reverse:
    """How to take an entry back. A field that somebody changed since is left alone."""
    before, after = entry["before"], entry["after"]
    wanted, left = {}, []
    for field in sorted(before.keys() | after.keys()):
        now = present.get(field, Said.NOTHING)
        if now == after.get(field, Said.NOTHING):
            wanted[field] = before.get(field, Said.NOTHING)
        elif now != before.get(field, Said.NOTHING):
            left.append(field)
    return Reverse(wanted, tuple(left))
