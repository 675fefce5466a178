"""How well sentences of reflections are told apart, and what that costs beside encoding them.

    python benchmarks/coaching.py             # validation parts, and the time
    python benchmarks/coaching.py --test      # the Chinese test part, too: only for the card

English: ../shared/data/reflections/cered, validation. Chinese: corpus/labelled.
Prints by label and language, how often it is right where it is surest, and the
calibration error. Nothing here is chosen; `recommender.coaching.train` chooses.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender.coaching import LABELS, SentenceClassifier, examples, measures, read_sentences
from recommender.coaching import weights as files
from recommender.coaching.examples import Example
from recommender.coaching.scoring import probabilities
from recommender.coaching.sentence import terms

MODELS = Path.home() / ".cache" / "xinde" / "models"
COVERAGES = (1.0, 0.75, 0.5, 0.25, 0.1)
A_DRAFT = 40  # sentences: 600 words
RUNS = 7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models-folder", type=Path, default=MODELS)
    parser.add_argument("--test", action="store_true", help="open the Chinese test part, too")
    given = parser.parse_args()
    model = load_model(DEFAULT_MODEL, given.models_folder)
    parts = [("English validation", examples.english("val"), "en")]
    parts += [("Chinese validation", examples.chinese("val"), "zh")]
    if given.test:
        parts += [("Chinese test", examples.chinese("test"), "zh")]
    for name, found, language in parts:
        show(model, name, found, language)
    for name, found, language in parts[:2]:
        print(f"{name}, {A_DRAFT} sentences: {timing(model, found[:A_DRAFT], language)}")
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
    print(f"calibration error {measures.calibration_error(chances, truth):.3f}")
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


if __name__ == "__main__":
    sys.exit(main())
