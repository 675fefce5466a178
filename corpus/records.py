"""What the library is asked with, and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from corpus.texts import Language, Level, Origin, Script

MinutesBand = Literal["up-to-5", "6-10", "11-20", "over-20"]
MINUTES: dict[MinutesBand, tuple[int, int]] = {
    "up-to-5": (0, 5),
    "6-10": (6, 10),
    "11-20": (11, 20),
    "over-20": (21, 10_000_000),
}

Rights = Literal["full", "passages"]  # may be shown in full, or one passage at a time
State = Literal["all", "waiting", "settled", "withdrawn", "versions"]

Item = TypeVar("Item")


@dataclass(frozen=True)
class TextFilter:
    """Which texts are wanted; what is left out does not narrow. Several themes
    (or roles) mean: any of them."""

    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    level: Level | None = None
    language: Language | None = None
    minutes: MinutesBand | None = None
    series: str | None = None
    # Of the versions of one text only those in this language, where one of
    # them is wanted too: a text that stands in two languages is listed once.
    prefer: Language | None = None


@dataclass(frozen=True)
class TextRecord:
    """What the library knows of a text, without its words."""

    slug: str
    title: str
    author: str  # "" where unknown
    language: Language
    year: int | None
    themes: tuple[str, ...]
    roles: tuple[str, ...]
    level: Level | None
    minutes: int
    form: str | None
    series: str | None
    series_position: int | None
    version_of: str | None
    licence: str | None
    sources: tuple[str, ...]
    words: int  # Chinese characters count as one each
    passages: int
    withdrawn: bool
    versions: tuple[str, ...] = ()  # slugs of its other versions that are not withdrawn
    rights: Rights = "full"
    script: Script | None = None
    identifiers: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    origins: dict[str, Origin] = field(default_factory=dict)  # of each value that has one
    left_out: tuple[str, ...] = ()
    chosen: frozenset[str] = frozenset()  # fields that an organizer decided
    withdrawn_why: str | None = None  # "gone" (its file is), "by hand"
    version_why: str = ""  # "file", "edition", "translation", "organizer"; "" for no version
    added_at: str = ""


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list, and where it goes on."""

    items: tuple[Item, ...]
    next: str | None  # give it as `after` to get the next page; None at the end
    total: int


@dataclass(frozen=True)
class Facets:
    """How many texts each further choice would leave, most first. A facet is
    counted without its own present choice, so that the alternatives show."""

    themes: dict[str, int]
    roles: dict[str, int]
    level: dict[str, int]
    language: dict[str, int]
    minutes: dict[str, int]  # by band, shortest first


@dataclass(frozen=True)
class Label:
    """A theme or role as people see it, per language."""

    id: str
    names: dict[str, str]  # {"en": ..., "zh": ...}
    descriptions: dict[str, str] = field(default_factory=dict)  # of a role: its duties

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.id

    def description(self, language: str) -> str:
        return self.descriptions.get(language) or self.descriptions.get("en") or ""


@dataclass(frozen=True)
class FileRecord:
    """What became of a file that was brought to the library."""

    path: str
    folder: str  # "" for a file that was added by itself
    size: int
    mtime_ns: int
    sha256: str
    slug: str | None
    outcome: Literal["imported", "duplicate", "refused", "gone"]
    why: str = ""
    made_with: str = ""
    checked_at: str = ""
    same_as: str | None = None  # of a duplicate: the slug of the text it is a copy of
    kind: str = ""  # what the file is: "epub", "pdf"...


@dataclass(frozen=True)
class Proposal:
    """What the software thinks of a text, until an organizer confirms it."""

    field: Literal["theme", "role", "level", "version"]
    value: str  # id of the theme or role; the level; slug of the text it is a version of
    confidence: float  # share of such proposals that were right where it was measured
    why: dict[str, Any]  # "kind" and what belongs to it; the web app words it


@dataclass(frozen=True)
class DeskFilter:
    """Which texts an organizer wants to see; withdrawn ones are among them."""

    q: str = ""  # words of title or author
    state: State = "all"  # waiting: something proposed is not decided yet
    language: Language | None = None
    theme: str | None = None  # "" for the texts without one


@dataclass(frozen=True)
class Coverage:
    """How many texts there are on a theme in a language."""

    theme: str
    language: Language
    texts: int
    proposed: int  # more of them, if every proposal were confirmed
