"""Small real texts and libraries for the tests of this room."""

from __future__ import annotations

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


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with three texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "patience.md").write_text(PATIENCE, "utf-8")
    (folder / "patience-zh.md").write_text(PATIENCE_ZH, "utf-8")
    (folder / "ledger.md").write_text(LEDGER, "utf-8")
    return folder


@pytest.fixture
def library_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.db"


@pytest.fixture
def library(shelf: Path, library_path: Path):
    """The three texts as a library."""
    build(library_path, [shelf])
    with Library.open(library_path) as library:
        yield library


def text_of(*paragraphs: str, slug: str = "t", language: str = "en", path=()) -> Text:
    """A text of one section."""
    blocks = tuple(Block("paragraph", p) for p in paragraphs)
    return Text(slug, "Title", "", language, (Section(tuple(path), blocks),))
