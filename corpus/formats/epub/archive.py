"""Which files an EPUB's archive holds, by any name that links give them.

The archive may be hostile: nothing is unpacked to the disk, and no more is
unpacked in memory than a book has.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from corpus.formats.epub import markup
from corpus.formats.kinds import shown_name
from corpus.texts import TextRefused

MB: Final = 1024 * 1024
MAX_ENTRIES: Final = 20_000
MAX_LIST: Final = 8 * MB  # of the archive's list of entries
MAX_DOCUMENT: Final = 12 * MB  # of one file, unpacked
MAX_ALL: Final = 40 * MB  # of all files that are read

BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError,
    RuntimeError, struct.error, IndexError, KeyError,
)  # fmt: skip
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def opened(path: Path) -> zipfile.ZipFile:
    """The archive, or `TextRefused`."""
    _check_list(path)
    try:
        return zipfile.ZipFile(path)
    except BROKEN as error:
        raise damaged(path.name) from error


def damaged(name: str) -> TextRefused:
    return TextRefused(
        f"{name} is damaged or was cut short: it is not a whole EPUB. Copy or fetch it again."
    )


def _check_list(path: Path) -> None:
    """Refuses an archive whose list of entries alone would fill the memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise damaged(path.name)
    entries, length = struct.unpack_from("<HI", end, at + 10)
    if entries > MAX_ENTRIES or length > MAX_LIST:
        raise TextRefused(
            f"{path.name} is an archive of too many files: {MAX_ENTRIES:,} is the most for a book. "
            "Bring the book alone."
        )


@dataclass
class Archive:
    file: zipfile.ZipFile
    name: str  # for messages
    entries: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    folded: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    unpacked: int = 0  # bytes so far

    def __post_init__(self) -> None:
        for info in self.file.infolist()[:MAX_ENTRIES]:
            name = posixpath.normpath(info.filename.replace("\\", "/")).lstrip("/")
            self.entries[name] = info
            self.folded.setdefault(unquote(name).casefold(), info)

    def find(self, href: str, folder: str = "") -> zipfile.ZipInfo | None:
        """The entry that a link leads to, from a document in `folder`."""
        path = href.partition("#")[0].partition("?")[0].replace("\\", "/")
        if not path or "\0" in path or re.match(r"[a-z][a-z0-9+.-]*:", path, re.IGNORECASE):
            return None
        for written in (unquote(path), path):
            name = posixpath.normpath(posixpath.join(folder, written)).lstrip("/")
            if info := self.entries.get(name) or self.folded.get(unquote(name).casefold()):
                return info
        return None

    def read(self, info: zipfile.ZipInfo) -> bytes | None:
        """An entry unpacked, or None where it is damaged."""
        if info.flag_bits & 1:
            raise TextRefused(f"{self.name} is locked with a password. Bring it unlocked.")
        self._check_size(info)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return None
        if info.header_offset + info.compress_size > self.file.start_dir:
            return None  # it would end beyond the file
        try:
            return self.file.read(info)
        except BROKEN:
            return None

    def _check_size(self, info: zipfile.ZipInfo) -> None:
        self.unpacked += info.file_size
        if info.file_size > MAX_DOCUMENT:
            raise TextRefused(
                f"{self.name} unpacks to more than a book has: {shown_name(info.filename)} in it "
                f"to {info.file_size / MB:,.1f} MB. {MAX_DOCUMENT // MB} MB is the most for one "
                "document."
            )
        if self.unpacked > MAX_ALL:
            raise TextRefused(
                f"{self.name} unpacks to more than a book has: its documents together to more "
                f"than {MAX_ALL // MB} MB."
            )


def check_open(archive: Archive) -> None:
    """Refuses a book that only its shop's program can open. Fonts may be
    scrambled in a book whose text is open."""
    locked = archive.find("META-INF/sinf.xml") is not None
    info = archive.find("META-INF/encryption.xml")
    root = markup.parsed(archive.read(info) or b"") if info else None
    if root is not None:
        for method in root.iter("EncryptionMethod"):
            of_key = any(e.tag == "EncryptedKey" for e in method.iterancestors())
            locked |= not of_key and method.get("Algorithm") not in _FONTS_ONLY
    if locked:
        raise TextRefused(
            f"{archive.name} is protected (DRM): only its shop's program can open it. "
            "Bring an edition without protection."
        )
