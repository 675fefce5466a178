"""Learns the weights anew and says how right they are.

    python -m recommender.coaching.train --cache /tmp/coach
    python -m recommender.coaching.train --measure     # cross-validation and validation only

Reads ../shared/data/reflections/cered and corpus/labelled. What is chosen
(mix, temperatures, from where on it is sure) is chosen on sentences held out
of training; the Chinese test part is not opened here (`benchmarks/coaching.py
--test` does that).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize_scalar

from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender.coaching import examples, measures
from recommender.coaching.examples import FOLDS, Example
from recommender.coaching.scoring import linear_logits, mix, net_logits, probabilities, softmax
from recommender.coaching.sentence import SentenceVectors, read_sentences, terms
from recommender.coaching.training import Lesson, fit_linear, fit_net
from recommender.coaching.weights import SHIPPED, Weights, save

NETS = 4
COUNTS = {"en": 1.0, "cs": 0.5, "zh": 8.0}  # how much a sentence of each counts
MIXES = tuple(step / 20 for step in range(21))
WANTED = 0.87  # how often it shall be right where it is sure
MODELS = Path.home() / ".cache" / "xinde" / "models"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", type=Path, default=MODELS, help="where the model is ready")
    parser.add_argument("--cache", type=Path, help="keep encoded sentences in this folder")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--measure", action="store_true", help="write nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the same sums in the same order, on any machine
    model = load_model(DEFAULT_MODEL, given.models)
    lesson = _lesson(model, given.cache)
    tuned, chances = cross_validated(lesson)
    for language, name in enumerate(("English", "Chinese")):
        held = (lesson.languages == language) & (chances.sum(axis=1) > 0)
        _say(f"{name}, cross-validated", chances[held], lesson.labels[held])
    weights = _learned(lesson, tuned, model.fingerprint, nets=NETS)
    held = [_held(weights, model, given.cache, language) for language in (0, 1)]
    bounds = [measures.sure_from(chances, truth, WANTED) for chances, truth in held]
    weights = replace(weights, sure=np.maximum(weights.sure, bounds))  # by both, the stricter
    print(f"sure from {np.round(weights.sure, 3)}")
    if not given.measure:
        save(weights, given.out)
        print(f"{given.out}: {given.out.stat().st_size / 1e6:.2f} MB")
    for name, (chances, truth) in zip(("English", "Chinese"), held, strict=True):
        _say(f"{name}, validation", chances, truth)


def _held(
    weights: Weights, model: TextModel, cache: Path | None, language: int
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and labels of the validation part, which trained nothing."""
    found = (examples.english, examples.chinese)[language]("val")
    said = [terms(example.sentence) for example in found]
    chances = probabilities(weights, encoded(model, found, cache), said, language)
    return chances, np.array([example.label for example in found])


def _lesson(model: TextModel, cache: Path | None) -> Lesson:
    parts = {
        "en": examples.english("train"),
        "cs": examples.czech(),
        "zh": examples.chinese("train"),
    }
    found = [example for part in parts.values() for example in part]
    vectors = [v for part in parts.values() for v in encoded(model, part, cache)]
    counts = np.concatenate([np.full(len(part), COUNTS[name]) for name, part in parts.items()])
    # Czech words are of no use for what is said in English; only their meaning is.
    said = [
        terms(example.sentence) if name != "cs" else np.zeros(0, np.uint32)
        for name, part in parts.items()
        for example in part
    ]
    legible = np.array([len(v.words) > 0 for v in vectors])
    return Lesson(found, vectors, said, counts).only(legible)


def encoded(model: TextModel, found: list[Example], cache: Path | None) -> list[SentenceVectors]:
    """The sentences' vectors, from `cache` if they are there."""
    name = f"{model.fingerprint}\0" + "\0".join(example.sentence for example in found)
    kept = cache / f"{examples.digest(name)}.npz" if cache else None
    if kept and kept.is_file():
        with np.load(kept, allow_pickle=False) as file:
            whole, words, lengths = file["whole"], file["words"], file["lengths"]
        rows = np.split(words.astype(np.float32), np.cumsum(lengths)[:-1])
        return [SentenceVectors(w, r) for w, r in zip(whole, rows, strict=True)]
    vectors = read_sentences(model, [example.sentence for example in found])
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            kept,
            allow_pickle=False,
            whole=np.stack([v.whole for v in vectors]),
            words=np.concatenate([v.words for v in vectors]).astype(np.float16),
            lengths=np.array([len(v.words) for v in vectors]),
        )
    return vectors


def cross_validated(lesson: Lesson) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What is chosen on held-out folds, and the (n, 9) probabilities there.

    The Czech twin of a held-out sentence is held out with it and not measured:
    its row is zero.
    """
    folds = np.array([examples.fold(example) for example in lesson.examples])
    measured = np.array([len(t) > 0 for t in lesson.terms])
    linear = np.zeros((len(folds), 9))
    nets = np.zeros((NETS, len(folds), 9))
    for number in range(FOLDS):
        learned = _learned(
            lesson.only(folds != number), None, "", nets=NETS, seed=100 + 10 * number
        )
        for language in (0, 1):
            held = measured & (folds == number) & (lesson.languages == language)
            some = lesson.only(held)
            linear[held] = linear_logits(learned, some.vectors, some.terms, language)
            nets[:, held] = net_logits(learned, some.vectors, language)
        print(f"fold {number + 1} of {FOLDS}", flush=True)
    labels = lesson.labels
    tuned: dict[str, list[float]] = {"mix": [], "temperature": [], "sure": []}
    chances = np.zeros((len(folds), 9))
    for language in (0, 1):
        mine = measured & (lesson.languages == language)
        places = np.flatnonzero(mine)
        share, heat, chances[places] = chosen(linear[places], nets[:, places], labels[places])
        tuned["mix"].append(share)
        tuned["temperature"].append(heat)
        tuned["sure"].append(measures.sure_from(chances[mine], labels[mine], WANTED))
    print(tuned)
    return {name: np.array(value, np.float32) for name, value in tuned.items()}, chances


def chosen(
    linear: np.ndarray, nets: np.ndarray, labels: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """The share of the nets, the temperature, and the (n, 9) probabilities they give.

    The loss is flat around its best share: of the shares within one standard error of
    it (Breiman et al. 1984) the one that is right most evenly over the labels.
    """
    tried = []
    for share in MIXES:
        mixed = mix(linear, nets, share)
        heat = _temperature(mixed, labels)
        chances = softmax(mixed / heat)
        losses = -np.log(chances[np.arange(len(labels)), labels])
        tried.append((share, heat, chances, losses))
    best = min((losses for *_, losses in tried), key=np.mean)
    bound = best.mean() + best.std() / np.sqrt(len(best))
    within = [(s, h, c) for s, h, c, losses in tried if losses.mean() <= bound]
    return max(within, key=lambda found: measures.macro_f1(found[2], labels))


def _temperature(mixed: np.ndarray, labels: np.ndarray) -> float:
    """By which logits are divided for the smallest loss (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        chances = softmax(mixed / np.exp(log_temperature))
        return float(-np.log(chances[np.arange(len(labels)), labels]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def _learned(
    lesson: Lesson,
    tuned: dict[str, np.ndarray] | None,
    fingerprint: str,
    *,
    nets: int,
    seed: int = 0,
) -> Weights:
    several = [fit_net(lesson, seed + k) for k in range(nets)]
    chosen = tuned or {"mix": np.full(2, 0.5), "temperature": np.ones(2), "sure": np.ones(2)}
    return Weights(
        **fit_linear(lesson),
        **{name: np.stack([net[name] for net in several]) for name in several[0]},
        **chosen,
        fingerprint=np.array(fingerprint),
    )


def _say(name: str, chances: np.ndarray, truth: np.ndarray) -> None:
    low, high = measures.interval(chances, truth)
    print(
        f"{name}: n {len(truth)}, accuracy {measures.accuracy(chances, truth):.3f} "
        f"({low:.3f} to {high:.3f}), macro-F1 {measures.macro_f1(chances, truth):.3f}, "
        f"at 50 % {measures.at_coverage(chances, truth, 0.5):.3f}, "
        f"at 25 % {measures.at_coverage(chances, truth, 0.25):.3f}, "
        f"calibration error {measures.calibration_error(chances, truth):.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
