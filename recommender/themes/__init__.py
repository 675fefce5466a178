"""A theme, in words or by readings that are about it -> a proposed theme list.

What is about the theme is found by words and by meaning (`pool`); what it falls into
here is found in the passages that are nearest to it (`sub_themes`); texts are chosen
that are about it, cover those parts and repeat each other little (`choosing`), and
stand from introductory to advanced. What nothing here speaks of is named. The same
theme, readings and choices of the organizer give the same proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from corpus import words
from corpus.formats.metadata import PER_MINUTE
from models.text_model import TextModel
from recommender.asking import sentence_of
from recommender.index import Index, Kept, Snapshot
from recommender.readings import Reading
from recommender.themes import asked, choosing, pool, sub_themes
from recommender.themes.asked import Theme
from recommender.themes.choosing import Candidates
from recommender.themes.pool import Pool
from recommender.themes.sub_themes import SubTheme

__all__ = ["Gap", "Options", "Proposed", "ProposedItem", "SubTheme", "next_best", "propose_list"]

WHOLE = 0.5  # of the time there is, that one whole text may take; of a longer one a part
CHAPTER = 0.35
SPREAD = 0.045  # standard deviation of a passage's products with subjects at large, usually

Why = Literal["no_words", "no_readings", "nothing"]
GapKind = Literal["theme", "words", "role", "language", "level", "practice", "few"]


class Shelf(Protocol):
    """What is asked of `corpus.library.Library`."""

    def themes(self) -> Mapping[str, Any]: ...
    def texts_by_slug(self, slugs: Any) -> Mapping[str, Any]: ...
    def passages(self, slug: str) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Options:
    """For whom the list is."""

    languages: tuple[str, ...] = ("en", "zh")  # preferred first
    roles: tuple[str, ...] = ()
    minutes: int | None = None  # there are for all of it
    count: int = 8
    told: bool = True  # members' experiences and reflections too
    anyway: bool = False  # what is nearest by meaning, where nothing is about the theme


@dataclass(frozen=True)
class ProposedItem:
    reading: Reading  # the passage where the theme is nearest, or a published piece
    minutes: int  # of the whole text, or of the part
    part: bool  # only the part around that passage: the whole is too long
    level: str | None
    covers: tuple[int, ...]  # places of the sub-themes it speaks of, most first
    phrases: tuple[int, ...]  # of the theme's phrases, that it speaks to
    sentence: str  # its own, that is nearest to the theme; "" where none can be quoted
    named: bool  # an organizer said that it is about this very theme
    for_role: tuple[str, ...]  # of the roles asked for


@dataclass(frozen=True)
class Gap:
    """What was asked for and is not there."""

    kind: GapKind
    value: str  # words of the theme; id of a role; a language; a level; a number


@dataclass(frozen=True)
class Proposed:
    theme: Theme
    items: tuple[ProposedItem, ...]
    sub_themes: tuple[SubTheme, ...]
    gaps: tuple[Gap, ...]
    why_empty: Why | None = None
    kept: tuple[ProposedItem, ...] = ()  # of those that were kept, what is about the theme


@dataclass(frozen=True)
class _Found:
    """A theme with its candidates, ready to choose from."""

    theme: Theme
    pool: Pool
    snapshot: Snapshot
    parts: tuple[SubTheme, ...]
    speaks: np.ndarray  # (n, k) of the sub-themes
    these: Candidates
    part_only: np.ndarray  # (n,) bool
    options: Options


def propose_list(
    index: Index,
    library: Shelf,
    model: TextModel,
    theme: str,
    options: Options = Options(),
    *,
    seeds: Sequence[str] = (),
    kept: Sequence[str] = (),
    dropped: Sequence[str] = (),
) -> Proposed:
    """What is added to the readings `kept` (groups, in any order) for a list on a theme.

    `seeds`: groups that it should be like; none of them is proposed. Nothing `dropped`
    is proposed, and where nothing here is about the theme, nothing at all.
    """
    read = asked.read(asked.union(theme, _titles(library, seeds)), library.themes())
    if not read.phrases:
        return Proposed(read, (), (), (), "no_words")
    snapshot = index.snapshot()
    if snapshot.size == len(snapshot.dead):
        return Proposed(read, (), (), (), "no_readings")
    found = _find(index, library, model, snapshot, read, seeds, options)
    if not len(found.pool):
        gaps = tuple(Gap("theme", phrase) for phrase in found.pool.unknown)
        return Proposed(read, (), (), gaps, "nothing")
    places = {found.snapshot.groups[c].name: i for i, c in enumerate(found.pool.codes)}
    chosen = choosing.choose(
        found.these,
        count=options.count,
        budget=options.minutes,
        kept=[places[group] for group in kept if group in places],
        barred=[places[group] for group in dropped if group in places],
    )
    items = [_item(index, found, place) for place in _ordered(library, found, chosen)]
    there = tuple(item for item in items if item is not None)
    stay = [_item(index, found, places[group]) for group in kept if group in places]
    return Proposed(
        read,
        there,
        found.parts,
        tuple(_gaps(found, len(there) + len(kept))),
        None,
        tuple(item for item in stay if item is not None),
    )


def next_best(
    index: Index,
    library: Shelf,
    model: TextModel,
    theme: str,
    options: Options = Options(),
    *,
    seeds: Sequence[str] = (),
    kept: Sequence[str] = (),
    dropped: Sequence[str] = (),
) -> ProposedItem | None:
    """One more reading beside those `kept`, that is none of those `dropped`; or None."""
    one = replace(options, count=len(set(kept)) + 1)
    made = propose_list(index, library, model, theme, one, seeds=seeds, kept=kept, dropped=dropped)
    return made.items[0] if made.items else None


def _titles(library: Shelf, seeds: Sequence[str]) -> list[str]:
    records = library.texts_by_slug(seeds) if seeds else {}
    return [records[slug].title for slug in seeds if slug in records]


def _find(
    index: Index,
    library: Shelf,
    model: TextModel,
    snapshot: Snapshot,
    read: Theme,
    seeds: Sequence[str],
    options: Options,
) -> _Found:
    languages = _preferred(read.language, options.languages)
    found = pool.find(
        index,
        model,
        read,
        seeds=seeds,
        languages=languages,
        told=options.told,
        anyway=options.anyway,
    )
    groups = [snapshot.groups[code] for code in found.codes]
    told = np.array([bool(snapshot.told[code]) for code in found.codes], bool)
    if not len(found):
        none = np.empty(0)
        these = Candidates(none, np.empty((0, 0)), np.empty((0, 0)), none, told, none)
        return _Found(read, found, snapshot, (), np.empty((0, 0)), these, told, options)
    near = sub_themes.nearest_half(snapshot, found.near, found.asked)
    of, closeness, speaks = sub_themes.grouped(
        snapshot, near, [g.language for g in groups], found.asked
    )
    parts = sub_themes.name(index, snapshot, near, of, closeness, speaks, languages[0], read.themes)
    minutes = np.array([g.minutes for g in groups], np.int64)
    part_only = np.zeros(len(groups), bool)
    if options.minutes:
        part_only = (minutes > WHOLE * options.minutes) & ~told
        for place in np.flatnonzero(part_only):
            minutes[place] = _minutes_of_part(
                library, index, snapshot, int(found.best[place]), options.minutes
            )
    wanted = set(options.roles)
    roles = [
        0 if not wanted or not g.roles else (1 if wanted & set(g.roles) else -1) for g in groups
    ]
    these = Candidates(
        found.scores,
        np.concatenate([speaks, found.phrases], axis=1) if len(read.phrases) > 1 else speaks,
        _likeness(snapshot, found),
        minutes,
        told,
        np.array(roles),
    )
    return _Found(read, found, snapshot, tuple(parts), speaks, these, part_only, options)


def _preferred(asked_in: str, languages: Sequence[str]) -> list[str]:
    """Those asked for; the language of the theme first, where it is among them."""
    return sorted(languages, key=lambda one: one != asked_in)


def _likeness(snapshot: Snapshot, found: Pool) -> np.ndarray:
    """(n, n) of what texts say of the theme: products of the means of their nearest passages."""
    rows = found.near
    vectors = snapshot.vectors(np.maximum(rows, 0).ravel()).reshape(*rows.shape, -1)
    means = (vectors * (rows >= 0)[:, :, None]).sum(axis=1)
    means = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return np.asarray(means @ means.T)


def _minutes_of_part(
    library: Shelf, index: Index, snapshot: Snapshot, row: int, budget: int
) -> int:
    """Of the chapter that a passage stands in, where it fits; else of the passage."""
    kept = index.fetch(snapshot, [row]).get(row)
    if kept is None:
        return budget + 1
    reading = kept.reading
    chapter = [p for p in library.passages(reading.group) if tuple(p.path) == reading.path]
    per_minute = PER_MINUTE["zh" if reading.language == "zh" else "en"]
    whole = max(1, round(sum(words.count(p.text) for p in chapter) / per_minute))
    if reading.path and whole <= CHAPTER * budget:
        return whole
    return max(1, round(words.count(reading.text) / per_minute))


def _ordered(library: Shelf, found: _Found, chosen: Sequence[int]) -> list[int]:
    groups = [found.snapshot.groups[found.pool.codes[place]] for place in chosen]
    records = library.texts_by_slug([group.name for group in groups])
    series = [_series(records.get(group.name)) for group in groups]
    order = choosing.in_order(
        [group.level for group in groups],
        [float(found.these.covers[place].sum() + found.these.scores[place]) for place in chosen],
        series,
    )
    return [chosen[i] for i in order]


def _series(record: Any) -> tuple[str, int] | None:
    name = getattr(record, "series", None)
    return (name, getattr(record, "series_position", None) or 0) if name else None


def _item(index: Index, found: _Found, place: int) -> ProposedItem | None:
    """None for a reading that was taken out this moment."""
    row = int(found.pool.best[place])
    kept = index.fetch(found.snapshot, [row]).get(row)
    if kept is None:
        return None
    group = found.snapshot.groups[found.pool.codes[place]]
    speaks = found.speaks[place]
    line = found.pool.line
    sentence = (
        sentence_of(found.snapshot, line, row, SPREAD, pool.relevance.WORDS, kept) if line else ""
    )
    spoken = found.pool.phrases[place]
    return ProposedItem(
        reading=kept.reading,
        minutes=int(found.these.minutes[place]),
        part=bool(found.part_only[place]),
        level=group.level,
        covers=tuple(i for i in np.argsort(-speaks, kind="stable").tolist() if speaks[i] > 0),
        phrases=tuple(i for i, r in enumerate(spoken.tolist()) if r >= 0.5),
        sentence=sentence or _quotable(kept),
        named=bool(set(found.theme.themes) & set(group.themes)),
        for_role=tuple(role for role in found.options.roles if role in group.roles),
    )


def _quotable(kept: Kept) -> str:
    """Of the nearest passage its first sentence that says something by itself: in another
    language than the theme's no single sentence may stand out."""
    spans = zip(kept.reading.sentences, kept.quotable, strict=False)
    return next((kept.reading.text[a:b] for (a, b), able in spans if able), "")


def _gaps(found: _Found, count: int) -> list[Gap]:
    """What was asked for and the list does not have, because nothing here is so."""
    options = found.options
    gaps = [
        Gap("theme" if phrase in found.theme.phrases else "words", phrase)
        for phrase in found.pool.unknown
    ]
    groups = [found.snapshot.groups[code] for code in found.pool.codes]
    for role in options.roles:
        if not any(role in group.roles for group in groups):
            gaps.append(Gap("role", role))
    for language in options.languages:
        if not any(group.language == language for group in groups):
            gaps.append(Gap("language", language))
    levels = {group.level for group in groups}
    for level in ("introductory", "advanced"):
        if level not in levels:
            gaps.append(Gap("level", level))
    if options.told and not found.these.told.any():
        gaps.append(Gap("practice", ""))
    if count < options.count and options.minutes is None:
        gaps.append(Gap("few", str(count)))
    return gaps
