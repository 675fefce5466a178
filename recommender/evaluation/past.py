"""How well a replayed past was foreseen: lists with a weight, and their measures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import scipy.sparse as sp

from recommender.evaluation import measures
from recommender.evaluation.comparing import (
    Comparison,
    Lists,
    Row,
    compared,
    differences,
    groups_of,
)
from recommender.evaluation.intervals import Cells
from recommender.evaluation.replaying import Past
from recommender.index import Snapshot
from recommender.learned.task import rows_of

DEPTH = 10  # places of a list: what a member sees in one or two days
CONTENT, TOGETHER, POPULAR = "content", "together", "popular"


def with_weight(past: Past, weight: float) -> np.ndarray:
    """(n_questions, DEPTH) columns of the best texts of each list, -1 for none."""

    def score(row: int) -> tuple[Sequence[str], np.ndarray]:
        one = past.scores[row]
        return one.texts, one.content + weight * one.together

    return _listed(past, score)


def most_popular(past: Past) -> np.ndarray:
    """(n_questions, DEPTH) columns of what most acted on before, and the author did not."""

    def score(row: int) -> tuple[Sequence[str], np.ndarray]:
        counts = past.popular[past.asked[row].day]
        texts = sorted(set(counts) - past.asked[row].known)
        return texts, np.array([counts[text] for text in texts], np.float64)

    return _listed(past, score)


def _listed(past: Past, score: Callable[[int], tuple[Sequence[str], np.ndarray]]) -> np.ndarray:
    column = {text: k for k, text in enumerate(past.texts)}
    lists = np.full((len(past.asked), DEPTH), -1, np.int64)
    for row in range(len(past.asked)):
        texts, values = score(row)
        best = np.argsort(-values, kind="stable")[:DEPTH]  # ties by name
        lists[row, : len(best)] = [column[texts[k]] for k in best]
    return lists


def rows(past: Past, sets: Sequence[Collection[str]]) -> sp.csr_matrix:
    """(n_sets, n_texts), 1 for the texts of each set."""
    column = {text: k for k, text in enumerate(past.texts)}
    return rows_of(([column[text] for text in one] for one in sets), len(past.texts))


def answers(past: Past) -> sp.csr_matrix:
    """(n_questions, n_texts), 1 for what the author first acted on next."""
    return rows(past, [question.next for question in past.asked])


def ndcg_cells(past: Past, weight: float) -> Cells:
    """NDCG of every author, divided among the texts that were hidden from them.

    A cell for each question and hidden text; an author's questions count alike.
    """
    found = answers(past)
    hidden = np.diff(found.indptr)
    question = np.repeat(np.arange(len(hidden)), hidden)
    text = found.indices.astype(np.int64)
    at = with_weight(past, weight)[question] == text[:, None]
    place = np.where(at.any(axis=1), at.argmax(axis=1), -1)
    gain = np.where(place >= 0, 1 / np.log2(np.maximum(place, 0) + 2.0), 0.0)
    asked = np.bincount(past.owners)[past.owners]  # how often each question's author is asked
    ideal = np.cumsum(1 / np.log2(np.arange(2, DEPTH + 2)))[np.minimum(hidden, DEPTH) - 1]
    return Cells(
        gain / (ideal * asked)[question],
        1 / (hidden * asked)[question],
        past.owners[question],
        text,
    )


def measured(snapshot: Snapshot, past: Past, weight: float) -> tuple[list[Row], list[Comparison]]:
    """A row for each group and method; and what the weight changes beside content alone."""
    lists = {
        TOGETHER: with_weight(past, weight),
        CONTENT: with_weight(past, 0.0),
        POPULAR: most_popular(past),
    }
    vectors, subjects = _shelf(snapshot, past.texts)
    history = rows(past, [question.known for question in past.asked])
    found, every = answers(past), np.arange(len(past.texts))
    hidden = np.diff(found.indptr)
    by_method = {}
    for method, columns in lists.items():
        hit = measures.hits(columns, found)
        by_method[method] = Lists(
            columns,
            {
                "recall": measures.recall(hit, hidden, DEPTH),
                "ndcg": measures.ndcg(hit, hidden, DEPTH),
                "diversity": measures.diversity(columns, vectors),
                "calibration": measures.calibration(columns, history, subjects, every),
                "novelty": _novelty(past, columns),
            },
        )
    known = np.array([len(question.known) for question in past.asked])
    chinese = np.array([one.language == "zh" for one in past.scores], bool)
    groups = groups_of(known, chinese, past.owners)
    return (
        compared(by_method, groups, past.owners, len(past.texts)),
        differences(TOGETHER, [CONTENT], by_method, groups, past.owners),
    )


def _novelty(past: Past, columns: np.ndarray) -> np.ndarray:
    """(n_questions,) of lists, each by what had been acted on before its own day."""
    column = {text: k for k, text in enumerate(past.texts)}
    days = np.array([question.day.toordinal() for question in past.asked])
    out = np.zeros(len(columns))
    for day, counts in past.popular.items():
        readers = np.zeros(len(past.texts))
        readers[[column[text] for text in counts]] = list(counts.values())
        inside = days == day.toordinal()
        bits = measures.surprise(readers, past.people[day])
        out[inside] = measures.novelty(columns[inside], bits)
    return out


def _shelf(snapshot: Snapshot, texts: Sequence[str]) -> tuple[sp.csr_matrix, np.ndarray]:
    """(n_texts, dim) unit rows, the mean of each text's passages; (n_texts,) its first
    theme, as a number."""
    place = {text: k for k, text in enumerate(texts)}
    sums = np.zeros((len(texts), snapshot.centre.shape[0]), np.float32)
    themes = [""] * len(texts)
    for code, group in enumerate(snapshot.groups):
        rows = snapshot.rows_of_group(code)
        column = place.get(snapshot.texts[code])
        if column is not None and len(rows):
            sums[column] += snapshot.vectors(rows).sum(axis=0)
            themes[column] = themes[column] or next(iter(group.themes), "")
    numbers = {theme: k for k, theme in enumerate(sorted(set(themes)))}
    length = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return sp.csr_matrix(sums / length), np.array([numbers[t] for t in themes], np.int64)
