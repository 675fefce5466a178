"""Which themes of the library nobody touched, those that somebody asks for first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    id: str
    texts: int  # in the library
    pieces: int  # in the period
    wanted: bool  # by a requirement or a list of the units


def by_want(
    themes: Sequence[str],
    *,
    texts: Mapping[str, int],
    pieces: Mapping[str, int],
    wanted: Collection[str],
) -> list[Theme]:
    """Themes that have a text or are asked for, in the library's order, the wanted first."""
    found = [
        Theme(id, texts.get(id, 0), pieces.get(id, 0), id in wanted)
        for id in dict.fromkeys((*themes, *sorted(wanted)))
        if texts.get(id) or id in wanted
    ]
    return sorted(found, key=lambda theme: not theme.wanted)


def untouched(themes: Sequence[Theme]) -> list[Theme]:
    return [theme for theme in themes if not theme.pieces]
