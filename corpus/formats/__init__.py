"""How a file becomes a Text: one reader per format, chosen by the file's suffix.

A reader is a function `read(path) -> Text` that raises `TextRefused` with a
message for the person who brought the file. Readers run in a child process
with limits (`corpus/child.py`); call `read` here directly only for files that
you wrote yourself.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from corpus.formats import markdown, plain
from corpus.texts import Text, TextRefused

VERSION = "1"  # raise when a reader changes what it makes of the same file
MAX_BYTES = 20 * 1024 * 1024

READERS: dict[str, Callable[[Path], Text]] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain.read,
    ".text": plain.read,
}


def read(path: Path) -> Text:
    """The text in a file, or `TextRefused`."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise TextRefused(
            f"{path.name} is not in a format the library reads ({', '.join(READERS)}). "
            "Save it as Markdown or plain text."
        )
    _check_file(path)
    return reader(path)


def _check_file(path: Path) -> None:
    try:
        facts = path.stat()
    except OSError as error:
        raise TextRefused(f"{path.name} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(facts.st_mode):
        raise TextRefused(f"{path.name} is not an ordinary file.")
    if facts.st_size == 0:
        raise TextRefused(f"{path.name} is empty (0 bytes).")
    if facts.st_size > MAX_BYTES:
        raise TextRefused(
            f"{path.name} is {facts.st_size / 1024 / 1024:.0f} MB; "
            f"{MAX_BYTES // 1024 // 1024} MB is the most. Divide it into parts."
        )
