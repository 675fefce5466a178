"""What an experience says beside its telling, and what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from webapp.reflections.publication import MOST_THEMES, search_text

PLACE_LIMIT = 200  # characters
PEOPLE_LIMIT = 500
LESSON_LIMIT = 300
MOST_ROLES = 8

Problem = Literal["too_long", "too_many", "unknown"]


@dataclass(frozen=True)
class Details:
    """Where, who, the lesson, for whom. `people` is its author's alone unless they agree."""

    place: str = ""
    people: str = ""
    people_agree: bool = False
    lesson: str = ""
    roles: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict, compare=False)


def details(
    *,
    place: str,
    people: str,
    people_agree: bool,
    lesson: str,
    roles: Sequence[str],
    themes: Sequence[str],
    known_roles: Collection[str],
    known_themes: Collection[str],
) -> Details:
    """As a form sent them, with what stands in the way, by field."""
    problems: dict[str, Problem] = {}
    for name, value, limit in (
        ("place", place, PLACE_LIMIT),
        ("people", people, PEOPLE_LIMIT),
        ("lesson", lesson, LESSON_LIMIT),
    ):
        if len(value) > limit:
            problems[name] = "too_long"
    for name, chosen, known, most in (
        ("roles", roles, known_roles, MOST_ROLES),
        ("themes", themes, known_themes, MOST_THEMES),
    ):
        if set(chosen) - set(known):
            problems[name] = "unknown"
        elif len(set(chosen)) > most:
            problems[name] = "too_many"
    return Details(
        place=place,
        people=people,
        people_agree=people_agree and bool(people),
        lesson=lesson,
        roles=tuple(dict.fromkeys(roles)),
        themes=tuple(dict.fromkeys(themes)),
        problems=problems,
    )


def found_by(title: str, body: str, details: Details) -> str:
    """The words by which a submitted piece is found, those of its details too."""
    return search_text(title, "\n".join((body, details.lesson, details.place)))


def themes_with(chosen: Sequence[str], found: Sequence[str]) -> list[str]:
    """Themes of a piece: those its author chose, then those of the texts it cites."""
    return list(dict.fromkeys((*chosen, *found)))[:MOST_THEMES]
