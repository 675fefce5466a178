"""What part of the library is asked for, and the links that ask for another part. Pure.

The address is the whole state: filters, search words and place in the list are
its query, so every choice is a link and needs no script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.records import MINUTES, Facets, Label, TextFilter
from recommender.readings import ReadingFilter
from webapp.readings import labels

MOST_CHOICES = 12  # of one facet in one address
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

Address = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Asked:
    """Which texts a member wants to see. Themes and roles: any of those named."""

    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    level: str | None = None
    language: str | None = None
    minutes: str | None = None
    q: str = ""

    @property
    def filters(self) -> int:
        """How many choices are made."""
        single = sum(v is not None for v in (self.level, self.language, self.minutes))
        return len(self.themes) + len(self.roles) + single

    def query(self) -> dict[str, Any]:
        """As arguments of an address; what is not chosen is not in it."""
        return {
            key: value
            for key, value in (
                ("q", self.q),
                ("theme", list(self.themes)),
                ("role", list(self.roles)),
                ("level", self.level),
                ("language", self.language),
                ("minutes", self.minutes),
            )
            if value
        }


def asked(args: Any, *, q: str = "") -> Asked:
    """From the address (`args`: a MultiDict); what makes no sense is not a choice."""
    level, language, minutes = args.get("level"), args.get("language"), args.get("minutes")
    return Asked(
        themes=_ids(args.getlist("theme")),
        roles=_ids(args.getlist("role")),
        level=level if level in labels.LEVELS else None,
        language=language if language in labels.LANGUAGES else None,
        minutes=minutes if minutes in MINUTES else None,
        q=q,
    )


def _ids(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if _ID.fullmatch(v)))[:MOST_CHOICES]


def text_filter(a: Asked, *, first_language: str) -> TextFilter:
    """A text that stands in several languages is listed in the member's first."""
    return TextFilter(
        prefer=first_language if first_language in labels.LANGUAGES else None,  # type: ignore[arg-type]
        themes=a.themes,
        roles=a.roles,
        level=a.level,  # type: ignore[arg-type]
        language=a.language,  # type: ignore[arg-type]
        minutes=a.minutes,  # type: ignore[arg-type]
    )


def reading_filter(a: Asked) -> ReadingFilter:
    """The same choices for a search among passages."""
    low, high = MINUTES[a.minutes] if a.minutes else (None, None)  # type: ignore[index]
    return ReadingFilter(
        kinds=frozenset({"passage"}),
        languages=frozenset({a.language} if a.language else ()),
        themes=frozenset(a.themes),
        roles=frozenset(a.roles),
        levels=frozenset({a.level} if a.level else ()),
        min_minutes=low,
        max_minutes=high,
    )


@dataclass(frozen=True)
class Choice:
    """A link that makes a choice, or takes it back if `chosen`."""

    name: str
    url: str
    count: int | None  # texts it would leave; None while searching
    chosen: bool
    lang: str | None = None  # of the name, where it is not the page's


@dataclass(frozen=True)
class Facet:
    key: str
    choices: tuple[Choice, ...]


def facets(
    a: Asked,
    found: Facets,
    *,
    themes: Mapping[str, Label],
    roles: Mapping[str, Label],
    lang: str,
    address: Address,
) -> list[Facet]:
    """Every facet with its choices as links. A choice that was made is always
    among them, even when it leaves nothing."""

    def one(key: str, counts: Mapping[str, int], order: Sequence[str], name: Any) -> Facet:
        chosen = getattr(a, key)
        values = [v for v in order if v in counts or v == chosen]
        return Facet(
            key,
            tuple(
                Choice(
                    name(v),
                    address(changed(a, key, None if v == chosen else v).query()),
                    None if a.q else counts.get(v, 0),
                    v == chosen,
                    labels.html_lang(v) if key == "language" else None,
                )
                for v in values
            ),
        )

    def several(key: str, counts: Mapping[str, int], known: Mapping[str, Label]) -> Facet:
        chosen = getattr(a, key)
        values = [v for v in known if v in counts or v in chosen]
        values += [v for v in (*counts, *chosen) if v not in known]
        return Facet(
            key,
            tuple(
                Choice(
                    name,
                    address(changed(a, key, _toggled(chosen, v)).query()),
                    None if a.q else counts.get(v, 0),
                    v in chosen,
                )
                for v, name in labels.named(dict.fromkeys(values), known, lang)
            ),
        )

    return [
        one("language", found.language, tuple(labels.LANGUAGES), labels.language),
        one("minutes", found.minutes, tuple(MINUTES), labels.minutes_band),
        one("level", found.level, labels.LEVELS, labels.level),
        several("themes", found.themes, themes),
        several("roles", found.roles, roles),
    ]


def changed(a: Asked, key: str, value: Any) -> Asked:
    choice: dict[str, Any] = {key: value}
    return replace(a, **choice)


def _toggled(chosen: tuple[str, ...], value: str) -> tuple[str, ...]:
    if value in chosen:
        return tuple(v for v in chosen if v != value)
    return (*chosen, value)
