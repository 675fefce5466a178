"""Small real texts and libraries for the tests of this room."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corpus import Library, build
from corpus.texts import Block, Section, Text

PATIENCE = """---
title: On patience
author: Ana Ruiz
language: en
year: 2024
themes: [reflection, service]
roles: [member]
level: introductory
minutes: 4
series: Habits
series_position: 1
version_of: patience
licence: CC0-1.0
sources: ["Seneca, Letters"]
---

Patience is not waiting. It is keeping the work in good order while one waits.

## In the garden

The old gardener never pulled at a seedling. She watered, weeded and wrote down the weather.
"""
PATIENCE_ZH = """---
title: 谈耐心
language: zh
themes: [reflection]
roles: [member, mentor]
level: introductory
version_of: patience
---

耐心不是干等。等的时候，还要把手头的事做好。我们学习，也要调查研究。
"""
LEDGER = """---
title: The open ledger
author: Li Wen
language: en
themes: [integrity]
roles: [secretary]
level: advanced
minutes: 14
---

The treasurer pinned the accounts to the door every Friday, and anyone could ask about any line.
"""


def _fill(folder: Path) -> Path:
    folder.mkdir()
    (folder / "patience.md").write_text(PATIENCE, "utf-8")
    (folder / "patience-zh.md").write_text(PATIENCE_ZH, "utf-8")
    (folder / "ledger.md").write_text(LEDGER, "utf-8")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with three texts."""
    return _fill(tmp_path / "texts")


@pytest.fixture
def library_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three texts as a library file, made once."""
    place = tmp_path_factory.mktemp("built")
    build(place / "library.db", [_fill(place / "texts")])
    return place / "library.db"


@pytest.fixture
def library(built: Path, library_path: Path):
    """A library of the three texts, each test's own."""
    library_path.parent.mkdir()
    shutil.copy(built, library_path)
    with Library.open(library_path) as library:
        yield library


def text_of(*paragraphs: str, slug: str = "t", language: str = "en", path=()) -> Text:
    """A text of one section."""
    blocks = tuple(Block("paragraph", p) for p in paragraphs)
    return Text(slug, "Title", "", language, (Section(tuple(path), blocks),))
