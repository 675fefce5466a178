"""How well a summary in a person's own sentences covers what they wrote, beside two plain ways.

    python benchmarks/summaries.py             # the numbers, both languages, and the time
    python benchmarks/summaries.py --show 10   # and so many summaries, to be read by a person

From ../shared/data/reflections: English months are made of three pieces of
student_md, Chinese ones of the parts of one story of zh_learning_stories. At
the same length: the first sentences of each piece in turn (`first`), sentences
drawn at random (`random`; the mean of 20 draws), and drawn at random among
those that can stand alone (`fit`), as the chosen ones all do. `meaning`: mean
nearness of every sentence to the nearest chosen one, less what all share;
`words`: which share of all words, each counted as often as it is said, is said
in the summary; `pieces`: which share of them is heard. Only `meaning` and
`pieces` are what the choice itself looks at.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import words
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender.coaching import read_sentences
from recommender.summarising import OwnSentence, choosing, sentences_of, summary
from webapp.looking_back.own_words import own_text

MODELS = Path.home() / ".cache" / "xinde" / "models"
REFLECTIONS = Path(__file__).resolve().parents[2] / "shared" / "data" / "reflections"
DRAWS = 20
PART = 500  # characters of a part of a Chinese story, at least


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models-folder", type=Path, default=MODELS)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    given = parser.parse_args()
    if not REFLECTIONS.exists():
        print(f"needs {REFLECTIONS}, which is not here")
        return 1
    model = load_model(DEFAULT_MODEL, given.models_folder)
    for language, months in (("en", english()), ("zh", chinese())):
        show(model, language, months, given.show // 2)
    return 0


def english() -> list[list[OwnSentence]]:
    """Months of three pieces, one of each course."""
    courses: dict[str, list[Path]] = {}
    for path in sorted((REFLECTIONS / "student_md").glob("*.md")):
        courses.setdefault(path.stem.rpartition("_")[0], []).append(path)
    return [
        [s for path in paths for s in read(path.read_text("utf-8"), "en", path.stem)]
        for paths in zip(*courses.values(), strict=False)
    ]


def chinese() -> list[list[OwnSentence]]:
    """A month for each story: its parts are the pieces."""
    found = []
    for path in sorted((REFLECTIONS / "zh_learning_stories").glob("*.md")):
        parts: list[str] = [""]
        for paragraph in re.split(r"\n\s*\n", path.read_text("utf-8")):
            if len(parts[-1]) >= PART:
                parts.append("")
            parts[-1] += f"{paragraph}\n\n"
        found.append(
            [s for k, part in enumerate(parts) for s in read(part, "zh", f"{path.stem} {k + 1}")]
        )
    return found


def read(body: str, language: str, piece: str) -> list[OwnSentence]:
    return sentences_of(own_text(body), language, piece)


def show(
    model: TextModel, language: str, months: Sequence[list[OwnSentence]], to_read: int
) -> None:
    rows: dict[str, list[tuple[float, float, float]]] = {}
    sizes, seconds, encoding = [], [], []
    for number, month in enumerate(months):
        start = time.perf_counter()
        picked = summary(model, month)
        middle = time.perf_counter()
        vectors = read_sentences(model, [s.text for s in month])
        seconds.append(middle - start)
        encoding.append(time.perf_counter() - middle)
        length = sum(month[k].size for k in picked)
        sizes.append(length)
        near = choosing.nearness(vectors)
        draw = np.random.default_rng(number)
        whatever = range(len(month))
        fit = np.flatnonzero(choosing.fitness(month))
        rows.setdefault("chosen", []).append(measured(month, near, picked))
        rows.setdefault("first", []).append(
            measured(month, near, within(month, in_turn(month), length))
        )
        for name, of in (("random", whatever), ("fit", fit)):
            drawn = [
                measured(month, near, within(month, draw.permutation(of), length))
                for _ in range(DRAWS)
            ]
            rows.setdefault(name, []).append(tuple(np.mean(drawn, axis=0)))  # type: ignore[arg-type]
        if number < to_read:
            print(f"\n-- {month[0].piece}: {len(month)} sentences, {length:.0f} words")
            for k in picked:
                print(f"   [{month[k].piece}] {month[k].text}")
    print(
        f"\n{language}: {len(months)} months, {statistics.mean(map(len, months)):.0f} sentences "
        f"each; summaries of {min(sizes):.0f} to {max(sizes):.0f} words; "
        f"{statistics.median(seconds):.2f} s, "
        f"{sum(seconds) / sum(encoding):.2f} x encoding the sentences once"
    )
    print(f"{'':8} {'meaning':>8} {'words':>8} {'pieces':>8}")
    for name, found in rows.items():
        print(f"{name:8} " + " ".join(f"{x:8.3f}" for x in np.mean(found, axis=0)))
    for k, name in enumerate(("meaning", "words", "pieces")):
        better = [
            sum(a[k] >= b[k] for a, b in zip(rows["chosen"], rows[other], strict=True))
            for other in ("first", "random", "fit")
        ]
        print(
            f"{name}: at least as good as first in {better[0]}, as random in {better[1]}, "
            f"as fit in {better[2]}"
        )


def in_turn(month: Sequence[OwnSentence]) -> list[int]:
    """The first sentence of every piece, then the second of every piece, and so on."""
    place: Counter[str] = Counter()
    turns = []
    for k, sentence in enumerate(month):
        turns.append((place[sentence.piece], k))
        place[sentence.piece] += 1
    return [k for _turn, k in sorted(turns)]


def within(month: Sequence[OwnSentence], order: Sequence[int], length: float) -> list[int]:
    """As many as fit, in this order."""
    taken, room = [], length
    for k in order:
        if month[k].size <= room:
            taken.append(int(k))
            room -= month[k].size
    return taken


def measured(
    month: Sequence[OwnSentence], near: np.ndarray, picked: Sequence[int]
) -> tuple[float, float, float]:
    if not picked:
        return 0.0, 0.0, 0.0
    said = Counter(t for s in month for t in words.tokens(s.text))
    told = {t for k in picked for t in words.tokens(month[k].text)}
    pieces = {s.piece for s in month}
    return (
        float(near[:, list(picked)].max(axis=1).mean()),
        sum(n for t, n in said.items() if t in told) / sum(said.values()),
        len({month[k].piece for k in picked}) / len(pieces),
    )


if __name__ == "__main__":
    sys.exit(main())
