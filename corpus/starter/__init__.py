"""The texts, themes and roles that every organisation begins with (CC0)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from corpus.records import Label


def folder() -> Path:
    """Where the starter texts lie."""
    return Path(__file__).parent / "texts"


def themes() -> list[Label]:
    """The starter themes in their order; a description says what belongs to it."""
    return _labels("themes.yaml", "description")


def roles() -> list[Label]:
    """The starter roles in their order; the description is the role's duties."""
    return _labels("roles.yaml", "duties")


def roles_that(does: str) -> frozenset[str]:
    """Ids of the starter roles marked so: "organizes" or "leads"."""
    return frozenset(entry["id"] for entry in _entries("roles.yaml") if entry.get(does))


def unit_kinds() -> list[Label]:
    """Kinds of units, in their order."""
    return [
        Label(id=entry["id"], names={"en": entry["en"], "zh": entry["zh"]}, descriptions={})
        for entry in _entries("kinds.yaml")
    ]


def _entries(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))
    return found


def _labels(file: str, described_by: str) -> list[Label]:
    return [
        Label(
            id=entry["id"],
            names={language: entry[language]["name"] for language in ("en", "zh")},
            descriptions={language: entry[language][described_by] for language in ("en", "zh")},
        )
        for entry in _entries(file)
    ]
