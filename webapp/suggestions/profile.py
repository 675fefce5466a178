"""What a member's suggestions are made from: each piece with its weight and date. Pure.

Nothing here reads the words of anybody else. `gathering` reads the pieces from
the database; `switched` leaves out what the member switched off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.languages import detect
from corpus.records import Label
from recommender.readings import OF_UNIT, Evidence, Profile
from webapp.goals.tables import Goal
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.reflections import wording
from webapp.reflections.tables import Reflection
from webapp.requirements.progress import OpenReadings
from webapp.suggestions.leaders import LeadersPiece
from webapp.themes.store import Offered, Question
from webapp.units.tables import StudyRole

# Own words first: what a member wrote says more than what was picked from a list.
WEIGHTS = {
    "working_on": 1.0,
    "reflection": 0.9,
    "question": 0.9,
    "goal": 0.9,
    "note": 0.8,
    "more": 0.7,
    "less": 0.7,
    "role": 0.6,
    "interest": 0.6,
    "requirement": 0.7,
    "list": 0.6,
    "leader": 0.5,
    "saved": 0.4,
    "written": 0.4,
    "read": 0.3,
}
OWN_WORDS = ("working_on", "reflection", "note", "question", "goal")
GOALS_FADE = dt.timedelta(days=28)  # after its answer a goal leads nowhere
# Of what leads to readings: each can be switched off by its kind, and by the piece.
KINDS = tuple(WEIGHTS)
# Of what keeps readings away: switched off by its kind.
KEPT_AWAY = ("set_aside", "not_author", "not_theme")
EVERYTHING = "everything"


def own_words(body: str) -> str:
    """A draft without its quotations, which are the text's words, and its headings,
    which say nothing yet."""
    told = wording.without_headings(body)
    lines = [line for line in told.splitlines() if not line.lstrip().startswith(">")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def of_working_on(member: Member) -> list[Evidence]:
    text = member.working_on.strip()
    if not text:
        return []
    return [
        Evidence(
            id="working_on",
            kind="working_on",
            label="",
            text=text,
            weight=WEIGHTS["working_on"],
            date=_day(member.working_on_at),
            language=detect(text),
            prepared=member.working_on_prepared,
        )
    ]


def of_roles(roles: Sequence[StudyRole], language: str) -> list[Evidence]:
    zh = language == "zh"
    return [
        Evidence(
            id=f"role:{role.id}",
            kind="role",
            label=role.name_zh if zh else role.name_en,
            text=role.duties_zh if zh else role.duties_en,
            weight=WEIGHTS["role"],
            language=language,
            ref=role.id,
        )
        for role in roles
    ]


def of_interests(ids: Sequence[str], themes: Mapping[str, Label], language: str) -> list[Evidence]:
    """Themes that the library no longer has are passed over."""
    return [
        Evidence(
            id=f"interest:{theme}",
            kind="interest",
            label=themes[theme].name(language),
            text=f"{themes[theme].name(language)}. {themes[theme].description(language)}",
            weight=WEIGHTS["interest"],
            language=language,
            ref=theme,
        )
        for theme in ids
        if theme in themes
    ]


def of_reflections(reflections: Sequence[Reflection]) -> list[Evidence]:
    return [
        Evidence(
            id=f"reflection:{piece.id}",
            kind="reflection",
            label=piece.title,
            text=words,
            weight=WEIGHTS["reflection"],
            date=_day(piece.updated_at),
            language=detect(words),
            ref=piece.id,
            prepared=piece.prepared,
        )
        for piece in reflections
        if (words := own_words(piece.body))
    ]


def of_written(reflections: Sequence[Reflection]) -> list[Evidence]:
    """The texts that the member's reflections are about, by themselves: they lead to
    what others wrote about beside them. What they say is no word of the member's."""
    found: dict[str, Evidence] = {}
    for piece in reflections:
        if piece.text_slug and piece.text_slug not in found:
            found[piece.text_slug] = Evidence(
                id=f"written:{piece.text_slug}",
                kind="written",
                label=piece.text_title or "",
                text="",
                weight=WEIGHTS["written"],
                date=_day(piece.updated_at),
                ref=piece.text_slug,
                group=piece.text_slug,
            )
    return list(found.values())


def of_notes(notes: Sequence[Note]) -> list[Evidence]:
    return [
        Evidence(
            id=f"note:{note.id}",
            kind="note",
            label=note.title,
            text=words,
            weight=WEIGHTS["note"],
            date=_day(note.updated_at),
            language=detect(words),
            ref=note.id,
            prepared=note.prepared,
        )
        for note in notes
        if (words := own_words(note.body))
    ]


def of_questions(questions: Sequence[Question]) -> list[Evidence]:
    """Questions that the member asked and kept."""
    return [
        Evidence(
            id=f"question:{question.list_id}",
            kind="question",
            label=question.text,
            text=question.text,
            weight=WEIGHTS["question"],
            date=_day(question.made_at),
            language=detect(question.text),
            ref=question.list_id,
            prepared=question.prepared,
        )
        for question in questions
        if question.text.strip()
    ]


def of_goals(goals: Sequence[Goal], *, day: dt.date) -> list[Evidence]:
    """Goals that are open, and those answered lately, which fade to nothing."""
    return [
        Evidence(
            id=f"goal:{goal.id}",
            kind="goal",
            label=goal.what,
            text=goal.what.strip(),
            weight=weight,
            date=_day(goal.created_at),
            language=goal.language,
            ref=goal.id,
            prepared=goal.prepared,
        )
        for goal in goals
        if (weight := _weight_of_goal(goal, day))
    ]


def _weight_of_goal(goal: Goal, day: dt.date) -> float:
    if goal.status == "open":
        return WEIGHTS["goal"]
    answered = _day(goal.answered_at)
    if answered is None or goal.status == "let_go":
        return 0.0
    return WEIGHTS["goal"] * max(0.0, 1 - max(day - answered, dt.timedelta()) / GOALS_FADE)


def of_lists(lists: Sequence[Offered], language: str) -> list[Evidence]:
    """Lists that others gave to the member's units: each leads to its own readings."""
    return [
        Evidence(
            id=f"list:{found.id}",
            kind="list",
            label=found.title,
            text=found.title,
            weight=WEIGHTS["list"],
            language=language,
            ref=found.id,
            readings=tuple(found.readings),
        )
        for found in lists
        if found.readings
    ]


def of_requirements(asked: Sequence[OpenReadings], language: str) -> list[Evidence]:
    """What the member's units ask and is still open: each leads to its own readings."""
    return [
        Evidence(
            id=f"requirement:{one.requirement_id}",
            kind="requirement",
            label=one.title,
            text="",
            weight=WEIGHTS["requirement"],
            language=language,
            ref=one.requirement_id,
            readings=tuple(one.readings),
        )
        for one in asked
        if one.readings
    ]


def of_leaders(pieces: Sequence[LeadersPiece]) -> list[Evidence]:
    """What leaders of the member's units wrote in the open, and what they cite."""
    return [
        Evidence(
            id=f"leader:reflection/{piece.id}",
            kind="leader",
            label=piece.title,
            text="",
            weight=WEIGHTS["leader"],
            date=piece.on,
            ref=piece.id,
            readings=piece.readings,
        )
        for piece in pieces
    ]


@dataclass(frozen=True)
class DeedWords:
    """A reading that the member acted on, with the words that stand for it; without
    words it is no longer there, and leads nowhere."""

    kind: str  # read | saved | more | less
    reading_id: str
    group: str
    title: str
    text: str
    language: str
    at: dt.datetime


def of_deeds(deeds: Sequence[DeedWords]) -> list[Evidence]:
    return [
        Evidence(
            id=f"{deed.kind}:{deed.reading_id}",
            kind=deed.kind,  # type: ignore[arg-type]
            label=deed.title,
            text=deed.text,
            weight=WEIGHTS[deed.kind],
            date=deed.at.date(),
            language=deed.language,
            ref=deed.reading_id,
            group=deed.group if deed.text else None,
        )
        for deed in deeds
    ]


def _day(value: dt.datetime | None) -> dt.date | None:
    return value.date() if value else None


@dataclass(frozen=True)
class Known:
    """All that is known of a member, whatever of it is switched off."""

    member: str
    evidence: tuple[Evidence, ...] = ()
    languages: tuple[str, ...] = ("en", "zh")
    done: frozenset[str] = frozenset()  # groups read or saved, own pieces: never offered
    set_aside: frozenset[str] = frozenset()  # groups
    lessened: frozenset[str] = frozenset()  # groups of which the member wants less
    by_unwanted: frozenset[str] = frozenset()  # groups of authors that are left out
    unwanted_themes: frozenset[str] = frozenset()
    newness: int = 30  # of 100
    minutes: int | None = None
    fresh: tuple[str, ...] = ()
    experience: Mapping[str, int] = field(default_factory=dict)
    next_parts: tuple[str, ...] = ()  # of series that were begun
    later_parts: tuple[str, ...] = ()


def counts(piece: Evidence, off: Collection[str]) -> bool:
    """Whether a piece leads anywhere with these things switched off.

    With everything off only what the member's units say does (lists, requirements,
    what leaders wrote): that says nothing of the member.
    """
    if EVERYTHING in off and piece.kind not in OF_UNIT:
        return False
    return piece.kind not in off and piece.id not in off


def switched(known: Known, off: Collection[str]) -> Profile:
    """The profile that suggestions are made from.

    What was read is not offered again, whatever is switched off: that is no
    signal, it keeps a list from repeating itself.
    """
    evidence = tuple(piece for piece in known.evidence if counts(piece, off))
    excluded = set(known.done)
    if "set_aside" not in off:
        excluded |= known.set_aside
    if "less" not in off:
        excluded |= known.lessened
    if "not_author" not in off:
        excluded |= known.by_unwanted
    unknown = EVERYTHING in off
    return Profile(
        member=known.member,
        evidence=evidence,
        languages=known.languages,
        themes=tuple(e.ref for e in evidence if e.kind == "interest" and e.ref),
        roles=tuple(e.ref for e in evidence if e.kind == "role" and e.ref),
        excluded_groups=frozenset(excluded),
        excluded_themes=frozenset() if "not_theme" in off else known.unwanted_themes,
        newness=known.newness / 100,
        minutes=known.minutes,
        fresh=known.fresh,
        experience={} if unknown or "read" in off else known.experience,
        next_parts=() if unknown or "read" in off else known.next_parts,
        later_parts=() if unknown or "read" in off else known.later_parts,
    )
