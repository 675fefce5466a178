"""How well words match: BM25 over the readings of one language.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009). A word is kept as a 64-bit hash of its token, so that the
vocabulary is one sorted array that can be memory-mapped and a whole profile is
looked up in one call. One index per language: how rare a word is must not
depend on how many readings of other languages there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from corpus import words

K1 = 1.2
B = 0.75


@lru_cache(maxsize=50_000)
def _hash(token: str) -> int:
    return int.from_bytes(blake2b(token.encode(), digest_size=8).digest(), "little")


def term_hashes(text: str) -> np.ndarray:
    """(t,) uint64, one per token of `corpus.words`, in order, repeats kept."""
    return np.array([_hash(token) for token in words.tokens(text)], np.uint64)


def hashed(token: str) -> np.ndarray:
    """(1,) uint64 of one token."""
    return np.array([_hash(token)], np.uint64)


@dataclass(frozen=True)
class WordIndex:
    """Which reading holds which word how often; readings are numbered from 0."""

    terms: np.ndarray  # (v,) uint64, sorted
    starts: np.ndarray  # (v + 1,) int64: postings of term i are starts[i]:starts[i + 1]
    docs: np.ndarray  # (nnz,) int32
    counts: np.ndarray  # (nnz,) uint16
    lengths: np.ndarray  # (n,) float32, tokens in each reading

    FILES = ("terms", "starts", "docs", "counts", "lengths")

    @classmethod
    def build(cls, documents: Sequence[np.ndarray]) -> WordIndex:
        """From each reading's hashed words."""
        lengths = np.array([len(doc) for doc in documents], np.float32)
        pairs = [np.unique(doc, return_counts=True) for doc in documents]
        hashes = np.concatenate([p[0] for p in pairs]) if pairs else np.empty(0, np.uint64)
        counts = np.concatenate([p[1] for p in pairs]) if pairs else np.empty(0, np.int64)
        docs = np.repeat(np.arange(len(pairs), dtype=np.int32), [len(p[0]) for p in pairs])
        order = np.argsort(hashes, kind="stable")
        terms, first = np.unique(hashes[order], return_index=True)
        starts = np.append(first, len(order)).astype(np.int64)
        tops = np.minimum(counts[order], np.iinfo(np.uint16).max).astype(np.uint16)
        return cls(terms.astype(np.uint64), starts, docs[order], tops, lengths)

    def save(self, folder: Path, name: str) -> None:
        for field in self.FILES:
            np.save(folder / f"{name}.{field}.npy", getattr(self, field))

    @classmethod
    def load(cls, folder: Path, name: str) -> WordIndex:
        """Memory-mapped, so that processes share the pages."""
        mapped = (np.load(folder / f"{name}.{f}.npy", mmap_mode="r") for f in cls.FILES)
        # As plain arrays: indexing a memmap object costs ten times as much.
        return cls(*(np.asarray(array) for array in mapped))


@dataclass(frozen=True)
class WordBlock:
    """A word index at its place among all readings."""

    index: WordIndex
    start: int  # number of its first reading
    dead: np.ndarray | None  # (n,) bool: readings that are gone or replaced, None for none


@dataclass(frozen=True)
class Vocabulary:
    """All blocks of one language, and what BM25 needs to know of them together."""

    blocks: tuple[WordBlock, ...]
    size: int  # living readings
    average: float  # tokens in a living reading
    norms: tuple[np.ndarray, ...]  # K1 * (1 - B + B * length / average), per block

    @classmethod
    def of(cls, blocks: Sequence[WordBlock]) -> Vocabulary:
        size, total = 0, 0.0
        for block in blocks:
            lengths = block.index.lengths
            alive = lengths if block.dead is None else lengths[~block.dead]
            size += len(alive)
            total += float(alive.sum(dtype=np.float64))
        average = max(total / size, 1.0) if size else 1.0
        norms = tuple(
            (K1 * (1 - B + B * np.asarray(b.index.lengths) / average)).astype(np.float32)
            for b in blocks
        )
        return cls(tuple(blocks), size, average, norms)

    def rarity(self, terms: np.ndarray) -> np.ndarray:
        """Inverse document frequency of each term, 0 for a word that nobody uses."""
        return self.rarity_of(self.frequency(terms))

    def rarity_of(self, frequency: np.ndarray) -> np.ndarray:
        """The same for words that stand in so many readings."""
        idf = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5))
        return np.where(frequency > 0, idf, 0.0)

    def frequency(self, terms: np.ndarray) -> np.ndarray:
        """In how many living readings each term stands."""
        total = np.zeros(len(terms))
        for block in self.blocks:
            total += _frequency(block, terms)
        return total

    def score(
        self, terms: np.ndarray, weights: np.ndarray, owners: np.ndarray, out: np.ndarray
    ) -> None:
        """Add to out[owner, reading] what each query term gives there.

        terms (t,) uint64, weights (t,) rarity times count in the query,
        owners (t,) sorted, the query each belongs to, out (n_queries, n_readings)
        float32.
        """
        keys, gains = self.gains(terms, weights, owners, out.shape[1])
        np.add.at(out.reshape(-1), keys, gains)

    def gains(
        self, terms: np.ndarray, weights: np.ndarray, owners: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """What `score` adds: keys (p,) int64 owner * size + reading, gains (p,) float32.

        A key is there once for each term of its query that the reading holds.
        """
        keys: list[np.ndarray] = []
        gains: list[np.ndarray] = []
        for block, norm in zip(self.blocks, self.norms, strict=True):
            places, found = _look_up(block.index, terms)
            places = places[found]
            begins = block.index.starts[places]
            sizes = block.index.starts[places + 1] - begins
            total = int(sizes.sum())
            if not total:
                continue
            ends = np.cumsum(sizes)
            at = np.arange(total)
            at += np.repeat(begins - (ends - sizes), sizes)
            docs = block.index.docs[at]
            count = block.index.counts[at].astype(np.float32)
            gain = np.repeat((weights[found] * (K1 + 1)).astype(np.float32), sizes)
            gain *= count
            count += norm[docs]
            gain /= count
            gains.append(gain)
            keys.append(np.repeat(owners[found] * size + block.start, sizes) + docs)
        if len(keys) == 1:
            return keys[0], gains[0]
        if not keys:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        return np.concatenate(keys), np.concatenate(gains)


def _look_up(index: WordIndex, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place of each term in the vocabulary, and whether it is there."""
    if not len(index.terms):
        return np.zeros(len(terms), np.int64), np.zeros(len(terms), bool)
    places = np.minimum(np.searchsorted(index.terms, terms), len(index.terms) - 1)
    return places, index.terms[places] == terms


def _frequency(block: WordBlock, terms: np.ndarray) -> np.ndarray:
    """In how many living readings of the block each term stands."""
    places, found = _look_up(block.index, terms)
    if not found.any():
        return np.zeros(len(terms))
    starts, ends = block.index.starts[places], block.index.starts[places + 1]
    if block.dead is None:
        return np.where(found, ends - starts, 0)
    alive = [
        np.count_nonzero(~block.dead[block.index.docs[a:b]]) if there else 0
        for a, b, there in zip(starts, ends, found, strict=True)
    ]
    return np.array(alive, float)
