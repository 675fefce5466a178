"""How often proposals are right, and how sure they say they are: themes, roles, levels.

    python -m benchmarks proposals

Fits the weights of `recommender/proposing.py` and `corpus/readability.py` and
prints them as they stand in the code; then says what they are worth, every text
judged by weights and settled texts that do not know it or its translation.

What is right is what the starter texts say of themselves. Of the works of
../shared/data/library, where it is here, those that their sources call fiction,
travel, religion, economics, history or the like are taken to be about none of
the themes; and of levels is known that handbooks are not advanced, treatises
and classics in Chinese are, and memoirs and stories stand between. These kinds
are judgements of this file, made from the sources' labels.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import themes as set_of_works
from corpus import Library, intake, readability, starter
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender import Index
from recommender.proposing import (
    LEAST,
    MOST,
    WEIGHTS,
    Described,
    Parts,
    Weights,
    likeness,
    measured,
)
from recommender.theme_search import Works, works_of

FOLDS = 8
PENALTY = 0.001
BINS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
ABOUT_NONE = re.compile(
    "Fiction|Travel|Adventure|Poetry|Satire|Fantasy|Shorts|Spirituality|Economics|Natural|"
    "World War|State of the Union|Political science|Apologetics|佛教|道家|地理|史评|科技|史書|其他|兵家"
)
HANDBOOK = re.compile("18F|Mozilla|PagerDuty|Carpentries|Open Source")
STORY = re.compile("Memoir|Autobiography|Biography|Fiction|Shorts|Adventure")


@dataclass(frozen=True)
class Judged:
    """Labels that are right for texts, with what speaks for each; arrays are (n, k)."""

    slugs: tuple[str, ...]
    blocks: np.ndarray  # (n,) texts that share it are versions of each other
    right: np.ndarray  # bool
    parts: Parts
    starter: np.ndarray  # (n,) bool: a starter text, not a work about none of the labels


# Fitting, by numpy alone


def descend(
    loss: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    steps: int = 3000,
) -> np.ndarray:
    """The least point of a smooth convex function within bounds."""
    at, pace = np.clip(start, low, high), 1.0
    value, slope = loss(at)
    for _ in range(steps):
        while True:
            there = np.clip(at - pace * slope, low, high)
            moved = there - at
            reached, next_slope = loss(there)
            if reached <= value + slope @ moved + (moved @ moved) / (2 * pace) or pace < 1e-9:
                break
            pace /= 2
        at, gained, value, slope = there, value - reached, reached, next_slope
        pace *= 1.5
        if gained < 1e-10 and float(np.abs(moved).max()) < 1e-7:
            break
    return at


def logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def fit_logistic(parts: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(f + 1,) weights, none negative, and the offset; parts (m, f), right (m,)."""
    scale = parts.std(axis=0) + 1e-9
    rows = np.c_[parts / scale, np.ones(len(parts))]
    signs = np.where(right, 1.0, -1.0)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (rows @ w)
        own = np.r_[w[:-1], 0.0]
        slope = -(signs * logistic(-margin)) @ rows / len(rows) + 2 * PENALTY * own
        return float(np.logaddexp(0, -margin).mean() + PENALTY * own @ own), slope

    low = np.r_[np.zeros(parts.shape[1]), -np.inf]
    found = descend(loss, np.zeros(rows.shape[1]), low, np.full(rows.shape[1], np.inf))
    return np.r_[found[:-1] / scale, found[-1]]


# Themes and roles


NAMES = tuple(field.name for field in fields(Parts))


def stacked(parts: Parts) -> np.ndarray:
    """(n, k, f)"""
    return np.stack([getattr(parts, name) for name in NAMES], axis=2)


def as_weights(found: np.ndarray) -> Weights:
    return Weights(*(round(float(value), 2) for value in found))


def judged(
    index: Index, library: Library, model: TextModel, field: str, nothing: frozenset[str]
) -> Judged:
    """Starter texts, and the works `nothing` that are about no label."""
    snapshot = index.snapshot()
    works = works_of(index, snapshot)
    records = library.texts_by_slug(works.slugs)
    labels = library.themes() if field == "theme" else library.roles()
    described = Described.of(labels, index, model, ("en", "zh"))
    said = {s: r.themes if field == "theme" else r.roles for s, r in records.items()}
    parts = measured(snapshot, works, described, {})
    right = np.array([[label in said[s] for label in described.ids] for s in works.slugs])
    blocks = np.array([records[s].version_of or s for s in works.slugs])
    like = without_itself(works, right, blocks)
    mine = right.any(axis=1)
    keep = mine | np.isin(works.slugs, list(nothing))
    taken = Parts(*(getattr(parts, name)[keep] for name in NAMES[:-1]), like=like[keep])
    slugs = tuple(slug for slug, kept in zip(works.slugs, keep, strict=True) if kept)
    return Judged(slugs, blocks[keep], right[keep], taken, mine[keep])


def without_itself(works: Works, right: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """(n, k): what the settled texts let expect of each when neither it nor a
    version of it is settled."""
    found = np.zeros(right.shape)
    settled = right.any(axis=1)
    for block in np.unique(blocks):
        mine = blocks == block
        found[mine] = likeness(works.units, right, settled & ~mine)[mine]
    return found


def folded(judgements: Sequence[Judged]) -> list[np.ndarray]:
    """Probabilities (n, k) for each set, by weights fitted without the text's fold."""
    names = sorted({block for j in judgements for block in j.blocks})
    order = np.random.default_rng(20260101).permutation(len(names))
    fold_of = {names[place]: rank % FOLDS for rank, place in enumerate(order)}
    folds = [np.array([fold_of[block] for block in j.blocks]) for j in judgements]
    found = [np.zeros(j.right.shape) for j in judgements]
    for fold in range(FOLDS):
        weights = fit_all(judgements, [f != fold for f in folds])
        for j, of_set, out in zip(judgements, folds, found, strict=True):
            mine = of_set == fold
            out[mine] = logistic(stacked(j.parts)[mine] @ weights[:-1] + weights[-1])
    return found


def fit_all(judgements: Sequence[Judged], use: Sequence[np.ndarray]) -> np.ndarray:
    rows = np.concatenate(
        [stacked(j.parts)[u].reshape(-1, len(NAMES)) for j, u in zip(judgements, use, strict=True)]
    )
    right = np.concatenate([j.right[u].ravel() for j, u in zip(judgements, use, strict=True)])
    return fit_logistic(rows, right)


def report_labels(field: str, judgements: dict[str, Judged]) -> None:
    sets = list(judgements.values())
    fitted = as_weights(fit_all(sets, [np.ones(len(j.slugs), bool) for j in sets]))
    print(f'\n{field}s: "{field}": {fitted},')
    if fitted != WEIGHTS[field]:
        print(f"   in the code stands {WEIGHTS[field]}")
    for (name, j), sure in zip(judgements.items(), folded(sets), strict=True):
        chosen = (sure >= LEAST[field]) & (ranks(-sure) < MOST)
        mine, other = chosen[j.starter], chosen[~j.starter]
        precision = j.right[j.starter][mine].mean() if mine.any() else float("nan")
        recall = j.right[j.starter][mine].sum() / j.right.sum()
        print(
            f"   {name}: {int(mine.sum())} proposals of {LEAST[field]} or more, "
            f"{precision:.0%} right, {recall:.0%} of all that are right; "
            f"{mine.any(axis=1).mean():.0%} of {len(mine)} texts get one"
        )
        if len(other):
            print(
                f"      of {len(other)} works about none of them, "
                f"{int(other.any(axis=1).sum())} get one"
            )
        alone = dataclasses.replace(j.parts, like=np.zeros(j.right.shape)).log_odds(fitted)
        fresh = (logistic(alone) >= LEAST[field]) & (ranks(-alone) < MOST) & j.starter[:, None]
        print(
            f"      with no text settled: {int(fresh.sum())} proposals, "
            f"{j.right[fresh].mean():.0%} right"
        )
        first = sure[j.starter].argmax(axis=1)
        hit = j.right[j.starter][np.arange(len(first)), first].mean()
        print(f"      the surest is right for {hit:.0%}")
        calibration(sure[j.starter], j.right[j.starter])


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values, axis=1, kind="stable"), axis=1)


def calibration(sure: np.ndarray, right: np.ndarray) -> None:
    rows = []
    for low, high in pairwise(BINS):
        inside = (sure >= low) & ((sure < high) | (high == BINS[-1]))
        if inside.any():
            rows.append(f"{low:.2f}-{high:.2f}: {right[inside].mean():.2f} of {int(inside.sum())}")
    print("      said: right   " + ", ".join(rows))


# Levels


@dataclass(frozen=True)
class Graded:
    """A text with what its level may be: `low` to `high`, places in `LEVELS`."""

    name: str
    features: dict[str, float]
    low: int
    high: int
    starter: bool


def fit_levels(texts: Sequence[Graded], names: Sequence[str]) -> readability.Scale:
    """An ordered logistic model; a level that is only narrowed down counts as such."""
    raw = np.array([[text.features[name] for name in names] for text in texts])
    centre, scale = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    rows = (raw - centre) / scale
    low, high = np.array([t.low for t in texts]), np.array([t.high for t in texts])
    weight = np.array([2.0 if text.starter else 1.0 for text in texts])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        score = rows @ w[:-2]
        below = [logistic(w[-2] - score), logistic(w[-1] - score)]
        top = np.where(high == 2, 1.0, np.where(high == 1, below[1], below[0]))
        under = np.where(low == 0, 0.0, np.where(low == 1, below[0], below[1]))
        share = np.maximum(top - under, 1e-9)
        rise_top, rise_under = top * (1 - top), under * (1 - under)
        by_score = weight * (rise_top - rise_under) / share
        steps = [
            -(weight / share) @ (rise_top * (high == step) - rise_under * (low == step + 1))
            for step in (0, 1)
        ]
        penalty = 0.05 * len(rows) / 10
        value = -(weight * np.log(share)).sum() + penalty * float(w[:-2] @ w[:-2])
        slope = np.r_[by_score @ rows + 2 * penalty * w[:-2], steps]
        return value / len(rows), slope / len(rows)

    signs = np.array([-1.0 if name == "you" else 1.0 for name in names])
    bounds_low = np.r_[np.where(signs > 0, 0.0, -np.inf), [-np.inf] * 2]
    bounds_high = np.r_[np.where(signs > 0, np.inf, 0.0), [np.inf] * 2]
    found = descend(loss, np.r_[np.zeros(len(names)), -1.0, 1.0], bounds_low, bounds_high)
    weights = found[:-2] / scale
    shift = float(weights @ centre)
    return readability.Scale(
        {name: round(float(w), 3) for name, w in zip(names, weights, strict=True)},
        (round(float(found[-2]) + shift, 2) + 0.0, round(float(found[-1]) + shift, 2)),
    )


def report_levels(texts: dict[str, list[Graded]]) -> None:
    print("\nlevels:")
    margins, hits, names = [], [], []
    for language, graded in texts.items():
        features = list(readability.SCALES[language].weights)
        fitted = fit_levels(graded, features)
        print(f'   "{language}": {fitted},')
        if fitted != readability.SCALES[language]:
            print(f"      in the code stands {readability.SCALES[language]}")
        for place, text in enumerate(graded):
            scale = fit_levels([*graded[:place], *graded[place + 1 :]], features)
            shares = readability.probabilities(text.features, scale)
            best = int(np.argmax(shares))
            margins.append(np.log(shares[best] / (1 - shares[best])))
            hits.append(text.low <= best <= text.high)
            names.append((language, text, best))
    margin, right = np.array(margins), np.array(hits)
    exact = np.array([text.low == text.high for _, text, _ in names])
    own = np.array([text.starter for _, text, _ in names])
    fitted_line = fit_logistic(margin[exact][:, None], right[exact])
    line = tuple(round(float(value), 2) for value in fitted_line)
    print(f"   CALIBRATION = {line}; in the code stands {readability.CALIBRATION}")
    sure = logistic(line[0] * margin + line[1])
    for name, which in (
        ("starter texts", own),
        ("works whose level is taken as known", ~own & exact),
        ("works of which it is narrowed down", ~own & ~exact),
    ):
        if which.any():
            print(
                f"   {name}: {right[which].mean():.0%} of {int(which.sum())} right, "
                f"said {sure[which].mean():.0%}; "
                f"{int((sure[which] >= LEAST['level']).sum())} sure enough to be proposed"
            )
    print("   all whose level is known or taken as known:")
    calibration(sure[exact], right[exact])


def graded_texts(library: Library, kinds: dict[str, tuple[int, int]]) -> dict[str, list[Graded]]:
    found: dict[str, list[Graded]] = {"en": [], "zh": []}
    for record in set_of_works.everything(library):
        if record.level:
            low = high = readability.LEVELS.index(record.level)
        elif record.slug in kinds:
            low, high = kinds[record.slug]
        else:
            continue
        passages = library.passages(record.slug)
        some = [passages[i] for i in set_of_works.spread(len(passages), 24)]
        sample = readability.Sample.of(some, record.language, record.words)
        if sample and (low, high) != (0, 2):
            own = record.level is not None
            found[record.language].append(Graded(record.slug, sample.features(), low, high, own))
    return found


def level_of_kind(row: dict[str, str]) -> tuple[int, int]:
    """What may be the level of a work by what its source calls it."""
    called = row["collections"]
    genres = "; ".join(re.findall(r"SE genre: ([^;]+)", called))
    if HANDBOOK.search(called):
        return 0, 1
    if "Philosophy" in genres or "四部" in called:
        return 2, 2
    if "蒙學" in called:  # primers for children, in Classical Chinese
        return 1, 2
    if "chtxt" in called:
        return 2, 2
    if STORY.search(genres):
        return 1, 1
    return (1, 2) if genres or "State of the Union" in called else (0, 2)


# What it is measured on


def bring(
    name: str, folders: Sequence[Path], cache: Path, model: TextModel, passages: int
) -> tuple[Library, Index, TextModel]:
    path = cache / f"{name}.db"
    intake.build(path, folders, themes=starter.themes(), roles=starter.roles())
    library = Library.open(path)
    folder = cache / f"index-{name}-{model.name}"
    index, model = set_of_works.indexed(library, folder, model, passages, cache)
    return library, index, model


def main() -> int:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=set_of_works.DATA)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=set_of_works.CACHE)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    model = load_model(options.model, options.models_folder)
    sets: dict[str, Any] = {
        "starter texts alone": bring("starter", [starter.folder()], options.cache, model, 0)
    }
    rows: dict[str, dict[str, str]] = {}
    if (options.data / "manifest.csv").exists():
        together = bring(
            "with-works", [starter.folder(), options.data / "works"], options.cache, model, 40
        )
        sets["among the works"] = together
        slug_of = set_of_works.slugs_by_file(together[0], options.data)
        with (options.data / "manifest.csv").open(encoding="utf-8") as file:
            rows = {
                slug_of[row["file"]]: row for row in csv.DictReader(file) if row["file"] in slug_of
            }
    nothing = frozenset(
        slug
        for slug, row in rows.items()
        if ABOUT_NONE.search(f"{row['subjects']};{row['collections']}")
    )
    for field in ("theme", "role"):
        report_labels(
            field,
            {
                name: judged(index, library, asked, field, nothing)
                for name, (library, index, asked) in sets.items()
            },
        )
    last = list(sets.values())[-1][0]
    report_levels(graded_texts(last, {slug: level_of_kind(row) for slug, row in rows.items()}))
    for library, index, _ in sets.values():
        index.close()
        library.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
