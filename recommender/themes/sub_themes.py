"""What a theme falls into here: groups of passages that say different things of it,
each named as the library names it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from corpus import words
from recommender.asking.aspects import content
from recommender.index import Index, Kept, Snapshot
from recommender.word_index import term_hashes

MOST, FEWEST_TEXTS = 6, 2  # sub-themes; texts of each, or it is one text's own subject
TEXTS_EACH = 3  # of texts, for each further sub-theme
ROUNDS = 12
NEAR = 0.25  # product with the middle of a sub-theme, from which a passage is about it
WORDS = 3  # most its own
LOOKED_AT = 16  # words, most its own, of which the rarer are taken
MOSTLY = 0.35  # of the texts of a sub-theme, from which a theme names it
LEAST_EACH = 2  # passages of each text
_HAN_RUN = re.compile(rf"[{words.HAN}]{{2,}}")
_WEAK_ZH = set(
    "的了是在和不我他她它这那有也就都而与之以为其于则者所何曰人一上下中到说要会能对还又把被让很个们"
)


@dataclass(frozen=True)
class SubTheme:
    """A part of the theme that several texts speak of."""

    theme: str | None  # of the library's own, that is told of its texts more than of others
    title: str  # of the text whose passage lies in its middle: what it is like, without a theme
    sentence: str  # of that passage, with most of the words that are its own
    language: str  # of title and sentence
    texts: int  # candidates that speak of it


def nearest_half(snapshot: Snapshot, near: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """near (n, m) rows by text, nearest first -> the same, with -1 for passages that are
    farther from the theme than half of all; at least two of each text stay."""
    there = near >= 0
    products = np.full(near.shape, -np.inf)
    if there.any():
        products[there] = snapshot.vectors(near[there]) @ asked
    middle = float(np.median(products[there])) if there.any() else 0.0
    first = np.arange(near.shape[1]) < LEAST_EACH
    return np.where(there & ((products >= middle) | first), near, -1)


def grouped(
    snapshot: Snapshot, near: np.ndarray, languages: Sequence[str], asked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """near (n, m) rows by text, -1 for none; asked (dim,) the theme, centred ->
    which sub-theme each row is of (n, m) with -1 for none, how near it lies to its
    middle (n, m), and how much each text speaks of each (n, k) from 0 to 1."""
    texts, places = np.nonzero(near >= 0)
    of = np.full(near.shape, -1, np.int64)
    closeness = np.zeros(near.shape)
    k = min(MOST, len(near) // TEXTS_EACH)
    if k < 2:
        return of, closeness, np.zeros((len(near), 0))
    vectors = _differing(snapshot.vectors(near[texts, places]), np.array(languages)[texts], asked)
    label, product = _clustered(vectors, k)
    of[texts, places] = label
    closeness[texts, places] = product
    speaks = np.zeros((len(near), k))
    for text, one, close in zip(texts, label, product, strict=True):
        speaks[text, one] = max(speaks[text, one], min(max(float(close), 0.0) / (2 * NEAR), 1.0))
    shared = (speaks > 0).sum(axis=0) >= FEWEST_TEXTS
    renumbered = np.where(shared, np.cumsum(shared) - 1, -1)
    of[texts, places] = renumbered[label]
    return of, closeness, speaks[:, shared]


def _differing(vectors: np.ndarray, languages: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Unit rows of what is left without the theme itself and what a language has in
    common: passages would else be grouped by language, or by how near they are."""
    left = vectors - np.outer(vectors @ asked, asked)
    for language in np.unique(languages):
        mine = languages == language
        left[mine] -= left[mine].mean(axis=0)
    norms = np.linalg.norm(left, axis=1, keepdims=True)
    return np.asarray(left / np.maximum(norms, 1e-9))


def _clustered(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Spherical k-means from the rows that lie farthest apart; no chance in it."""
    middles = [vectors[0]]
    nearest = vectors @ middles[0]
    for _ in range(k - 1):
        middles.append(vectors[int(np.argmin(nearest))])
        nearest = np.maximum(nearest, vectors @ middles[-1])
    centres = np.stack(middles)
    label = np.zeros(len(vectors), np.int64)
    for _ in range(ROUNDS):
        now = np.asarray((vectors @ centres.T).argmax(axis=1))
        if (now == label).all() and _ > 0:
            break
        label = now
        for one in range(k):
            if (label == one).any():
                mean = vectors[label == one].mean(axis=0)
                centres[one] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return label, np.asarray((vectors * centres[label]).sum(axis=1))


# Names


def name(
    index: Index,
    snapshot: Snapshot,
    near: np.ndarray,
    of: np.ndarray,
    closeness: np.ndarray,
    speaks: np.ndarray,
    prefer: str,
    besides: Sequence[str],
) -> list[SubTheme]:
    """Each sub-theme by the library's own theme, and by what lies in its middle. Words
    that its passages use and the others do not choose the sentence; by themselves they
    were tried as names, and in a small library they are mostly chance ("money", "girl").

    besides: themes of the library that name none of them, being asked for themselves.
    """
    kept = index.fetch(snapshot, near[near >= 0])
    spoken: list[list[tuple[float, Kept]]] = [[] for _ in range(speaks.shape[1])]
    for text, place in zip(*np.nonzero(of >= 0), strict=True):
        found = kept.get(int(near[text, place]))
        if found is not None:
            spoken[of[text, place]].append((float(closeness[text, place]), found))
    counts = [_counted([k for _c, k in group], prefer) for group in spoken]
    themes = _themes([[k for _c, k in group] for group in spoken], besides)
    made = []
    for place, (group, column) in enumerate(zip(spoken, speaks.T, strict=True)):
        told = _telling(snapshot, counts, place)
        mine = [p for p in group if p[1].reading.language == prefer] or group
        middle = max(mine, key=lambda p: (p[0], p[1].reading.id), default=None)
        made.append(
            SubTheme(
                theme=themes[place],
                title=middle[1].reading.title if middle else "",
                sentence=_sentence(middle[1], told) if middle else "",
                language=middle[1].reading.language if middle else prefer,
                texts=int((column > 0).sum()),
            )
        )
    return made


def _themes(groups: Sequence[Sequence[Kept]], besides: Sequence[str]) -> list[str | None]:
    """For each the theme that most of its texts have and few of the others; each once."""
    counts = []
    for group in groups:
        of_text = {kept.reading.group: kept.reading.themes for kept in group}
        counts.append((Counter(t for own in of_text.values() for t in set(own)), len(of_text)))
    worth = []
    for place, (count, size) in enumerate(counts):
        rest = max(sum(n for at, (_c, n) in enumerate(counts) if at != place), 1)
        for theme, n in count.items():
            share = n / size
            other = sum(c[theme] for at, (c, _n) in enumerate(counts) if at != place) / rest
            if theme not in besides and n >= FEWEST_TEXTS and share >= MOSTLY and share > other:
                worth.append((share - other, place, theme))
    found: list[str | None] = [None] * len(groups)
    for _gain, place, theme in sorted(worth, key=lambda w: (-w[0], w[1], w[2])):
        if found[place] is None and theme not in found:
            found[place] = theme
    return found


@dataclass(frozen=True)
class _Count:
    """Words of the passages of a sub-theme, of one language."""

    texts: Counter[str]  # word -> texts that use it
    size: int  # texts
    language: str
    said: str  # the passages, one after the other


def _counted(group: Sequence[Kept], prefer: str) -> _Count:
    """Of the preferred language where there are some."""
    mine = [k for k in group if k.reading.language == prefer] or list(group)
    of_text: dict[str, set[str]] = {}
    for kept in mine:
        reading = kept.reading
        of_text.setdefault(reading.group, set()).update(
            _words_of(reading.id, reading.content_hash, reading.text, reading.language)
        )
    texts: Counter[str] = Counter()
    for said in of_text.values():
        texts.update(said)
    language = mine[0].reading.language if mine else prefer
    together = "\n".join(kept.reading.text for kept in mine)
    return _Count(texts, max(len(of_text), 1), language, together)


@lru_cache(maxsize=4_000)
def _words_of(_id: str, _hash: str, text: str, language: str) -> frozenset[str]:
    if language == "zh":
        found: set[str] = set()
        for run in _HAN_RUN.findall(text):
            for size in (2, 3, 4):
                found.update(run[i : i + size] for i in range(len(run) - size + 1))
        return frozenset(w for w in found if not _WEAK_ZH & set(w))
    # A word that is written with a capital is mostly somebody's name.
    return frozenset(
        w for w in content(text, language) if len(w) > 3 and w.isalpha() and w.islower()
    )


def _telling(snapshot: Snapshot, counts: Sequence[_Count], place: int) -> list[str]:
    """Words that stand in many of its texts, in few of the others, and are not common."""
    mine = counts[place]
    others = [c for at, c in enumerate(counts) if at != place and c.language == mine.language]
    elsewhere: Counter[str] = Counter()
    for count in others:
        elsewhere.update(count.texts)
    rest = max(sum(c.size for c in others), 1)
    scored = []
    for word, n in mine.texts.items():
        share, other = n / mine.size, elsewhere[word] / rest
        if n >= FEWEST_TEXTS and share >= MOSTLY and share > other:
            more = math.log((share + 0.05) / (other + 0.05))
            scored.append((share * more * _length(word), word))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    rarity = _rarity(snapshot, [word for _s, word in scored[:LOOKED_AT]], mine.language)
    ranked = sorted(
        ((s * float(r), word) for (s, word), r in zip(scored, rarity, strict=False)),
        key=lambda pair: (-pair[0], pair[1]),
    )
    if mine.language == "zh":
        ranked = [(score, word) for score, word in ranked if _stands_alone(word, mine.said)]
    told: list[str] = []
    stems: set[str] = set()
    for _score, word in ranked:
        stem = _stem(word)
        if stem in stems or any(word in one or one in word for one in told):
            continue
        told.append(word)
        stems.add(stem)
        if len(told) == WORDS:
            break
    return told


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    return " ".join(words.tokens(word))


def _rarity(snapshot: Snapshot, told: Sequence[str], language: str) -> np.ndarray:
    """(n,) how rare each word is in the library; of a long Chinese one its rarest pair."""
    book = snapshot.vocabularies.get(language)
    if book is None or not told:
        return np.ones(len(told))
    terms = [term_hashes(word) for word in told]
    rarity = book.rarity(np.concatenate(terms))
    starts = np.concatenate([[0], np.cumsum([len(t) for t in terms])[:-1]])
    return np.asarray(np.maximum.reduceat(rarity, starts))


def _length(word: str) -> float:
    """A longer Chinese word says more than a pair inside it."""
    return 1.0 if word.isascii() else 1 + 0.1 * (len(word) - 2)


def _stands_alone(word: str, said: str) -> bool:
    """Whether different characters stand on both sides: else it is a piece of a word."""
    before, after = set(), set()
    at = said.find(word)
    while at >= 0:
        before.add(said[at - 1 : at])
        after.add(said[at + len(word) : at + len(word) + 1])
        at = said.find(word, at + 1)
    return len(before) > 1 and len(after) > 1


def _sentence(kept: Kept, told: Sequence[str]) -> str:
    """Of the passage in the middle, the sentence with most of the words that name it."""
    reading = kept.reading
    spans = [span for span, able in zip(reading.sentences, kept.quotable, strict=False) if able]
    if not spans:
        return ""

    def worth(span: tuple[int, int]) -> tuple[int, int]:
        sentence = reading.text[span[0] : span[1]].casefold()
        return sum(word in sentence for word in told), -abs(len(sentence) - 90)

    start, end = max(spans, key=worth)
    return reading.text[start:end]
