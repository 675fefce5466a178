"""Which themes a list should have: the member's own, in the shares that they have.

Steck, Calibrated recommendations (RecSys 2018): the list is chosen greedily,
and what its mix of themes diverges from the wanted mix (Kullback-Leibler) is
deducted. The member's mix is never kept: it is computed from the evidence of
the moment and forgotten with it.
"""

from __future__ import annotations

import numpy as np

from recommender import catalogue
from recommender.index import Snapshot
from recommender.profile import Asked
from recommender.readings import Profile
from recommender.scoring import Scored

OWN_WORDS = frozenset({"working_on", "reflection", "note", "question", "goal"})
DEEDS = frozenset({"read", "saved", "written", "more"})
NEAREST = 5  # texts that say which themes a member's own words are about
SMOOTHING = 0.05  # share of the wanted mix in the list's: no theme is infinitely missed
KNOWN_SHARE = 0.15  # of the mix from which a member is known for a theme


def own_mix(snapshot: Snapshot, scored: Scored, asked: Asked) -> np.ndarray:
    """(t,) shares of the library's themes in what the member wrote, read and picked.

    Sums to 1, or is 0 throughout where nothing says. A theme that was picked
    stands for itself; a reading that was acted on for its own themes; words
    for those of their nearest readings.
    """
    shelf = catalogue.of(snapshot)
    mix = np.zeros(len(shelf.themes))
    code = {theme: place for place, theme in enumerate(shelf.themes)}
    lines: list[int] = []
    for line, piece in enumerate(asked.pieces):
        evidence = piece.evidence
        group = snapshot.group_codes.get(evidence.group or "")
        if evidence.kind == "interest" and evidence.ref in code:
            mix[code[evidence.ref]] += piece.weight
        elif evidence.kind in DEEDS and group is not None:
            mix += piece.weight * shelf.mix_of(np.array([group]))[0]
        elif evidence.kind in OWN_WORDS | DEEDS and piece.prepared is not None:
            lines.append(line)
    if lines and len(scored.rows):
        mix += _of_words(snapshot, scored, asked, lines)
    total = mix.sum()
    return mix / total if total > 0 else mix


def _of_words(snapshot: Snapshot, scored: Scored, asked: Asked, lines: list[int]) -> np.ndarray:
    """(t,) themes of the nearest candidates of each piece, by nearness, the pieces by weight."""
    shelf = catalogue.of(snapshot)
    strength = scored.strength[lines]
    size = min(NEAREST, strength.shape[1])
    columns = np.argpartition(-strength, size - 1, axis=1)[:, :size]
    near = strength[np.arange(len(lines))[:, None], columns]
    weights = np.array([asked.pieces[line].weight for line in lines])
    shares = weights[:, None] * near / np.maximum(near.sum(axis=1, keepdims=True), 1e-12)
    codes = snapshot.group_of[scored.rows[columns.ravel()]].tolist()
    mix = [0.0] * len(shelf.themes)
    for code, share in zip(codes, shares.ravel().tolist(), strict=True):
        themes = shelf.themes_of(code)
        for theme in themes:
            mix[theme] += share / len(themes)
    return np.array(mix)


def wanted(own: np.ndarray, elsewhere: float) -> np.ndarray:
    """(t,) the mix that a list should have; even where nothing is known of the member.

    `elsewhere` of it goes to the themes that the member is not known for, evenly.
    """
    if not len(own):
        return own
    if not own.any():
        return np.full(len(own), 1 / len(own))
    foreign = own < KNOWN_SHARE / 3
    if not foreign.any():
        return own
    return (1 - elsewhere) * own + elsewhere * foreign / foreign.sum()


class Astray:
    """How far lists are from a wanted mix of themes."""

    def __init__(self, wish: np.ndarray) -> None:
        """wish (t,) of shares, or 0 throughout, from which nothing diverges."""
        self._there = np.flatnonzero(wish)
        self._wish = wish[self._there]
        self._of_wish = float(self._wish @ np.log(self._wish))
        self._least = SMOOTHING * self._wish + 1e-12

    def of(self, counts: np.ndarray) -> np.ndarray:
        """(k,) KL(wish || list) in nats of k lists; counts (k, t) of their themes, >= 0."""
        if not len(self._wish):
            return np.zeros(len(counts))
        scale = (1 - SMOOTHING) / np.maximum(counts.sum(axis=1), 1e-12)
        mixed = counts.take(self._there, axis=1) * scale[:, None]
        mixed += self._least
        found: np.ndarray = self._of_wish - np.log(mixed, out=mixed) @ self._wish
        return found


def known_themes(snapshot: Snapshot, own: np.ndarray, profile: Profile, asked: Asked) -> set[str]:
    """Themes that are nothing new to the member: picked, or a good part of their mix."""
    named = catalogue.of(snapshot).themes
    picked = {p.evidence.ref for p in asked.pieces if p.evidence.kind == "interest"}
    large = {named[place] for place in np.flatnonzero(own >= KNOWN_SHARE).tolist()}
    return set(profile.themes) | large | {ref for ref in picked if ref}
