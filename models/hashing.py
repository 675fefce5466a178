"""What stands in for a language model where none is needed: hashed words. Needs no files.

Every word, Han character and pair of neighbouring Han characters adds to one
of 256 places with a sign, both from its hash (Weinberger et al., "Feature
Hashing for Large Scale Multitask Learning", 2009). A feature that occurs n
times in a text counts 1 + ln(n), shared equally by its occurrences, so a
text's vector is still exactly a sum over them.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from models.text_model import EncodedParts, Kind, Progress, Span

DIM = 256

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_UNIT = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*")
_IS_HAN = re.compile(rf"[{_HAN}]")


class HashingModel:
    """A `TextModel` of shared words. Same vectors in every process and on every machine."""

    name = "hashing"
    fingerprint = "hashing/1"
    dim = DIM
    max_tokens = 1_000_000
    languages = frozenset({"en", "zh"})

    def encode(
        self, texts: Sequence[str], *, kind: Kind, progress: Progress | None = None
    ) -> np.ndarray:
        return self.encode_with_parts(
            texts, [()] * len(texts), kind=kind, progress=progress
        ).vectors

    def encode_with_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        *,
        kind: Kind,
        progress: Progress | None = None,
    ) -> EncodedParts:
        if len(texts) != len(spans):
            raise ValueError(f"{len(texts)} texts but spans for {len(spans)}")
        vectors = np.zeros((len(texts), DIM), np.float32)
        rest = np.zeros((len(texts), DIM), np.float32)
        parts = []
        for row, (text, of_text) in enumerate(zip(texts, spans, strict=True)):
            sums = _sums(text, of_text)
            vectors[row] = sums.sum(axis=0)
            parts.append(sums[:-1].astype(np.float32))
            rest[row] = sums[-1]
            if progress is not None:
                progress(1)
        return EncodedParts(vectors, parts, rest)


def _sums(text: str, spans: Sequence[Span]) -> np.ndarray:
    """(n_spans + 1, DIM) float64: what each span and, last, the rest gives; they sum to a unit.

    A text without a single word still gets a unit vector, the first axis.
    """
    found = list(_features(text))
    counts = Counter(feature for feature, _ in found)
    sums = np.zeros((len(spans) + 1, DIM))
    for feature, start in found:
        place, sign = _place(feature)
        count = counts[feature]
        sums[_owner(start, spans), place] += sign * (1 + math.log(count)) / count
    length = float(np.linalg.norm(sums.sum(axis=0)))
    if length < 1e-9:
        sums[:] = 0
        sums[-1, 0] = length = 1.0
    return sums / length


def _features(text: str) -> Iterator[tuple[str, int]]:
    """(feature, place of its first character in the text)."""
    before: re.Match[str] | None = None
    for unit in _UNIT.finditer(text):
        if _IS_HAN.match(unit[0]):
            yield unit[0], unit.start()
            if before is not None and before.end() == unit.start():
                yield before[0] + unit[0], before.start()
            before = unit
        else:
            yield unicodedata.normalize("NFKC", unit[0]).lower(), unit.start()
            before = None


@lru_cache(maxsize=100_000)
def _place(feature: str) -> tuple[int, int]:
    digest = hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    number = int.from_bytes(digest, "little")
    return number % DIM, 1 if number >> 31 else -1


def _owner(start: int, spans: Sequence[Span]) -> int:
    for number, (begin, end) in enumerate(spans):
        if begin <= start < end:
            return number
    return len(spans)
