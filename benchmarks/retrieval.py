"""How well search finds what people judged relevant: nDCG@10 of words, vectors and the mix.

    python benchmarks/retrieval.py                 # Cranfield, and 1,000 questions of DRCD
    python benchmarks/retrieval.py --all           # all 7,017 questions of DRCD
    python benchmarks/retrieval.py --model hashing # without the language model

Uses the product's own index and search. The index is kept under the temporary
folder, so that a second run embeds nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus import languages, sentences
from models.load import DEFAULT_MODEL, load_model
from models.text_model import TextModel
from recommender import Index, search, sync_library
from recommender.centring import centred
from recommender.closeness import measure, single
from recommender.search import MOST_TERMS
from recommender.word_index import term_hashes

SETS = {"cranfield_en": "en", "drcd_zh_hant": "zh"}
WAYS = ("words", "vectors", "mix")
DEPTH = 10


@dataclass(frozen=True)
class Document:
    """A document of a set, as the library's record and as its only passage."""

    id: str
    slug: str
    title: str
    text: str
    language: str
    sentences: tuple[tuple[int, int], ...]
    content_hash: str
    author: str = ""
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    level: str | None = None
    minutes: int = 1
    version_of: str | None = None


class Documents:
    """A set, as `sync_library` wants a library."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language

    def all_passages(self) -> Iterator[tuple[Document, Document]]:
        for row in lines(self.folder / "corpus.jsonl"):
            spans = tuple(sentences.split(row["text"], self.language))
            key = row["id"]
            document = Document(
                key, key, row["title"], row["text"], self.language, spans, f"{row['text']}"
            )
            yield document, document


def lines(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def judgements(folder: Path) -> dict[str, dict[str, int]]:
    """query id -> document id -> grade, 1 and up."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                found[row["query_id"]][row["doc_id"]] = int(row["score"])
    return found


def ndcg(ranked: list[str], relevant: dict[str, int]) -> float:
    """nDCG@10 with the grade as gain (Jarvelin and Kekalainen 2002)."""
    gain = sum(relevant.get(d, 0) / log2(place + 2) for place, d in enumerate(ranked[:DEPTH]))
    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    return gain / sum(grade / log2(place + 2) for place, grade in enumerate(best))


def rankings(index: Index, model: TextModel, query: str) -> dict[str, list[str]]:
    """The ten best documents by each way."""
    snapshot = index.snapshot()
    vector = centred(model.encode([query], kind="query"), snapshot.centre)[0]
    asked = single(vector, term_hashes(query), languages.detect(query))
    measured = measure(snapshot, asked, np.empty(0, np.int64), most_terms=MOST_TERMS)
    found = {"mix": [hit.reading.id for hit in search(index, model, query, limit=DEPTH)]}
    for way, scores in (("words", measured.words[0]), ("vectors", measured.meaning[0])):
        rows = np.argsort(-scores, kind="stable")[:DEPTH]
        kept = index.fetch(snapshot, rows)
        found[way] = [kept[int(row)].reading.id for row in rows]
    return found


def evaluate(folder: Path, index: Index, model: TextModel, most: int | None) -> dict[str, float]:
    relevant = judgements(folder)
    queries = [row for row in lines(folder / "queries.jsonl") if row["id"] in relevant]
    if most and len(queries) > most:
        queries = random.Random(20260101).sample(queries, most)
    totals = dict.fromkeys(WAYS, 0.0)
    for row in tqdm(queries, desc=folder.name, unit="query"):
        for way, ranked in rankings(index, model, row["text"]).items():
            totals[way] += ndcg(ranked, relevant[row["id"]])
    return {way: total / len(queries) for way, total in totals.items()}


def main() -> None:
    root = Path(__file__).resolve().parents[1]
    temporary = Path(tempfile.gettempdir())
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=root.parent / "shared/data/retrieval")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--models-folder", type=Path, default=temporary / "xinde-model-cache")
    parser.add_argument("--cache", type=Path, default=temporary / "xinde-retrieval-benchmark")
    parser.add_argument("--all", action="store_true", help="every question, not 1,000 of each set")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    options = parser.parse_args()
    model = load_model(options.model, options.models_folder)
    print(f"nDCG@{DEPTH}, {options.model}")
    for name in options.sets:
        language = SETS[name]
        folder = options.cache / f"{name}-{options.model}"
        with tqdm(desc=f"{name}: embedding", unit="text") as bar:

            def report(done: int, total: int, bar: tqdm = bar) -> None:
                bar.total = total
                bar.update(done)

            sync_library(folder, Documents(options.data / name, language), model, progress=report)
        index = Index.open(folder, model)
        scores = evaluate(options.data / name, index, model, None if options.all else 1000)
        index.close()
        print(f"{name:15}", "  ".join(f"{way} {scores[way]:.3f}" for way in WAYS), flush=True)


if __name__ == "__main__":
    main()
