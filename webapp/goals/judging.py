"""Which sentences the classifier is sure to be intentions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus.words import han_share
from models.text_model import TextModel
from recommender.coaching import SentenceClassifier

INTENTION = "Intention"


def surely_intended(model: Callable[[], TextModel]) -> Callable[[Sequence[str]], list[bool]]:
    """A judge for `intentions.found_by`. Of another model than the one that the
    classifier was trained with it knows nothing."""

    def judge(sentences: Sequence[str]) -> list[bool]:
        classifier = SentenceClassifier.load()
        if not sentences or not classifier.suits(model()):
            return [False] * len(sentences)
        language = "zh" if han_share("".join(sentences)) > 0.3 else "en"
        return [
            judged.sure and judged.label == INTENTION
            for judged in classifier.classify(sentences, language=language, model=model())
        ]

    return judge
