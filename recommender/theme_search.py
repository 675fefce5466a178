"""Which whole works are about a theme, asked by its name alone.

A work is its passages and its card: title, author and the subjects that its
file names. Each is measured by words and by meaning:

- **Words.** BM25 of the name on the card and on all passages together, as
  shares of what the name could give. A word counts by how rare it is among the
  passages, so that "of" says nothing though few cards have it; a card that
  names many subjects is not less about each of them (b = 0).
- **Meaning.** The card's vector, and how much nearer the passages lie on the
  whole to the theme than to subjects at large: some works are near to everything
  that is asked, which says nothing of this theme. The nearest passages of a work
  do not help beside these two; of 8,000 one is always near.
- **Mix.** Both as z-scores. What they find together then teaches what else is
  about the theme: a ridge regression of the scores on the works' mean vectors,
  each work judged without itself. A work whose file names no subject is found
  by its likeness to those whose files do.

A model finds texts of one language nearer to each other than to those of
another. So a work's meaning is measured from the mean of its language, in
standard deviations of the works in the language of the name: works of the other
language, where words cannot help, are found by meaning, and are near only if
they are. Measured by `python -m benchmarks themes`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, Protocol
from weakref import WeakKeyDictionary
from zipfile import BadZipFile

import numpy as np

from corpus import languages
from models.text_model import Kind, TextModel
from recommender import centring
from recommender.index import Index, Snapshot
from recommender.search import MOST_CHARACTERS, MOST_TERMS
from recommender.word_index import K1, WordIndex, term_hashes

By = Literal["mix", "words", "vectors"]

# Chosen on half of the themes of `benchmarks/themes.py`; the optimum is flat.
PASSAGES_K1, PASSAGES_B = 5.0, 0.5  # a work repeats its subject more often than a passage does
PASSAGES = 0.5  # words of all passages beside those of the card
NEARER = 0.25  # meaning of the passages beside that of the card
WORDS = 0.7  # of the mix, before likeness; the rest is meaning
ACROSS = 0.6  # of meaning, in the mix, for works in another language than the name
BEHIND = 0.5  # standard deviations that meaning must be nearer there
LIKENESS, RIDGE, TAUGHT_FROM = 0.8, 1.0, 0.5
COMMON = 0.9  # of what all names of subjects share, taken from a name before it meets a card

LONGEST_CARD = 1_500  # characters
MOST_REMEMBERED = 20  # lists of names and descriptions
CARDS = "cards.npz"

# What texts may be about, to compare a theme with; the main classes of a library.
SUBJECTS = {
    "en": (
        "history", "philosophy", "religion", "science and nature", "economics",
        "politics and government", "law", "education", "literature", "poetry", "fiction",
        "biography", "travel", "war and the military", "art", "music", "medicine and health",
        "psychology", "technology and engineering", "mathematics", "business and management",
        "family and everyday life", "language", "society and culture", "agriculture",
        "sport and games", "ethics", "children",
    ),
    "zh": (
        "历史", "哲学", "宗教", "科学与自然", "经济", "政治与政府", "法律", "教育", "文学", "诗歌",
        "小说", "传记", "游记", "战争与军事", "艺术", "音乐", "医学与健康", "心理", "技术与工程",
        "数学", "企业管理", "家庭与日常生活", "语言文字", "社会与文化", "农业", "体育", "伦理道德",
        "儿童",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class RankedText:
    """A work, and how much it is about the theme."""

    slug: str
    score: float  # z-scores; comparable within one answer only
    words: float  # of the score
    meaning: float  # of the score; the two sum to it
    best_passage_id: str | None  # where the theme is nearest; None when it was just taken out


class TextSource(Protocol):
    """What is asked of `corpus.library.Library`: pages of text records."""

    def texts(self, *, after: str | None = None, limit: int = 30) -> Any: ...


@dataclass(frozen=True)
class Cards:
    """Title, author and subjects of texts, embedded; every array is by text."""

    slugs: tuple[str, ...]
    hashes: tuple[str, ...]  # of what was embedded
    vectors: np.ndarray  # (n, dim) float32, unit rows
    terms: np.ndarray  # (t,) uint64 hashed words
    starts: np.ndarray  # (n + 1,) int64 into `terms`


@dataclass(frozen=True)
class Works:
    """The texts of a snapshot as wholes; every array is by text, without published pieces."""

    slugs: tuple[str, ...]
    languages: np.ndarray  # (n,) str
    rows: np.ndarray  # (r,) living rows of the snapshot, by text
    starts: np.ndarray  # (n + 1,) int64 into `rows`
    of_group: np.ndarray  # (n_groups,) place of a group's text, -1 where it is none
    means: np.ndarray  # (n, dim) mean of the passages' centred vectors
    lengths: np.ndarray  # (n,) words in all passages
    cards: np.ndarray  # (n, dim) unit rows less their mean, unit again; 0 without a card
    card_terms: np.ndarray  # (t,) uint64 words of the cards
    card_owners: np.ndarray  # (t,) int64 whose card it is

    def __len__(self) -> int:
        return len(self.slugs)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """slug -> place"""
        return {slug: place for place, slug in enumerate(self.slugs)}

    @cached_property
    def units(self) -> np.ndarray:
        """(n, dim) `means` as unit rows."""
        lengths = np.sqrt(np.einsum("ij,ij->i", self.means, self.means))
        return self.means / np.maximum(lengths, 1e-9)[:, None]

    @cached_property
    def regression(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a ridge regression on the works needs: rows less their mean (n, dim),
        those times the inverse (n, dim), and each row's weight in its own estimate (n,)."""
        rows = (self.units - self.units.mean(axis=0)).astype(np.float64)
        square = rows.T @ rows + RIDGE * np.eye(rows.shape[1])
        solved = np.linalg.solve(square, rows.T).T
        return rows, solved, np.einsum("ij,ij->i", rows, solved)


def rank_texts(
    index: Index,
    model: TextModel,
    query: str,
    *,
    by: By = "mix",
    limit: int = 50,
    with_passages: bool = True,
) -> list[RankedText]:
    """Texts of the library, those most about `query` first, ties by slug.

    Every text has a place, in a long answer also those that are not about it.
    A query without a letter or digit finds nothing. Without passages it is quicker:
    `best_passage_id` is then None.
    """
    query = query.strip()[:MOST_CHARACTERS]
    terms = np.array(list(dict.fromkeys(term_hashes(query).tolist()))[:MOST_TERMS], np.uint64)
    snapshot = index.snapshot()
    works = works_of(index, snapshot)
    if not len(terms) or not len(works) or limit < 1:
        return []
    language = languages.detect(query)
    own = works.languages == language
    if not own.any():
        own[:] = True
    asked = model.encode([query], kind="query")
    words, meaning = np.zeros(len(works)), np.zeros(len(works))
    if by != "vectors":
        words = z(by_words(works, snapshot, terms), own)
    if by != "words":
        others = {spoken: subjects(index, model, spoken) for spoken in SUBJECTS}
        meaning = by_meaning(works, snapshot, asked, others, language, own)
    if by == "mix":
        # That a work in another language lacks the words says nothing against it.
        words = WORDS * np.where(own, words, np.maximum(words, 0.0))
        meaning = np.where(own, 1 - WORDS, ACROSS) * meaning
        scale = float((words + meaning)[own].std()) or 1.0
        words, meaning = words / scale, meaning / scale
        meaning = meaning + LIKENESS * z(likeness(works, words + meaning))
    total = words + meaning
    best = sorted(range(len(works)), key=lambda i: (-total[i], works.slugs[i]))[:limit]
    passages: dict[int, str | None] = {}
    if with_passages:
        passages = _best_passages(index, snapshot, works, best, terms, asked)
    return [
        RankedText(
            works.slugs[i],
            float(total[i]),
            float(words[i]),
            float(meaning[i]),
            passages.get(i),
        )
        for i in best
    ]


def by_words(works: Works, snapshot: Snapshot, terms: np.ndarray) -> np.ndarray:
    """(n,) BM25 of card and passages, as shares of the most that `terms` could give."""
    rarity = rarity_of(snapshot, terms)
    possible = max(float(rarity.sum()), 1e-9)
    card = np.zeros(len(works))
    for term, weight in zip(terms, rarity, strict=True):
        owners = works.card_owners[works.card_terms == term]
        count = np.bincount(owners, minlength=len(works))
        card += weight * count / (count + K1)
    return (card + PASSAGES * passage_words(works, snapshot, terms, rarity)) / possible


def passage_words(
    works: Works, snapshot: Snapshot, terms: np.ndarray, rarity: np.ndarray
) -> np.ndarray:
    """(n,) BM25 of all passages of a text together, at most the sum of `rarity`."""
    average = max(float(works.lengths.mean()), 1.0)
    norm = PASSAGES_K1 * (1 - PASSAGES_B + PASSAGES_B * works.lengths / average)
    found = np.zeros(len(works))
    for term, weight in zip(terms, rarity, strict=True):
        count = _counts(works, snapshot, term)
        found += weight * count / (count + norm)
    return found


def rarity_of(snapshot: Snapshot, terms: np.ndarray) -> np.ndarray:
    """(t,) inverse document frequency among the passages of all languages."""
    books = snapshot.vocabularies.values()
    total = sum(book.size for book in books)
    frequency = np.sum([book.frequency(terms) for book in books], axis=0)
    rarity: np.ndarray = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
    return rarity


def _counts(works: Works, snapshot: Snapshot, term: np.uint64) -> np.ndarray:
    """(n,) how often each text says a word."""
    count = np.zeros(len(works))
    for book in snapshot.vocabularies.values():
        for block in book.blocks:
            docs, times = _postings(block.index, term)
            if block.dead is not None and len(docs):
                alive = ~block.dead[docs]
                docs, times = docs[alive], times[alive]
            texts = works.of_group[snapshot.group_of[docs + np.int64(block.start)]]
            told = texts >= 0
            count += np.bincount(texts[told], weights=times[told], minlength=len(works))
    return count


def _postings(index: WordIndex, term: np.uint64) -> tuple[np.ndarray, np.ndarray]:
    place = int(np.searchsorted(index.terms, term))
    if place == len(index.terms) or index.terms[place] != term:
        return index.docs[:0], index.counts[:0]
    first, end = int(index.starts[place]), int(index.starts[place + 1])
    return index.docs[first:end], index.counts[first:end]


def by_meaning(
    works: Works,
    snapshot: Snapshot,
    asked: np.ndarray,
    others: Mapping[str, np.ndarray],
    language: str,
    own: np.ndarray,
) -> np.ndarray:
    """(n,) card and passages together, in standard deviations of the works `own` (n,).

    asked (1, dim) as the model made it; others: the subjects that it is compared
    with, by language.
    """
    theme = centring.centred(asked, snapshot.centre)
    background = centring.centred(others[language], snapshot.centre)
    nearer = nearer_than_others(works.means @ theme.T, works.means @ background.T)[:, 0]
    found = NEARER * _by_language(nearer, works.languages, own)
    has_card = np.asarray(works.cards.any(axis=1))
    if (has_card & own).any():
        common = np.concatenate(list(others.values())).mean(axis=0)
        on_card = works.cards @ centring.centred(asked, COMMON * common)[0]
        found = found + _by_language(on_card, works.languages, own, has_card)
    return np.asarray(_by_language(found, works.languages, own) - np.where(own, 0.0, BEHIND))


def _by_language(
    values: np.ndarray, spoken: np.ndarray, own: np.ndarray, known: np.ndarray | None = None
) -> np.ndarray:
    """Values less the mean of their language, by the spread of those that are `own`;
    0 for those not `known`."""
    known = np.ones(len(values), bool) if known is None else known
    less = np.zeros(len(values))
    for language in set(spoken.tolist()):
        mine = (spoken == language) & known
        if mine.any():
            less[mine] = values[mine] - values[mine].mean()
    spread = float(less[own & known].std())
    return less / spread if spread > 1e-9 else np.zeros(len(values))


def nearer_than_others(asked: np.ndarray, others: np.ndarray) -> np.ndarray:
    """asked (n, q) and others (n, m) products -> (n, q): in standard deviations of the others."""
    spread = np.maximum(others.std(axis=1, keepdims=True), 1e-3)
    return (asked - others.mean(axis=1, keepdims=True)) / spread


def likeness(works: Works, scores: np.ndarray) -> np.ndarray:
    """(n,) what each work's likeness to the others lets expect of its score.

    scores (n,) z-scores; only what stands out above the others teaches.
    """
    taught = np.maximum(scores - TAUGHT_FROM, 0.0)
    taught -= taught.mean()
    rows, solved, own = works.regression
    expected = solved @ (rows.T @ taught)
    found: np.ndarray = (expected - own * taught) / np.maximum(1 - own, 1e-6)
    return found


def z(values: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """Standard scores, by the mean and spread of those `among`; 0 where all are alike."""
    own = values if among is None else values[among]
    spread = float(own.std())
    return (values - own.mean()) / spread if spread > 1e-9 else np.zeros(len(values))


def _best_passages(
    index: Index,
    snapshot: Snapshot,
    works: Works,
    wanted: Sequence[int],
    terms: np.ndarray,
    asked: np.ndarray,
) -> dict[int, str | None]:
    """Place -> id of the passage where words and meaning are nearest together."""
    nearness = snapshot.products(centring.centred(asked, snapshot.centre))[0][works.rows]
    words = np.zeros((1, snapshot.size), np.float32)
    for book in snapshot.vocabularies.values():
        book.score(terms, book.rarity(terms), np.zeros(len(terms), np.int64), words)
    near = z(nearness) + z(words[0][works.rows])
    row_of = {}
    for place in wanted:
        first, end = int(works.starts[place]), int(works.starts[place + 1])
        row_of[place] = int(works.rows[first + int(np.argmax(near[first:end]))])
    kept = index.fetch(snapshot, list(row_of.values()))
    return {place: kept[row].reading.id if row in kept else None for place, row in row_of.items()}


# Texts as wholes, made once per snapshot


@dataclass
class _Held:
    """What was made for an index, while it stays as it is."""

    snapshot: Snapshot
    stamp: tuple[int, int] | None
    works: Works


_held: WeakKeyDictionary[Index, _Held] = WeakKeyDictionary()
_encoded: WeakKeyDictionary[Index, dict[Any, np.ndarray]] = WeakKeyDictionary()
_lock = threading.Lock()


def works_of(index: Index, snapshot: Snapshot) -> Works:
    """The texts of a snapshot; made anew when passages or cards have changed."""
    stamp = _stamp(index.folder)
    with _lock:
        held = _held.get(index)
        if held is None or held.snapshot is not snapshot or held.stamp != stamp:
            held = _Held(snapshot, stamp, _assembled(snapshot, _load(index.folder)))
            _held[index] = held
        return held.works


def subjects(index: Index, model: TextModel, language: str) -> np.ndarray:
    """(m, dim) unit rows of what texts may be about, as questions."""
    return remembered(index, model, SUBJECTS.get(language, SUBJECTS["en"]), "query")


def remembered(index: Index, model: TextModel, texts: Sequence[str], kind: Kind) -> np.ndarray:
    """(m, dim) unit rows of texts that are asked for again and again."""
    key = (model.fingerprint, kind, tuple(texts))
    known = _encoded.setdefault(index, {})
    if key not in known:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        known[key] = model.encode(texts, kind=kind)
    return known[key]


def _assembled(snapshot: Snapshot, cards: Cards | None) -> Works:
    sizes = np.diff(snapshot.group_starts)
    codes = np.array(
        [c for c in np.flatnonzero(sizes) if snapshot.groups[c].kind == "passage"], np.int64
    )
    of_group = np.full(len(snapshot.groups), -1, np.int64)
    of_group[codes] = np.arange(len(codes))
    rows = [snapshot.rows_of_group(int(code)) for code in codes]
    slugs = tuple(snapshot.groups[code].name for code in codes)
    dim = snapshot.matrices[0].shape[1]
    means = np.array([snapshot.vectors(r).mean(axis=0) for r in rows], np.float32)
    lengths = _lengths(snapshot)
    vectors, terms, owners = _aligned(cards, slugs, dim)
    return Works(
        slugs=slugs,
        languages=np.array([snapshot.groups[code].language for code in codes]),
        rows=np.concatenate(rows) if rows else np.empty(0, np.int64),
        starts=np.concatenate([[0], np.cumsum(sizes[codes])]).astype(np.int64),
        of_group=of_group,
        means=means.reshape(len(codes), dim),
        lengths=np.array([lengths[r].sum() for r in rows], np.float64),
        cards=vectors,
        card_terms=terms,
        card_owners=owners,
    )


def _lengths(snapshot: Snapshot) -> np.ndarray:
    """(size,) words of each reading."""
    lengths = np.zeros(snapshot.size, np.float32)
    for book in snapshot.vocabularies.values():
        for block in book.blocks:
            own = block.index.lengths
            lengths[block.start : block.start + len(own)] = own
    return lengths


def _aligned(
    cards: Cards | None, slugs: Sequence[str], dim: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (n, dim), words (t,) and owners (t,) of the cards of these texts."""
    vectors = np.zeros((len(slugs), dim), np.float32)
    if cards is None or not len(cards.slugs) or cards.vectors.shape[1] != dim:
        return vectors, np.empty(0, np.uint64), np.empty(0, np.int64)
    own = centring.centred(cards.vectors, centring.mean_of(cards.vectors))
    place_of = {slug: place for place, slug in enumerate(cards.slugs)}
    terms, owners = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for place, slug in enumerate(slugs):
        at = place_of.get(slug)
        if at is not None:
            vectors[place] = own[at]
            terms.append(cards.terms[cards.starts[at] : cards.starts[at + 1]])
            owners.append(np.full(len(terms[-1]), place, np.int64))
    return vectors, np.concatenate(terms), np.concatenate(owners)


# Cards


def card(record: Any) -> str:
    """What stands on a text's card; `record` is its TextRecord."""
    parts = [record.title, record.author, *getattr(record, "subjects", ())]
    return " . ".join(part for part in parts if part)[:LONGEST_CARD]


def sync_cards(
    folder: Path,
    library: TextSource,
    model: TextModel,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Embed the cards of texts that are new or changed; how many there were.

    Beside the index in `folder`, after `sync_library`. Safe to run twice; a
    card is a line or two, so a thousand texts take about half a minute.
    `progress(0, total)` is called first.
    """
    wanted = {record.slug: card(record) for record in all_records(library)}
    hashes = {slug: _hash(text, model) for slug, text in wanted.items()}
    known = _load(folder)
    kept = dict(zip(known.slugs, known.hashes, strict=True)) if known else {}
    vectors = dict(zip(known.slugs, known.vectors, strict=True)) if known else {}
    fresh = [slug for slug in sorted(wanted) if kept.get(slug) != hashes[slug]]
    if progress:
        progress(0, len(fresh))
    encoded = model.encode(
        [wanted[slug] for slug in fresh],
        kind="passage",
        progress=(lambda done: progress(done, len(fresh))) if progress else None,
    )
    vectors.update(zip(fresh, encoded, strict=True))
    if fresh or set(kept) != set(wanted) or known is None:
        _save(folder, model.dim, {slug: wanted[slug] for slug in sorted(wanted)}, hashes, vectors)
    return len(fresh)


def all_records(library: TextSource) -> Iterator[Any]:
    after = None
    while True:
        page = library.texts(after=after, limit=500)
        yield from page.items
        after = page.next
        if after is None:
            return


def _hash(text: str, model: TextModel) -> str:
    """Changes when the card must be embedded again, or its words are made otherwise."""
    whole = b"\x1f".join([model.fingerprint.encode(), text.encode(), term_hashes(text).tobytes()])
    return blake2b(whole, digest_size=16).hexdigest()


def _save(
    folder: Path,
    dim: int,
    wanted: dict[str, str],
    hashes: dict[str, str],
    vectors: dict[str, np.ndarray],
) -> None:
    """Atomically: other processes see the old cards or the new ones."""
    terms = [term_hashes(text) for text in wanted.values()]
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{CARDS}.{os.getpid()}.{threading.get_ident()}"
    with draft.open("wb") as file:
        np.savez(
            file,
            slugs=np.array(list(wanted), np.str_),
            hashes=np.array([hashes[slug] for slug in wanted], np.str_),
            vectors=np.array([vectors[slug] for slug in wanted], np.float32).reshape(-1, dim),
            terms=np.concatenate([np.empty(0, np.uint64), *terms]),
            starts=np.concatenate([[0], np.cumsum([len(t) for t in terms])]).astype(np.int64),
        )
    os.replace(draft, folder / CARDS)


def _load(folder: Path) -> Cards | None:
    """None when there are none, or the file is damaged: they are then made anew."""
    try:
        with (folder / CARDS).open("rb") as file, np.load(file) as kept:
            return Cards(
                tuple(kept["slugs"].tolist()),
                tuple(kept["hashes"].tolist()),
                kept["vectors"],
                kept["terms"],
                kept["starts"],
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(folder / CARDS)
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
