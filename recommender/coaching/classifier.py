"""Which of nine things a sentence does, and whether that is sure enough to say."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus import words
from models.text_model import TextModel
from recommender.coaching import weights as files
from recommender.coaching.labels import LABELS
from recommender.coaching.scoring import known_share, probabilities
from recommender.coaching.sentence import SentenceVectors, read_sentences, terms, tidy
from recommender.coaching.weights import Weights

LANGUAGES = ("en", "zh")
MOST_CHARACTERS = {"en": 700, "zh": 260}  # longer is no sentence, or several
FEWEST_LETTERS = {"en": 6, "zh": 3}
LEAST_KNOWN = 0.5  # of a sentence's words, met in training; nobody can be sure of gibberish

_opening = threading.Lock()
_opened: list[SentenceClassifier] = []


@dataclass(frozen=True)
class Judged:
    """About one sentence, for its author only; never to be counted up into a score of a person."""

    label: str  # of LABELS
    probability: float  # that the label is right, calibrated; 0.0 where nothing could be read
    sure: bool  # whether to speak; the coach is silent otherwise


UNREAD = Judged("Other", 0.0, False)


class SentenceClassifier:
    """Deterministic and thread-safe. Weights are for one text model, named by its fingerprint."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.fingerprint = str(weights.fingerprint)
        self.version = files.digest(weights)  # judgements of two versions are not the same

    @classmethod
    def load(cls, path: Path | None = None) -> SentenceClassifier:
        """The shipped one, opened once per process; or that of a file."""
        if path is not None:
            return cls(files.load(path))
        with _opening:
            if not _opened:
                _opened.append(cls(files.load()))
            return _opened[0]

    def suits(self, model: TextModel) -> bool:
        """Whether `model` gives the vectors that were learned from."""
        return model.fingerprint == self.fingerprint

    def classify(
        self,
        sentences: Sequence[str],
        *,
        language: str,
        vectors: Sequence[SentenceVectors] | None = None,
        model: TextModel | None = None,
    ) -> list[Judged]:
        """One judgement per sentence, in their order.

        Give `vectors` (of `read_sentences`; keep them for sentences that did
        not change) or the `model` to read with. A judgement depends on its
        sentence alone. In a language that was not learned nothing is sure.
        """
        if vectors is None:
            if model is None:
                raise ValueError("classify needs the sentences' vectors or the model to read with")
            vectors = read_sentences(model, sentences)
        if len(vectors) != len(sentences):
            raise ValueError(f"{len(sentences)} sentences but vectors for {len(vectors)}")
        judged = [UNREAD] * len(sentences)
        if language not in LANGUAGES:
            return judged
        tidied = [tidy(sentence) for sentence in sentences]
        legible = [
            k for k, s in enumerate(tidied) if is_legible(s, language) and len(vectors[k].words)
        ]
        for k, found in zip(
            legible,
            self._judge([tidied[k] for k in legible], [vectors[k] for k in legible], language),
            strict=True,
        ):
            judged[k] = found
        return judged

    def _judge(
        self, sentences: list[str], vectors: list[SentenceVectors], language: str
    ) -> list[Judged]:
        if not sentences:
            return []
        number = LANGUAGES.index(language)
        chances = probabilities(self._weights, vectors, [terms(s) for s in sentences], number)
        familiar = np.array([known_share(self._weights, s) >= LEAST_KNOWN for s in sentences])
        best = chances.argmax(axis=1)
        top = chances.max(axis=1)
        sure = familiar & (top >= self._weights.sure[number])
        return [
            Judged(LABELS[k], float(p), bool(s)) for k, p, s in zip(best, top, sure, strict=True)
        ]


def is_legible(sentence: str, language: str) -> bool:
    """Whether it can be a sentence of the language at all."""
    if len(sentence) > MOST_CHARACTERS[language]:
        return False
    if words.letters(sentence) < FEWEST_LETTERS[language]:
        return False
    return (words.han_share(sentence) >= 0.5) == (language == "zh")
