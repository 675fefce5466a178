"""What parts of a Word file's archive are read, and whether they do no harm."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from corpus.formats.kinds import shown_name
from corpus.texts import TextRefused

MAX_ENTRIES: Final = 10_000
MAX_DIRECTORY: Final = 4 * 1024 * 1024  # bytes of the archive's list of entries
MAX_PART: Final = 16 * 1024 * 1024  # bytes of one part, unpacked: a dozen long novels
MAX_ALL: Final = 24 * 1024 * 1024

_BROKEN = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError,
    RuntimeError, struct.error, IndexError, KeyError,
)  # fmt: skip
_READ = ("styles", "numbering", "footnotes", "endnotes")
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/")
_TRANSITIONAL = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
}
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CP = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class Parts:
    """The parts that hold words, as trees, by their names in the archive."""

    trees: dict[str, Any]
    main_name: str
    styles: Any | None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def main(self) -> Any:
        return self.trees[self.main_name]

    @property
    def notes(self) -> set[tuple[str, str]]:
        """(footnote or endnote, id) of all that are there."""
        return {
            (kind, note.get(f"{W}id", ""))
            for tree in self.trees.values()
            for kind in ("footnote", "endnote")
            for note in tree.findall(f"{W}{kind}")
        }

    def packed(self) -> io.BytesIO:
        """An archive of these parts only, written anew: without pictures,
        macros, settings and whatever else somebody put in."""
        from lxml import etree

        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, tree in self.trees.items():
                archive.writestr(name, etree.tostring(tree, encoding="utf-8", xml_declaration=True))
        file.seek(0)
        return file


def opened(path: Path) -> Parts:
    """The parts of a Word file, or `TextRefused`."""
    _check_start(path)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise _damaged(shown_name(path)) from error
    with archive:
        try:
            return _Reader(archive, shown_name(path)).parts()
        except _BROKEN as error:
            raise _damaged(shown_name(path)) from error


def _damaged(name: str) -> TextRefused:
    return TextRefused(
        f"{name} is damaged or was cut short: it is not a whole Word document. Copy it again."
    )


def _check_start(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        end = file.read()
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            file.seek(0)
            locked = "EncryptedPackage".encode("utf-16-le") in file.read(4 * 1024 * 1024)
            raise TextRefused(
                f"{shown_name(path)} is protected with a password. Open it in Word, remove the "
                "password and save it again."
                if locked
                else f"{shown_name(path)} is an old Word document (before 2007). "
                "Open it in Word or LibreOffice and save it as .docx."
            )
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 20:
        raise _damaged(shown_name(path))
    entries, directory = struct.unpack("<HI", end[at + 10 : at + 16])
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise TextRefused(
            f"{shown_name(path)} holds {entries:,} entries; a Word document has some dozens. "
            "Open it in Word and save it again."
        )


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, name: str):
        self._archive, self._name = archive, name
        self._names = set(archive.namelist())
        self._left = MAX_ALL

    def parts(self) -> Parts:
        main = self._main_name()
        relations = self._relations_of(main)
        names = {kind: name for kind, name in relations if kind in _READ}
        trees: dict[str, Any] = {}
        rels = [f"{posixpath.dirname(n)}/_rels/{posixpath.basename(n)}.rels".lstrip("/")
                for n in (main, *names.values())]  # fmt: skip
        for name in ("[Content_Types].xml", "_rels/.rels", main, *names.values(), *rels):
            if name in self._names and (tree := self._tree(name)) is not None:
                trees[name] = tree
        if main not in trees or trees[main].find(f"{W}body") is None:
            raise TextRefused(f"{self._name} is not a Word document: it has no text part.")
        styles = trees.get(names.get("styles", ""))
        return Parts(trees, main, styles, self._said(styles))

    def _main_name(self) -> str:
        for kind, name in self._relations_of(""):
            if kind == "officeDocument" and name in self._names:
                return name
        if "word/document.xml" in self._names:
            return "word/document.xml"
        raise TextRefused(f"{self._name} is not a Word document: it has no text part.")

    def _relations_of(self, part: str) -> list[tuple[str, str]]:
        """(kind, name of the part) for what a part refers to inside the file."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        tree = self._tree(name) if name in self._names else None
        found = []
        for relation in tree.iter(_RELATIONS) if tree is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
                found.append((relation.get("Type", "").rpartition("/")[2], target.lstrip("/")))
        return found

    def _tree(self, name: str) -> Any:
        """A part as a tree. Entities have no use in Word's files, but to do harm."""
        from lxml import etree

        data = self._bytes(name)
        if _STRICT.search(data[:4096]):
            for strict, usual in _TRANSITIONAL.items():
                data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            if "depth" in str(error).lower():
                raise TextRefused(
                    f"{self._name} is nested too deeply to be a real document. "
                    "Open it in Word and save it again."
                ) from error
            raise _damaged(self._name) from error
        info = root.getroottree().docinfo
        if info.doctype or info.internalDTD is not None:
            raise TextRefused(
                f"{self._name} declares entities in {name}, which no Word document does. "
                "It may be meant to do harm; open it in Word and save it again."
            )
        return root

    def _bytes(self, name: str) -> bytes:
        entry = self._archive.getinfo(name)
        if entry.flag_bits & 1:
            raise TextRefused(
                f"{self._name} is protected with a password. "
                "Save a copy without a password and bring it again."
            )
        if entry.header_offset + entry.compress_size > self._archive.start_dir:
            raise _damaged(self._name)  # the part would end beyond the file
        most = min(MAX_PART, self._left)
        with self._archive.open(entry) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise TextRefused(
                f"{self._name} unpacks to more than a text can be ({name}). "
                "Divide it into several documents."
            )
        self._left -= len(data)
        return data

    # What the document says of itself. Its dates are those of the file.

    def _said(self, styles: Any | None) -> dict[str, Any]:
        said: dict[str, Any] = {}
        core = next((n for kind, n in self._relations_of("") if kind == "core-properties"), "")
        if core in self._names:
            said = dict(_core(self._tree(core)))
        if "language" not in said and styles is not None:
            said |= dict(_default_language(styles))
        return said


def _core(root: Any) -> Iterator[tuple[str, Any]]:
    tags = {
        "title": f"{_DC}title", "author": f"{_DC}creator", "language": f"{_DC}language",
        "identifiers": f"{_DC}identifier", "licence": f"{_DC}rights",
    }  # fmt: skip
    for key, tag in tags.items():
        if value := (root.findtext(tag) or "").strip():
            yield key, value
    words = ";".join(root.findtext(tag) or "" for tag in (f"{_CP}keywords", f"{_DC}subject"))
    if subjects := [w.strip() for w in re.split("[,;，；、]", words) if w.strip()]:
        yield "subjects", subjects


def _default_language(styles: Any) -> Iterator[tuple[str, str]]:
    """The language that new words get; where one for Chinese is set beside it,
    only the words can tell."""
    lang = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    if lang is None or (lang.get(f"{W}eastAsia") or "").startswith("zh"):
        return
    if value := lang.get(f"{W}val"):
        yield "language", value
