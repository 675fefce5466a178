"""What a change of several texts asks for, and what it decides of each. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.records import Proposal, TextRecord
from webapp.texts import form, proposed
from webapp.texts.decided import Said

MOST = 200  # texts in one change
ACTS = (
    "confirm", "withdraw", "restore",
    "theme-add", "theme-remove", "role-add", "role-remove", "level", "rights",
)  # fmt: skip
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,120}")


@dataclass(frozen=True)
class Asked:
    act: str
    slugs: tuple[str, ...]
    seen: dict[str, int]  # slug -> version of the decision that the page showed
    value: str  # theme, role, level or rights to set

    @property
    def kind(self) -> str:
        """What the history calls it."""
        return self.act if self.act in ("confirm", "withdraw", "restore") else "edit"


def asked(sent: Any) -> Asked | None:
    """From a form (a MultiDict); None for what no page of ours sends.

    `act` is what to do with the ticked texts; "confirm:slug" does it to one.
    """
    act, _colon, one = sent.get("act", "").partition(":")
    if act not in ACTS:
        return None
    slugs = [one] if one else sent.getlist("slug")
    slugs = [s for s in dict.fromkeys(slugs) if _SLUG.fullmatch(s)]
    if len(slugs) > MOST:
        return None
    seen = {}
    for slug in slugs:
        version = sent.get(f"version:{slug}", "")
        if re.fullmatch(r"\d{1,7}", version, re.ASCII):
            seen[slug] = int(version)
    return Asked(act, tuple(slugs), seen, sent.get(act.partition("-")[0], ""))


def wanted(
    a: Asked,
    records: Mapping[str, TextRecord],
    proposals: Mapping[str, Sequence[Proposal]],
    *,
    themes: Collection[str],
    roles: Collection[str],
) -> dict[str, dict[str, Any]] | None:
    """Fields to decide by slug; None where the value is none that can be chosen."""
    match a.act:
        case "confirm":
            found = {s: proposed.confirmed(r, proposals.get(s, ())) for s, r in records.items()}
        case "withdraw":
            found = {s: {"withdrawn": True} for s in records}
        case "restore":
            found = {s: {"withdrawn": Said.NOTHING} for s in records}
        case "level":
            if a.value not in form.LEVELS:
                return None
            found = {s: {"level": a.value} for s in records}
        case "rights":
            if a.value not in form.RIGHTS:
                return None
            found = {s: {"rights": a.value} for s in records}
        case _:
            field = "themes" if a.act.startswith("theme") else "roles"
            if a.value not in (themes if field == "themes" else roles):
                return None
            found = {s: _one_more_or_less(a, r, field) for s, r in records.items()}
    return found


def _one_more_or_less(a: Asked, record: TextRecord, field: str) -> dict[str, Any]:
    """The record's themes or roles with the value put in or taken out; {} where it
    is so already: nothing is then decided of the others."""
    present = list(getattr(record, field))
    if a.act.endswith("-add"):
        return {} if a.value in present else {field: [*present, a.value]}
    return {field: [v for v in present if v != a.value]} if a.value in present else {}


def joined(record: TextRecord, other: TextRecord) -> dict[str, dict[str, Any]]:
    """What makes `record` a version of `other`: both are named after the same text."""
    group = other.version_of or other.slug
    found = {record.slug: {"version_of": group}}
    if other.version_of is None:
        found[other.slug] = {"version_of": group}
    return found
