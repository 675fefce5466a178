"""What each sentence gave to a part, on both sides, for all cards of a list at once.

A vector is the sum of its sentences' shares, and BM25 is a sum over words, so
both are known of each sentence. All sentences of a list are multiplied
together: a call of NumPy for each card and piece took longer than the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from recommender.candidates import Closeness
from recommender.centring import uncentred_rows
from recommender.index import Kept, Snapshot
from recommender.prepared import Prepared
from recommender.word_index import K1, B


@dataclass(frozen=True)
class Told:
    """A piece of evidence that is named on some card."""

    query: int  # into the closeness' queries
    prepared: Prepared


class SentenceGains:
    """Of cards 0..c-1 and pieces 0..p-1, in units of z, by meaning and words together.

    Of a long piece only the chunk that was nearest gave anything by meaning.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        closeness: Closeness,
        rows: Sequence[int],
        kept: Sequence[Kept],
        told: Sequence[Told],
    ) -> None:
        """rows of the snapshot, and the reading of each."""
        pools, queries = closeness.pools, closeness.queries
        self._closeness, self._kept, self._told = closeness, kept, told
        self._vectors = snapshot.vectors(np.array(rows, np.int64))  # (c, dim) centred
        self._centre = snapshot.centre
        tags = [pools.languages.index(one.reading.language) for one in kept]
        asked = np.array([one.query for one in told], np.int64)
        at = (asked[None, :], np.array(tags, np.int64)[:, None])
        self._by_meaning = pools.meaning_scale[at] * pools.meaning_weight[at]  # (c, p)
        self._by_words = pools.words_scale[at] * pools.words_weight[at]
        sizes = [len(one.prepared.vectors) for one in told]
        self._first = [0, *accumulate(sizes)]  # of each piece's vectors, among those of all
        starts = queries.starts[asked].tolist()
        self._queries = np.concatenate(
            [queries.vectors[a : a + n] for a, n in zip(starts, sizes, strict=True)]
        )
        # (p, c): of a piece's vectors, the nearest to the card; among those of all pieces
        self._nearest = np.array(self._first[:-1])[:, None].repeat(len(kept), axis=1)
        for piece in [place for place, size in enumerate(sizes) if size > 1]:
            first, end = self._first[piece : piece + 2]
            near = self._queries[first:end] @ self._vectors.T
            self._nearest[piece] += near.argmax(axis=0)
        averages = [snapshot.vocabularies[one.reading.language].average for one in kept]
        lengths = np.array([len(one.terms) for one in kept]) / np.array(averages)
        self._norms = K1 * (1 - B + B * lengths)
        self._sizes = [len(one.shares) for one in kept]
        self._own_sizes = [len(one.prepared.spans) for one in told]
        self._ends = [0, *accumulate(self._sizes)]
        self._own_ends = [0, *accumulate(self._own_sizes)]

    def of_reading(self, card: int, piece: int) -> list[float]:
        """(n,) what each sentence of the reading gave to the part of that piece."""
        return self._theirs[piece][self._ends[card] : self._ends[card + 1]]

    def of_piece(self, card: int, piece: int) -> list[float]:
        """(s,) what each sentence of the piece gave; where there is one, it gave the whole."""
        if len(self._told[piece].prepared.spans) < 2:
            return [1.0] * len(self._told[piece].prepared.spans)
        return self._own[card][self._own_ends[piece] : self._own_ends[piece + 1]]

    @cached_property
    def _theirs(self) -> list[list[float]]:
        """(p, all sentences of the readings)."""
        shares = np.concatenate([one.shares for one in self._kept]).astype(np.float32)
        scales = np.concatenate([one.scales for one in self._kept])
        card = np.arange(len(self._kept)).repeat(self._sizes)
        # share @ query - (query @ centre) * (share @ whole), over |whole - centre|:
        # see `closeness.meaning_gains`.
        whole, length = uncentred_rows(self._vectors, self._centre)
        with_query = shares @ self._queries.T
        with_whole = np.einsum("ij,ij->i", shares, whole[card])
        query = self._nearest.T[card]
        gains = with_query[np.arange(len(shares))[:, None], query]
        gains -= (self._queries @ self._centre)[query] * with_whole[:, None]
        gains *= (scales / np.maximum(length, 1e-6)[card])[:, None]
        found = self._by_meaning[card] * gains
        if self._words is not None:
            found += self._by_words[card] * (self._words.theirs @ self._words.weights.T)
        listed: list[list[float]] = found.T.tolist()
        return listed

    @cached_property
    def _own(self) -> list[list[float]]:
        """(c, all sentences of the pieces)."""
        each = [one.prepared for one in self._told]
        shares = np.concatenate([one.shares for one in each]).astype(np.float32)
        scales = np.concatenate([one.scales for one in each])
        whole = np.concatenate([one.vectors for one in each])  # of each chunk
        sizes = np.concatenate([one.chunk_starts[1:] - one.chunk_starts[:-1] for one in each])
        chunk = np.arange(len(whole)).repeat(sizes)
        piece = np.arange(len(each)).repeat(self._own_sizes)
        # What was taken from each unit vector before it was made unit again.
        common = self._closeness.common
        less = whole - self._centre
        if common is None:
            taken = self._vectors @ self._centre
            away = np.broadcast_to(taken, (len(whole), len(taken)))
        else:
            far = np.sqrt(np.einsum("ij,ij->i", less, less))[:, None]
            away = (self._vectors @ self._centre) + far * (self._vectors @ common)
            less -= far * common
        length = np.maximum(np.sqrt(np.einsum("ij,ij->i", less, less)), 1e-6)
        gains = shares @ self._vectors.T
        with_whole = np.einsum("ij,ij->i", shares, whole[chunk])
        gains -= away[chunk] * with_whole[:, None]
        gains *= (scales / length[chunk])[:, None]
        gains *= self._nearest[piece] == chunk[:, None]
        found = self._by_meaning.T[piece] * gains
        if self._words is not None:
            said = self._words.said(each) * self._words.weights[piece]
            found += self._by_words.T[piece] * (said @ self._words.given.T)
        listed: list[list[float]] = found.T.tolist()
        return listed

    @cached_property
    def _words(self) -> _Words | None:
        """None where no words count."""
        measured = self._closeness.measured
        used = [measured.terms[one.query] for one in self._told]
        if not self._by_words.any() or not any(len(one) for one in used):
            return None
        terms = np.unique(np.concatenate(used))
        weights = np.zeros((len(used), len(terms)))
        for line, (one, told) in enumerate(zip(used, self._told, strict=True)):
            weights[line, terms.searchsorted(one)] = measured.weights[told.query]
        # By part of a reading: its headings, which are never quoted, then its sentences.
        there = _occurrences(
            terms, [one.terms for one in self._kept], [one.starts for one in self._kept]
        )
        parts = [size + 1 for size in self._sizes]
        first = [0, *accumulate(parts[:-1])]
        counts = np.add.reduceat(there, first, axis=0)
        gains = (K1 + 1) / (counts + self._norms[:, None])  # of each time that a word is there
        sentences = np.ones(len(there), bool)
        sentences[first] = False
        theirs = (there * gains.repeat(parts, axis=0))[sentences]
        return _Words(terms, weights, theirs, gains * (counts > 0))


@dataclass(frozen=True)
class _Words:
    """How much the words that count give; u of them."""

    terms: np.ndarray  # (u,) sorted
    weights: np.ndarray  # (p, u) in each piece, 0 where it does not say the word
    theirs: np.ndarray  # (all sentences of the readings, u) BM25 but for the weight
    given: np.ndarray  # (c, u) of a word in a reading, each time; 0 where it is not there

    def said(self, each: Sequence[Prepared]) -> np.ndarray:
        """(all sentences of the pieces, u) how often they say it."""
        return _occurrences(
            self.terms, [one.terms for one in each], [one.term_starts for one in each]
        )


def _occurrences(
    terms: np.ndarray, texts: Sequence[np.ndarray], starts: Sequence[np.ndarray]
) -> np.ndarray:
    """(all parts, u) how often each word stands in each part of some texts.

    Each text has its hashed words, and starts (parts + 1,) into them.
    """
    words = np.concatenate(texts)
    sizes = np.concatenate([one[1:] - one[:-1] for one in starts])
    at = terms.searchsorted(words)
    places = (terms.take(at, mode="clip") == words).nonzero()[0]
    part = np.arange(len(sizes)).repeat(sizes)[places]
    keys = part * len(terms) + at[places]
    counts = np.bincount(keys, minlength=len(sizes) * len(terms))
    return counts.reshape(len(sizes), len(terms))
