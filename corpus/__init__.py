"""Study texts: reading them in, cutting them into passages, keeping and finding them.

Knows no member and no vector. Start at `library.py` (what can be asked) and
`intake.py` (how files come in).
"""

from corpus.intake import Brought, BuildReport, add_files, build
from corpus.library import Library
from corpus.records import Facets, Label, Page, TextFilter, TextRecord
from corpus.texts import (
    Block,
    CorpusError,
    LibraryBroken,
    LibraryMissing,
    Passage,
    Section,
    Text,
    TextRefused,
)

__all__ = [
    "Block",
    "Brought",
    "BuildReport",
    "CorpusError",
    "Facets",
    "Label",
    "Library",
    "LibraryBroken",
    "LibraryMissing",
    "Page",
    "Passage",
    "Section",
    "Text",
    "TextFilter",
    "TextRecord",
    "TextRefused",
    "add_files",
    "build",
]
