"""How well a member's own sentence leads to the texts a librarian would hand over.

    python benchmarks/suggestions.py                # the mix in use, and its neighbours
    python benchmarks/suggestions.py --model hashing

64 sentences as members write them, half English, half Chinese, over all
themes, each with the starter texts that fit (`suggestion_labels.json`; "best"
counts 2, "good" 1). They were labelled before any ranking of them was looked
at. A hash of the id puts each in the tune or the test half: weights are chosen
on the first and reported on the second.

same    texts in the language of the sentence
across  texts in the other language; words cannot help
both    a member who reads both, the sentence's language first; a text and its
        translation count as one. `first`: share of the first three in that language.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import log2
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import intake
from corpus.library import Library
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender import (
    Index,
    candidates,
    closeness,
    prepare_evidence,
    scoring,
    suggest,
    sync_common_query,
)
from recommender.closeness import EVIDENCE, Weights
from recommender.common_query import common_query
from recommender.index import Snapshot
from recommender.indexing import sync_library
from recommender.profile import gather
from recommender.quoting import quotable
from recommender.readings import Evidence, EvidenceKind, Profile

DAY = dt.date(2026, 3, 14)
LABELS = Path(__file__).with_name("suggestion_labels.json")
READS = {"en": ("en", "zh"), "zh": ("zh", "en")}
HALVES = ("tune", "test")
FIRST = 3
DEPTH = 5


@dataclass(frozen=True)
class Case:
    """A sentence with the texts that fit it."""

    id: str
    language: str
    kind: EvidenceKind
    text: str
    grades: dict[str, int]  # slug -> 2 or 1

    @property
    def half(self) -> str:
        return HALVES[blake2b(self.id.encode(), digest_size=1).digest()[0] % 2]


def cases() -> list[Case]:
    return [
        Case(
            row["id"],
            row["language"],
            row["kind"],
            row["text"],
            dict.fromkeys(row["good"], 1) | dict.fromkeys(row["best"], 2),
        )
        for row in json.loads(LABELS.read_text(encoding="utf-8"))
    ]


def mixes() -> dict[str, Weights]:
    """What is compared. Words alone say nothing about the other language."""
    found = {
        "vectors": Weights(other_words=0.0, across=EVIDENCE.across),
        "words": Weights(other_words=1.0, across=0.0),
        "as for search": closeness.SEARCH,
        "as for search, common words too": closeness.SEARCH,
    }
    for share in (0.2, 0.3, 0.4, 0.5):
        found[f"words {share}"] = Weights(other_words=share, across=EVIDENCE.across)
    for across in (0.5, 0.6, 0.8):
        found[f"in use, across {across}"] = Weights(EVIDENCE.words, EVIDENCE.other_words, across)
    found["in use"] = EVIDENCE
    found["in use, common words too"] = EVIDENCE
    found["in use, queries without own centre"] = EVIDENCE
    return found


def texts_by_score(snapshot: Snapshot, rows: np.ndarray, totals: np.ndarray) -> list[int]:
    """Groups, best passage first."""
    order = rows[np.lexsort((rows, -totals))]
    return list(dict.fromkeys(snapshot.group_of[order].tolist()))


def ndcg(ranked: Sequence[str], grades: dict[str, int]) -> float:
    gain = sum(grades.get(name, 0) / log2(place + 2) for place, name in enumerate(ranked[:DEPTH]))
    ideal = sorted(grades.values(), reverse=True)[:DEPTH]
    return gain / sum(grade / log2(place + 2) for place, grade in enumerate(ideal))


def measures(snapshot: Snapshot, case: Case, ranked: list[int]) -> dict[str, float]:
    """hit@3 and nDCG@5 in each way of looking; left out where no text fits."""
    found: dict[str, float] = {}
    groups = snapshot.groups
    other = READS[case.language][1]
    for way, language in (("same", case.language), ("across", other)):
        names = [groups[code].name for code in ranked if groups[code].language == language]
        fit = {
            name: grade
            for name, grade in case.grades.items()
            if _language(snapshot, name) == language
        }
        if fit:
            found[f"{way} hit"] = float(any(name in fit for name in names[:FIRST]))
            found[f"{way} ndcg"] = ndcg(names, fit)
    as_text = {group.name: text for group, text in zip(groups, snapshot.texts, strict=True)}
    fit = {}
    for name, grade in case.grades.items():
        fit[as_text[name]] = max(grade, fit.get(as_text[name], 0))
    names = list(dict.fromkeys(snapshot.texts[code] for code in ranked))
    spoken: dict[str, set[str]] = defaultdict(set)
    for group, text in zip(groups, snapshot.texts, strict=True):
        spoken[text].add(group.language)
    found["both hit"] = float(any(name in fit for name in names[:FIRST]))
    found["both ndcg"] = ndcg(names, fit)
    found["first"] = float(np.mean([case.language in spoken[name] for name in names[:FIRST]]))
    return found


def _language(snapshot: Snapshot, name: str) -> str:
    return snapshot.groups[snapshot.group_codes[name]].language


def evaluate(
    index: Index, asked: dict[str, Profile], model: TextModel, name: str, weights: Weights
):
    """Measures of every case, averaged by half."""
    snapshot = index.snapshot()
    sums: dict[str, dict[str, list[float]]] = {half: defaultdict(list) for half in HALVES}
    most_common = candidates.MOST_COMMON
    common = None if "own centre" in name else common_query(index, model, snapshot)
    for case in cases():
        profile = asked[case.id]
        gathered = gather(model, profile, day=DAY)
        found = candidates.find(
            snapshot,
            gathered,
            profile,
            weights=weights,
            most_common=1.0 if "common" in name else most_common,
            common=common,
        )
        scored = scoring.score(snapshot, found, gathered, profile)
        ranked = texts_by_score(snapshot, scored.rows, scored.totals)
        for key, value in measures(snapshot, case, ranked).items():
            sums[case.half][key].append(value)
    return {
        half: {key: float(np.mean(values)) for key, values in found.items()}
        for half, found in sums.items()
    }


@dataclass(frozen=True)
class Cards:
    """What the row "because you wrote" shows in its first three places."""

    fitting: dict[str, float]  # share of cards that fit, by half
    shown: int
    unfit_quotes: int  # sentences that say nothing by themselves: asides, headings, a word or two


def cards(index: Index, asked: dict[str, Profile], model: TextModel) -> Cards:
    snapshot = index.snapshot()
    fits: dict[str, list[bool]] = {half: [] for half in HALVES}
    unfit = 0
    for case in cases():
        fit = {snapshot.texts[snapshot.group_codes[name]] for name in case.grades}
        found = suggest(index, model, asked[case.id], day=DAY)
        for card in [card for card in found if card.row == "because_you_wrote"][:FIRST]:
            reading, sentence = card.reading, card.reasons[0].reading_sentence
            fits[case.half].append(snapshot.texts[snapshot.group_codes[reading.group]] in fit)
            if sentence is not None:
                spans = [s for s in reading.sentences if reading.text[slice(*s)] == sentence]
                unfit += not all(quotable(reading.text, spans, reading.language))
    return Cards(
        {half: float(np.mean(found)) for half, found in fits.items()},
        sum(map(len, fits.values())),
        unfit,
    )


def open_index(options: argparse.Namespace, model: TextModel) -> Index:
    """The starter texts, embedded once and kept."""
    folder = options.cache / options.model
    library_file = options.cache / "library.db"
    starter = Path(__file__).resolve().parents[1] / "corpus/starter/texts"
    intake.build(library_file, [starter])
    with tqdm(desc="embedding", unit="passage") as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        sync_library(folder, Library.open(library_file), model, progress=report)
    sync_common_query(folder, model)
    return Index.open(folder, model)


def main() -> None:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=temporary / "xinde-suggestion-benchmark")
    options = parser.parse_args()
    model = load_model(options.model, options.models_folder)
    index = open_index(options, model)
    asked = {}
    for case in tqdm(cases(), desc="sentences", unit="sentence"):
        prepared = prepare_evidence(model, case.text, case.language)
        evidence = Evidence(
            "own", case.kind, "", case.text, language=case.language, prepared=prepared
        )
        asked[case.id] = Profile("member", (evidence,), languages=READS[case.language])
    keys = [f"{way} {what}" for way in ("same", "across", "both") for what in ("hit", "ndcg")]
    print(f"{'':36}{'':5}" + "".join(f"{key:>12}" for key in [*keys, "first"]))
    for name, weights in mixes().items():
        for half, found in evaluate(index, asked, model, name, weights).items():
            line = "".join(f"{found[key]:12.3f}" for key in [*keys, "first"])
            print(f"{name:36}{half:5}{line}")
    shown = cards(index, asked, model)
    print(
        f"cards under your own words: {shown.shown}; they fit: tune {shown.fitting['tune']:.3f}, "
        f"test {shown.fitting['test']:.3f}; quotes of asides, headings or a word: "
        f"{shown.unfit_quotes}"
    )
    index.close()


if __name__ == "__main__":
    main()
