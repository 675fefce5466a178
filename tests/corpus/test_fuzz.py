"""Spoiled files of every format harm nobody; benchmarks/fuzz.py reads 20,000 of them."""

from __future__ import annotations

import pytest

from benchmarks import fuzz


@pytest.mark.parametrize(("count", "seed"), [(42, 7), pytest.param(300, 1, marks=pytest.mark.slow)])
def test_no_spoiled_file_harms_the_process_that_has_it_read(count, seed):
    report = fuzz.run(count, seed)
    assert report.problems == []
    assert report.done == count
    assert {outcome for outcome, _ in report.outcomes} <= {
        "imported",
        "refused",
        "refused: time",
        "refused: memory or crash",
    }
    assert {made for _, made in report.outcomes} == {"epub", "pdf", "docx", "html", "md", "txt"}


def test_a_spoiled_file_is_the_same_each_time():
    good = fuzz.seeds()
    for number in range(12):
        assert fuzz.make(number, 3, good) == fuzz.make(number, 3, good)
    assert fuzz.make(0, 3, good) != fuzz.make(0, 4, good)
