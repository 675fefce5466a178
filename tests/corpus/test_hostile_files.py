"""No broken or malicious file stops a batch, and each is answered with a sentence."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from corpus import Library, build
from corpus.child import PATIENCE, SECONDS, Reader
from corpus.formats import shown_name
from corpus.texts import Text, TextRefused
from tests.corpus import hostile
from tests.corpus.hostile import FILES, Hostile


@pytest.fixture(scope="module")
def reader():
    with Reader() as shared:
        yield shared


@pytest.fixture(scope="module")
def hasty():
    """For files that may end at the limit of time: it need not be waited out each time."""
    with Reader(seconds=4) as shared:
        yield shared


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The file that comes after the hostile one."""
    path = tmp_path_factory.mktemp("good") / "good.md"
    path.write_bytes(hostile.good_files()["good.md"])
    return path


def case(file: Hostile) -> object:
    return pytest.param(file, id=file.what, marks=[pytest.mark.slow] if file.slow else [])


@pytest.mark.parametrize("file", [case(file) for file in FILES])
def test_a_hostile_file_is_imported_or_refused_and_the_next_one_is_read(
    file, tmp_path, reader, hasty, good
):
    if file.slow and file.ends != "imported":
        reader = hasty
    path = hostile.write(file, tmp_path)
    start = time.monotonic()
    try:
        found: Text | str = reader.read(path)
    except TextRefused as refused:
        found = str(refused)
    assert time.monotonic() - start < 2 * SECONDS * PATIENCE + 5
    if isinstance(found, str):
        assert file.ends != "imported", found
        assert not hostile.unclear(found, shown_name(path)), found
        assert re.search(file.says, found), found
    else:
        assert file.ends != "refused"
        words = "\n".join(block.text for section in found.sections for block in section.blocks)
        assert file.keeps in words
        assert not hostile.STOLEN.search(words + found.title)
    assert reader.read(good).title == "The letter"


def test_there_are_hostile_files_of_every_kind():
    assert len({file.what for file in FILES}) == len({file.name for file in FILES}) == len(FILES)
    kinds = {file.what.split(":")[0] for file in FILES}
    assert kinds >= {"EPUB", "PDF", "DOCX", "HTML", "Markdown", "Text", "Name", "Place"}


def test_the_good_files_beside_them_are_all_imported(tmp_path, reader):
    for name, data in hostile.good_files().items():
        (tmp_path / name).write_bytes(data)
        words = "".join(b.text for s in reader.read(tmp_path / name).sections for b in s.blocks)
        assert "letter aloud" in words or "封" in words


@pytest.mark.slow
def test_a_folder_of_hostile_files_is_built_once_and_every_file_is_answered(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for file in FILES:
        if not file.slow:
            hostile.write(file, folder)
    good = {f"good-{name}": data for name, data in hostile.good_files().items()}
    for name, data in good.items():
        (folder / name).write_bytes(data)

    report = build(tmp_path / "library.db", [folder])

    # A name that is no text in any encoding is written down with its bytes as \\x...
    brought = {
        os.fsencode(path).decode("utf-8", "backslashreplace")
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name not in _PASSED_OVER
    }
    told = {outcome.file: outcome for outcome in report.files}
    assert set(told) == brought
    assert {outcome.outcome for outcome in report.files} == {"imported", "duplicate", "refused"}
    for name in good:
        assert told[str(folder / name)].outcome in ("imported", "duplicate")
    for outcome in report.refused:
        assert not hostile.unclear(outcome.why, shown_name(Path(outcome.file)))
    with Library.open(tmp_path / "library.db") as library:
        whole = {record.slug for record in library.files() if record.outcome == "imported"}
        assert whole == set(report.new)
        assert all(library.passages(slug) for slug in report.new)

    start = time.monotonic()
    again = build(tmp_path / "library.db", [folder])
    assert not again.anything_changed
    assert {o.file for o in again.refused} == {o.file for o in report.refused}
    assert time.monotonic() - start < 10


# What no build takes for a file at all.
_PASSED_OVER = {"nothing.md", "loop.md", "folder.epub"}
