"""Which sentence of the library says what a sentence of a draft says, in other words or in
the other language. It is a guess, to be told as a question and only where it was asked for.

Three steps, each on fewer. The vectors of passages name some hundred of them. What
each of their sentences gave to its passage's vector (`embedding.py` keeps it) names a few
sentences: less what is common to the language, and most of what is common to the passage,
it is near to a sentence's own vector, and costs nothing. Those few are encoded and laid
beside the draft's sentences. How near two are tells little by itself, since some sentences
are near to many; so each must be the other's nearest, and by a margin.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from corpus import words
from models.text_model import TextModel
from recommender.centring import centred
from recommender.embedding import sentences_of
from recommender.index import Index, Snapshot
from recommender.originality.finding import language_of
from recommender.products import multiply
from recommender.readings import Reading

Span = tuple[int, int]

SHORTEST = {"en": 10, "zh": 16}  # words (Chinese: characters) of a sentence that is asked about...
SHORTEST_OF_THEIRS = {"en": 6, "zh": 9}  # ...and of one that it may be near to
MOST_ASKED = 60  # sentences of the draft, the longest
PASSAGES = 30  # for each sentence and language
MOST_PASSAGES = 1_000
SENTENCES = 3  # for each sentence and language
MOST_ENCODED = 120  # sentences of passages
OF_PASSAGE = 0.6  # of what its sentences share, that is taken from each
AS_IF = 10  # sentences at the library's centre: the mean of a short draft says little
NEXT = 4  # nearest ones that the nearest is compared with


# Nearness and margin together, in one language and across: chosen on the tune half of
# benchmarks/originality_meaning.py; docs/decisions/0013.
SAME = 0.87
ACROSS = 0.66
LEAST_MARGIN = 0.1  # what stands in several works is nobody's


@dataclass(frozen=True)
class Near:
    """A sentence of the draft and the one of a passage that it is near to."""

    span: Span  # of the draft
    reading: Reading
    source_span: Span  # of the reading's text
    near: float
    margin: float  # over the next nearest sentences
    across: bool  # the two are of different languages

    @property
    def surplus(self) -> float:
        """Over what is enough to be asked about."""
        together = self.near + self.margin - (ACROSS if self.across else SAME)
        return min(together, self.margin - LEAST_MARGIN)


@dataclass(frozen=True)
class _Theirs:
    """Sentences of passages in one language."""

    of: list[tuple[Reading, Span]]
    vectors: np.ndarray  # (n, dim) unit: what each is apart from language and passage


def worth_asking(sentence: str) -> bool:
    return words.count(sentence) >= SHORTEST[language_of(sentence)]


def near_in_meaning(
    index: Index,
    model: TextModel,
    text: str,
    spans: Sequence[Span],
    *,
    languages: Collection[str],
    without: Collection[str] = (),
) -> list[Near]:
    """The surest first; each span and each sentence of a passage once.

    spans: the writer's own sentences. without: ids of passages that are not asked about.
    """
    nearest = all_nearest(index, model, text, spans, languages=languages, without=without)
    good = [near for near in nearest if near.surplus >= 0]
    return sorted(good, key=lambda near: (-near.surplus, near.span))


def all_nearest(
    index: Index,
    model: TextModel,
    text: str,
    spans: Sequence[Span],
    *,
    languages: Collection[str],
    without: Collection[str] = (),
) -> list[Near]:
    """`near_in_meaning` before any bar."""
    asked = [span for span in dict.fromkeys(spans) if worth_asking(text[slice(*span)])]
    asked = sorted(sorted(asked, key=lambda s: s[0] - s[1])[:MOST_ASKED])
    if not asked:
        return []
    mine = model.encode([_plain(text, span) for span in asked], kind="query")
    snapshot = index.snapshot()
    queries = centred(mine, snapshot.centre)
    spoken = np.array([language_of(text[slice(*span)]) for span in asked])
    found: list[tuple[float, int, Reading, Span]] = []
    for language in sorted(SHORTEST.keys() & set(languages)):
        theirs = _sentences(index, snapshot, queries, language, without)
        if theirs.of:
            found += _named(theirs, _apart(mine, spoken, snapshot.centre))
    return _compared(model, snapshot.centre, asked, spoken, queries, found)


def _plain(text: str, span: Span) -> str:
    return " ".join(text[slice(*span)].split())


def _apart(mine: np.ndarray, spoken: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """The draft's sentences less what they have in common, by language."""
    apart = np.empty_like(mine)
    for language in set(spoken.tolist()):
        which = spoken == language
        mean = (mine[which].sum(axis=0) + AS_IF * centre) / (which.sum() + AS_IF)
        apart[which] = mine[which] - mean
    return _unit(apart)


def _sentences(
    index: Index,
    snapshot: Snapshot,
    queries: np.ndarray,
    language: str,
    without: Collection[str],
) -> _Theirs:
    """Sentences of the passages near to any of the queries."""
    best: dict[int, float] = {}
    for block in snapshot.blocks:
        if block.language != language:
            continue
        products = multiply(queries, snapshot.vectors_of(block))
        closed = snapshot.told[snapshot.group_of[block.start : block.stop]]
        dead = snapshot.dead[(snapshot.dead >= block.start) & (snapshot.dead < block.stop)]
        products[:, closed] = -np.inf
        products[:, dead - block.start] = -np.inf
        size = min(PASSAGES, products.shape[1])
        top = np.argpartition(-products, size - 1, axis=1)[:, :size]
        for line, places in zip(products, top, strict=True):
            for place in places[line[places] > -np.inf].tolist():
                row = block.start + place
                best[row] = max(best.get(row, -1.0), float(line[place]))
    rows = sorted(best, key=lambda row: (-best[row], row))[:MOST_PASSAGES]
    kept = index.fetch(snapshot, rows)
    of: list[tuple[Reading, Span]] = []
    parts: list[np.ndarray] = []
    passages: list[int] = []
    for number, row in enumerate(rows):
        one = kept.get(row)
        if one is None or one.reading.kind != "passage" or one.reading.id in without:
            continue
        shares = one.shares * one.scales[:, None]
        for span, share in zip(sentences_of(one.reading), shares, strict=True):
            if words.count(one.reading.text[slice(*span)]) >= SHORTEST_OF_THEIRS[language]:
                of.append((one.reading, span))
                parts.append(share)
                passages.append(number)
    if not of:
        return _Theirs([], np.empty((0, queries.shape[1]), np.float32))
    vectors = _unit(np.array(parts, np.float32))
    vectors -= vectors.mean(axis=0)
    _numbers, owner = np.unique(passages, return_inverse=True)
    sums = np.zeros((owner.max() + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, owner, vectors)
    vectors -= OF_PASSAGE * (sums / np.bincount(owner)[:, None])[owner]
    return _Theirs(of, _unit(vectors))


def _named(theirs: _Theirs, apart: np.ndarray) -> list[tuple[float, int, Reading, Span]]:
    """The likeliest sentences for each of the draft's: how likely, their rank, and which."""
    products = apart @ theirs.vectors.T
    size = min(SENTENCES + NEXT, products.shape[1])
    found = []
    for line in products:
        order = np.argsort(-line, kind="stable")[:size]
        usual = float(line[order[SENTENCES:]].mean()) if size > SENTENCES else 0.0
        for rank, place in enumerate(order[:SENTENCES].tolist()):
            found.append((float(line[place]) - usual, rank, *theirs.of[place]))
    return found


def _compared(
    model: TextModel,
    centre: np.ndarray,
    asked: Sequence[Span],
    spoken: np.ndarray,
    queries: np.ndarray,
    named: Sequence[tuple[float, int, Reading, Span]],
) -> list[Near]:
    chosen: dict[tuple[str, Span], Reading] = {}
    for _gain, _rank, reading, span in sorted(named, key=lambda n: (-n[0], n[2].id, n[3])):
        if len(chosen) < MOST_ENCODED:
            chosen.setdefault((reading.id, span), reading)
    if not chosen:
        return []
    keys = list(chosen)
    texts = [_plain(chosen[key].text, key[1]) for key in keys]
    theirs = centred(model.encode(texts, kind="query"), centre)
    of = np.array([chosen[key].language for key in keys])
    products = queries @ theirs.T
    found: dict[int, Near] = {}
    for language in sorted(set(of.tolist())):
        columns = np.flatnonzero(of == language)
        for i, span in enumerate(asked):
            line = products[i, columns]
            order = np.argsort(-line, kind="stable")[: NEXT + 1]
            column = columns[order[0]]
            alike = products[spoken == spoken[i], column]
            if len(order) < 2 or products[i, column] < alike.max():
                continue  # another sentence of the draft is nearer to it
            margin = float(line[order[0]] - line[order[1:]].mean())
            key = keys[column]
            across = bool(spoken[i] != language)
            near = Near(span, chosen[key], key[1], float(line[order[0]]), margin, across)
            before = found.get(i)
            if before is None or near.surplus > before.surplus:
                found[i] = near
    return list(found.values())


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = vectors / np.maximum(lengths, 1e-6)
    return unit
