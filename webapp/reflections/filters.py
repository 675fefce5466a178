"""By what submitted pieces are narrowed down, as an address says it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from webapp.reflections.genres import GENRES

PERIODS = ("month", "year")


@dataclass(frozen=True)
class Filter:
    """What a piece must have; "" and None ask for nothing. The fields are named as
    in the address, `q` being searched for in the words."""

    q: str = ""
    theme: str = ""
    text: str = ""
    passage: str = ""
    unit: str = ""  # that reads it, or to which its named author belongs
    role: str = ""  # of its named author
    genre: str = ""
    when: str = ""  # month | year: that which is now
    since: dt.date | None = None
    until: dt.date | None = None

    def days(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """First and last day; a period stands before single days."""
        if self.when == "month":
            return today.replace(day=1), None
        if self.when == "year":
            return today.replace(month=1, day=1), None
        return self.since, self.until

    def query(self, *but: str) -> dict[str, Any]:
        """As the query of an address, without some of it."""
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in but}
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in said.items()
            if value
        }

    @property
    def narrowed(self) -> bool:
        """By something beside the words."""
        return bool(self.query("q"))


def day(written: str) -> dt.date | None:
    """A day as an address has it; None for anything else."""
    try:
        return dt.date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        return None


def asked(said: Mapping[str, str]) -> Filter:
    """From lines of an address. What no piece can have is left out."""
    genre, when = said.get("genre", ""), said.get("when", "")
    return Filter(
        q=said.get("q", ""),
        theme=said.get("theme", ""),
        text=said.get("text", ""),
        passage=said.get("passage", ""),
        unit=said.get("unit", ""),
        role=said.get("role", ""),
        genre=genre if genre in GENRES else "",
        when=when if when in PERIODS else "",
        since=day(said.get("since", "")),
        until=day(said.get("until", "")),
    )
