"""What variety costs, what the slider does, and which texts are never shown.

    python benchmarks/steering.py                 # the settings in use
    python benchmarks/steering.py --hubs          # and corrections for texts that are near to all

The starter library and the default model. Two sets of members:

labelled   one of the 64 sentences of `benchmarks/suggestions.py` each, with the
           texts that fit it: nDCG@5 and hit@3 of the list as it is shown.
simulated  300 members (seeded) with one to four pieces of evidence: labelled
           sentences, and sentences of random passages whose text counts as read;
           a third have one or two interests. coverage: share of texts (versions
           count as one) that anybody is shown, early: that one of the first 20
           is; gini: of how often each is, most: the share of members that are shown
           the text that most are shown; ild:
           1 - mean product of two cards' centred vectors; KL: nats that the list's
           themes are away from the member's own mix; near: mean over cards of the
           best z-score of any evidence; known: share of cards of a theme that the
           member is known for.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.suggestions import DAY, FIRST, HALVES, READS, Case, cases, ndcg, open_index
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender import (
    Index,
    calibration,
    candidates,
    catalogue,
    newness,
    prepare_evidence,
    scoring,
    suggest,
)
from recommender.common_query import common_query
from recommender.index import Snapshot
from recommender.profile import gather
from recommender.readings import Evidence, Profile, Suggestion

MEMBERS = 300
EARLY = 20
SEED = 7
COUNT = 7


@dataclass(frozen=True)
class Setting:
    name: str
    newness: float = newness.USUAL
    variety: bool = True
    hubs: str = ""  # a way of `correction`
    strength: float = 0.0
    common: bool = True  # whether queries lose what they share


SETTINGS = (
    Setting("newness 0 without variety", 0.0, variety=False),
    Setting("default, plain queries", common=False),
    Setting("newness 0", 0.0),
    Setting("newness .15", 0.15),
    Setting("newness .3 (default)"),
    Setting("newness .65", 0.65),
    Setting("newness 1", 1.0),
)


def own_words(case: Case, model: TextModel, number: int = 0) -> Evidence:
    prepared = prepare_evidence(model, case.text, case.language)
    return Evidence(
        f"own:{number}", case.kind, "", case.text, language=case.language, prepared=prepared
    )


def simulated(index: Index, model: TextModel) -> list[Profile]:
    """Members of the sort described above, the same in every run."""
    choose = np.random.default_rng(SEED)
    snapshot = index.snapshot()
    living = np.setdiff1d(np.arange(snapshot.size), [*snapshot.dead, *snapshot.unsuggested])
    labelled = [own_words(case, model) for case in cases()]
    themes = sorted({theme for group in snapshot.groups for theme in group.themes})
    members = []
    for number in range(MEMBERS):
        evidence: list[Evidence] = []
        read: list[str] = []
        for piece in range(int(choose.integers(1, 5))):
            if choose.random() < 0.5:
                one = labelled[int(choose.integers(len(labelled)))]
                evidence.append(replace(one, id=f"own:{piece}"))
                continue
            row = int(choose.choice(living))
            reading = index.fetch(snapshot, [row])[row].reading
            a, b = reading.sentences[int(choose.integers(len(reading.sentences)))]
            text, language = reading.text[a:b], reading.language
            prepared = prepare_evidence(model, text, language)
            evidence.append(
                Evidence(f"own:{piece}", "note", "", text, language=language, prepared=prepared)
            )
            read.append(reading.group)
        if choose.random() < 1 / 3:
            for theme in choose.choice(themes, int(choose.integers(1, 3)), replace=False):
                text = str(theme).replace("-", " ")
                prepared = prepare_evidence(model, text, "en", kind="interest")
                evidence.append(
                    Evidence(
                        f"interest:{theme}",
                        "interest",
                        text,
                        text,
                        0.6,
                        ref=str(theme),
                        prepared=prepared,
                    )
                )
        members.append(
            Profile(
                f"member {number}",
                tuple(evidence),
                READS["en" if number % 2 else "zh"],
                excluded_groups=frozenset(read),
            )
        )
    return members


@contextlib.contextmanager
def as_set(setting: Setting, snapshot: Snapshot) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if not setting.variety:
            stack.enter_context(patch("recommender.ranking.slider", without_variety))
        if not setting.common:
            stack.enter_context(patch("recommender.common_query._load", lambda _: None))
        if setting.hubs:
            corrected = correction(snapshot, setting.hubs, setting.strength)
            stack.enter_context(patch("recommender.scoring.weighted_z", corrected))
        yield


def without_variety(value: float, count: int) -> newness.Slider:
    return replace(newness.slider(value, count), likeness=0.0, balance=0.0, elsewhere=0.0)


def correction(snapshot: Snapshot, way: str, strength: float) -> Callable:
    """z-scores less how near a reading is to the library's own passages.

    csls: mean product with its 10 nearest passages, z-scored over the readings
    of its language; mean: with all.
    """
    rows = np.concatenate([np.arange(b.start, b.stop) for b in snapshot.blocks])
    hub = np.zeros(snapshot.size)
    for block in snapshot.blocks:
        own = np.arange(block.start, block.stop)
        vectors = snapshot.vectors(own)
        everything = snapshot.vectors(own if "own" in way else rows)
        products = np.array(vectors @ everything.T)
        if "csls" in way:
            mean = np.sort(products, axis=1)[:, -11:-1].mean(axis=1)
        else:
            mean = products.mean(axis=1)
        hub[own] = (mean - mean.mean()) / max(mean.std(), 1e-9)
    plain = scoring.weighted_z

    def corrected(closeness, found):
        words, meaning = plain(closeness, found)
        return words, meaning - strength * hub[found.rows]

    return corrected


def texts_of(snapshot: Snapshot, cards: Sequence[Suggestion]) -> list[str]:
    return [snapshot.texts[snapshot.group_codes[card.reading.group]] for card in cards]


def of_labelled(index: Index, model: TextModel, value: float) -> dict[str, list[float]]:
    snapshot = index.snapshot()
    found: dict[str, list[float]] = {f"{half} {m}": [] for half in HALVES for m in ("ndcg", "hit")}
    for case in cases():
        member = Profile("member", (own_words(case, model),), READS[case.language], newness=value)
        names = texts_of(snapshot, suggest(index, model, member, day=DAY, count=COUNT))
        fit: dict[str, int] = {}
        for name, grade in case.grades.items():
            text = snapshot.texts[snapshot.group_codes[name]]
            fit[text] = max(grade, fit.get(text, 0))
        found[f"{case.half} ndcg"].append(ndcg(names, fit))
        found[f"{case.half} hit"].append(float(any(name in fit for name in names[:FIRST])))
    return found


def of_simulated(
    index: Index, model: TextModel, members: Sequence[Profile], value: float
) -> dict[str, float]:
    snapshot = index.snapshot()
    shown: Counter[str] = Counter()
    early: set[str] = set()
    found: dict[str, list[float]] = {key: [] for key in ("cards", "ild", "KL", "near", "known")}
    for number, member in enumerate(members):
        profile = replace(member, newness=value)
        cards = suggest(index, model, profile, day=DAY, count=COUNT)
        shown.update(texts_of(snapshot, cards))
        if number < EARLY:
            early.update(texts_of(snapshot, cards))
        rows = [row for c in cards if (row := index.row_of(snapshot, c.reading.id)) is not None]
        asked = gather(model, profile, day=DAY)
        common = common_query(index, model, snapshot)
        reach = candidates.find(snapshot, asked, profile, also=rows, common=common)
        scored = scoring.score(snapshot, reach, asked, profile)
        own = calibration.own_mix(snapshot, scored, asked)
        codes = snapshot.group_of[rows]
        mix = catalogue.of(snapshot).mix_of(codes).sum(axis=0)
        known = calibration.known_themes(snapshot, own, profile, asked)
        words, meaning = scoring.weighted_z(reach.closeness, reach)
        at = np.searchsorted(reach.rows, rows)
        unit = snapshot.vectors(np.array(rows))
        pairs = (unit @ unit.T)[np.triu_indices(len(rows), 1)]
        found["cards"].append(len(cards))
        if len(pairs):
            found["ild"].append(1 - float(pairs.mean()))
        found["KL"].append(float(calibration.Astray(own).of(mix[None])[0]))
        found["near"].append(float((words + meaning).max(axis=0)[at].mean()))
        found["known"].append(
            float(np.mean([bool(known & set(snapshot.groups[c].themes)) for c in codes]))
        )
    texts = sorted(
        {snapshot.texts[c] for c in np.unique(snapshot.group_of[snapshot.rows_by_group])}
    )
    counts = np.sort([shown[text] for text in texts])
    places = np.arange(1, len(counts) + 1)
    gini = float((2 * places - len(counts) - 1) @ counts / (len(counts) * counts.sum()))
    return {
        "coverage": float((counts > 0).mean()),
        "early": len(early) / len(texts),
        "gini": gini,
        "most": float(counts.max() / len(members)),
    } | {key: float(np.mean(values)) for key, values in found.items()}


def main() -> None:
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=temporary / "xinde-suggestion-benchmark")
    parser.add_argument("--hubs", action="store_true", help="try corrections for hubs")
    options = parser.parse_args()
    model = load_model(options.model, options.models_folder)
    index = open_index(options, model)
    members = simulated(index, model)
    settings = list(SETTINGS)
    if options.hubs:
        for way in ("csls", "mean", "csls own", "mean own"):
            settings += [
                Setting(f"{way} {s}", hubs=way, strength=s, common=False) for s in (0.1, 0.2, 0.4)
            ]
    base: dict[str, float] | None = None
    for setting in settings:
        with as_set(setting, index.snapshot()):
            labelled = of_labelled(index, model, setting.newness)
            spread = of_simulated(index, model, members, setting.newness)
        means = {key: float(np.mean(values)) for key, values in labelled.items()}
        means["ndcg"] = float(np.mean(labelled["tune ndcg"] + labelled["test ndcg"]))
        base = base or means
        loss = 100 * (1 - means["ndcg"] / base["ndcg"])
        print(f"{setting.name:26}" + " ".join(f"{k} {v:.3f}" for k, v in means.items()), end="")
        print(f" loss {loss:5.1f} %\n{'':26}" + " ".join(f"{k} {v:.3f}" for k, v in spread.items()))
    index.close()


if __name__ == "__main__":
    main()
