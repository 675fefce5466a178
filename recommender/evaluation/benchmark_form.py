"""Data in the benchmark's form: items.jsonl, train.tsv, history.tsv, exclude.tsv, candidates.txt.

Each .tsv line is `member<TAB>text text ...`. An optional dismissed.tsv holds
what members set aside. A data folder keeps items.jsonl once and the rest, with
the answers in test.tsv, under splits/NAME/. Any file may be gzipped (.gz).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from recommender.errors import RecommenderError
from recommender.learned.task import DISMISSED, Task, rows_of

Lists = dict[str, list[str]]  # member -> ids of texts


class BenchmarkBroken(RecommenderError):
    """A file of the data is missing or says what cannot be."""


@dataclass(frozen=True)
class Benchmark:
    task: Task
    members: list[str]  # who asks, in the task's order
    ids: list[str]  # of the texts, in column order


def read_benchmark(folder: Path, split: str | None = None) -> Benchmark:
    """Ids are kept as they are written. A text that is listed twice counts once.

    Without a split everything lies in `folder` itself, as the benchmark hands it over.
    """
    items = list(_items(folder / "items.jsonl"))
    folder = folder / "splits" / split if split else folder
    ids = [str(item["id"]) for item in items]
    column = {one: k for k, one in enumerate(ids)}
    if len(column) < len(ids):
        raise BenchmarkBroken(f"{folder / 'items.jsonl'} has two texts with one id.")
    train = _lists(folder / "train.tsv", column)
    history = _lists(folder / "history.tsv", column)
    exclude = _lists(folder / "exclude.tsv", column, needed=False)
    dismissed = _lists(folder / "dismissed.tsv", column, needed=False)
    wanted = _lines(folder / "candidates.txt")
    candidates = np.array(
        sorted({column[_known(one, column, folder / "candidates.txt")] for one in wanted}), np.int64
    )
    if not len(candidates):
        raise BenchmarkBroken(f"{folder / 'candidates.txt'} names no text.")
    members = list(history)
    n = len(ids)
    read = rows_of(([column[t] for t in train[m]] for m in train), n)
    past = [[column[t] for t in history[m]] for m in members]
    aside = [[column[t] for t in dismissed.get(m, []) if t not in set(history[m])] for m in members]
    away = [
        [*p, *a, *(column[t] for t in exclude.get(m, []))]
        for m, p, a in zip(members, past, aside, strict=True)
    ]
    task = Task(
        [_text(item) for item in items],
        read,
        rows_of(past, n) + rows_of(aside, n, DISMISSED),
        np.array([m in train for m in members], bool),
        candidates,
        rows_of(away, n),
    )
    return Benchmark(task, members, ids)


def read_answers(folder: Path, split: str, benchmark: Benchmark) -> sp.csr_matrix:
    """(n_members, n_candidates), 1 where the text was hidden from the member; columns as the task's."""
    path = folder / "splits" / split / "test.tsv"
    column = {one: k for k, one in enumerate(benchmark.ids)}
    hidden = _lists(path, column)
    rows = ([column[t] for t in hidden.get(m, [])] for m in benchmark.members)
    return rows_of(rows, len(benchmark.ids))[:, benchmark.task.candidates]


def splits_of(folder: Path) -> list[str]:
    """Names of the splits that have answers."""
    return sorted({path.parent.name for path in folder.glob("splits/*/test.tsv*")})


def write_lists(path: Path, benchmark: Benchmark, columns: np.ndarray) -> None:
    """columns (n_members, n_places) are places among the candidates, -1 for none."""
    candidates = benchmark.task.candidates
    with path.open("w", encoding="utf-8") as out:
        for member, row in zip(benchmark.members, columns, strict=True):
            ids = " ".join(benchmark.ids[candidates[k]] for k in row if k >= 0)
            out.write(f"{member}\t{ids}\n")


def _items(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(path), 1):
        try:
            item = json.loads(line)
        except json.JSONDecodeError:
            raise BenchmarkBroken(f"Line {number} of {path} is no JSON.") from None
        if not isinstance(item, dict) or "id" not in item:
            raise BenchmarkBroken(f'Line {number} of {path} has no "id".')
        yield item


def _text(item: dict[str, Any]) -> str:
    title, text = str(item.get("title") or ""), str(item.get("text") or "")
    return ". ".join(part for part in (title, text) if part)


def _lists(path: Path, column: dict[str, int], *, needed: bool = True) -> Lists:
    if not needed and not path.is_file() and not _zipped(path).is_file():
        return {}
    found: Lists = {}
    for line in _lines(path):
        member, _, rest = line.partition("\t")
        found[member.strip()] = [_known(one, column, path) for one in rest.split()]
    return found


def _known(one: str, column: dict[str, int], path: Path) -> str:
    if one not in column:
        raise BenchmarkBroken(f"{path} names the text {one}, which items.jsonl does not have.")
    return one


def _lines(path: Path) -> list[str]:
    try:
        if path.is_file():
            data = path.read_bytes()
        else:
            with gzip.open(_zipped(path)) as packed:
                data = packed.read()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise BenchmarkBroken(f"{path} is missing. The benchmark's form needs it.") from None
    except UnicodeDecodeError:
        raise BenchmarkBroken(f"{path} is not written in UTF-8.") from None
    except (gzip.BadGzipFile, EOFError):
        raise BenchmarkBroken(f"{_zipped(path)} is damaged; it cannot be unpacked.") from None
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def _zipped(path: Path) -> Path:
    return path.with_name(path.name + ".gz")
