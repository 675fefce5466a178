"""Which texts are editions or translations of one another. Pure.

Editions (another file format, another printing, Traditional beside Simplified
characters) share their words in order: both texts are reduced to a sketch, the
smallest hashes of their runs of five words (bottom-k sketch: Broder 1997), from
which the share of common runs is estimated.

Translations share no words. A file is taken for one when its name says so
(`guide.md` beside `guide.zh-hans.md`) and its length is that of a translation,
or when both carry the same ISBN or DOI. Nothing less: two books on one subject
would otherwise be called the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corpus import words
from corpus.texts import Language, Text

Kind = Literal["same", "edition", "translation"]

RUN = 5  # words in a row; for Chinese, characters
SIZE = 400  # hashes kept: the estimate is off by about 1/sqrt(SIZE), 5 %
FEWEST = 8  # runs below which two texts cannot be compared
EDITION = 0.4  # share of common runs from which two texts are editions of one
WITHIN = 0.8  # share of the shorter one's runs that the longer one has...
LENGTHS = 0.6  # ...and least ratio of their lengths, so that an anthology is no edition
# Chinese characters to an English word, in translations of prose.
TRANSLATED = (0.8, 3.0)

_UNIT = re.compile(rf"[{words.HAN}]|[^\W_{words.HAN}]+")
_LANGUAGE_IN_NAME = re.compile(
    r"[ ._-]+(?:en|eng|english|英文|zh|zho|chs|cht|cn|chinese|中文|简体|繁體|繁体"
    r"|(?:zh|en)[-_](?:hans|hant|cn|tw|hk|sg|us|gb))$",
    re.IGNORECASE,
)
_SHARED_IDENTIFIER = ("isbn:", "doi:")


@dataclass(frozen=True)
class Sketch:
    """What two texts are compared by."""

    exact: str  # equal exactly when all words are equal, in order
    hashes: np.ndarray  # (at most SIZE,) uint64, ascending: the smallest of all runs
    runs: int  # different runs, estimated where there are more than SIZE
    language: Language
    words: int
    name: str  # the file's name without its language, "" where none is named
    named_language: bool
    identifiers: frozenset[str]


def sketch(text: Text, file_stem: str = "") -> Sketch:
    """The sketch of a text; `file_stem` is its file's name without the suffix."""
    body = "\n".join(b.text for s in text.sections for b in s.blocks)
    units = _units(body)
    hashes, runs = _smallest(units)
    bare = _LANGUAGE_IN_NAME.sub("", file_stem)
    return Sketch(
        exact=hashlib.sha256("\x1f".join(units).encode("utf-8", "replace")).hexdigest()[:32],
        hashes=hashes,
        runs=runs,
        language=text.language,
        words=len(units),
        name=bare.casefold(),
        named_language=bare != file_stem,
        identifiers=frozenset(i for i in text.identifiers if i.startswith(_SHARED_IDENTIFIER)),
    )


def kinship(a: Sketch, b: Sketch) -> Kind | None:
    """What two texts are to each other; None where they are two texts."""
    if a.exact == b.exact:
        return "same"
    if a.language == b.language:
        return "edition" if _is_edition(a, b) else None
    return "translation" if _is_translation(a, b) else None


def resemblance(a: Sketch, b: Sketch) -> float:
    """Common runs as a share of all, 0.0 to 1.0, estimated."""
    if min(len(a.hashes), len(b.hashes)) == 0:
        return 0.0
    union = np.union1d(a.hashes, b.hashes)[:SIZE]
    common = np.intersect1d(a.hashes, b.hashes, assume_unique=True)
    return float(np.isin(common, union, assume_unique=True).sum()) / len(union)


def _is_edition(a: Sketch, b: Sketch) -> bool:
    if min(a.runs, b.runs) < FEWEST:
        return False
    alike = resemblance(a, b)
    shorter, longer = sorted((a.runs, b.runs))
    common = alike / (1 + alike) * (a.runs + b.runs)
    close = alike >= EDITION or (common >= WITHIN * shorter and shorter >= LENGTHS * longer)
    return close or (alike >= EDITION / 2 and bool(a.identifiers & b.identifiers))


def _is_translation(a: Sketch, b: Sketch) -> bool:
    if a.identifiers & b.identifiers:
        return True
    if not a.name or a.name != b.name or not (a.named_language or b.named_language):
        return False
    english, chinese = (a, b) if a.language == "en" else (b, a)
    return TRANSLATED[0] <= chinese.words / max(1, english.words) <= TRANSLATED[1]


def _units(body: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", body).casefold()
    if not folded.isascii():
        folded = words.simplified(folded)
    return _UNIT.findall(folded)


def _smallest(units: Sequence[str]) -> tuple[np.ndarray, int]:
    """The smallest hashes of all runs, and how many different runs there are."""
    if len(units) < RUN:
        return np.empty(0, np.uint64), 0
    known: dict[str, int] = {}
    each = np.fromiter(
        (
            known.get(u) or known.setdefault(u, zlib.crc32(u.encode("utf-8", "replace")))
            for u in units
        ),
        np.uint64,
        len(units),
    )
    rolled = np.zeros(len(units) - RUN + 1, np.uint64)
    for at in range(RUN):
        rolled = rolled * np.uint64(0x9E3779B97F4A7C15) + each[at : at + len(rolled)]
    mixed = np.unique(_mixed(rolled))
    return mixed[:SIZE], len(mixed)


def _mixed(values: np.ndarray) -> np.ndarray:
    """Every bit of the input moves every bit of the output (splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
