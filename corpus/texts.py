"""What a text of the library is: its record, its sections, its passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "zh"]
Level = Literal["introductory", "intermediate", "advanced"]
BlockKind = Literal["paragraph", "list", "quote", "verse", "note", "table"]
Script = Literal["Hans", "Hant"]
# What a file says of itself; the first heading of its text; the file's name;
# what the words themselves show (language, minutes); what an organizer decided.
Origin = Literal["file", "heading", "name", "words", "organizer"]
# Matter that is no part of what is studied.
LeftOut = Literal[
    "cover",
    "contents",
    "licence",
    "colophon",
    "index",
    "navigation",
    "running heads",
    "page numbers",
    "advertisement",
]


class CorpusError(Exception):
    """Something is wrong with a text or the library; the message names the
    thing, what happened and the cure."""


class TextRefused(CorpusError):
    """A file cannot become a text. The rest of its folder goes on."""


class LibraryMissing(CorpusError):
    """There is no library where one was expected."""


class LibraryBroken(CorpusError):
    """A library is there and cannot be used as it is: damaged, newer than this
    program, not writable, on a full disk."""


@dataclass(frozen=True)
class Block:
    """A piece of a section that is not divided further: one paragraph, list..."""

    kind: BlockKind
    text: str  # plain text with *emphasis* kept as Markdown; list items one a line, "- " or "1. "


@dataclass(frozen=True)
class Section:
    """Blocks under one heading. `path` is () for what stands before any heading."""

    path: tuple[str, ...]  # headings from the outermost to this one
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Text:
    """A study text as read from a file, before it is cut into passages."""

    slug: str  # stable, [a-z0-9-]{1,80}; from the file's name
    title: str
    author: str
    language: Language
    sections: tuple[Section, ...]
    year: int | None = None
    themes: tuple[str, ...] = ()  # theme ids, the main one first
    roles: tuple[str, ...] = ()  # role ids
    level: Level | None = None
    minutes: int = 1
    form: str | None = None
    series: str | None = None
    series_position: int | None = None
    version_of: str | None = None  # texts that share it are versions of each other
    licence: str | None = None
    sources: tuple[str, ...] = ()
    script: Script | None = None  # of a Chinese text: how its characters are to be shown
    identifiers: tuple[str, ...] = ()  # "isbn:9787...", "uri:...", as the file names itself
    subjects: tuple[str, ...] = ()  # the file's own subject headings; they are searched by
    origins: tuple[tuple[str, Origin], ...] = ()  # (field, where its value comes from)
    left_out: tuple[str, ...] = ()  # what was kept out of the passages; `LEFT_OUT`

    def origin(self, field: str) -> Origin | None:
        """Where the value of a field comes from; None where it has none."""
        return dict(self.origins).get(field)


@dataclass(frozen=True)
class Passage:
    """A citable piece of a text; its id survives rebuilds and edits elsewhere."""

    id: str  # "text-slug/section.n" (see passages.py for how it stays the same)
    text_slug: str
    position: int  # 0, 1, 2... in reading order
    path: tuple[str, ...]  # headings it stands under
    blocks: tuple[Block, ...]
    words: int  # Chinese characters count as one word each
    content_hash: str  # of title, path and text: changes when it must be embedded again
    sentences: tuple[tuple[int, int], ...] = field(default=())  # spans into `text`

    @property
    def text(self) -> str:
        """The passage as plain text, blocks separated by a blank line."""
        return "\n\n".join(b.text for b in self.blocks)
