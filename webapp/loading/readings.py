"""Texts that a load file brings: made into files, read as the library reads them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from corpus import passages
from corpus.child import Reader
from corpus.texts import Passage, Text, TextRefused
from webapp.loading.shape import Item, Problems

_IN_FRONT = (
    "title",
    "author",
    "language",
    "year",
    "themes",
    "roles",
    "level",
    "minutes",
    "licence",
)


@dataclass(frozen=True)
class Brought:
    """A text of the file."""

    text: Text
    passages: list[Passage]
    source: bytes  # of the Markdown file it becomes


def as_file(item: Item) -> str | None:
    """The Markdown file of a reading; None when it says its title twice."""
    markdown = item.values["markdown"]
    front = {name: item.values[name] for name in _IN_FRONT if item.values[name] not in (None, ())}
    front = {name: list(v) if isinstance(v, tuple) else v for name, v in front.items()}
    if not front:
        return f"{markdown}\n"
    if markdown.startswith("---\n"):
        return None
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n{markdown}\n"


def read_all(items: list[Item], problems: Problems) -> dict[str, Brought]:
    """Slug -> text of every reading that the library would take."""
    found: dict[str, Brought] = {}
    if not items:
        return found
    with tempfile.TemporaryDirectory() as folder, Reader() as reader:
        for item in items:
            if item.values["markdown"] is None or not item.values["key"]:
                continue  # said already
            source = as_file(item)
            if source is None:
                problems.add(
                    f"{item.path}.markdown",
                    "begins with front matter (---) and has fields beside it; say title and the rest in one place",
                )
                continue
            file = Path(folder) / f"{item.key}.md"
            file.write_text(source, encoding="utf-8")
            try:
                text = reader.read(file)
            except TextRefused as refused:
                problems.add(f"{item.path}.markdown", f"cannot become a text: {refused}")
                continue
            found[item.key] = Brought(text, passages.cut(text), source.encode())
    return found


def put(folder: Path, brought: dict[str, Brought]) -> int:
    """Write the files that are new or changed; each whole or not at all."""
    written = 0
    folder.mkdir(exist_ok=True)
    for slug, each in sorted(brought.items()):
        target = folder / f"{slug}.md"
        if target.exists() and target.read_bytes() == each.source:
            continue
        part = folder / f".{slug}.part"
        part.write_bytes(each.source)
        part.replace(target)
        written += 1
    return written
