"""Files from strangers are read in a process that may die."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from corpus.child import Reader
from corpus.texts import TextRefused

HEAD = "---\ntitle: T\nlanguage: en\n---\n\n"


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    path.write_text(HEAD + "Good words.\n\n> and a quotation\n", "utf-8")
    return path


def test_what_comes_back_is_what_was_read(good):
    from corpus.formats import read

    with Reader() as reader:
        assert reader.read(good) == read(good)


def test_one_child_reads_many_files(good):
    with Reader() as reader:
        for _ in range(20):
            reader.read(good)
        assert reader.started == 1


def test_a_refusal_comes_back_as_such(tmp_path):
    (tmp_path / "x.md").write_text("no title", "utf-8")
    with Reader() as reader, pytest.raises(TextRefused, match=r'x\.md has no "title:" line'):
        reader.read(tmp_path / "x.md")


def test_a_child_that_hangs_is_replaced(tmp_path, good):
    slow = tmp_path / "slow.md"
    slow.write_text(HEAD + "[" * 1_000_000, "utf-8")
    with Reader(seconds=1.0) as reader:
        start = time.monotonic()
        with pytest.raises(TextRefused, match=r"slow\.md took more than 1 seconds"):
            reader.read(slow)
        assert time.monotonic() - start < 30
        assert reader.read(good).title == "T"
        assert reader.started == 2


def test_a_child_that_dies_is_replaced(good):
    with Reader() as reader:
        reader.read(good)
        os.kill(reader._child.pid, signal.SIGKILL)
        assert reader.read(good).title == "T"
        assert reader.started == 2


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path, good):
    greedy = tmp_path / "greedy.md"
    greedy.write_text(HEAD + "*a " * 300_000, "utf-8")
    with Reader(memory=160 * 1024 * 1024) as reader:
        with pytest.raises(TextRefused, match=r"greedy.md.*(160 MiB|took more)"):
            reader.read(greedy)
        assert reader.read(good).title == "T"


def test_an_answer_that_is_too_long_is_refused(tmp_path, good):
    long = tmp_path / "long.md"
    long.write_text(HEAD + "word " * 100_000, "utf-8")
    with Reader(answer=100_000) as reader:
        with pytest.raises(TextRefused, match=r"long\.md holds more text"):
            reader.read(long)
        assert reader.read(good).title == "T"


def test_the_child_does_not_see_our_secrets(good, monkeypatch):
    monkeypatch.setenv("XINDE_SECRET_KEY", "s3cret")
    with Reader() as reader:
        reader.read(good)
        environment = Path(f"/proc/{reader._child.pid}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"s3cret" not in environment


def test_threads_may_share_a_reader(good):
    seen = []
    with Reader() as reader:
        threads = [
            threading.Thread(target=lambda: seen.append(reader.read(good).title)) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["T"] * 6


def test_no_child_is_left_behind(good):
    with Reader() as reader:
        reader.read(good)
        pid = reader._child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
