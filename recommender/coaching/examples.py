"""The labelled sentences that are learned from and measured on, and how they are divided.

English and Czech: ../shared/data/reflections/cered (Stefanik and Nehyba 2021,
Apache-2.0), read where it lies and never copied. Chinese: corpus/labelled.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from recommender.coaching.labels import NUMBER
from recommender.coaching.sentence import tidy

ROOT = Path(__file__).resolve().parents[2]
CERED = ROOT.parent / "shared" / "data" / "reflections" / "cered"
CHINESE = ROOT / "corpus" / "labelled" / "sentences_zh.tsv"

Part = Literal["train", "val", "test"]
ENGLISH_LIKE, CHINESE_LIKE = 0, 1  # which bias of the weights a language uses
FOLDS = 5
_SHINGLE = 6  # words in a row that two contexts share only if they are of one diary
_MOST_SHARERS = 8  # more have a set phrase in common, not a diary


@dataclass(frozen=True)
class Example:
    sentence: str  # tidied
    label: int  # into LABELS
    language: int  # ENGLISH_LIKE or CHINESE_LIKE
    group: str  # sentences of one group are never divided between folds


def english(part: Part) -> list[Example]:
    return _cered("en", part)


def czech() -> list[Example]:
    """The originals of the English training sentences: in the same groups, for training only."""
    return _cered("cs", "train")


def chinese(part: Part) -> list[Example]:
    """Runs of sentences are never divided between the parts."""
    return [
        Example(tidy(row["sentence"]), NUMBER[row["label"]], CHINESE_LIKE, f"zh/{row['run']}")
        for row in read_table(CHINESE)
        if part_of_run(row["run"]) == part
    ]


def part_of_run(run: str) -> Part:
    """By the hash of the run's number: 2 of 9 for the test, 1 for validation."""
    place = _number(f"zh/{run}") % 9
    return "test" if place < 2 else "val" if place == 2 else "train"


def fold(example: Example) -> int:
    """0 to FOLDS - 1, by the hash of its group."""
    return _number(f"fold/{example.group}") % FOLDS


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _cered(language: str, part: Part) -> list[Example]:
    rows = read_table(CERED / f"sentences_{language}_{part}.tsv")
    found = [
        Example(tidy(row["sentence"]), NUMBER[row["y"]], ENGLISH_LIKE, row["idx"]) for row in rows
    ]
    if part != "train":
        return found
    diaries = _diaries()
    return [replace(example, group=diaries[example.group]) for example in found]


def _diaries() -> dict[str, str]:
    """Which training sentences are of one diary, as far as their Czech contexts overlap."""
    rows = read_table(CERED / "sentences_cs_train.tsv")
    shared: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for shingle in _shingles(f"{row['context']} {row['sentence']}"):
            shared[shingle].add(number)
    roots = _united(len(rows), (m for m in shared.values() if 1 < len(m) <= _MOST_SHARERS))
    return {row["idx"]: f"cered/{rows[root]['idx']}" for row, root in zip(rows, roots, strict=True)}


def _shingles(text: str) -> Iterable[tuple[str, ...]]:
    said = re.findall(r"\w+", text.lower())
    return (tuple(said[i : i + _SHINGLE]) for i in range(len(said) - _SHINGLE + 1))


def _united(size: int, sets: Iterable[set[int]]) -> Sequence[int]:
    """For each of `size` things the smallest number in the set it is joined to."""
    parent = list(range(size))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for members in sets:
        first, *others = sorted(root(k) for k in members)
        for other in others:
            parent[root(other)] = root(first)
    return [root(k) for k in range(size)]


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def digest(text: str) -> str:
    """A name for what was read, for caches."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
