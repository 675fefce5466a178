"""Data, measures and intervals: what is claimed is what chance would hardly do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from recommender.evaluation import measures
from recommender.evaluation.benchmark_form import (
    BenchmarkBroken,
    read_answers,
    read_benchmark,
    splits_of,
    write_lists,
)
from recommender.evaluation.comparing import MEASURES, by_member
from recommender.evaluation.intervals import interval
from recommender.evaluation.report import LEARNED, evaluate
from recommender.learned import rows_of, word_matrix
from recommender.learned.task import sums


@pytest.fixture
def folder(tmp_path) -> Path:
    """Thirty texts of three subjects, forty members, a fifth of their reading hidden."""
    rng = np.random.default_rng(1)
    subjects = ("harbour", "orchard", "violin")
    texts = [
        {"id": f"t{k}", "title": f"{subjects[k % 3]} {k}", "text": f"about the {subjects[k % 3]}"}
        for k in range(30)
    ]
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, texts)), "utf-8")
    split = tmp_path / "splits" / "warm"
    split.mkdir(parents=True)
    lines: dict[str, list[str]] = {"train": [], "history": [], "test": []}
    for member in range(40):
        likely = np.where(np.arange(30) % 3 == member % 3, 1.0, 0.05)
        read = [f"t{k}" for k in rng.choice(30, 8, replace=False, p=likely / likely.sum())]
        lines["train"].append(f"m{member}\t{' '.join(read[2:])}")
        lines["history"].append(f"m{member}\t{' '.join(read[2:])}")
        lines["test"].append(f"m{member}\t{' '.join(read[:2])}")
    for name, rows in lines.items():
        (split / f"{name}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (split / "candidates.txt").write_text("\n".join(t["id"] for t in texts), "utf-8")
    return tmp_path


def test_a_data_folder_is_read_zipped_or_not(folder):
    plain = read_benchmark(folder, "warm")
    for path in [folder / "items.jsonl", *(folder / "splits" / "warm").iterdir()]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    zipped = read_benchmark(folder, "warm")
    assert splits_of(folder) == ["warm"]
    assert zipped.members == plain.members
    assert (zipped.task.read != plain.task.read).nnz == 0
    assert read_answers(folder, "warm", zipped).nnz == 80


@pytest.mark.parametrize(
    ("file", "words", "said"),
    [
        ("splits/warm/train.tsv", "m1\tt1 t99\n", "names the text t99"),
        ("items.jsonl", '{"id": "t1"}\nnothing\n', "Line 2 of"),
        ("items.jsonl", '{"id": "t1"}\n{"id": "t1"}\n', "two texts with one id"),
        ("splits/warm/candidates.txt", "\n", "names no text"),
    ],
)
def test_a_broken_file_is_named(folder, file, words, said):
    (folder / file).write_text(words, "utf-8")
    with pytest.raises(BenchmarkBroken, match=said):
        read_benchmark(folder, "warm")


def test_a_missing_file_is_named(folder):
    (folder / "splits" / "warm" / "history.tsv").unlink()
    with pytest.raises(BenchmarkBroken, match=r"history\.tsv is missing"):
        read_benchmark(folder, "warm")


def test_lists_are_written_with_the_ids_of_the_data(folder, tmp_path):
    benchmark = read_benchmark(folder, "warm")
    columns = np.full((40, 3), -1)
    columns[0] = [2, 0, -1]
    write_lists(tmp_path / "out.tsv", benchmark, columns)
    assert (tmp_path / "out.tsv").read_text().splitlines()[0] == "m0\tt2 t0"


def test_recall_and_ndcg_of_a_list_counted_by_hand():
    answers = rows_of([[0, 3], [1]], 5)
    hit = measures.hits(np.array([[3, 1, 0], [0, 2, -1]]), answers)
    hidden = np.array([2, 1])
    assert measures.recall(hit, hidden) == pytest.approx([1.0, 0.0])
    best = 1 + 1 / np.log2(3)
    assert measures.ndcg(hit, hidden) == pytest.approx([(1 + 0.5) / best, 0.0])


def test_calibration_is_one_for_the_same_mix_and_nought_for_another():
    subjects = np.array([0, 0, 1, 1, 2])
    history = rows_of([[0, 2], [0, 2]], 5)
    found = measures.calibration(np.array([[1, 3], [4, -1]]), history, subjects, np.arange(5))
    assert found == pytest.approx([1.0, 0.0])


def test_what_few_read_is_more_novel():
    read = rows_of([[0], [0], [0], [0, 1]], 3)
    bits = measures.surprise(sums(read, 0), 4)
    common, rare, unread = measures.novelty(np.array([[0], [1], [2]]), bits)
    assert common < rare < unread


def test_subjects_are_found_in_the_texts():
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    vectors = vectors + rng.normal(0, 0.05, vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = measures.subjects_of(vectors, count=3)
    assert len({tuple(set(found[k : k + 10])) for k in (0, 10, 20)}) == 3


def test_an_interval_holds_its_mean_and_narrows_with_members():
    rng = np.random.default_rng(0)
    few, many = (interval(rng.normal(0.3, 0.2, n)) for n in (30, 3_000))
    assert few.low < few.mean < few.high
    assert many.high - many.low < few.high - few.low


def test_a_difference_of_pure_chance_is_rarely_believed():
    rng = np.random.default_rng(0)
    believed = sum(interval(rng.normal(0, 1, 60)).apart_from_zero for _ in range(100))
    assert believed <= 15


def test_of_fewer_than_five_members_nothing_is_believed():
    assert not interval(np.ones(4)).apart_from_zero
    assert interval(np.ones(5)).apart_from_zero


def test_a_member_who_is_asked_often_counts_once():
    assert by_member(np.array([0.0, 1.0, 1.0, 1.0]), np.array([7, 7, 7, 9])) == pytest.approx(
        [2 / 3, 1.0]
    )


def test_coverage_is_less_sure_when_each_member_covers_texts_alone():
    alike = measures.coverage(np.tile(np.arange(6), (12, 1)), np.arange(12), 60)
    apart = measures.coverage(np.arange(24).reshape(12, 2), np.arange(12), 60)
    assert (alike.low, alike.mean, alike.high) == pytest.approx((0.1, 0.1, 0.1))
    uneven = np.full((12, 2), -1)
    uneven[0], uneven[1, 0] = (0, 1), 2
    one = measures.coverage(uneven, np.arange(12), 60)
    assert apart.mean == pytest.approx(0.4)
    assert one.mean == pytest.approx(0.05)
    assert one.low < one.mean < one.high
    nobody = measures.coverage(np.full((3, 2), -1), np.arange(3), 60)
    assert (nobody.mean, nobody.members) == (0.0, 3)


def test_the_learned_lists_beat_popularity_where_subjects_are_read(folder):
    benchmark = read_benchmark(folder, "warm")
    features = {"words": word_matrix(benchmark.task.texts, benchmark.task.read_texts)}
    found = evaluate("data", benchmark.task, read_answers(folder, "warm", benchmark), features)
    learned, popular = (
        next(r for r in found.rows if r.group == "all" and r.method == m)
        for m in (LEARNED, "popularity")
    )
    assert learned.of["recall"].mean > popular.of["recall"].mean
    assert set(learned.of) == {*MEASURES, "coverage"}
    assert all(value.low <= value.mean <= value.high for value in learned.of.values())
    assert {comparison.group for comparison in found.comparisons} == {"all"}
