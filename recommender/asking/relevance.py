"""How much each text speaks to each part of a question, on a scale where 1 is just enough.

A search ranks, and its z-scores always have a best: they cannot say that a
library has nothing on a subject. What can, measured on questions that a library
answers and does not (`benchmarks/asking.py`, docs/decisions/0010):

- **Nearness** of the text: by how many standard deviations it is nearer to the
  question than to subjects at large, as the mean of its nearest passages. One
  passage is always near to something; a text that answers is near as a whole.
- **Words**: BM25 of the question's own words in the text's best passage, and on the
  mean of its best. How, should and people stand in every question, so they are left out.

Across languages there are no common words and a model finds all pairs farther
apart: such a text has floors of its own, a lower one where the part is answered
in the question's language too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from corpus import words
from models.text_model import TextModel
from recommender.asking.aspects import Asked, content
from recommender.centring import centred
from recommender.closeness import SEARCH, Measured, Queries, measure, pools
from recommender.index import Index, Snapshot
from recommender.theme_search import subjects
from recommender.word_index import hashed

POOL = 48  # nearest readings of each part in each language, by meaning and by words
MOST_WORDS = 8  # of a part, the rarest: a long one must not reach the floor by its length
PASSAGES = 7  # of a text, those that are nearest
MISSING = 0.5  # of its nearest passage: what each passage counts that a short text lacks
MOST_ROWS = 40  # of a text; of a longer one only what the pools found
USUAL = 5.0  # rarity of a word that stands in one passage, in the library of the benchmark
SPREAD = 0.03  # least standard deviation of the products with subjects at large

# Chosen on the tune half of `benchmarks/asking.py`.
WORDS = 0.4
ANSWERS = 5.3
ACROSS = 2.6  # in another language than the question's, where its own answers too
ACROSS_ALONE = 3.3
BESIDE_BEST = 0.7  # of the best text's relevance: what is far below it is noise
# Members tell in the words of every day, and more shortly than texts; not measured.
WORDLESS_BESIDE_BEST = 0.55


@dataclass(frozen=True)
class Line:
    """What a part's relevance is made of, to find the sentence that gave most."""

    vector: np.ndarray  # (dim,) float32, centred
    terms: np.ndarray  # (u,) uint64, sorted
    weights: np.ndarray  # (u,) float32


@dataclass(frozen=True)
class Found:
    """Texts that may speak to the question; every array is by text."""

    groups: tuple[int, ...]  # codes of the snapshot
    rows: np.ndarray  # (t, e) int64: the best passage for each line
    relevance: np.ndarray  # (t, e): 1 is just enough; the last line is the whole question
    spread: np.ndarray  # (t, e): of the best passage's products with subjects at large
    lines: tuple[Line, ...]  # the parts, then the whole where there are several
    words: float  # weight of BM25 in the relevance

    def __len__(self) -> int:
        return len(self.groups)


def find(
    index: Index, model: TextModel, snapshot: Snapshot, asked: Asked, read: Collection[str]
) -> Found:
    """Texts near to any part of the question, in the languages read."""
    queries = _queries(model, snapshot, asked)
    measured = measure(
        snapshot,
        queries,
        np.union1d(snapshot.dead, snapshot.unsuggested).astype(np.int64),
        most_terms=MOST_WORDS,
    )
    pool = pools(snapshot, measured, queries, read, SEARCH, POOL)
    lines = tuple(
        Line(queries.vectors[e], measured.terms[e], measured.weights[e])
        for e in range(len(queries))
    )
    groups, rows, of_text = _texts(snapshot, pool.rows)
    if not len(rows):
        empty = np.empty((0, len(queries)))
        return Found((), empty.astype(np.int64), empty, empty, lines, 0.0)
    background = _background(index, model, snapshot, asked.language)
    near, spread, by_words = _measures(snapshot, measured, rows, background)
    weight = words_weight(snapshot, asked.language)
    relevance = np.zeros((len(groups), len(queries)))
    best = np.zeros((len(groups), len(queries)), np.int64)
    spreads = np.ones((len(groups), len(queries)))
    own = np.array([snapshot.groups[code].language == asked.language for code in groups])
    for text in range(len(groups)):
        here = np.flatnonzero(of_text == text)
        at = (weight * by_words[:, here] + near[:, here]).argmax(axis=1)
        best[text], spreads[text] = rows[here[at]], spread[here[at]]
        said = by_words[:, here]
        relevance[text] = whole_text(near[:, here]) + weight * (said.max(axis=1) + whole_text(said))
    scaled = on_one_scale(relevance, own, asked.language)
    return Found(groups, best, scaled, spreads, lines, weight)


def words_weight(snapshot: Snapshot, language: str) -> float:
    """WORDS, for a library of this size: a rare word is rarer the more passages there are."""
    vocabulary = snapshot.vocabularies.get(language)
    if vocabulary is None or vocabulary.size < 2:
        return WORDS
    return WORDS * USUAL / float(vocabulary.rarity_of(np.ones(1))[0])


def whole_text(values: np.ndarray) -> np.ndarray:
    """(e, p) of a text's passages -> (e,): the mean of the largest, as of PASSAGES of them."""
    ordered = -np.sort(-values, axis=1)[:, :PASSAGES]
    # One passage alone is nearer than the mean of seven would be.
    missing = MISSING * (PASSAGES - ordered.shape[1]) * ordered[:, 0]
    return np.asarray((ordered.sum(axis=1) + missing) / PASSAGES)


def on_one_scale(scores: np.ndarray, own: np.ndarray, language: str) -> np.ndarray:
    """scores (t, e), own (t,) whether in the question's language -> where 1 is just enough."""
    scaled = np.where(own[:, None], scores / ANSWERS, scores / ACROSS_ALONE)
    if language != "other" and own.any():
        answered = (scaled[own] >= 1).any(axis=0)
        scaled[~own] = np.where(answered, scores[~own] / ACROSS, scaled[~own])
    return np.asarray(scaled)


def _queries(model: TextModel, snapshot: Snapshot, asked: Asked) -> Queries:
    """One line per part, and one for the whole where there are several."""
    texts = [asked.words_of(place) for place in range(len(asked.parts))]
    if len(texts) > 1:
        texts.append(asked.text)
    vectors = centred(model.encode(texts, kind="query"), snapshot.centre)
    terms, owners = [], []
    for line, text in enumerate(texts):
        said = np.unique(_content_hashes(text, asked.language))
        terms.append(said)
        owners.append(np.full(len(said), line, np.int64))
    together = np.concatenate(terms)
    return Queries(
        vectors.astype(np.float32),
        np.arange(len(texts), dtype=np.int64),
        together,
        np.ones(len(together), np.float32),
        np.concatenate(owners),
        (asked.language,) * len(texts),
    )


def _content_hashes(text: str, language: str) -> np.ndarray:
    """Chinese by pairs of characters: a single one stands in every other text."""
    found: list[str] = []
    for word in content(text, language):
        tokens = words.tokens(word)
        pairs = [token for token in tokens if len(token) > 1]
        found += pairs or tokens
    if not found:
        return np.empty(0, np.uint64)
    return np.concatenate([hashed(token) for token in found])


def _texts(snapshot: Snapshot, rows: np.ndarray) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """The texts of these readings: codes, the readings to look at, and whose each is."""
    of_group: dict[int, list[int]] = defaultdict(list)
    for row in rows.tolist():
        of_group[int(snapshot.group_of[row])].append(row)
    looked, owners = [], []
    for place, (code, found) in enumerate(sorted(of_group.items())):
        whole = snapshot.rows_of_group(code)
        mine = whole[~snapshot.bare[whole]] if len(whole) <= MOST_ROWS else np.array(found)
        looked.append(mine)
        owners.append(np.full(len(mine), place, np.int64))
    if not looked:
        return (), np.empty(0, np.int64), np.empty(0, np.int64)
    return tuple(sorted(of_group)), np.concatenate(looked), np.concatenate(owners)


def _background(index: Index, model: TextModel, snapshot: Snapshot, language: str) -> np.ndarray:
    """(m, dim) subjects at large, in the question's language, centred."""
    spoken = ("en", "zh") if language == "other" else (language,)
    found = np.concatenate([subjects(index, model, one) for one in spoken])
    return centred(found.copy(), snapshot.centre)


def _measures(
    snapshot: Snapshot, measured: Measured, rows: np.ndarray, background: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """near (e, r), the spread it is measured in (r,), and words (e, r)."""
    others = background @ snapshot.vectors(rows).T
    spread = np.maximum(others.std(axis=0), SPREAD)
    near = (np.asarray(measured.meaning[:, rows]) - others.mean(axis=0)) / spread
    return near, spread, np.asarray(measured.words[:, rows], np.float64)
