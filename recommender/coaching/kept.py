"""How what was read of a draft is kept as bytes, so that nothing is encoded twice.

Only for the draft's own author, only beside the draft. Bytes of another model,
another classifier, another format, or damaged ones are as if there were none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

FORMAT = 2
MOST_SENTENCES = 2_000
MOST_VECTORS = 240  # of sentences, the last of the draft: of a longer one the judgements alone
MOST_PASSAGES = 12
MOST_POINTS = 24  # sentences of a passage

_MAGIC = b"XCK"
_HEADER = 4 + 16 + 8 + 12 + 4  # magic and format, whose, checksum, how many, dim
Key = bytes  # 16 bytes


@dataclass(frozen=True)
class KeptSentence:
    label: int
    probability: float
    sure: bool
    vector: np.ndarray | None  # (dim,) float32, nearly unit


@dataclass(frozen=True)
class KeptPassage:
    vector: np.ndarray  # (dim,) float32, nearly unit
    points: tuple[float, ...]  # what each of its sentences gives to the whole


@dataclass
class Kept:
    sentences: dict[Key, KeptSentence] = field(default_factory=dict)
    passages: dict[Key, KeptPassage] = field(default_factory=dict)

    def only(self, sentences: Collection[Key], passages: Collection[Key]) -> Kept:
        """Without what is no longer in the draft: what was struck out is gone here as well."""
        return Kept(
            {k: v for k, v in self.sentences.items() if k in sentences},
            {k: v for k, v in self.passages.items() if k in passages},
        )


def key(text: str, language: str) -> Key:
    return blake2b(f"{language}\n{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def write(kept: Kept, *, whose: str, dim: int) -> bytes:
    """At most MOST_SENTENCES and MOST_PASSAGES of them; `whose` names model and classifier."""
    of_sentences, of_vectors, of_passages = _shapes(dim)
    sentences = list(kept.sentences.items())[:MOST_SENTENCES]
    passages = list(kept.passages.items())[:MOST_PASSAGES]
    rows = np.zeros(len(sentences), of_sentences)
    for row, (name, one) in zip(rows, sentences, strict=True):
        row["key"] = np.frombuffer(name, np.uint8)
        row["label"], row["sure"], row["probability"] = one.label, one.sure, one.probability
    placed = [(k, v) for k, (_, one) in enumerate(sentences) if (v := one.vector) is not None]
    vectors = np.zeros(len(placed[-MOST_VECTORS:]), of_vectors)
    for row, (k, vector) in zip(vectors, placed[-MOST_VECTORS:], strict=True):
        row["of"], (row["scale"], row["vector"]) = k, _small(vector)
    lines = np.zeros(len(passages), of_passages)
    for row, (name, other) in zip(lines, passages, strict=True):
        points = other.points[:MOST_POINTS]
        row["key"] = np.frombuffer(name, np.uint8)
        row["scale"], row["vector"] = _small(other.vector)
        row["size"], row["points"][: len(points)] = len(points), points
    counts = np.array([len(rows), len(vectors), len(lines), dim], "<u4").tobytes()
    held = counts + rows.tobytes() + vectors.tobytes() + lines.tobytes()
    return _MAGIC + bytes([FORMAT]) + _name(whose) + _sum(held) + held


def read(data: bytes | None, *, whose: str, dim: int) -> Kept:
    """What was written, or nothing where it cannot be used."""
    if not data or len(data) < _HEADER or data[:4] != _MAGIC + bytes([FORMAT]):
        return Kept()
    held = data[28:]
    if data[4:20] != _name(whose) or data[20:28] != _sum(held):
        return Kept()
    *sizes, kept_dim = np.frombuffer(held[:16], "<u4").tolist()
    shapes = _shapes(dim)
    ends = np.cumsum([16, *(n * s.itemsize for n, s in zip(sizes, shapes, strict=True))]).tolist()
    if kept_dim != dim or len(held) != ends[-1]:
        return Kept()
    rows, vectors, lines = (
        np.frombuffer(held, shape, n, at)
        for shape, n, at in zip(shapes, sizes, ends[:-1], strict=True)
    )
    of_sentence = {int(row["of"]): _large(row) for row in vectors}
    return Kept(
        {
            row["key"].tobytes(): KeptSentence(
                int(row["label"]), float(row["probability"]), bool(row["sure"]), of_sentence.get(k)
            )
            for k, row in enumerate(rows)
        },
        {
            row["key"].tobytes(): KeptPassage(
                _large(row), tuple(row["points"][: int(row["size"])].tolist())
            )
            for row in lines
        },
    )


def _shapes(dim: int) -> tuple[np.dtype, np.dtype, np.dtype]:
    """Of a sentence, of its vector, of a passage."""
    vector = [("scale", "<f4"), ("vector", "i1", (dim,))]
    return (
        np.dtype([("key", "u1", (16,)), ("label", "u1"), ("sure", "?"), ("probability", "<f8")]),
        np.dtype([("of", "<u4"), *vector]),
        np.dtype([("key", "u1", (16,)), ("size", "u1"), ("points", "<f4", (MOST_POINTS,)), *vector]),
    )  # fmt: skip


def rounded(vector: np.ndarray) -> np.ndarray:
    """As it will be read again, so that the first look and the next one see the same."""
    scale, small = _small(vector)
    return small.astype(np.float32) * np.float32(scale)


def _small(vector: np.ndarray) -> tuple[float, np.ndarray]:
    """int8 and a scale: products with it are right to about .001."""
    scale = max(float(np.abs(vector).max(initial=0.0)), 1e-12) / 127
    return scale, np.rint(vector / scale).astype(np.int8)


def _large(row: np.void) -> np.ndarray:
    found: np.ndarray = row["vector"].astype(np.float32) * np.float32(row["scale"])
    return found


def _name(whose: str) -> bytes:
    return blake2b(whose.encode(), digest_size=16).digest()


def _sum(held: bytes) -> bytes:
    return blake2b(held, digest_size=8).digest()
