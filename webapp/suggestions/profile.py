"""What a member's suggestions are made from: each piece with its weight and date.

Pure but for the two functions at the end, which read the member's own words.
Nothing here reads the words of anybody else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from corpus.languages import detect
from corpus.records import Label
from recommender.readings import Evidence, Profile
from webapp.community import change
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.notes.tables import Note
from webapp.reflections.tables import Reflection
from webapp.suggestions import store
from webapp.units.tables import StudyRole

# Own words first: what a member wrote says more than what was picked from a list.
WEIGHTS = {
    "working_on": 1.0,
    "reflection": 0.9,
    "note": 0.8,
    "role": 0.6,
    "interest": 0.6,
    "saved": 0.4,
    "read": 0.3,
}
NEWEST_PIECES = 6  # of reflections and of notes: older ones have led to their readings
NEWEST_DEEDS = 5
OWN_WORDS = ("working_on", "reflection", "note")


def own_words(body: str) -> str:
    """A draft without its quotations: those are the text's words, not the member's."""
    lines = [line for line in body.splitlines() if not line.lstrip().startswith(">")]
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


@dataclass(frozen=True)
class DeedWords:
    """A reading that the member acted on, with the words that stand for it."""

    kind: str  # read | saved
    reading_id: str
    title: str
    text: str
    language: str
    at: dt.datetime


def of_deeds(deeds: Sequence[DeedWords]) -> list[Evidence]:
    return [
        Evidence(
            id=f"{deed.kind}:{deed.reading_id}",
            kind="saved" if deed.kind == "saved" else "read",
            label=deed.title,
            text=deed.text,
            weight=WEIGHTS[deed.kind],
            date=deed.at.date(),
            language=deed.language,
            ref=deed.reading_id,
        )
        for deed in deeds
    ]


def _day(value: dt.datetime | None) -> dt.date | None:
    return value.date() if value else None


def profile_of(
    session: Session,
    member: Member,
    *,
    themes: Mapping[str, Label],
    passage_words: Callable[[Sequence[str]], dict[str, tuple[str, str, str]]],
) -> Profile:
    """All that this member's suggestions are made from, read from the database.

    `passage_words` gives for reading ids their title, text and language.
    """
    organisation, language = member.organisation_id, member.language
    roles = members.roles_of(session, organisation, member.id)
    reflections = store.own_reflections(session, member, limit=NEWEST_PIECES)
    notes = store.own_notes(session, member, limit=NEWEST_PIECES)
    deeds = store.own_deeds(session, member)
    acted = [d for d in deeds if d.kind in ("read", "saved")][:NEWEST_DEEDS]
    words = passage_words([d.reading_id for d in acted])
    evidence = (
        of_working_on(member)
        + of_reflections(reflections)
        + of_notes(notes)
        + of_roles(roles, language)
        + of_interests(member.interests, themes, language)
        + of_deeds(
            [
                DeedWords(d.kind, d.reading_id, *words[d.reading_id], at=d.at)
                for d in acted
                if d.reading_id in words
            ]
        )
    )
    excluded = {d.reading_group for d in deeds}
    excluded |= {f"reflection/{i}" for i in store.own_reflection_ids(session, member)}
    excluded |= {r.text_slug for r in reflections if r.text_slug}
    return Profile(
        member=member.id,
        evidence=tuple(evidence),
        languages=tuple(member.reads or [language]),
        themes=tuple(member.interests),
        roles=tuple(role.id for role in roles),
        excluded_groups=frozenset(excluded),
    )


def with_prepared(
    session: Session, member: Member, profile: Profile, prepare: Callable[[str, str], bytes]
) -> Profile:
    """The profile with the vectors of the member's own words, computed where they
    are missing and kept beside the words: they live and die with them.

    Computed outside any transaction. A piece that was changed or deleted
    meanwhile is left alone: its old vectors are not written to it.
    """
    fresh: dict[str, bytes] = {}
    done: list[Evidence] = []
    for piece in profile.evidence:
        if piece.kind in OWN_WORDS and piece.prepared is None:
            fresh[piece.id] = prepare(piece.text, piece.language)
            piece = replace(piece, prepared=fresh[piece.id])
        done.append(piece)
    if fresh:
        texts = {piece.id: piece.text for piece in profile.evidence}
        with change(session):
            store.keep_prepared(session, member, fresh, texts, own_words)
    return replace(profile, evidence=tuple(done))
