"""Which sentences of a text stand nearly so in a source.

Two steps. Runs of a few units that both have (Broder's shingles, 1997, kept
whole: a draft is small) say which sentences to lay side by side. Then the two
are tiled: the longest common run first, then the next that touches none before
it (Wise, "Running Karp-Rabin matching and greedy string tiling", 1993), so that
clauses in another order are still found. How much of a sentence the tiles cover
decides; small words count less, since replacing all others leaves them standing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from corpus import sentences, words
from corpus.texts import Language
from recommender.originality.rules import HAN, RULES, Rules, rules_for, weights_of
from recommender.originality.tiling import tiles_of, together
from recommender.originality.units import Units, hashes, runs, units

Span = tuple[int, int]
Kind = Literal["copy", "edited"]


class SourceText(Protocol):
    """What is asked of a source; `webapp.coach` brings its own."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True)
class Source:
    """Words that a draft is compared with."""

    id: str
    text: str
    language: Language


@dataclass(frozen=True)
class Match:
    """A sentence of the text beside the sentence (or sentences) of a source it is close to."""

    span: Span  # of the text, one of those given
    source_id: str
    source_span: Span  # of the source's text
    kind: Kind  # "copy": the same words in the same order; "edited": a few differ
    same: tuple[Span, ...]  # of the text: the words that both have
    source_same: tuple[Span, ...]  # of the source's text
    share: float  # of the sentence's weight (or of the source's) that both have, to 1.0
    weight: float  # of the words that both have; a small word is a quarter
    alone: bool  # enough by itself; else it counts beside its neighbours only


COPY = 0.97  # of the weight, in one run: the same words
WINDOW = 3  # source sentences that one sentence may be made of
MOST_UNITS = 400  # of a span; a longer one has no marks of sentences and is read to here
TOLD_ALONG = 0.8  # of the words around a quotation: who copied it copied them with it
FEWEST_SEEDS = 0.12  # common runs for each unit of a sentence, below which no more is asked
ENOUGH_SEEDS = 6
COMMON = 6  # sources that hold a run, from which on it is nobody's: the questions of a form


@dataclass(frozen=True)
class _Part:
    """A sentence of the draft; every sequence is by unit."""

    words: tuple[str, ...]
    rules: Rules
    weights: np.ndarray  # (n,)
    outside: np.ndarray  # (n,) bool: not set aside
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Sentence:
    """The same before its words are weighed."""

    span: Span
    words: tuple[str, ...]
    rules: Rules
    spans: tuple[Span, ...]

    @classmethod
    def at(cls, text: str, span: Span) -> _Sentence:
        start = span[0]
        found = units(text[start : span[1]])
        ends = zip(found.starts[:MOST_UNITS], found.ends[:MOST_UNITS], strict=True)
        spans = tuple((start + a, start + b) for a, b in ends)
        return cls(span, found.words[:MOST_UNITS], rules_for(text[slice(*span)]), spans)

    def weighed(self, aside: Sequence[Span], nobodys: _Nobodys) -> _Part:
        """aside: sorted."""
        outside = np.ones(len(self.words), bool)
        for start, end in aside[max(0, bisect_left(aside, self.span) - 1) :]:
            if start >= self.span[1]:
                break
            outside[[start <= a and b <= end for a, b in self.spans]] = False
        weights = nobodys.weights(self.words, self.rules)
        return _Part(self.words, self.rules, weights, outside, self.spans)


def all_matches(
    text: str,
    spans: Sequence[Span],
    sources: Iterable[SourceText],
    *,
    aside: Sequence[Span] = (),
    given: Sequence[str] = (),
) -> list[Match]:
    """Every span with every source that it is close to.

    spans: the sentences that are the writer's own words. aside: what counts for
    nothing within them, such as a quotation that names its source. given: words
    that the writer was given, such as the question to be answered; runs of them
    weigh nothing.
    """
    left_out = sorted(aside)
    each = {span: _Sentence.at(text, span) for span in dict.fromkeys(spans)}
    seeds = _Seeds.of(each)
    looked = [_Looked.at(source, seeds) for source in sources]
    nobodys = _Nobodys.of(given, looked)
    parts = {span: one.weighed(left_out, nobodys) for span, one in each.items()}
    found: list[Match] = []
    for one in looked:
        found += _in_source(one, parts, seeds, nobodys)
    return found


@dataclass(frozen=True)
class _Nobodys:
    """Runs that weigh nothing, by their size: of what the writer was given, and those
    that stand in many sources."""

    runs: dict[int, frozenset[int]]

    @classmethod
    def of(cls, given: Sequence[str], looked: Sequence[_Looked]) -> _Nobodys:
        met = Counter(seed for one in looked for seed in set(one.seeds))
        each = [hashes(units(said).words) for said in given]
        known = {}
        for size in {rules.seed for rules in RULES.values()}:
            common = {seed for (n, seed), count in met.items() if n == size and count >= COMMON}
            known[size] = frozenset(common.union(*(runs(one, size).tolist() for one in each)))
        return cls(known)

    def weights(self, found: Sequence[str], rules: Rules) -> np.ndarray:
        """(n,) of units, 0 within such a run."""
        weights = weights_of(found)
        known = self.runs[rules.seed]
        if known:
            for at, seed in enumerate(runs(hashes(found), rules.seed).tolist()):
                if seed in known:
                    weights[at : at + rules.seed] = 0
        return weights


@dataclass(frozen=True)
class _Seeds:
    """Where the short runs of all spans stand."""

    sorted: dict[int, np.ndarray]  # size of run -> hashes
    places: dict[int, dict[int, list[Span]]]  # size -> hash -> spans

    @classmethod
    def of(cls, each: Mapping[Span, _Sentence]) -> _Seeds:
        places: dict[int, dict[int, list[Span]]] = {
            rules.seed: defaultdict(list) for rules in RULES.values()
        }
        for span, one in each.items():
            size = one.rules.seed
            for seed in set(runs(hashes(one.words), size).tolist()):
                places[size][seed].append(span)
        return cls(
            {size: np.array(sorted(found), np.uint64) for size, found in places.items()}, places
        )


@dataclass(frozen=True)
class _Looked:
    """A source, and where runs of the draft stand in it."""

    source: SourceText
    there: Units
    seeds: list[tuple[int, int]]  # (size, hash) of each run that both have
    first: list[int]  # the first unit of each

    @classmethod
    def at(cls, source: SourceText, wanted: _Seeds) -> _Looked:
        there = units(source.text)
        each = hashes(there.words)
        seeds: list[tuple[int, int]] = []
        first: list[int] = []
        for size, known in wanted.sorted.items():
            rolled = runs(each, size)
            hit = np.flatnonzero(np.isin(rolled, known))
            seeds += [(size, seed) for seed in rolled[hit].tolist()]
            first += hit.tolist()
        return cls(source, there, seeds, first)


def _in_source(
    one: _Looked, parts: Mapping[Span, _Part], wanted: _Seeds, nobodys: _Nobodys
) -> list[Match]:
    hits: dict[Span, list[int]] = defaultdict(list)  # span -> places of common runs in the source
    for (size, seed), at in zip(one.seeds, one.first, strict=True):
        if seed not in nobodys.runs[size]:
            for span in wanted.places[size][seed]:
                hits[span].append(at)
    close = {
        span: places
        for span, places in hits.items()
        if len(places) >= min(ENOUGH_SEEDS, FEWEST_SEEDS * len(parts[span].words))
    }
    if not close:
        return []
    text = one.source.text
    cut = _sentences(text, one.there, "zh" if words.han_share(text) > HAN else "en")
    found = []
    for span, places in close.items():
        match = _closest(span, parts[span], one.source, one.there, cut, places)
        if match is not None:
            found.append(match)
    return found


def _sentences(text: str, there: Units, language: Language) -> list[Span]:
    """First unit and end of each sentence that has any."""
    cut = []
    for start, end in sentences.split(text, language):
        first, last = bisect_left(there.starts, start), bisect_left(there.starts, end)
        if first < last:
            cut.append((first, last))
    return cut


def _closest(
    span: Span,
    part: _Part,
    source: SourceText,
    there: Units,
    cut: list[Span],
    places: list[int],
) -> Match | None:
    """The window of source sentences that covers most of the span, if it is close."""
    starts = [first for first, _end in cut]
    counts: dict[int, int] = defaultdict(int)
    for at in places:
        counts[max(0, bisect_right(starts, at) - 1)] += 1
    wanted = min(ENOUGH_SEEDS, FEWEST_SEEDS * len(part.words))
    best: Match | None = None
    for first in sorted({max(0, j - k) for j in counts for k in range(WINDOW)}):
        window = [j for j in range(first, min(first + WINDOW, len(cut))) if counts.get(j)]
        if not window or window[0] != first or sum(counts[j] for j in window) < wanted:
            continue
        laid = [cut[j] for j in range(window[0], window[-1] + 1)]
        match = _laid_beside(span, part, source, there, laid)
        if match is not None and (best is None or rank(match) < rank(best)):
            best = match
    return best


def rank(match: Match) -> tuple[bool, float, float, str, Span]:
    """Closest first, whatever the order in which sources were given."""
    return not match.alone, -match.share, -match.weight, match.source_id, match.source_span


def _laid_beside(
    span: Span, part: _Part, source: SourceText, there: Units, laid: Sequence[Span]
) -> Match | None:
    rules = part.rules
    first, end = laid[0][0], laid[-1][1]
    other = there.words[first:end][: WINDOW * MOST_UNITS]
    tiles = tiles_of(part.words, other, rules.tile)
    weights = _counted(part, tiles)
    whole = float(weights.sum())
    runs_of = [float(weights[a : a + n].sum()) for a, _b, n in tiles]
    got = together(runs_of, rules.seam)
    if not got:
        return None
    theirs = weights_of(other)
    inner = max(_inner_shares(laid, tiles, theirs, got, rules), default=0.0)
    longest, share = max(runs_of), got / whole
    alone = (
        (got >= rules.least and share >= rules.share and longest >= rules.run)
        or inner >= rules.source_share
        or longest >= rules.long_run
    )
    if not alone and share < rules.beside:
        return None
    low, high = min(b for _a, b, _n in tiles) + first, max(b + n for _a, b, n in tiles) + first
    begin = next(one for one, stop in laid if low < stop)
    finish = next(stop for _one, stop in laid if high <= stop)
    return Match(
        span=span,
        source_id=source.id,
        source_span=(there.starts[begin], _closed(source.text, there.ends[finish - 1])),
        kind="copy" if longest >= COPY * min(whole, float(theirs.sum())) else "edited",
        same=_sorted((part.spans[a][0], part.spans[a + n - 1][1]) for a, _b, n in tiles),
        source_same=_sorted(
            (there.starts[first + b], there.ends[first + b + n - 1]) for _a, b, n in tiles
        ),
        share=max(share, inner),
        weight=got,
        alone=alone,
    )


def _inner_shares(
    laid: Sequence[Span],
    tiles: Sequence[tuple[int, int, int]],
    theirs: np.ndarray,
    got: float,
    rules: Rules,
) -> Iterator[float]:
    """Of each source sentence, how much stands in the draft's: own words may stand around it."""
    first = laid[0][0]
    for one, stop in laid:
        a, b = one - first, stop - first
        both = together(
            [
                float(theirs[max(at, a) : min(at + n, b)].sum())
                for _x, at, n in tiles
                if at < b and at + n > a
            ],
            rules.seam,
        )
        if min(both, got) >= rules.source_least:
            yield both / float(theirs[a:b].sum())


def _counted(part: _Part, tiles: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """The weights that count: what is set aside does only where the words around it
    were taken along."""
    if part.outside.all():
        return part.weights
    around = np.where(part.outside, part.weights, 0.0)
    taken = sum(float(around[a : a + n].sum()) for a, _b, n in tiles)
    whole = float(around.sum())
    return part.weights if whole >= 1 and taken >= TOLD_ALONG * whole else around


def _closed(text: str, end: int) -> int:
    """Behind the marks that end a sentence."""
    while end < len(text) and not text[end].isspace() and not text[end].isalnum():
        end += 1
    return end


def _sorted(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans))
