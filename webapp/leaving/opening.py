"""A zip that somebody says was taken along, opened without believing anything of it.

Only the parts that are known by name are read, as JSON and a line at a time, and bytes
are counted as they come out, so that nothing in it can fill the memory. No part is of
a format that a parser in C could stumble over: no child process is needed.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from webapp.leaving.sections import FORMAT, VERSION

MOST_MEGABYTES = 100  # of the zip
MOST_ENTRIES = 60_000
MOST_DIRECTORY = 16 * 1024 * 1024  # bytes
MOST_HEAD = 4 * 1024 * 1024  # bytes of data.json
MOST_LINE = 2 * 1024 * 1024  # bytes of one row
MOST_ROWS = 20_000  # of one section, and of what a member has of it after bringing back
MOST_UNPACKED = 100  # megabytes of all sections

_END = struct.Struct("<4s4H2LH")  # the end record of a zip's directory
# What reading a broken or hostile zip may raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,  # a way of packing that nobody knows
    RuntimeError,  # encrypted
    struct.error,
)


class PackageRefused(Exception):
    """It cannot be brought back, or not further; `cause` says why in one word, `section`
    where it ended."""

    def __init__(self, cause: str, section: str = "", most: int = 0) -> None:
        super().__init__(cause)
        self.cause, self.section, self.most = cause, section, most


class Package:
    """An opened zip. To be closed."""

    def __init__(self, packed: zipfile.ZipFile, head: dict[str, Any]) -> None:
        self.head, self._packed, self._names = head, packed, set(packed.namelist())
        self._read = 0

    def rows(self, section: str) -> Iterator[dict[str, Any] | None]:
        """A section's rows; None for one that cannot be read. Raises PackageRefused."""
        name = f"data/{section}.jsonl"
        if name not in self._names:
            return
        try:
            with self._packed.open(name) as lines:
                for _number in range(MOST_ROWS):
                    line = lines.readline(MOST_LINE + 1)
                    self._read += len(line)
                    if not line:
                        return
                    if len(line) > MOST_LINE:
                        raise PackageRefused("too_large", section)
                    if self._read > MOST_UNPACKED * 1024 * 1024:
                        raise PackageRefused("too_much", section, MOST_UNPACKED)
                    yield _object(line)
                if not lines.read(1):
                    return
        except _BROKEN:
            raise PackageRefused("broken") from None
        raise PackageRefused("too_many", section, MOST_ROWS)

    def close(self) -> None:
        self._packed.close()


def opened(archive: Path) -> Package:
    """Raises PackageRefused."""
    with archive.open("rb") as file:
        if not _has_small_directory(file):
            raise PackageRefused("no_zip")
    try:
        packed = zipfile.ZipFile(archive)
    except _BROKEN:
        raise PackageRefused("no_zip") from None
    try:
        return Package(packed, _head(packed))
    except BaseException:
        packed.close()
        raise


def _head(packed: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with packed.open("data.json") as file:
            text = file.read(MOST_HEAD + 1)
    except (KeyError, *_BROKEN):
        raise PackageRefused("not_ours") from None
    head = _object(text) if len(text) <= MOST_HEAD else None
    if head is None or head.get("format") != FORMAT:
        raise PackageRefused("not_ours")
    version = head.get("version")
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise PackageRefused("newer")
    return head


def _has_small_directory(file: IO[bytes]) -> bool:
    """Whether it ends as a zip whose directory can be held in memory: `zipfile` reads it
    whole, however long it says it is. The long form (zip64) we never write."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - 20)
    file.seek(start)
    end = file.read()
    at = end.rfind(b"PK\5\6")
    if at < 0 or len(end) - at < _END.size:
        return False
    file.seek(max(0, start + at - 20))  # where the long form would be announced
    if b"PK\6\7" in file.read(20):
        return False
    entries, length = _END.unpack_from(end, at)[4:6]
    return bool(entries <= MOST_ENTRIES and length <= MOST_DIRECTORY)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
