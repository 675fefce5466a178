"""What a text says, as numbers: its words (TF-IDF) and its meaning (sentence vectors)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from corpus import words
from models.text_model import TextModel

MOST_TERMS = 60_000
COMMON = 0.2  # a word in more than a fifth of the texts tells none of them apart
CHARACTERS = 2_000_000  # read by a sentence model in one run: minutes on two cores
FEWEST_CHARACTERS = 80  # of one text, however many there are

Report = Callable[[str], None]


def terms_of(text: str) -> list[str]:
    """Words and pairs of neighbouring words; Chinese comes as characters and pairs already."""
    single = words.tokens(text)
    return [*single, *(f"{a} {b}" for a, b in pairwise(single))]


def word_matrix(texts: Sequence[str], counted: np.ndarray) -> sp.csr_matrix:
    """(n_texts, n_terms) float32, unit rows: sublinear TF-IDF.

    How rare a term is comes from the texts `counted` alone, so that a text that
    nobody has read yet cannot change what others are worth. An empty text gets
    an empty row.
    """
    found = [Counter(terms_of(text)) for text in texts]
    frequency: Counter[str] = Counter()
    for row in counted:
        frequency.update(found[row].keys())
    total = max(len(counted), 1)
    most = max(COMMON * total, 2)
    kept = [term for term, n in frequency.items() if 2 <= n <= most]
    kept = sorted(kept, key=lambda term: (-frequency[term], term))[:MOST_TERMS]
    place = {term: k for k, term in enumerate(kept)}
    rarity = np.array([1 + np.log((1 + total) / (1 + frequency[t])) for t in kept], np.float32)
    entries = [
        (row, place[term], n)
        for row, counts in enumerate(found)
        for term, n in counts.items()
        if term in place
    ]
    if not entries:
        return sp.csr_matrix((len(texts), max(len(kept), 1)), dtype=np.float32)
    rows, columns, counts = (np.array(part) for part in zip(*entries, strict=True))
    data = ((1 + np.log(counts)) * rarity[columns]).astype(np.float32)
    return unit_rows(sp.csr_matrix((data, (rows, columns)), shape=(len(texts), len(kept))))


def unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Each row divided by its length; an empty row stays empty."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    out = matrix.tocsr().copy()
    out.data = (out.data / np.repeat(np.maximum(length, 1e-12), np.diff(out.indptr))).astype(
        np.float32
    )
    return out


def centred(vectors: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """(n, dim) unit rows without the mean of the `counted` ones: what all texts share says nothing."""
    mean = vectors[counted].mean(axis=0) if len(counted) else 0.0
    apart = vectors - mean
    length = np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
    return (apart / length).astype(np.float32)


def beginnings(texts: Sequence[str]) -> list[str]:
    """As much of each text as fits the run: the first characters, an equal bound for all."""
    bound = CHARACTERS
    low, high = FEWEST_CHARACTERS, max((len(t) for t in texts), default=0)
    while low < high:  # the largest bound whose beginnings fit
        bound = (low + high + 1) // 2
        if sum(min(len(t), bound) for t in texts) <= CHARACTERS:
            low = bound
        else:
            high = bound - 1
    return [text[: max(low, FEWEST_CHARACTERS)] for text in texts]


def sentence_vectors(
    model: TextModel, texts: Sequence[str], cache: Path | None, report: Report
) -> np.ndarray:
    """(n_texts, dim) float32 unit rows; kept in `cache` by the hash of model and texts."""
    read = beginnings(texts)
    digest = hashlib.blake2b(digest_size=16)
    for part in (model.fingerprint, *read):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    kept = cache / f"{digest.hexdigest()}.npy" if cache else None
    if kept and kept.is_file():
        return np.load(kept)
    report(f"{model.name} reads {len(read)} texts, {sum(map(len, read))} characters; once")
    different = sorted(set(read))
    place = {text: k for k, text in enumerate(different)}
    vectors = model.encode(different, kind="passage")[[place[text] for text in read]]
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unready = kept.with_suffix(f".{digest.hexdigest()[:8]}.tmp.npy")
        np.save(unready, vectors)
        unready.replace(kept)
    return vectors
