"""Which states of a draft are kept, and how two of them differ. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from corpus.words import HAN

PAUSE = dt.timedelta(minutes=10)
MOST_LINES = 4_000  # beyond, lines are not matched with each other
MOST_WORDS = 6_000  # of one changed stretch; beyond, it is shown as a whole

_WORD = re.compile(rf"[{HAN}]|(?:(?![{HAN}])\w)+|\s+|.", re.S)

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Stretch:
    """Words that both have, that only the older has, or that only the newer has."""

    kind: Kind
    text: str


def is_worth_keeping(*, saved_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the state before this save is kept: the writer paused after it."""
    return now - saved_at >= PAUSE


def difference(older: str, newer: str) -> list[Stretch]:
    """How to get from the older text to the newer, word by word (Chinese: by
    character). The stretches "same" and "gone" give the older text back, "same"
    and "new" the newer one.

    Lines are matched first and only changed stretches by words, so that 20,000
    words take a fraction of a second; stretches too large for that are whole.
    """
    a, b = older.splitlines(keepends=True), newer.splitlines(keepends=True)
    return list(_joined(_lines(a, b)))


def _lines(a: Sequence[str], b: Sequence[str]) -> Iterator[Stretch]:
    start, end = _shared_ends(a, b)
    yield Stretch("same", "".join(a[:start]))
    yield from _middle(a[start : len(a) - end], b[start : len(b) - end])
    yield Stretch("same", "".join(a[len(a) - end :]))


def _middle(a: Sequence[str], b: Sequence[str]) -> Iterator[Stretch]:
    if max(len(a), len(b)) > MOST_LINES:
        yield from (Stretch("gone", "".join(a)), Stretch("new", "".join(b)))
        return
    for tag, i, j, k, m in SequenceMatcher(None, a, b).get_opcodes():
        if tag == "equal":
            yield Stretch("same", "".join(a[i:j]))
        else:
            yield from _by_words("".join(a[i:j]), "".join(b[k:m]))


def _by_words(older: str, newer: str) -> Iterator[Stretch]:
    a, b = _WORD.findall(older), _WORD.findall(newer)
    start, end = _shared_ends(a, b)
    yield Stretch("same", "".join(a[:start]))
    x, y = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(x), len(y)) > MOST_WORDS:
        yield from (Stretch("gone", "".join(x)), Stretch("new", "".join(y)))
    else:
        for tag, i, j, k, m in SequenceMatcher(lambda w: w.isspace(), x, y).get_opcodes():
            if tag == "equal":
                yield Stretch("same", "".join(x[i:j]))
            else:
                yield from (Stretch("gone", "".join(x[i:j])), Stretch("new", "".join(y[k:m])))
    yield Stretch("same", "".join(a[len(a) - end :]))


def _shared_ends(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many items the two share at the start, and then at the end."""
    most = min(len(a), len(b))
    start = 0
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, end


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one kind as one, a lone space between two changes with them."""
    pending: list[Stretch] = []
    for stretch in stretches:
        if not stretch.text:
            continue
        if pending and pending[-1].kind == stretch.kind:
            pending[-1] = Stretch(stretch.kind, pending[-1].text + stretch.text)
        else:
            pending.append(stretch)
    yield from pending
