"""What each kind of piece needs to do its job: the rules of `rules/genre_*.toml`. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NAMES = ("reflection", "experience", "summary", "speech")


@dataclass(frozen=True)
class Size:
    """Words of English, or characters of Chinese, or some of each."""

    en: int
    zh: int


@dataclass(frozen=True)
class Genre:
    begins: Size  # below it only an opening question
    whole: Size  # from here on it is said what the whole lacks
    job: tuple[frozenset[str], ...]  # groups of moves: one of each does the job
    ask: tuple[str, ...]  # moves, the most helpful question first
    goals: str  # "near": only what the text is about; "any": all open goals belong to it
    passage: bool  # whether it is written about a reading
    many: bool  # whether it tells of many things, not of one

    def does_its_job(self, moves: Set[str]) -> bool:
        return all(group & moves for group in self.job)


@cache
def of(name: str) -> Genre:
    """The rules of a genre; of a reflection for a name that is not known."""
    chosen = name if name in NAMES else NAMES[0]
    path = files("webapp.coach") / "rules" / f"genre_{chosen}.toml"
    read = tomllib.loads(path.read_text("utf-8"))
    return Genre(
        begins=Size(**read["begins"]),
        whole=Size(**read["whole"]),
        job=tuple(frozenset(group) for group in read["job"]),
        ask=tuple(read["ask"]),
        goals=read["goals"],
        passage=read["passage"],
        many=read.get("many", False),
    )
