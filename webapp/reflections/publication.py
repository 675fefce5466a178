"""A published reflection as a reading that can be suggested. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from corpus import sentences, words
from recommender.readings import Reading
from webapp.reflections import wording

MOST_THEMES = 3
# PostgreSQL refuses a tsvector of 1 MiB; an essay of 20,000 words comes to about a tenth.
SEARCH_BYTES = 480_000
LONGEST_WORD = 64


@dataclass(frozen=True)
class Publication:
    """The present truth of a reflection, as far as the shared index may know it.

    `version` is the `published_version` at the time of reading.
    """

    id: str
    version: int
    status: str
    audience: str | None
    title: str
    body: str
    author: str  # the member's name, whatever the audience
    language: str
    themes: tuple[str, ...]
    published_on: dt.date | None
    genre: str = "reflection"
    lesson: str = ""  # of an experience
    roles: tuple[str, ...] = ()  # for whom its author says it may be useful


def as_reading(publication: Publication) -> Reading | None:
    """The reading, or None when it is not open to everybody in the organisation.

    Its words are the writer's own; a piece that only quotes is known by its
    quotations.
    """
    if publication.status != "submitted" or publication.audience not in (
        "organisation",
        "anonymous",
    ):
        return None
    text = own_text(publication.body, publication.lesson)
    group = f"reflection/{publication.id}"
    language = "zh" if publication.language == "zh" else "en"
    return Reading(
        id=group,
        kind="experience" if publication.genre == "experience" else "reflection",
        group=group,
        language=language,
        title=publication.title,
        author="" if publication.audience == "anonymous" else publication.author,
        text=text,
        sentences=tuple(sentences.split(text, "zh" if language == "zh" else "en")),
        content_hash=blake2b(f"{publication.title}\0{text}".encode(), digest_size=16).hexdigest(),
        themes=publication.themes,
        roles=publication.roles,
        minutes=wording.reading_minutes(publication.body, language),
        published_on=publication.published_on,
    )


def own_text(body: str, lesson: str = "") -> str:
    """The words by which a published piece is suggested and quoted: the lesson of an
    experience first, unless it says it in its telling."""
    told = (
        wording.own_words(wording.without_headings(body))
        or wording.own_words(body)
        or wording.plain(body)
    )
    return told if not lesson or lesson in told else f"{lesson}\n\n{told}"


def themes_of(about: Sequence[str], cited: Sequence[Sequence[str]]) -> list[str]:
    """At most three themes: the main one of the text it is about, then those that
    its texts share most, in the order in which they are met."""
    found: Counter[str] = Counter()
    for place, theme in enumerate(about):
        found[theme] += 3 if place == 0 else 2
    for themes in cited:
        found.update(themes)
    order = {theme: place for place, theme in enumerate(found)}
    return sorted(found, key=lambda theme: (-found[theme], order[theme]))[:MOST_THEMES]


def search_text(title: str, body: str) -> str:
    """The different words of a published piece, quotations included, for word search.

    Each word once: a search asks which pieces have all of its words, not how
    often. Bounded: what is beyond `SEARCH_BYTES` is not found by words.
    """
    kept: list[str] = []
    room = SEARCH_BYTES
    for word in dict.fromkeys(words.tokens(f"{title}\n{wording.plain(body)}")):
        room -= len(word.encode()) + 8
        if room < 0:
            break
        if len(word) <= LONGEST_WORD:
            kept.append(word)
    return " ".join(kept)
