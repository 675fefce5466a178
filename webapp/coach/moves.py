"""What each sentence of a draft may be doing, and what it surely does. Pure.

Two answers, because two kinds of remark need them. That something is missing is
said only where no sentence even *may* do it; what points at a sentence needs to
be sure. The classifier's English Belief, Perspective, Learning and Intention are
not to be trusted (recommender/coaching/CARD.md), so they make nothing sure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recommender.coaching import Judged
from webapp.coach import cues
from webapp.coach.cues import Cues
from webapp.coach.own_words import Sentence

MOVE_OF = {
    "Experience": "happened",
    "Feeling": "felt",
    "Belief": "believed",
    "Difficulty": "hard",
    "Perspective": "view",
    "Reflection": "meaning",
    "Learning": "learned",
    "Intention": "will",
}
NOT_TRUSTED = {"en": frozenset({"Belief", "Perspective", "Learning", "Intention"})}
MAY_FROM = 0.4  # probability from which on a label is a possibility

# What speaks against a general claim or a plan, once the classifier is sure of it.
_TOLD = frozenset({"happened", "felt", "hard", "view"})
_MARKS = re.compile(r"[“”「」『』\"]")  # somebody else may be speaking
_FIRST_PERSON = {
    "en": re.compile(r"\b(i|we|my|our|me|us|mine|ours|myself|ourselves)\b"),
    "zh": re.compile(r"我|咱|自己|本人|笔者"),
}
_MOMENT = {
    "en": re.compile(r"\b(i|was|were|had|did|got|came|went)\b"),
    "zh": re.compile(r"我(?!们)"),
}


@dataclass(frozen=True)
class Seen:
    """One sentence, and what was seen in it."""

    sentence: Sentence
    may: frozenset[str]
    surely: frozenset[str]
    concrete: bool  # a time, a number, a person, a place
    claim: bool  # surely a general claim
    plan: bool  # surely a plan
    hard: bool  # surely a difficulty of the writer's own
    felt: bool  # surely a feeling of the writer's own
    dated: bool  # a time may be named in it
    near: float  # to the nearest passage, in spreads beyond the ordinary

    @property
    def is_case(self) -> bool:
        return self.concrete or "happened" in self.surely

    @property
    def may_be_case(self) -> bool:
        """Somebody's own past, though no day or person is named."""
        return self.is_case or ("happened" in self.may and is_first_person(self.sentence))


def seen(
    sentences: Sequence[Sentence],
    judged: Sequence[Judged | None],
    near: Sequence[Sequence[float]],
) -> list[Seen]:
    """In their order. `judged` and `near` are of the same length."""
    return [
        _seen(sentence, one, max(distances, default=-9.0))
        for sentence, one, distances in zip(sentences, judged, near, strict=True)
    ]


def _seen(sentence: Sentence, judged: Judged | None, near: float) -> Seen:
    known = cues.of(sentence.language)
    said = cues.folded(sentence.words)
    # A heading says what the words below it do: "Next steps", 存在的问题.
    above = cues.folded(sentence.heading)
    may = {move for move, sign in known.moves.items() if sign(said) or sign(above)}
    surely = set()
    if judged and (move := MOVE_OF.get(judged.label)):
        trusted = judged.label not in NOT_TRUSTED.get(sentence.language, ())
        if judged.probability >= MAY_FROM:
            may.add(move)
        if judged.sure and trusted:
            surely.add(move)
    concrete = known.concrete(said)
    label = judged.label if judged else ""
    told = bool(surely & _TOLD) or label == "Experience"
    spoken = not sentence.quoted and not sentence.listed and sentence.words[0] not in "(（"
    # What the author of a text says is the text's claim.
    claim = spoken and not concrete and not told and known.claim(said) and not known.text_read(said)
    plan = spoken and not told and known.plan(said)
    # "Our branch has no room" names a place, and nothing that was or that I do.
    past = "happened" in may or label == "Experience"
    moment = past or _MOMENT[sentence.language].search(said) is not None
    if moment and (concrete or "happened" in surely) and not claim and is_first_person(sentence):
        may.add("own")
    mine = spoken and is_first_person(sentence) and not _MARKS.search(said)
    return Seen(
        sentence=sentence,
        may=frozenset(may),
        surely=frozenset(surely),
        concrete=concrete,
        claim=claim,
        plan=plan,
        hard=mine and _is_hard(known, said, label, "hard" in surely),
        felt=mine and "felt" in surely,
        dated=known.when(said) or known.when(above),
        near=near,
    )


def _is_hard(known: Cues, said: str, label: str, surely: bool) -> bool:
    """Said outright; or the classifier is sure of it and a word for it is there as well."""
    if surely:
        return known.hard(said) or known.moves["hard"](said)
    return known.hard(said) and label in ("Difficulty", "Reflection", "")


def is_first_person(sentence: Sentence) -> bool:
    return _FIRST_PERSON[sentence.language].search(cues.folded(sentence.words)) is not None
