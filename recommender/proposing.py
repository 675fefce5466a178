"""What a text is probably about, for whom and how demanding: proposals an organizer confirms.

Themes are measured by their name and description, roles by their duties, in
the text's own language: how much nearer the text lies to one than is usual for
that theme and for that text, how it stands there among all themes, and how many
of its words are the description's. Beside it stands what texts that
are settled already let expect: a ridge regression on the texts' mean vectors.
In a library without settled texts that part is 0 and the description speaks alone.

The parts are added on the scale of log-odds, with weights fitted to the starter
texts, each judged without itself and its translation, and to works about none
of the themes, so that the confidence of a proposal is the share of such
proposals that were right: `python -m benchmarks proposals` fits and measures
them. What is less sure than `LEAST` is not proposed. Levels are read from the
words (`corpus/readability.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from corpus import readability
from corpus.records import Proposal
from models.text_model import TextModel
from recommender import centring, quoting
from recommender.closeness import meaning_gains
from recommender.embedding import sentences_of
from recommender.index import Index, Snapshot
from recommender.theme_search import (
    Works,
    all_records,
    passage_words,
    rarity_of,
    remembered,
    works_of,
)
from recommender.word_index import term_hashes

MOST = 3  # themes, and roles, of one text
READ = 16  # passages of a text, evenly spread, that its level is read from
SPREAD = 0.05  # of a text's nearness to themes: how much counts as much in a small library
FEW = 5.0  # texts; of as many, what is usual for a theme is half known
RIDGE = 0.5
NAMED = 0.6  # share of themes named by a file's own subjects that were right: 14 of 24


@dataclass(frozen=True)
class Weights:
    """Log-odds of a proposal, by part; see `Parts`. Fitted by `benchmarks/proposals.py`."""

    above: float
    among: float
    among_words: float
    like: float
    offset: float


WEIGHTS = {
    "theme": Weights(0.83, 0.73, 0.37, 3.21, -3.19),
    "role": Weights(0.84, 0.03, 0.18, 2.77, -1.03),
}
LEAST = {"theme": 0.5, "role": 0.5, "level": 0.5}


class TextSource(Protocol):
    """What is asked of `corpus.library.Library`."""

    def texts(self, *, after: str | None = None, limit: int = 30) -> Any: ...
    def themes(self) -> Mapping[str, Any]: ...
    def roles(self) -> Mapping[str, Any]: ...
    def passages(self, slug: str) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Parts:
    """What speaks for each of k labels in each of n texts; every array is (n, k)."""

    above: np.ndarray  # nearness above what is usual for the label and the text
    among: np.ndarray  # the same as standard scores among the labels
    among_words: np.ndarray  # the same of shared words
    like: np.ndarray  # what settled texts let expect, above the share of all

    def log_odds(self, weights: Weights) -> np.ndarray:
        """(n, k)"""
        found: np.ndarray = self.described(weights) + weights.like * self.like + weights.offset
        return found

    def described(self, weights: Weights) -> np.ndarray:
        """(n, k) what the description alone gives."""
        return np.asarray(
            weights.above * self.above
            + weights.among * self.among
            + weights.among_words * self.among_words
        )


@dataclass(frozen=True)
class Described:
    """Labels as they are compared with texts."""

    ids: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]  # of each, in all languages
    vectors: dict[str, np.ndarray]  # language -> (k, dim), as if it were a passage
    terms: dict[str, list[np.ndarray]]  # language -> hashed words of each

    @classmethod
    def of(
        cls, labels: Mapping[str, Any], index: Index, model: TextModel, spoken: Iterable[str]
    ) -> Described:
        vectors, terms = {}, {}
        for language in spoken:
            said = [_said(label, language) for label in labels.values()]
            vectors[language] = remembered(index, model, said, "passage")
            terms[language] = [np.unique(term_hashes(text)) for text in said]
        names = tuple(tuple(label.names.values()) for label in labels.values())
        return cls(tuple(labels), names, vectors, terms)


def _said(label: Any, language: str) -> str:
    between = "：" if language == "zh" else ": "
    return between.join(p for p in (label.name(language), label.description(language)) if p)


def propose(
    index: Index, library: TextSource, model: TextModel, *, slugs: Sequence[str] | None = None
) -> dict[str, list[Proposal]]:
    """slug -> proposals, the surest of each field first; for all texts, or those named.

    Of a text only for the fields that nobody has settled: a text with themes
    gets no themes proposed. A text that is not in the index yet gets a level at most.
    """
    snapshot = index.snapshot()
    works = works_of(index, snapshot)
    records = {record.slug: record for record in all_records(library)}
    wanted = [s for s in (records if slugs is None else dict.fromkeys(slugs)) if s in records]
    found: dict[str, list[Proposal]] = {slug: [] for slug in wanted}
    for field, labels, settled in (
        ("theme", library.themes(), {s: r.themes for s, r in records.items()}),
        ("role", library.roles(), {s: r.roles for s, r in records.items()}),
    ):
        open_slugs = [s for s in wanted if not settled[s]]
        if labels and open_slugs and len(works):
            described = Described.of(labels, index, model, sorted(set(works.languages.tolist())))
            desk = _Desk(index, snapshot, works, described, field, records, settled)
            parts = measured(snapshot, works, described, settled)
            for slug, proposals in desk.proposals(parts, open_slugs).items():
                found[slug] += proposals
    for slug in wanted:
        if records[slug].level is None:
            found[slug] += _level(index, snapshot, works, library, records[slug])
    return found


# What speaks for a label


def measured(
    snapshot: Snapshot,
    works: Works,
    described: Described,
    settled: Mapping[str, Collection[str]],
) -> Parts:
    """Of every text of the index; `settled`: labels that are confirmed, by slug."""
    shape = (len(works), len(described.ids))
    near, shared = np.zeros(shape), np.zeros(shape)
    for language, asked in described.vectors.items():
        mine = works.languages == language
        if not mine.any():
            continue
        near[mine] = works.means[mine] @ centring.centred(asked, snapshot.centre).T
        for place, terms in enumerate(described.terms[language]):
            found = passage_words(works, snapshot, terms, rarity_of(snapshot, terms))
            shared[mine, place] = np.log1p(found[mine])
    above = _above(near, works.languages, SPREAD)
    labels = np.array(
        [[label in settled.get(slug, ()) for label in described.ids] for slug in works.slugs]
    ).reshape(shape)
    return Parts(
        above=above,
        among=_among(above),
        among_words=_among(_above(shared, works.languages, 1.0)),
        like=likeness(works.units, labels, np.asarray(labels.any(axis=1))),
    )


def _above(near: np.ndarray, spoken: np.ndarray, spread: float) -> np.ndarray:
    """(n, k): how far each text stands above what is usual for a label among the
    texts of its language, in standard deviations.

    In a small library the usual is what this text has for all labels.
    """
    found = np.zeros(near.shape)
    for language in set(spoken.tolist()):
        mine = spoken == language
        own = near[mine]
        known = len(own) / (len(own) + FEW)
        less = own - known * own.mean(axis=0) - (1 - known) * own.mean(axis=1, keepdims=True)
        scale = np.sqrt(known * (less**2).mean() + (1 - known) * spread**2)
        found[mine] = less / max(float(scale), 1e-9)
    return found


def _among(above: np.ndarray) -> np.ndarray:
    """(n, k): standard scores among the labels of each text."""
    spread = above.std(axis=1, keepdims=True)
    less = above - above.mean(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-9, less / np.maximum(spread, 1e-9), 0.0))


def likeness(units: np.ndarray, labels: np.ndarray, settled: np.ndarray) -> np.ndarray:
    """(n, k): the share of settled texts like it that have each label, less the
    share of all; 0 where none is settled. units (n, dim), labels (n, k), settled (n,).
    """
    if settled.sum() < 2:
        return np.zeros(labels.shape)
    known, given = units[settled].astype(np.float64), labels[settled].astype(np.float64)
    centre, usual = known.mean(axis=0), given.mean(axis=0)
    less = known - centre
    square = less.T @ less + RIDGE * np.eye(less.shape[1])
    found: np.ndarray = (units - centre) @ np.linalg.solve(square, less.T @ (given - usual))
    return found


# From numbers to proposals


@dataclass(frozen=True)
class _Desk:
    """What proposals of one field are made from."""

    index: Index
    snapshot: Snapshot
    works: Works
    described: Described
    field: Any  # "theme" or "role"
    records: Mapping[str, Any]
    settled: Mapping[str, Collection[str]]

    def proposals(self, parts: Parts, slugs: Sequence[str]) -> dict[str, list[Proposal]]:
        weights = WEIGHTS[self.field]
        sure = 1 / (1 + np.exp(-parts.log_odds(weights)))
        by_likeness = weights.like * parts.like > np.maximum(parts.described(weights), 0)
        found = {}
        for slug in slugs:
            at = self.works.place_of.get(slug)
            if at is None:
                continue
            named = self._named(slug)
            confidence = np.array(
                [max(float(s), NAMED if k in named else 0.0) for k, s in enumerate(sure[at])]
            )
            best = np.argsort(-confidence, kind="stable")[:MOST].tolist()
            found[slug] = [
                Proposal(
                    self.field,
                    self.described.ids[k],
                    float(confidence[k]),
                    named.get(k)
                    or (by_likeness[at, k] and self._like_text(at, k))
                    or self._nearest_sentence(at, k),
                )
                for k in best
                if confidence[k] >= LEAST[self.field]
            ]
        return found

    def _named(self, slug: str) -> dict[int, dict[str, Any]]:
        """Place of a label -> the subject of the file that says its name."""
        found: dict[int, dict[str, Any]] = {}
        for subject in getattr(self.records[slug], "subjects", ()):
            said = set(term_hashes(subject).tolist())
            for k, names in enumerate(self.described.names):
                asked = [set(term_hashes(name).tolist()) for name in names]
                if k not in found and any(words and words <= said for words in asked):
                    found[k] = {"kind": "subject", "subject": subject}
        return found

    def _like_text(self, at: int, k: int) -> dict[str, Any] | None:
        """The settled text with the label that lies nearest."""
        label = self.described.ids[k]
        with_it = [
            place
            for place, slug in enumerate(self.works.slugs)
            if place != at and label in self.settled.get(slug, ())
        ]
        if not with_it:
            return None
        near = self.works.units[with_it] @ self.works.units[at]
        slug = self.works.slugs[with_it[int(np.argmax(near))]]
        return {"kind": "like_text", "slug": slug, "title": self.records[slug].title}

    def _nearest_sentence(self, at: int, k: int) -> dict[str, Any]:
        """The sentence of the text that lies nearest to the description."""
        why: dict[str, Any] = {"kind": "description"}
        language = str(self.works.languages[at])
        asked = centring.centred(self.described.vectors[language][k : k + 1], self.snapshot.centre)[
            0
        ]
        rows = self.works.rows[self.works.starts[at] : self.works.starts[at + 1]]
        row = int(rows[int(np.argmax(self.snapshot.vectors(rows) @ asked))])
        kept = self.index.fetch(self.snapshot, [row]).get(row)
        if kept is None:
            return why
        why["passage"] = kept.reading.id
        spans = sentences_of(kept.reading)
        whole = centring.uncentred(self.snapshot.vectors(np.array([row]))[0], self.snapshot.centre)
        gains = meaning_gains(kept.shares, kept.scales, whole, asked, self.snapshot.centre)
        best = quoting.best(gains.tolist(), spans, language, kept.quotable)
        if best is not None:
            first, end = spans[best]
            why["sentence"] = kept.reading.text[first:end]
        return why


def _level(
    index: Index, snapshot: Snapshot, works: Works, library: TextSource, record: Any
) -> list[Proposal]:
    found = readability.level(
        _some_passages(index, snapshot, works, library, record.slug),
        record.language,
        words=record.words,
    )
    if found is None or found.confidence < LEAST["level"]:
        return []
    return [Proposal("level", found.level, found.confidence, found.why)]


@dataclass(frozen=True)
class _Piece:
    text: str
    sentences: tuple[tuple[int, int], ...]


def _some_passages(
    index: Index, snapshot: Snapshot, works: Works, library: TextSource, slug: str
) -> list[Any]:
    """At most `READ` passages of a text, evenly spread; from the index where it has them."""
    at = works.place_of.get(slug)
    if at is None:
        passages = list(library.passages(slug))
        return [passages[i] for i in _spread(len(passages))]
    rows = works.rows[works.starts[at] : works.starts[at + 1]]
    some = rows[_spread(len(rows))]
    kept = index.fetch(snapshot, some)
    return [
        _Piece(kept[row].reading.text, sentences_of(kept[row].reading))
        for row in some.tolist()
        if row in kept
    ]


def _spread(count: int) -> list[int]:
    if count <= READ:
        return list(range(count))
    return [(2 * i + 1) * count // (2 * READ) for i in range(READ)]
