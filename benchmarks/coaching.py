"""How well sentences of reflections are told apart, and what that costs beside encoding them.

    python benchmarks/coaching.py             # validation parts, and the time
    python benchmarks/coaching.py --test      # the Chinese test part, too: only for the card
    python benchmarks/coaching.py --draft     # only the coach on a draft of 600 words

English: ../shared/data/reflections/cered, validation. Chinese: corpus/labelled.
Prints by label and language, how often it is right where it is surest, and the
calibration error; then what a look of the coach at a draft of 600 words costs
beside encoding its sentences once: the first look, one with nothing changed, and
one with a sentence changed. Nothing here is chosen; `recommender.coaching.train` chooses.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from flask import Flask
from flask_babel import Babel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import words
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender.coaching import LABELS, SentenceClassifier, examples, measures, read_sentences
from recommender.coaching import weights as files
from recommender.coaching.examples import Example
from recommender.coaching.scoring import probabilities
from recommender.coaching.sentence import terms
from webapp.coach.looking import look
from webapp.coach.phrases import Phrases
from webapp.coach.remarks import Quiet, SourcePassage

MODELS = Path.home() / ".cache" / "xinde" / "models"
COVERAGES = (1.0, 0.75, 0.5, 0.25, 0.1)
A_DRAFT = 40  # sentences: 600 words
RUNS = 7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models-folder", type=Path, default=MODELS)
    parser.add_argument("--test", action="store_true", help="open the Chinese test part, too")
    parser.add_argument("--draft", action="store_true", help="only the coach on a draft")
    given = parser.parse_args()
    model = load_model(DEFAULT_MODEL, given.models_folder)
    if given.draft:
        drafts(model)
        return 0
    parts = [("English validation", examples.english("val"), "en")]
    parts += [("Chinese validation", examples.chinese("val"), "zh")]
    if given.test:
        parts += [("Chinese test", examples.chinese("test"), "zh")]
    for name, found, language in parts:
        show(model, name, found, language)
    for name, found, language in parts[:2]:
        print(f"{name}, {A_DRAFT} sentences: {timing(model, found[:A_DRAFT], language)}")
    drafts(model)
    return 0


def show(model: TextModel, name: str, found: list[Example], language: str) -> None:
    weights = files.load()
    sentences = [e.sentence for e in found]
    vectors = read_sentences(model, sentences)
    truth = np.array([e.label for e in found])
    chances = probabilities(
        weights, vectors, [terms(s) for s in sentences], 0 if language == "en" else 1
    )
    judged = SentenceClassifier(weights).classify(sentences, language=language, vectors=vectors)
    sure = np.array([j.sure for j in judged])
    right = chances.argmax(axis=1) == truth
    low, high = measures.interval(chances, truth)
    print(f"\n{name}: {len(truth)} sentences")
    print(f"accuracy {right.mean():.3f} ({low:.3f} to {high:.3f})")
    print(f"macro-F1 {measures.macro_f1(chances, truth):.3f}")
    mean, most = measures.least_calibration_error(chances)
    print(
        f"calibration error {measures.calibration_error(chances, truth):.3f} (probabilities that "
        f"are exactly true: {mean:.3f} on average on so many sentences, at most {most:.3f} in 95 %)"
    )
    curve = ", ".join(
        f"{share:.0%} {measures.at_coverage(chances, truth, share):.3f}" for share in COVERAGES
    )
    print(f"right at coverage: {curve}")
    print(f"sure of {sure.mean():.1%}, right there {right[sure].mean():.3f}")
    print("label         n  precision  recall    F1  sure  right where sure")
    said = chances.argmax(axis=1)
    for k, label in enumerate(LABELS):
        spoken = sure & (said == k)
        print(
            f"{label:12} {(truth == k).sum():3d} {_share(right[said == k]):>10} "
            f"{_share(right[truth == k]):>7} {measures.f1(chances, truth)[k]:5.2f} "
            f"{spoken.sum():5d} {_share(right[spoken]):>8}"
        )


def _share(right: np.ndarray) -> str:
    return f"{right.mean():.2f}" if len(right) else "-"


def timing(model: TextModel, found: list[Example], language: str) -> str:
    """Medians of several runs, encoding and judging taken in turns."""
    sentences = [e.sentence for e in found]
    classifier = SentenceClassifier.load()
    vectors = read_sentences(model, sentences)
    ways: dict[str, Callable[[], object]] = {
        "encode": lambda: model.encode(sentences, kind="query"),
        "read": lambda: read_sentences(model, sentences),
        "judge": lambda: classifier.classify(sentences, language=language, vectors=vectors),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - start)
    middle = {name: statistics.median(times) for name, times in spent.items()}
    whole = (middle["read"] + middle["judge"]) / middle["encode"]
    return (
        f"encoding once {middle['encode'] * 1000:.0f} ms; with words' shares "
        f"{middle['read'] * 1000:.0f} ms; judging {middle['judge'] * 1000:.1f} ms; "
        f"whole / encoding once {whole:.2f}"
    )


# The coach on a draft


def drafts(model: TextModel) -> None:
    """The same draft for everybody: validation sentences, eight to a paragraph."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        for name, found, language in (
            ("English", examples.english("val"), "en"),
            ("Chinese", examples.chinese("val"), "zh"),
        ):
            sentences = _about_600_words([e.sentence for e in found], language)
            print(
                f"{name} draft of {len(sentences)} sentences: {looks(model, sentences, language)}"
            )


def _about_600_words(sentences: list[str], language: str) -> list[str]:
    size, taken = {"en": 600, "zh": 900}[language], list[str]()
    for sentence in sentences:
        if sum(words.count(s) for s in taken) >= size:
            break
        taken.append(sentence)
    return taken


def looks(model: TextModel, sentences: list[str], language: str) -> str:
    """Medians; encoding the sentences once and the three kinds of look taken in turns."""
    space = "" if language == "zh" else " "
    body = "\n\n".join(space.join(sentences[k : k + 8]) for k in range(0, len(sentences), 8))
    ending = "然后我回家了。" if language == "zh" else "Then I walked home."
    edited = f"{body} {ending}"
    kept = _look(model, body, language, None)
    ways: dict[str, Callable[[], object]] = {
        "encode": lambda: model.encode(sentences, kind="query"),
        "first": lambda: _look(model, body, language, None),
        "again": lambda: _look(model, body, language, kept),
        "edited": lambda: _look(model, edited, language, kept),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - start)
    middle = {name: statistics.median(times) for name, times in spent.items()}
    once = middle["encode"]
    return (
        f"encoding once {once * 1000:.0f} ms; "
        f"first look {middle['first'] / once:.2f} of it, with nothing changed "
        f"{middle['again'] / once:.2f}, with one sentence changed {middle['edited'] / once:.2f}; "
        f"{len(kept)} bytes kept"
    )


def _look(model: TextModel, body: str, language: str, kept: bytes | None) -> bytes:
    passages = ABOUT_ZH if language == "zh" else ABOUT_EN
    return look(
        body,
        genre="reflection",
        cited=[],
        about=[SourcePassage(f"visits/{n}", "Visits", text, language) for n, text in passages],
        goals=[],
        own_earlier=[],
        phrases=Phrases(),
        quiet=Quiet(),
        kept=kept,
        model=model,
    ).kept


# Two passages of the size that the library has.
_EN = (
    "When you visit a family, ask before you speak. A question that is asked at the door opens more "
    "than a report that is read in an office. Write down what people say in their own words, and "
    "read it to them before you leave. "
)
_ZH = (
    "走进一户人家，先问一句再开口。在门口问的一句话，比在办公室里读的一份材料更能打开话匣子。"
    "别人说的话要用他自己的词记下来，临走前念给他听。"
)
ABOUT_EN = ((1, _EN * 4), (2, _EN * 3))
ABOUT_ZH = ((1, _ZH * 4), (2, _ZH * 3))


if __name__ == "__main__":
    sys.exit(main())
