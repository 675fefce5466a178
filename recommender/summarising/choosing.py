"""The sentences that stand for a month, and the one that stands for a piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.text_model import TextModel
from recommender.centring import centred, mean_of
from recommender.coaching import Judged, SentenceClassifier, read_sentences
from recommender.coaching.sentence import SentenceVectors
from recommender.summarising.coverage import chosen
from recommender.summarising.standing import LEANING, OwnSentence, repeated

BUDGET = 250.0  # words; 500 Chinese characters
MOST_SHARE = 0.5  # of all that was written: more would be no summary
# How much it says of a month what a sentence does, where that is sure.
TELLS = {
    "Learning": 1.5,
    "Intention": 1.4,
    "Difficulty": 1.4,
    "Perspective": 1.3,
    "Reflection": 1.2,
    "Feeling": 1.1,
    "Belief": 1.0,
    "Experience": 1.0,
    "Other": 0.6,
}
UNSURE = 1.0


def summary(model: TextModel, found: Sequence[OwnSentence], *, budget: float = BUDGET) -> list[int]:
    """Places of the sentences that stand for all of them, in the order in which they
    came. Encodes each once and keeps nothing."""
    if not found:
        return []
    tells, worth, near = _looked_at(model, found)
    sizes = np.array([max(sentence.size, 1.0) for sentence in found])
    able = sizes[worth > 0]
    if not len(able):
        return []
    return chosen(
        near,
        matter=tells,
        worth=worth,
        sizes=sizes,
        pieces=[sentence.piece for sentence in found],
        # of a few words at least one sentence is taken
        budget=max(min(budget, MOST_SHARE * float(sizes.sum())), float(able.min())),
    )


def hearts(model: TextModel, found: Sequence[OwnSentence], *, most: int) -> list[int]:
    """Places of the sentences that say best what a piece is about, the best first; none
    where none can stand alone."""
    if not any(sentence.worth for sentence in found):
        return []
    tells, worth, near = _looked_at(model, found)
    says = (near @ tells) * worth
    best = sorted(range(len(found)), key=lambda k: (-says[k], k))
    return [k for k in best if says[k] > 0][:most]


def _looked_at(
    model: TextModel, found: Sequence[OwnSentence]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each how much it matters and how fit it is to be chosen, and how near they are."""
    vectors = read_sentences(model, [sentence.text for sentence in found])
    tells = weights(judged(model, found, vectors))
    return tells, tells * fitness(found), nearness(vectors)


def fitness(found: Sequence[OwnSentence]) -> np.ndarray:
    """What each is worth alone. One that leans on another is taken only of a piece
    that has no better; one that stands in several places never."""
    copied = repeated(found)
    better = {sentence.piece for sentence in found if sentence.worth > LEANING}
    return np.array(
        [
            0.0 if s.text in copied or (s.worth == LEANING and s.piece in better) else s.worth
            for s in found
        ]
    )


def weights(says: Sequence[Judged]) -> np.ndarray:
    return np.array([TELLS[one.label] if one.sure else UNSURE for one in says])


def judged(
    model: TextModel, found: Sequence[OwnSentence], vectors: Sequence[SentenceVectors]
) -> list[Judged]:
    """What each sentence does; nothing is sure with a model the classifier does not suit."""
    classifier = SentenceClassifier.load()
    unread = [Judged("Other", 0.0, False)] * len(found)
    if not classifier.suits(model):
        return unread
    says = unread
    for language in sorted({sentence.language for sentence in found}):
        places = [k for k, sentence in enumerate(found) if sentence.language == language]
        told = classifier.classify(
            [found[k].text for k in places],
            language=language,
            vectors=[vectors[k] for k in places],
        )
        for k, one in zip(places, told, strict=True):
            says[k] = one
    return says


def nearness(vectors: Sequence[SentenceVectors]) -> np.ndarray:
    """(n, n) from 0 to 1. What all sentences of one person share says nothing and is
    taken away first."""
    rows = np.stack([v.whole for v in vectors]).astype(np.float32)
    rows = centred(rows, mean_of(rows))
    near = np.clip(rows @ rows.T, 0.0, 1.0)
    np.fill_diagonal(near, 1.0)
    return near
