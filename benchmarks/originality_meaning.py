"""Whether the same thought in other words is asked about, and honest sentences are not.

    python -m benchmarks originality_meaning            # --show prints what was asked
    python -m benchmarks originality_meaning --models FOLDER

Forty sentences of the starter library told anew (originality_meaning.json), each put into
an essay that somebody else wrote; and the essays as they are. Odd numbers of the forty
are the tune half; essays belong to a half as in `originality.py`. The bars were chosen on
the tune half. A question about an essay as it is counts as false, also where the essay
retells the text that it is about: --show prints them to be read.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.originality import HALVES, KEPT, Essay, essays
from corpus import Library, intake, starter
from models.load import load_model
from models.text_model import TextModel
from recommender import Index, sync_library
from recommender.originality import Near, near_in_meaning
from recommender.originality.meaning import worth_asking
from webapp.originality.meaning import MOST, asked_about, cited_in
from webapp.originality.own_sentences import own_sentences

HERE = Path(__file__).parent
WORDS = 600  # of the draft that is timed


class Remembering:
    """The model, which encodes each sentence once: the same passages are named again and again."""

    def __init__(self, model: TextModel) -> None:
        self.model = model
        self.known: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str], *, kind: str) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.model.encode(new, kind=kind), strict=True))
        return np.stack([self.known[text] for text in texts]).copy()


def look(index: Index, model: TextModel, body: str) -> list[Near]:
    """What the page would show."""
    own = own_sentences(body)
    return near_in_meaning(
        index, model, own.text, asked_about(own, ()), languages=("en", "zh"), without=cited_in(body)
    )[:MOST]


def told_anew(index: Index, model: TextModel, hosts: Sequence[Essay], *, show: bool) -> None:
    counts: dict[tuple[str, str, str], list[int]] = {}
    for place, one in enumerate(
        json.loads((HERE / "originality_meaning.json").read_text("utf-8"))["sentences"]
    ):
        mine = HALVES[place % 2]
        fit = [h for h in hosts if h.half == mine and h.language == one["language"]]
        fit = [h for h in fit if 10 <= len(asked_about(own_sentences(h.body), ())) < 60]
        host = random.Random(one["id"]).choice(fit).body
        at = host.find("\n\n", len(host) // 2)
        at = at if at >= 0 else len(host)
        body = f"{host[:at]}\n\n{one['said']}\n\n{host[at:]}"
        asked = [n for n in look(index, model, body) if body[slice(*n.span)] == one["said"]]
        work = one["of"].removesuffix("-zh")  # some texts stand in both languages
        right = any(n.reading.id.partition("/")[0].removesuffix("-zh") == work for n in asked)
        count = counts.setdefault((mine, one["kind"], one["language"]), [0, 0, 0])
        count[0] += right
        count[1] += bool(asked) and not right
        count[2] += 1
        if show and not right:
            print(f"MISSED {mine} {one['id']}: {one['said']}")
    for (each, kind, language), (right, wrong, all_) in sorted(counts.items()):
        print(f"{each} {kind} in {language}: {right} of {all_}, {wrong} beside another text")


def untouched(index: Index, model: TextModel, hosts: Sequence[Essay], *, show: bool) -> None:
    for each in HALVES:
        mine = [h for h in hosts if h.half == each]
        count = asked = 0
        for host in mine:
            own = own_sentences(host.body)
            count += sum(worth_asking(own.text[a:b]) for a, b in asked_about(own, ()))
            for near in look(index, model, host.body):
                asked += 1
                if show:
                    theirs = near.reading.text[slice(*near.source_span)]
                    print(f"ASKED {each} {host.id}: {host.body[slice(*near.span)]!r} | {theirs!r}")
        print(f"{each}: {len(mine)} essays as they are, {count} sentences, {asked} asked about")


def timed(index: Index, model: TextModel, hosts: Sequence[Essay]) -> None:
    for language in ("en", "zh"):
        every = "\n\n".join(
            h.body for h in hosts if h.id[-2:] in ("-1", "-2") and h.language == language
        )
        draft = every[: 5 * WORDS] if language == "en" else every[:WORDS]
        taken, waited = [], []
        for _ in range(3):
            start, clock = time.process_time(), time.perf_counter()
            look(index, model, draft)
            taken.append(time.process_time() - start)
            waited.append(time.perf_counter() - clock)
        print(
            f"{WORDS} words {language}: {statistics.median(taken):.2f} s of processor,"
            f" {statistics.median(waited):.2f} s waited"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--show", action="store_true", help="print what is asked and missed")
    parser.add_argument("--models", type=Path, default=Path.home() / ".cache" / "xinde" / "models")
    given = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    model = load_model("multilingual-e5-small", given.models)
    intake.build(KEPT / "meaning.db", [starter.folder()])
    library = Library.open(KEPT / "meaning.db")
    sync_library(KEPT / "index-e5", library, model)
    index = Index.open(KEPT / "index-e5", model)
    hosts = essays()
    timed(index, model, hosts)
    remembering: TextModel = Remembering(model)  # type: ignore[assignment]
    told_anew(index, remembering, hosts, show=given.show)
    untouched(index, remembering, hosts, show=given.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
