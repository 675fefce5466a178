"""What the library and its members have on a theme, and how much each is about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corpus import words
from models.text_model import Kind, TextModel
from recommender.asking import relevance
from recommender.asking.relevance import Line
from recommender.centring import centred
from recommender.index import Index, Snapshot
from recommender.theme_search import RankedText, Works, rank_texts, works_of
from recommender.themes.asked import Theme, carrying
from recommender.word_index import term_hashes

MOST_TEXTS = 60  # most about the theme, before languages are asked for
NEAREST = 6  # passages of each text that say what of the theme it is about
# Of the scale, that a text has in any case of which an organizer said that it is about
# the very theme: that is surer than any likeness.
NAMED = 0.7
LIKE_SEEDS = 1.0  # of likeness to the readings that the list should be like
# Standard deviations above the mean of all texts, from which a text is about a theme.
ABOUT = 0.3
# Relevance of a member's piece: they tell more shortly than texts and in other words, and
# that the theme is not foreign to the library is known before they are looked at.
TOLD = 0.6
KNOWN = 0.5  # of the weight of a phrase's words that the library must use


@dataclass(frozen=True)
class Pool:
    """Candidates for a list, most about the theme first; every array is by candidate."""

    codes: tuple[int, ...]  # groups of the snapshot
    scores: np.ndarray  # (n,) 0 to 1
    best: np.ndarray  # (n,) int64: the row where the theme is nearest
    near: np.ndarray  # (n, NEAREST) int64 rows, -1 where there are fewer
    phrases: np.ndarray  # (n, p) 0 to 1: how much each speaks to a phrase of the theme
    unknown: tuple[str, ...]  # phrases, or words of one, that nothing here speaks of
    line: Line | None  # what the sentences that are quoted are measured by
    asked: np.ndarray  # (dim,) the theme, centred

    def __len__(self) -> int:
        return len(self.codes)


class Once:
    """A model that encodes each text once, for as long as a proposal is made."""

    def __init__(self, model: TextModel) -> None:
        self.name, self.dim, self.max_tokens = model.name, model.dim, model.max_tokens
        self.fingerprint, self.languages = model.fingerprint, model.languages
        self._model = model
        self._known: dict[tuple[str, str], np.ndarray] = {}

    def encode(self, texts: Sequence[str], *, kind: Kind, progress: Any = None) -> np.ndarray:
        new = [t for t in dict.fromkeys(texts) if (kind, t) not in self._known]
        if new:
            made = self._model.encode(new, kind=kind, progress=progress)
            self._known.update(((kind, t), row) for t, row in zip(new, made, strict=True))
        found = [self._known[kind, t] for t in texts]
        return np.stack(found) if found else np.empty((0, self.dim), np.float32)

    def encode_with_parts(self, *args: Any, **options: Any) -> Any:
        return self._model.encode_with_parts(*args, **options)


EMPTY = Pool(
    (), np.empty(0), np.empty(0, np.int64), np.empty((0, NEAREST), np.int64), np.empty((0, 0)),
    (), None, np.empty(0),
)  # fmt: skip


def find(
    index: Index,
    model: TextModel,
    theme: Theme,
    *,
    seeds: Sequence[str],
    languages: Sequence[str],
    told: bool,
    anyway: bool,
) -> Pool:
    """Texts and, where `told`, members' pieces; versions of one text once, in the
    language that stands first. None where nothing here is about the theme, but for
    what is nearest by meaning where it is wanted `anyway`."""
    snapshot = index.snapshot()
    works = works_of(index, snapshot)
    once = Once(model)
    once.encode([theme.text, *theme.phrases], kind="query")  # in one batch
    like = _of_seeds(index, snapshot, works, seeds)
    asked = centred(once.encode([theme.text], kind="query").copy(), snapshot.centre)
    shares = [_said(snapshot, works, phrase, theme.language)[0] for phrase in theme.phrases]
    found = None
    # Asked only where it may say something: of members' pieces, of several phrases, and of
    # a phrase whose words the library does not use.
    if (told and snapshot.told.any()) or len(shares) > 1 or min(shares) < KNOWN:
        found = relevance.find(index, once, snapshot, theme.as_question(), list(languages))
    unknown = [] if like is not None else list(_unknown(snapshot, theme, found, shares))
    if len(unknown) == len(theme.phrases) and not theme.themes and not anyway:
        return replace(EMPTY, unknown=tuple(unknown))
    line = _line(snapshot, theme, asked[0])
    z = _texts(index, snapshot, works, once, theme, like, seeds)
    pieces = _pieces(snapshot, found) if told and found is not None else {}
    codes = _one_of_each(snapshot, [*z, *pieces], languages, set(seeds))
    scores = [
        NAMED + (1 - NAMED) * score if _is_named(snapshot, theme, code) else score
        for code, score in zip(codes, _on_one_scale(codes, z, pieces), strict=True)
    ]
    near = _near(snapshot, snapshot.products(asked)[0], codes)
    order = sorted(range(len(codes)), key=lambda i: (-scores[i], snapshot.groups[codes[i]].name))
    speaks = _speaks(codes, found, max(len(theme.phrases), 1))
    words_missing = _words_missing(snapshot, works, theme) if not unknown else []
    return Pool(
        tuple(codes[i] for i in order),
        np.array([scores[i] for i in order]),
        near[order, 0] if order else np.empty(0, np.int64),
        near[order],
        speaks[order],
        tuple(unknown or words_missing),
        line,
        asked[0],
    )


# How much each is about the theme


def _texts(
    index: Index,
    snapshot: Snapshot,
    works: Works,
    model: TextModel,
    theme: Theme,
    like: np.ndarray | None,
    seeds: Sequence[str],
) -> dict[int, float]:
    """Group -> standard deviations above what texts are about the theme on the whole."""
    ranked: list[RankedText] = rank_texts(
        index, model, theme.text, limit=MOST_TEXTS, with_passages=False
    )
    z = {snapshot.group_codes[text.slug]: text.score for text in ranked}
    if like is not None:
        nearness = works.units @ like
        others = np.array([slug not in seeds for slug in works.slugs], bool)
        among = nearness[others] if others.any() else nearness
        nearness = (nearness - among.mean()) / max(float(among.std()), 1e-9)
        for place in np.argsort(-nearness, kind="stable")[:MOST_TEXTS].tolist():
            code = snapshot.group_codes[works.slugs[place]]
            z[code] = z.get(code, 0.0) + LIKE_SEEDS * float(nearness[place])
    about = {code: score for code, score in z.items() if score >= ABOUT}
    for code in np.flatnonzero(works.of_group >= 0).tolist() if theme.themes else ():
        if _is_named(snapshot, theme, code):
            about[code] = max(z.get(code, ABOUT), ABOUT)
    return about


def _is_named(snapshot: Snapshot, theme: Theme, code: int) -> bool:
    return bool(set(theme.themes) & set(snapshot.groups[code].themes))


def _speaks(codes: Sequence[int], found: relevance.Found | None, parts: int) -> np.ndarray:
    """(n, parts) 0 to 1: how much each group speaks to each phrase."""
    speaks = np.zeros((len(codes), parts))
    place_of = {code: place for place, code in enumerate(found.groups)} if found else {}
    for i, code in enumerate(codes):
        if found is not None and code in place_of:
            speaks[i] = np.clip(found.relevance[place_of[code], :parts], 0, 2) / 2
    return speaks


def _line(snapshot: Snapshot, theme: Theme, asked: np.ndarray) -> Line:
    """What the sentences that are quoted are measured by: the theme as a whole."""
    said = [w for phrase in theme.phrases for w in carrying(phrase, theme.language)]
    terms = np.unique(np.concatenate([np.empty(0, np.uint64), *map(term_hashes, said)]))
    book = snapshot.vocabularies.get(theme.language)
    weights = book.rarity(terms) if book is not None else np.zeros(len(terms))
    return Line(asked, terms, weights.astype(np.float32))


def _pieces(snapshot: Snapshot, found: relevance.Found) -> dict[int, float]:
    """Group of a member's piece -> its relevance, for those that speak to the theme."""
    if not len(found):
        return {}
    most = found.relevance.max(axis=1)
    enough = max(TOLD, relevance.WORDLESS_BESIDE_BEST * float(most.max()))
    return {
        code: float(r)
        for code, r in zip(found.groups, most, strict=True)
        if snapshot.told[code] and r >= enough
    }


def _on_one_scale(
    codes: Sequence[int], z: dict[int, float], pieces: dict[int, float]
) -> list[float]:
    """0 to 1: a text by the text that is most about it, a piece likewise among pieces."""
    top = max((z[c] for c in codes if c in z), default=1.0)
    told = max((pieces[c] for c in codes if c in pieces), default=1.0)
    return [z[c] / top if c in z else pieces[c] / told for c in codes]


def _one_of_each(
    snapshot: Snapshot, codes: Collection[int], languages: Sequence[str], seeds: set[str]
) -> list[int]:
    """In the languages read; of the versions of one text the one in the first language."""
    there = {snapshot.texts[c] for c in snapshot.codes_of_groups(seeds)}
    best: dict[str, tuple[int, str, int]] = {}
    for code in codes:
        group = snapshot.groups[code]
        text = snapshot.texts[code]
        if group.language not in languages or text in there:
            continue
        key = (languages.index(group.language), group.name, code)
        if text not in best or key < best[text]:
            best[text] = key
    return [code for _rank, _name, code in best.values()]


def _near(snapshot: Snapshot, products: np.ndarray, codes: Sequence[int]) -> np.ndarray:
    """(n, NEAREST) rows of each group, nearest to the theme first."""
    near = np.full((len(codes), NEAREST), -1, np.int64)
    for place, code in enumerate(codes):
        rows = snapshot.rows_of_group(code)
        fit = rows[~snapshot.bare[rows]]
        rows = fit if len(fit) else rows
        best = np.argsort(-products[rows], kind="stable")[:NEAREST]
        near[place, : len(best)] = rows[best]
    return near


def _of_seeds(
    index: Index, snapshot: Snapshot, works: Works, seeds: Sequence[str]
) -> np.ndarray | None:
    """(dim,) what the readings that the list should be like are about, or None."""
    rows = []
    for seed in seeds:
        place = works.place_of.get(seed)
        if place is not None:
            rows.append(works.units[place])
        elif (row := index.row_of(snapshot, seed)) is not None:
            rows.append(snapshot.vectors(np.array([row]))[0])
    if not rows:
        return None
    mean: np.ndarray = np.mean(rows, axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


# What the library does not speak of


def _unknown(
    snapshot: Snapshot, theme: Theme, found: relevance.Found | None, shares: Sequence[float]
) -> Iterator[str]:
    """Phrases whose words nobody here uses, and to which nothing is near enough.

    Meaning alone always finds a nearest: it counts in the theme's own language only,
    where it is sure of itself, or where the library has nothing in that language.
    """
    spoken = theme.language in snapshot.vocabularies
    for place, (phrase, share) in enumerate(zip(theme.phrases, shares, strict=True)):
        if phrase in theme.naming or share >= KNOWN:
            continue
        near = (
            [
                float(r)
                for code, r in zip(found.groups, found.relevance[:, place], strict=True)
                if not spoken or snapshot.groups[code].language == theme.language
            ]
            if found is not None
            else []
        )
        if max(near, default=0.0) < 1:
            yield phrase


def _words_missing(snapshot: Snapshot, works: Works, theme: Theme) -> list[str]:
    """Words of the theme that stand nowhere in the library, where some others do."""
    if theme.language not in snapshot.vocabularies or theme.themes:
        return []
    return [
        word for phrase in theme.phrases
        for word in _said(snapshot, works, phrase, theme.language)[1]
    ]  # fmt: skip


def _said(snapshot: Snapshot, works: Works, phrase: str, language: str) -> tuple[float, list[str]]:
    """How much of a phrase's words the library uses, by their rarity, and those it does not."""
    book = snapshot.vocabularies.get(language)
    if book is None:
        return 0.0, []
    total = used = 0.0
    missing = []
    for word in carrying(phrase, language):
        terms = term_hashes(word)
        if language == "zh" and len(terms) > 1:
            terms = np.array(_pairs(word), np.uint64)
        frequency = book.frequency(terms) + np.isin(terms, works.card_terms)
        weights = np.log1p((book.size - frequency + 0.5) / (frequency + 0.5))
        # A word that everybody uses is still half of what is asked with one that nobody does.
        weights = np.maximum(weights, np.log1p((book.size + 0.5) / 0.5) / 2)
        total += float(weights.sum())
        used += float(weights[frequency > 0].sum())
        if not (frequency > 0).any():
            missing.append(word)
    return (used / total if total else 0.0), missing


def _pairs(word: str) -> list[int]:
    """Chinese is looked up by pairs: a single character stands in every other text."""
    tokens = words.tokens(word)
    pairs = [token for token in tokens if len(token) > 1] or tokens
    return [int(term_hashes(token)[-1]) for token in pairs]
