"""How close queries are to all readings, by words and by meaning, on one scale.

Meaning is the product of unit vectors, words are BM25. Both are put on one
scale by z-scores over a query's nearest readings (the pool), one pool per
language of reading: a model gives pairs of one language higher products than
pairs of two, so a Chinese question is compared with English readings by how
they stand among English readings. Where query and reading are of different
languages, words have weight 0.

A question and a statement are weighed differently. Who asks chooses words that
stand in the answer; who tells of their work uses the words of every day, and
what they share with a reading is mostly what it is about.

A mean of z-scores beat rank fusion in every pairing tried (docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from recommender.index import Snapshot
from recommender.largest import best_lines, distinct, nearest
from recommender.nearness import Meaning, Words
from recommender.word_index import K1, B, Vocabulary

FEW = 50  # readings; below, every third is much and a common word may be the subject
# Readings that the words of a piece of evidence are looked up in: in a large
# library the rarest words alone, which is where BM25 gets its score from.
MOST_POSTINGS = 2_000
POOL = 64  # nearest readings by meaning, and as many by words


@dataclass(frozen=True)
class Weights:
    """How words and meaning are mixed; measured, see docs/decisions/0004."""

    words: dict[str, float] = field(default_factory=dict)  # by the language of the reading
    other_words: float = 0.5
    across: float = 0.6  # of meaning where words cannot help


SEARCH = Weights({"en": 0.5, "zh": 0.6})
EVIDENCE = Weights({"en": 0.3, "zh": 0.4}, other_words=0.3, across=0.6)


@dataclass(frozen=True)
class Queries:
    """What is looked for: m vectors and t words of e queries."""

    vectors: np.ndarray  # (m, dim) float32, centred as the readings are
    starts: np.ndarray  # (e,) int64: first vector of each query; every query has one
    terms: np.ndarray  # (t,) uint64 hashed words, each once per query
    counts: np.ndarray  # (t,) float32, how often the query says it
    owners: np.ndarray  # (t,) int64, the query it belongs to
    languages: tuple[str, ...]  # (e,)

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True)
class Measured:
    """Queries against readings. `blocked` readings have meaning -inf and words 0."""

    meaning: np.ndarray | Meaning  # (e, size) float32: the best of a query's vectors
    words: np.ndarray | Words  # (e, size) float32
    terms: tuple[np.ndarray, ...]  # per query, sorted: the words that were used
    weights: tuple[np.ndarray, ...]  # per query: rarity times count of each


@dataclass(frozen=True)
class Pools:
    """The readings worth scoring, and the scale of each query in each language."""

    rows: np.ndarray  # (c,) int64, sorted
    language_of: np.ndarray  # (c,) int64, into `languages`
    languages: tuple[str, ...]
    meaning_mean: np.ndarray  # (e, l)
    meaning_scale: np.ndarray  # (e, l) 1 / standard deviation, 0 where all are alike
    words_mean: np.ndarray  # (e, l)
    words_scale: np.ndarray  # (e, l)
    meaning_weight: np.ndarray  # (e, l)
    words_weight: np.ndarray  # (e, l)


@dataclass(frozen=True)
class _Words:
    """What became of each query's words."""

    terms: list[np.ndarray]
    weights: list[np.ndarray]


def measure(
    snapshot: Snapshot,
    queries: Queries,
    blocked: np.ndarray,
    *,
    most_terms: int,
    most_common: float = 1.0,
) -> Measured:
    """One matrix product, and BM25 on the postings of each query's rarest words.

    blocked (size,) bool or rows: readings that must not be found. `most_common`
    leaves out words that stand in more than that share of a language's readings.
    """
    found, keys, gains = _score_words(snapshot, queries, most_terms, most_common)
    shape = (len(queries), snapshot.size)
    meaning: np.ndarray | Meaning
    words: np.ndarray | Words
    if snapshot.is_large:
        meaning = Meaning(snapshot, queries.vectors, queries.starts, blocked)
        words = Words(shape, keys, gains)
        words.block(meaning.blocked)
    else:
        meaning = best_lines(snapshot.products(queries.vectors), queries.starts)
        words = np.zeros(shape, np.float32)
        np.add.at(words.reshape(-1), keys, gains)
        if len(blocked):
            meaning[:, blocked] = -np.inf
            words[:, blocked] = 0
    return Measured(meaning, words, tuple(found.terms), tuple(found.weights))


def _score_words(
    snapshot: Snapshot, queries: Queries, most_terms: int, most_common: float
) -> tuple[_Words, np.ndarray, np.ndarray]:
    """The words used, and what they give: keys query * size + reading, and gains."""
    e = len(queries)
    used = _Words([np.empty(0, np.uint64)] * e, [np.empty(0, np.float32)] * e)
    keys: list[np.ndarray] = []
    gains: list[np.ndarray] = []
    for language, vocabulary in snapshot.vocabularies.items():
        spoken = [own == language for own in queries.languages]
        if not any(spoken):
            continue
        terms, owners, counts = queries.terms, queries.owners, queries.counts
        if not all(spoken):
            mine = np.array(spoken)[owners]
            terms, owners, counts = terms[mine], owners[mine], counts[mine]
        frequency = vocabulary.frequency(terms)
        idf = vocabulary.rarity_of(frequency)
        # log1p(1/share - 1) is the rarity of a word in that share of the readings.
        usable = idf > (np.log(1 / most_common) if vocabulary.size >= FEW else 0)
        weights = np.where(usable, idf * (1 + np.log(np.maximum(counts, 1))), 0)
        budget = MOST_POSTINGS if most_common < 1 else np.inf
        chosen = _rarest(owners, weights, terms, frequency, most_terms, budget)
        terms, owners, weights = terms[chosen], owners[chosen], weights[chosen]
        for found, parts in zip(
            vocabulary.gains(terms, weights, owners, snapshot.size), (keys, gains), strict=True
        ):
            parts.append(found)
        order = np.lexsort((terms, owners))
        terms, weights = terms[order], weights[order].astype(np.float32)
        bounds = np.searchsorted(owners, np.arange(e + 1)).tolist()
        for query, (first, last) in enumerate(pairwise(bounds)):
            if first < last:
                used.terms[query], used.weights[query] = terms[first:last], weights[first:last]
    if len(keys) == 1:
        return used, keys[0], gains[0]
    if not keys:
        return used, np.empty(0, np.int64), np.empty(0, np.float32)
    return used, np.concatenate(keys), np.concatenate(gains)


def _rarest(
    owners: np.ndarray,
    weights: np.ndarray,
    terms: np.ndarray,
    frequency: np.ndarray,
    most: int,
    budget: float,
) -> np.ndarray:
    """Places of each owner's heaviest words, by owner; weight 0 is left out.

    At most `most`, and no more than stand in `budget` readings together; the
    first in any case.
    """
    order = np.lexsort((terms, -weights, owners))
    ranked = owners[order]
    first = np.searchsorted(ranked, ranked)
    place = np.arange(len(order)) - first
    total = np.concatenate([[0.0], np.cumsum(frequency[order])])
    within = total[1:] - total[first] <= budget
    return order[(place < most) & (weights[order] > 0) & (within | (place == 0))]


def pools(
    snapshot: Snapshot,
    measured: Measured,
    queries: Queries,
    languages: Collection[str],
    weights: Weights,
    size: int = POOL,
) -> Pools:
    """The nearest `size` readings of each query in each language, by meaning and by words."""
    read = [language for language in snapshot.languages() if language in languages]
    e = len(queries)
    stats = np.zeros((4, e, max(len(read), 1)))  # mean and scale of meaning, of words
    own = np.array([[spoken == lang for lang in read] for spoken in queries.languages], bool)
    own = own.reshape(e, len(read)) if read else np.zeros((e, 1), bool)
    lines = np.arange(e)[:, None]
    rows, tags = [], []
    for place, language in enumerate(read):
        found = _pool(snapshot, measured, language, size, own[:, place])
        keep = found >= 0
        unique = distinct(found[keep])
        values = [measured.meaning[lines, found]]
        if own[:, place].any():  # else words have no weight
            values.append(measured.words[lines, found])
        stats[: 2 * len(values), :, place] = _scales(np.array(values), keep)
        rows.append(unique)
        tags.append(np.full(len(unique), place))
    if len(rows) == 1:
        together, tag = rows[0], tags[0]
    else:
        together = np.concatenate(rows) if rows else np.empty(0, np.int64)
        tag = np.concatenate(tags) if tags else np.empty(0, np.int64)
        order = np.argsort(together)
        together, tag = together[order], tag[order]
    alpha = np.array([weights.words.get(lang, weights.other_words) for lang in read] or [0.0])
    return Pools(
        together,
        tag,
        tuple(read),
        meaning_mean=stats[0],
        meaning_scale=stats[1],
        words_mean=stats[2],
        words_scale=stats[3],
        meaning_weight=np.where(own, 1 - alpha, weights.across),
        words_weight=np.where(own, alpha, 0.0),
    )


def _pool(
    snapshot: Snapshot, measured: Measured, language: str, size: int, own: np.ndarray
) -> np.ndarray:
    """(e, k) rows, each once, -1 where there are fewer."""
    by_meaning = _nearest_of(snapshot, measured.meaning, language, size, -np.inf)
    if not own.any():
        return by_meaning
    if isinstance(measured.words, Words):
        by_words = np.full((len(own), size), -1, np.int64)
        for query in np.flatnonzero(own).tolist():
            best = measured.words.best(query, size)
            by_words[query, : len(best)] = best
    elif own.all():
        by_words = _nearest_of(snapshot, measured.words, language, size, 0)
    else:
        found = _nearest_of(snapshot, measured.words[own], language, size, 0)
        by_words = np.full((len(own), found.shape[1]), -1, np.int64)
        by_words[own] = found
    rows = np.concatenate([by_words, by_meaning], axis=1)
    rows.sort(axis=1)
    rows[:, 1:][rows[:, 1:] == rows[:, :-1]] = -1
    return rows


def _nearest_of(
    snapshot: Snapshot, values: np.ndarray | Meaning, language: str, size: int, floor: float
) -> np.ndarray:
    """(e, k) rows of a language with the largest values above `floor`."""
    if isinstance(values, Meaning):
        return values.nearest(language, size)
    blocks = [block for block in snapshot.blocks if block.language == language]
    parts = [nearest(values[:, b.start : b.stop], size, b.start, floor) for b in blocks]
    if len(parts) == 1:
        return parts[0]
    joined = np.concatenate(parts, axis=1)
    at = np.where(joined >= 0, values[np.arange(len(values))[:, None], joined], -np.inf)
    cut = np.argsort(-at, axis=1, kind="stable")[:, :size]
    return np.take_along_axis(joined, cut, axis=1)


def _scales(values: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """values (v, e, k) -> (2 v, e): of each in turn the mean, and 1 / standard deviation,
    of a row's kept values; 0 where all are alike."""
    n = np.maximum(np.count_nonzero(keep, axis=1), 1)
    kept = np.where(keep, values, np.float32(0)).astype(np.float64)
    mean = kept.sum(axis=2) / n
    kept -= mean[:, :, None]
    kept *= keep
    spread = np.sqrt(np.einsum("vek,vek->ve", kept, kept) / n)
    found = np.empty((2 * len(values), values.shape[1]))
    found[::2] = mean
    found[1::2] = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0.0)
    return found


def blocked_rows(snapshot: Snapshot, groups: Collection[str]) -> np.ndarray:
    """Rows that must not be found: gone ones, and those of the groups named."""
    rows = snapshot.rows_of_groups(groups) if groups else np.empty(0, np.int64)
    return np.concatenate([snapshot.dead, rows]) if len(snapshot.dead) else rows


def single(vector: np.ndarray, terms: np.ndarray, language: str) -> Queries:
    """One query of one vector."""
    unique, counts = np.unique(terms, return_counts=True)
    return Queries(
        vector.reshape(1, -1).astype(np.float32),
        np.zeros(1, np.int64),
        unique,
        counts.astype(np.float32),
        np.zeros(len(unique), np.int64),
        (language,),
    )


@dataclass(frozen=True)
class Occurrences:
    """Where the words that count stand among the words of a text."""

    places: np.ndarray  # (h,) sorted, into the text's words
    which: np.ndarray  # (h,) into the words that count
    counts: np.ndarray  # (u,) how often each stands there


def occurrences(terms: np.ndarray, used: np.ndarray) -> Occurrences:
    """terms (t,) of the text, used (u,) sorted, at least one."""
    # Methods, not functions of NumPy: called a dozen times for each list of suggestions.
    at = used.searchsorted(terms)
    places = (used.take(at, mode="clip") == terms).nonzero()[0]
    which = at[places]
    return Occurrences(places, which, np.bincount(which, minlength=len(used)))


def word_gains(
    vocabulary: Vocabulary, size: int, found: Occurrences, weights: np.ndarray
) -> np.ndarray:
    """(u,) BM25 that each occurrence of a word gives a reading of `size` words."""
    norm = K1 * (1 - B + B * size / vocabulary.average)
    gains: np.ndarray = weights * ((K1 + 1) / (found.counts + norm))
    return gains


def sentence_gains(starts: np.ndarray, found: Occurrences, gains: np.ndarray) -> np.ndarray:
    """(p,) what the words of each part add up to; starts (p + 1,) into the text's words."""
    part = starts.searchsorted(found.places, side="right") - 1
    return np.bincount(part, weights=gains[found.which], minlength=len(starts) - 1)


def meaning_gains(
    shares: np.ndarray,
    scales: np.ndarray,
    whole: np.ndarray,
    other: np.ndarray,
    centre: np.ndarray,
) -> np.ndarray:
    """(n,) what each sentence gives to a product of centred vectors.

    shares (n, dim) int8 with scales (n,): the sentences' parts of the unit
    vector `whole`, as the model made it; `other` is centred. The product is
    other @ (whole - centre) / |whole - centre|. Since the shares' products
    with `whole` sum to 1, it is the sum of
    (share @ other - (other @ centre) * (share @ whole)) / |whole - centre|.
    """
    less = whole - centre
    length = max(float(less @ less) ** 0.5, 1e-6)
    # share @ other - (other @ centre) * (share @ whole), as one product
    gains: np.ndarray = shares @ (other - float(other @ centre) * whole)
    return gains * (scales / length)
