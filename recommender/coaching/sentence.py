"""How a sentence is read: its vector and its words' vectors from the frozen model, and its terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from corpus import words
from models.text_model import Span, TextModel

# A Chinese character stands alone: a token of the model belongs to its first.
_WORD = re.compile(rf"[{words.HAN}]|[^\W_{words.HAN}]+|[^\w\s]+")


@dataclass(frozen=True)
class SentenceVectors:
    """What the model says of a sentence. Depends on the sentence alone, so it can be kept."""

    whole: np.ndarray  # (dim,) float32, unit: the same as `model.encode(kind="query")`
    words: np.ndarray  # (n_words, dim) float32, unit rows, in reading order


def tidy(sentence: str) -> str:
    """White space made single: line ends inside a sentence mean nothing."""
    return " ".join(sentence.split())


def word_spans(sentence: str) -> list[Span]:
    return [match.span() for match in _WORD.finditer(sentence)]


def read_sentences(model: TextModel, sentences: Sequence[str]) -> list[SentenceVectors]:
    """One encoding of each sentence; the words are its shares, so they cost no second one.

    Words beyond what the model reads are left out.
    """
    tidied = [tidy(sentence) for sentence in sentences]
    encoded = model.encode_with_parts(tidied, [word_spans(s) for s in tidied], kind="query")
    return [
        SentenceVectors(whole, _unit_rows(shares))
        for whole, shares in zip(encoded.vectors, encoded.parts, strict=True)
    ]


def _unit_rows(shares: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(shares, axis=1, keepdims=True)
    read = length[:, 0] > 1e-9
    return (shares[read] / length[read]).astype(np.float32)


def said_words(sentence: str) -> list[str]:
    """Words and marks in reading order, case and Traditional characters folded."""
    text = words.simplified(tidy(sentence).casefold())
    return [text[start:end] for start, end in word_spans(text)]


def terms(sentence: str) -> np.ndarray:
    """(t,) uint32, sorted, each once: hashes of words, stems, pairs, triples, first words and marks.

    "^" and "$" are the sentence's ends: "^ i" tells more than "i".
    """
    said = said_words(sentence)
    framed = ["^", *said, "$"]
    found = {
        *said,
        *(f"s:{stem}" for stem in words.tokens(sentence)),
        *(f"{a} {b}" for a, b in pairwise(framed)),
        *(" ".join(said[i : i + 3]) for i in range(len(said) - 2)),
        *(f"1:{word}" for word in said[:3]),
    }
    return np.unique(np.array([term_hash(term) for term in found], np.uint32))


@lru_cache(maxsize=50_000)
def term_hash(term: str) -> int:
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "little")
