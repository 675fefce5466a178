"""Finding readings by words and by meaning, in both languages at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

import numpy as np

from corpus import languages, words
from models.text_model import TextModel
from recommender import quoting
from recommender.centring import centred, uncentred
from recommender.closeness import (
    SEARCH,
    Measured,
    Pools,
    Queries,
    blocked_rows,
    meaning_gains,
    measure,
    occurrences,
    pools,
    sentence_gains,
    single,
    word_gains,
)
from recommender.embedding import sentences_of
from recommender.index import Index, Kept, Snapshot
from recommender.readings import Hit, ReadingFilter
from recommender.segments import Group
from recommender.word_index import hashed, term_hashes

POOL = 200
MOST_TERMS = 64
MOST_CHARACTERS = 2_000  # of a query; a question is shorter, an essay is cut
EVERYTHING = ReadingFilter()


def search(
    index: Index,
    model: TextModel,
    query: str,
    *,
    filter: ReadingFilter = EVERYTHING,
    limit: int = 20,
) -> list[Hit]:
    """The best readings for a question or some words, best first, ties by id.

    A query without a letter or digit finds nothing.
    """
    query = query.strip()[:MOST_CHARACTERS]
    terms = term_hashes(query)
    if not len(terms) or limit < 1:
        return []
    snapshot = index.snapshot()
    vector = centred(model.encode([query], kind="query"), snapshot.centre)[0]
    asked = single(vector, terms, languages.detect(query))
    spoken = telling_words(snapshot, query)
    return _hits(index, snapshot, asked, filter, (), limit=limit, spoken=spoken)


def telling_words(snapshot: Snapshot, query: str) -> frozenset[str]:
    """The query's words that fewer than half of the readings use, or all when all are common."""
    spoken = list(dict.fromkeys(words.tokens(query)))
    hashes = np.concatenate([hashed(token) for token in spoken])
    rarity = np.zeros(len(spoken))
    for vocabulary in snapshot.vocabularies.values():
        rarity = np.maximum(rarity, vocabulary.rarity(hashes))
    telling = frozenset(t for t, rare in zip(spoken, rarity, strict=True) if rare > np.log(2))
    return telling or frozenset(spoken)


def related(
    index: Index, reading_id: str, *, kinds: Collection[str] | None = None, limit: int = 5
) -> list[Hit]:
    """Readings near a reading, of other texts than its own. An unknown id has none."""
    snapshot = index.snapshot()
    row = index.row_of(snapshot, reading_id)
    if row is None:
        return []
    kept = index.fetch(snapshot, [row]).get(row)
    if kept is None:
        return []
    asked = single(snapshot.vectors(np.array([row]))[0], kept.terms, kept.reading.language)
    only = ReadingFilter(kinds=frozenset(kinds or ()))
    hits = _hits(index, snapshot, asked, only, (kept.reading.group,), limit=limit * 4)
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.reading.version_group or hit.reading.group, hit)
    return list(best.values())[:limit]


def _hits(
    index: Index,
    snapshot: Snapshot,
    asked: Queries,
    wanted: ReadingFilter,
    excluded: Collection[str],
    *,
    limit: int,
    spoken: frozenset[str] = frozenset(),
) -> list[Hit]:
    if not snapshot.size:
        return []
    blocked = blocked_rows(snapshot, excluded)
    if wanted != EVERYTHING:
        blocked = np.union1d(blocked, np.flatnonzero(~matching(snapshot, wanted)))
    measured = measure(snapshot, asked, blocked, most_terms=MOST_TERMS)
    found = pools(snapshot, measured, asked, snapshot.languages(), SEARCH, max(POOL, limit))
    by_words, by_meaning = z_scores(found, measured)
    total = by_words + by_meaning
    # More than asked, so that equal scores at the end are cut by id, not by chance.
    best = np.lexsort((found.rows, -total))[: limit + 20]
    kept = index.fetch(snapshot, found.rows[best])
    hits = []
    for place in best:
        row = int(found.rows[place])
        if row in kept:
            sentence = _best_sentence(snapshot, asked, measured, found, int(place), kept[row])
            hits.append(
                Hit(
                    kept[row].reading,
                    float(total[place]),
                    float(by_words[place]),
                    float(by_meaning[place]),
                    sentence,
                )
            )
    hits.sort(key=lambda hit: (-hit.score, hit.reading.id))
    return [_marked(hit, spoken) for hit in hits[:limit]]


def z_scores(found: Pools, measured: Measured) -> tuple[np.ndarray, np.ndarray]:
    """(c,) weighted z-scores of words and of meaning for a single query."""
    rows, tag = found.rows, found.language_of
    words_z = (measured.words[0, rows] - found.words_mean[0, tag]) * found.words_scale[0, tag]
    meaning_z = (measured.meaning[0, rows] - found.meaning_mean[0, tag]) * (
        found.meaning_scale[0, tag]
    )
    return words_z * found.words_weight[0, tag], meaning_z * found.meaning_weight[0, tag]


def matching(snapshot: Snapshot, wanted: ReadingFilter) -> np.ndarray:
    """(size,) bool: rows of the groups that pass the filter."""
    passes = np.array([_passes(group, wanted) for group in snapshot.groups], bool)
    return passes[snapshot.group_of]


def _passes(group: Group, wanted: ReadingFilter) -> bool:
    return (
        (not wanted.kinds or group.kind in wanted.kinds)
        and (not wanted.languages or group.language in wanted.languages)
        and (not wanted.themes or bool(wanted.themes & set(group.themes)))
        and (not wanted.roles or bool(wanted.roles & set(group.roles)))
        and (not wanted.levels or group.level in wanted.levels)
        and (wanted.min_minutes is None or group.minutes >= wanted.min_minutes)
        and (wanted.max_minutes is None or group.minutes <= wanted.max_minutes)
        and (not wanted.groups or group.name in wanted.groups)
        and group.name not in wanted.excluded_groups
    )


def _best_sentence(
    snapshot: Snapshot, asked: Queries, measured: Measured, found: Pools, place: int, kept: Kept
) -> str:
    """The sentence that gave most to the score, by meaning and words together."""
    spans = sentences_of(kept.reading)
    if not spans:
        return ""
    tag = int(found.language_of[place])
    whole = uncentred(snapshot.vectors(found.rows[place : place + 1])[0], snapshot.centre)
    gain = (
        meaning_gains(kept.shares, kept.scales, whole, asked.vectors[0], snapshot.centre)
        * found.meaning_scale[0, tag]
        * found.meaning_weight[0, tag]
    )
    by_words = found.words_scale[0, tag] * found.words_weight[0, tag]
    if by_words and len(measured.terms[0]):
        used = measured.terms[0]
        vocabulary = snapshot.vocabularies[kept.reading.language]
        at = occurrences(kept.terms, used)
        gains = word_gains(vocabulary, len(kept.terms), at, measured.weights[0])
        gain = gain + by_words * sentence_gains(kept.starts, at, gains)[1:]
    quoted = quoting.best(gain.tolist(), spans, kept.reading.language, kept.quotable)
    start, end = spans[int(np.argmax(gain)) if quoted is None else quoted]
    return kept.reading.text[start:end]


def _marked(hit: Hit, spoken: frozenset[str]) -> Hit:
    if not spoken:
        return hit
    return Hit(
        hit.reading,
        hit.score,
        hit.words,
        hit.meaning,
        hit.sentence,
        matched_spans(hit.sentence, spoken),
    )


_LATIN = rf"(?:(?![{words.HAN}])[^\W_])+"
_WORD = re.compile(rf"[{words.HAN}]+|{_LATIN}(?:['’]{_LATIN})*")
_CHINESE = re.compile(rf"[{words.HAN}]+")


def matched_spans(sentence: str, spoken: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Where the query's words stand, in order and merged; Chinese by pairs of characters.

    A single character counts only when the query has no pair, or a character
    of the query would light up in every other word.
    """
    pairs = any(len(token) > 1 and _CHINESE.match(token) for token in spoken)
    spans: list[tuple[int, int]] = []
    for start, end, token in _places(sentence, pairs):
        if token in spoken:
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
    return tuple(spans)


def _places(sentence: str, pairs: bool) -> list[tuple[int, int, str]]:
    found = []
    for match in _WORD.finditer(sentence):
        start, text = match.start(), match.group()
        if not _CHINESE.match(text):
            found.append((start, match.end(), _token(text)))
        else:
            width = 2 if pairs else 1
            for at in range(len(text) - width + 1):
                found.append((start + at, start + at + width, _token(text[at : at + width])))
    return found


@lru_cache(maxsize=20_000)
def _token(word: str) -> str:
    """The longest token of one word: a pair of characters as the pair."""
    return max(words.tokens(word), key=len, default="")
