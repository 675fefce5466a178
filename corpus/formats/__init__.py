"""How a file becomes a Text: one reader per format, chosen by what the file is.

A reader is a module with a function `read(path) -> Text` that raises
`TextRefused` with a message for the person who brought the file. It is
imported when the first such file comes: whoever asks here for `VERSION` or
`SUFFIXES` loads no parser. Readers run in a child process with limits
(`corpus/child.py`); call `read` here directly only for files that you wrote
yourself.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from corpus.formats import kinds
from corpus.formats.kinds import SUFFIXES, shown_name
from corpus.texts import Text, TextRefused

__all__ = ["MAX_BYTES", "MOST_BYTES", "SUFFIXES", "VERSION", "check", "read", "shown_name"]

VERSION = "2"  # raise when a reader changes what it makes of the same file

MB = 1024 * 1024
# Pictures make a book large; words do not: 20 MB are twenty long novels.
MOST_BYTES = {
    "epub": 200 * MB,
    "pdf": 200 * MB,
    "docx": 200 * MB,
    "html": 64 * MB,  # saved pages carry their pictures in them
    "markdown": 20 * MB,
    "plain": 20 * MB,
}
MAX_BYTES = max(MOST_BYTES.values())  # no file is larger, whatever it is
MAX_LIST = 8 * MB  # of the list of names in a zip archive: some 80,000 names


def read(path: Path) -> Text:
    """The text in a file, or `TextRefused`."""
    try:
        facts = path.stat()
        check(facts, path.name)
        with path.open("rb") as file:
            head = file.read(kinds.HEAD)
    except OSError as error:
        raise TextRefused(f"{shown_name(path)} cannot be read: {error.strerror}.") from error
    kind = kinds.kind(path.name, head, _members(path, head))
    if kind.reader is None:
        raise TextRefused(kind.refusal)
    _check_size(facts.st_size, MOST_BYTES[kind.reader], path.name)
    return _reader(kind.reader)(path)


def check(facts: os.stat_result, name: str) -> None:
    """Refuses what is no ordinary file, empty, or too large whatever it may be."""
    if not stat.S_ISREG(facts.st_mode):
        what = _SPECIAL.get(stat.S_IFMT(facts.st_mode), "something else")
        raise TextRefused(
            f"{shown_name(name)} is not an ordinary file ({what}). Bring the text itself."
        )
    if facts.st_size == 0:
        raise TextRefused(
            f"{shown_name(name)} is empty (0 bytes). If it was copied or fetched, do that again."
        )
    _check_size(facts.st_size, MAX_BYTES, name)


_SPECIAL = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
}


def _check_size(size: int, most: int, name: str) -> None:
    if size > most:
        raise TextRefused(
            f"{shown_name(name)} is {size / MB:.0f} MB; {most // MB} MB is the most. "
            "Divide it into parts."
        )


def _members(path: Path, head: bytes) -> list[str]:
    """The names in a zip archive; none where it is no archive or its list is broken."""
    if not head.startswith(b"PK"):
        return []
    with path.open("rb") as file:
        if _list_size(file) > MAX_LIST:
            raise TextRefused(
                f"{shown_name(path)} is an archive of too many files; no book has so many. "
                "Unpack it and bring the files that are to be read."
            )
        try:
            with zipfile.ZipFile(file) as archive:
                return archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            return []


def _list_size(file: BinaryIO) -> int:
    """How many bytes a zip archive's list of names has, as it says itself; 0 where
    that cannot be true."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    end = file.read()
    large, small = end.rfind(b"PK\x06\x06"), end.rfind(b"PK\x05\x06")
    said = end[small + 12 : small + 16] if small >= 0 else b""
    if said == b"\xff\xff\xff\xff" and large >= 0:
        said = end[large + 40 : large + 48]
    length = int.from_bytes(said, "little")
    return length if length <= size else 0


def _reader(name: str) -> Callable[[Path], Text]:
    match name:
        case "epub":
            from corpus.formats import epub

            return epub.read
        case "pdf":
            from corpus.formats import pdf

            return pdf.read
        case "docx":
            from corpus.formats import docx

            return docx.read
        case "html":
            from corpus.formats import html

            return html.read
        case "markdown":
            from corpus.formats import markdown

            return markdown.read
        case _:
            from corpus.formats import plain

            return plain.read
