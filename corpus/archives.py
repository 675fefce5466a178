"""What is in a zip that somebody brought: unpacked whole, and so that it does no harm.

A name in a zip is an address chosen by a stranger, and a size is a claim. Names
are decoded, cleaned and kept below one folder; sizes are counted while bytes
come out. What cannot be unpacked is refused with a sentence, and the rest goes
on. The directory is read here and not by `zipfile`, which gives up on the whole
archive for one bad name and believes where entries lie.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from corpus.slugs import short_hash
from corpus.texts import CorpusError

CHUNK = 256 * 1024
MOST_DIRECTORY = 16 * 1024 * 1024  # bytes; room for 50,000 entries with long names
RATIO_FROM = 1024 * 1024  # bytes unpacked; below it, any ratio is harmless
DEEPEST = 16  # folders inside one another
NAME_BYTES = 200  # file systems end at 255; a number or ".part" may come to it
# Zips by nature, documents by use: their reader judges them, whole or broken.
DOCUMENTS = frozenset({
    ".epub", ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".pptm", ".odt", ".ods", ".odp",
    ".pages", ".numbers", ".key", ".jar", ".apk",
})  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """How much one archive may hold, archives inside it included."""

    entries: int = 5_000
    entry: int = 200_000_000  # bytes, unpacked
    total: int = 2_000_000_000
    ratio: int = 200  # unpacked to packed; text reaches 10, seldom 50


@dataclass(frozen=True)
class Unpacked:
    """The files that are there now, and (name in the archive, why) for what is not."""

    files: list[Path] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def unpack(archive: Path, into: Path, *, limits: Limits = Limits()) -> Unpacked:
    """Unpacks a zip into `into`, a folder of its own. Never raises for what is in it.

    An archive that cannot be used at all is its own refused name. An archive in
    the archive becomes a folder, one level deep. The same archive again gives
    the same files, and leaves alone those that are there and whole.
    """
    job, name = _Job(Path(into), limits), _printable(archive.name)
    try:
        if not stat.S_ISREG(archive.stat().st_mode):
            raise _Refused(f"{name} is not an ordinary file.")  # a pipe would keep us waiting
        with archive.open("rb") as file:
            job.unpack(file, name)
    except _Refused as refused:
        job.refuse(name, str(refused))
    except OSError as error:
        job.refuse(name, f"{name} cannot be read: {error.strerror}.")
    return job.result


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, and not an EPUB or a Word file, which are zips too."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False  # a pipe would keep us waiting
        with path.open("rb") as file:
            return _is_archive(file, path.name)
    except OSError:
        return False


def clean_name(name: str) -> str:
    """What a file may be called on every system, as near to `name` as can be. Never empty.

    Without control characters and marks that turn writing round, without signs
    that some systems forbid, no longer than 200 bytes: what was cut off is
    told apart by a hash, and the suffix stays.
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join(c for c in text if c.isspace() or not _is_unprintable(c))
    text = re.sub(r'[<>:"/\\|?*]', "_", " ".join(text.split())).strip(" .")
    if _RESERVED.fullmatch(text.partition(".")[0].rstrip()):
        text = f"_{text}"
    return _short(text) or "_"


class _Refused(CorpusError):
    """An entry, or the whole archive, cannot be unpacked; the message says why."""


class _Full(CorpusError):
    """There is no room on the disk."""


# Unpacking


class _Planned(NamedTuple):
    """An entry, the name people are told, and its place below the folder."""

    entry: _Entry
    shown: str
    place: tuple[str, ...]


class _Job:
    """One archive being unpacked, and what it has used of its limits."""

    def __init__(self, into: Path, limits: Limits) -> None:
        self.result = Unpacked()
        self._into, self._limits = into, limits
        self._entries = 0
        self._bytes = 0

    def refuse(self, name: str, why: str) -> None:
        self.result.refused.append((name, why))

    def unpack(self, file: BinaryIO, name: str, place: tuple[str, ...] = ()) -> None:
        """A zip into the folder `place`; () for the archive itself.

        Raises _Refused when nothing of it can be used, _Full when the disk is.
        """
        planned = self._plan(file, name, place)
        for at, one in enumerate(planned):
            try:
                self._take(file, one, inner=bool(place))
            except _Refused as refused:
                self.refuse(one.shown, str(refused))
            except _Full:
                for left in planned[at:]:
                    self.refuse(left.shown, f"The disk is full: {left.shown} was left out. {_ROOM}")
                if place:
                    raise
                return

    def _plan(self, file: BinaryIO, name: str, below: tuple[str, ...]) -> list[_Planned]:
        found = _entries(file, name)
        files = [
            (entry, called)
            for entry, called in zip(found, _names(found), strict=True)
            if not (called.endswith(("/", "\\")) or _is_passed_over(called))
        ]
        if not files:
            raise _Refused(f"{name} is empty: there is no file in it.")
        self._entries += len(files)
        if self._entries > self._limits.entries:
            raise _Refused(
                f"{name} holds more than {self._limits.entries:,} files. "
                "Divide it into several archives."
            )
        before = f"{name}/" if below else ""
        planned = []
        for entry, called in files:
            shown = before + _printable(called)
            try:
                planned.append(_Planned(entry, shown, (*below, *_place(called, shown))))
            except _Refused as refused:
                self.refuse(shown, str(refused))
        own = _apart([one.place for one in planned])
        return [one._replace(place=place) for one, place in zip(planned, own, strict=True)]

    def _take(self, file: BinaryIO, one: _Planned, *, inner: bool) -> None:
        if one.entry.fault:
            raise _Refused(f"{one.shown} {one.entry.fault}")
        target = self._into.joinpath(*one.place)
        try:
            self._must_lie_inside(target, one.shown)
            if _is_there(target, one.entry):
                self._count(one.entry.size, one)
                self.result.files.append(target)
            else:
                self._write(file, one, target, inner=inner)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _Full from error
            raise _Refused(f"{one.shown} cannot be written: {error.strerror}.") from error

    def _must_lie_inside(self, target: Path, shown: str) -> None:
        """A link that lies in the folder already leads elsewhere; nothing is written through it."""
        if not target.parent.resolve().is_relative_to(self._into.resolve()):
            raise _Refused(f"{shown} would be written outside of {self._into}.")

    def _write(self, file: BinaryIO, one: _Planned, target: Path, *, inner: bool) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{short_hash(target.name, 16)}.part")
        part.unlink(missing_ok=True)  # of a run that was killed
        try:
            # Not forced to the disk: after a power cut the checksum tells what is missing.
            with part.open("xb") as out:
                for chunk in self._counted(file, one):
                    out.write(chunk)
            with part.open("rb") as written:
                if _is_archive(written, target.name):
                    self._unpack_inner(written, one, inner=inner)
                    return
            part.replace(target)
            self.result.files.append(target)
        finally:
            part.unlink(missing_ok=True)

    def _unpack_inner(self, file: BinaryIO, one: _Planned, *, inner: bool) -> None:
        if inner:
            raise _Refused(
                f"{one.shown} is an archive in an archive that was in an archive. "
                "Unpack it yourself and bring the files."
            )
        self.unpack(file, one.shown, one.place)

    def _counted(self, file: BinaryIO, one: _Planned) -> Iterator[bytes]:
        """The bytes of an entry as they come out, within the limits and proved by the checksum."""
        size, crc = 0, 0
        # What the archive claims is not believed, but taken at its word where it is too much.
        self._must_be_small(one.entry.size, one)
        for chunk in _bytes(file, one.entry):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            self._must_be_small(size, one)
            self._count(len(chunk), one)
            yield chunk
        if size != one.entry.size or crc != one.entry.crc:
            raise _Refused(
                f"{one.shown} is damaged in the archive (its checksum is wrong). "
                "Make the archive again or bring this file by itself."
            )

    def _must_be_small(self, size: int, one: _Planned) -> None:
        if size > RATIO_FROM and size > self._limits.ratio * one.entry.packed:
            raise _Refused(
                f"{one.shown} unpacks to more than {self._limits.ratio} times its size, as in "
                "an archive made to fill the disk. It was not unpacked."
            )
        if size > self._limits.entry:
            raise _Refused(
                f"{one.shown} is larger than {self._limits.entry // 1_000_000:,} MB unpacked. "
                "Divide it into parts."
            )

    def _count(self, size: int, one: _Planned) -> None:
        """Refused parts count too: inflating them took time."""
        self._bytes += size
        if self._bytes > self._limits.total:
            raise _Refused(
                f"{one.shown} was left out: the archive holds more than "
                f"{self._limits.total // 1_000_000:,} MB unpacked. Divide it into several archives."
            )


_ROOM = "Free some room and run again."


def _is_there(target: Path, entry: _Entry) -> bool:
    """Whether the file of an entry is on the disk already, whole."""
    try:
        facts = target.lstat()
    except OSError:
        return False
    if not stat.S_ISREG(facts.st_mode) or facts.st_size != entry.size:
        return False
    crc = 0
    with target.open("rb") as file:
        while chunk := file.read(CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc == entry.crc


def _bytes(file: BinaryIO, entry: _Entry) -> Iterator[bytes]:
    """The unpacked bytes of an entry, never more than a chunk at a time."""
    packed = _packed(file, entry)
    if entry.method == 0:
        yield from packed
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for block in packed:
            while not inflate.eof:
                chunk = inflate.decompress(block, CHUNK)
                yield chunk
                block = inflate.unconsumed_tail
                if not block and len(chunk) < CHUNK:
                    break
            if inflate.eof:
                return
    except zlib.error:
        return  # what came out so far does not fit the checksum


def _packed(file: BinaryIO, entry: _Entry) -> Iterator[bytes]:
    """Its own place in the file is kept: an archive inside may be read meanwhile."""
    at, end = entry.data, entry.data + entry.packed
    while at < end:
        file.seek(at)
        block = file.read(min(CHUNK, end - at))
        if not block:
            return
        at += len(block)
        yield block


# The directory of a zip


class _Entry(NamedTuple):
    """What the archive says of one file in it."""

    raw_name: bytes
    said_name: str | None  # where the archive says surely which characters it means
    method: int  # 0 stored, 8 deflated
    crc: int
    packed: int  # bytes
    size: int  # bytes, unpacked; a claim
    start: int  # where its header begins in the file
    data: int  # where its bytes begin
    fault: str | None  # why it cannot be unpacked, to be put after its name


_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_HEADER = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_LOCKED = "is protected with a password. Unpack it yourself with the password and bring the file."
_DAMAGED = "is damaged in the archive. Make the archive again or bring this file by itself."
_SHARED = (
    "shares its bytes with another entry, as in an archive made to fill the disk. "
    "Make the archive again from the files."
)


def _entries(file: BinaryIO, name: str) -> list[_Entry]:
    """All entries, in the order of the directory. Raises _Refused when it cannot be read."""
    broken = _Refused(
        f"{name} is damaged: its list of files, which stands at the end, is not whole. "
        "Often a download or a copy broke off. Get it again."
    )
    try:
        start, length, shift = _directory(file, name)
        file.seek(start)
        data = file.read(length)
        headers = list(_headers(data))
    except (struct.error, ValueError, OverflowError):
        raise broken from None
    if len(data) < length:
        raise broken
    entries = [_entry(file, raw, values, shift, start) for raw, values in headers]
    return _without_overlap(entries)


def _directory(file: BinaryIO, name: str) -> tuple[int, int, int]:
    """Where the directory begins, its length, and how far all places are shifted
    by what stands before the archive. ValueError when there is none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise ValueError
    end = size - len(tail) + at
    _, disk, first_disk, _, _, length, start, _ = _END.unpack_from(tail, at)
    if at >= _LOCATOR_64.size and 0xFFFFFFFF in (length, start):
        mark, _, place, _ = _LOCATOR_64.unpack_from(tail, at - _LOCATOR_64.size)
        if mark == b"PK\6\7":
            file.seek(min(place, size))
            _, _, _, _, disk, first_disk, _, _, length, start = _END_64.unpack(
                file.read(_END_64.size)
            )
            end = place
    if (disk, first_disk) not in ((0, 0), (0xFFFF, 0xFFFF)):
        raise _Refused(f"{name} is one part of an archive in several parts. Bring it as one file.")
    if length > size:
        raise ValueError
    if length > MOST_DIRECTORY:
        raise _Refused(f"{name} holds too many files. Divide it into several archives.")
    shift = end - length - start
    if shift < 0:
        raise ValueError
    return start + shift, length, shift


def _headers(data: bytes) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    """(name with extra fields, the numbers) of every entry in a directory."""
    at = 0
    while data[at : at + 4] == b"PK\1\2":
        values = _HEADER.unpack_from(data, at)
        name, extra, comment = values[10:13]
        yield data[at + _HEADER.size : at + _HEADER.size + name + extra], values[1:]
        at += _HEADER.size + name + extra + comment
    if data[at : at + 4] not in (b"", b"PK\5\5"):  # the end, or a signature
        raise ValueError


def _entry(
    file: BinaryIO, raw: bytes, values: tuple[int, ...], shift: int, directory: int
) -> _Entry:
    _, _, flags, method, _, _, crc, packed, size, length, _, _, _, _, attributes, start = values
    name, extra = raw[:length], dict(_fields(raw[length:]))
    packed, size, start = _long(extra.get(1, b""), packed, size, start)
    start = min(start + shift, directory)
    file.seek(start)
    local = file.read(_LOCAL.size)
    data = start + _LOCAL.size
    if len(local) == _LOCAL.size:
        data += sum(_LOCAL.unpack(local)[-2:])
    whole = local.startswith(b"PK\3\4") and data + packed <= directory
    fault = _fault(flags, method, attributes >> 16, whole=whole)
    said = _said_name(name, extra.get(0x7075, b""), flags)
    return _Entry(name, said, method, crc, packed, size, start, data, fault)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of an entry by their number."""
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        yield number, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _long(extra: bytes, packed: int, size: int, start: int) -> tuple[int, int, int]:
    """Numbers too large for their places stand in an extra field, in this order."""
    longs = iter([n for (n,) in struct.iter_unpack("<Q", extra[: len(extra) // 8 * 8])])
    size = next(longs, size) if size == 0xFFFFFFFF else size
    packed = next(longs, packed) if packed == 0xFFFFFFFF else packed
    start = next(longs, start) if start == 0xFFFFFFFF else start
    return packed, size, start


def _fault(flags: int, method: int, mode: int, *, whole: bool) -> str | None:
    """Why an entry cannot be unpacked, to be put after its name."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        return "is a link to another place, not a file. Bring the file itself."
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a device or a pipe, not a file."
    if flags & 0x2041 or method == 99:
        return _LOCKED
    if method not in (0, 8):
        return f"is packed in an unusual way (method {method}). Make the archive again as an ordinary zip."
    return None if whole else _DAMAGED


def _without_overlap(entries: list[_Entry]) -> list[_Entry]:
    """Honest entries lie one after the other. Where two share bytes, the first
    is kept: a small file could otherwise be unpacked thousands of times."""
    end, shared = -1, set()
    for at in sorted(range(len(entries)), key=lambda i: (entries[i].start, i)):
        entry = entries[at]
        if entry.fault == _DAMAGED:
            continue
        if entry.start < end:
            shared.add(at)
        else:
            end = entry.data + entry.packed
    return [
        e._replace(fault=e.fault or _SHARED) if i in shared else e for i, e in enumerate(entries)
    ]


def _is_archive(file: BinaryIO, name: str) -> bool:
    if PurePosixPath(name).suffix.lower() in DOCUMENTS:
        return False
    file.seek(0)
    start = file.read(_LOCAL.size + 32)
    if not start.startswith((b"PK\3\4", b"PK\5\6")):
        return False
    first = start[_LOCAL.size :]
    if first.startswith((b"mimetype", b"[Content_Types].xml", b"META-INF/")):
        return False
    try:
        names = {entry.raw_name for entry in _entries(file, name)}
    except _Refused:
        return True  # a zip that is broken: unpacking it will say so
    return not names & {
        b"mimetype", b"[Content_Types].xml", b"META-INF/container.xml", b"META-INF/MANIFEST.MF",
    }  # fmt: skip


# Names


_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)


def _is_unprintable(char: str) -> bool:
    # Joiners hold emoji and some scripts together.
    return (
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in "\u200c\u200d"
    )


def _printable(name: str) -> str:
    """A name as it can be shown in a table, whatever is in it."""
    shown = "".join("\ufffd" if _is_unprintable(c) else c for c in name)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"


def _short(name: str) -> str:
    if len(name.encode("utf-8", "surrogatepass")) <= NAME_BYTES:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > 16:
        suffix = ""
    ending = f"-{short_hash(name, 8)}{suffix}"
    stem = name.removesuffix(suffix).encode()[: NAME_BYTES - len(ending.encode())]
    return stem.decode(errors="ignore").rstrip(" .") + ending


def _is_passed_over(name: str) -> bool:
    """What systems and programs leave in archives and nobody meant to bring."""
    parts = [p for p in re.split(r"[/\\]", name) if p.strip() not in ("", ".", "..")]
    return any(
        part.startswith((".", "~$"))
        or part.casefold() in ("__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini")
        for part in parts
    )


def _place(name: str, shown: str) -> tuple[str, ...]:
    """Where an entry goes: cleaned names of folders and file. _Refused where it leads outside."""
    way = name.replace("\\", "/")
    parts = [part for part in way.split("/") if part not in ("", ".")]
    if way.startswith("/") or re.match(r"[A-Za-z]:/", way) or any(p.strip() == ".." for p in parts):
        raise _Refused(
            f"{shown} has a name that leads out of the archive's folder. "
            "Rename it or bring the file by itself."
        )
    if len(parts) > DEEPEST:
        raise _Refused(
            f"{shown} lies in more than {DEEPEST} folders inside one another. "
            "Move it up and make the archive again."
        )
    return tuple(clean_name(part) for part in parts) or ("_",)


def _apart(places: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Each its own place on every disk: on some, `A.txt` and `a.txt` are one file."""
    folders = {_key(place[:n]) for place in places for n in range(1, len(place))}
    taken, last = set(folders), dict[str, int]()
    own = []
    for place in places:
        key = first = _key(place)
        chosen, number = place, last.get(key, 1)
        while key in taken:
            number += 1
            chosen = (*place[:-1], _numbered(place[-1], number))
            key = _key(chosen)
        last[first] = number
        taken.add(key)
        own.append(chosen)
    return own


def _key(place: tuple[str, ...]) -> str:
    return "/".join(place).casefold()


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


# Which characters a name means

ENCODINGS = ("utf-8", "gb18030", "cp950", "cp437")


def _said_name(raw: bytes, unicode_field: bytes, flags: int) -> str | None:
    """The name where the archive says that it is UTF-8, and it is."""
    if unicode_field[:1] == b"\1" and unicode_field[1:5] == struct.pack("<L", zlib.crc32(raw)):
        raw, flags = unicode_field[5:], 0x800
    if not (flags & 0x800 or raw.isascii()):
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _names(entries: Sequence[_Entry]) -> list[str]:
    """Names of entries. Programs of different countries write them in their own
    encoding and do not say which; most archives were made by one program."""
    unsaid = [e.raw_name for e in entries if e.said_name is None]
    common = _encoding(unsaid) if unsaid else "utf-8"
    among = ENCODINGS if common == "cp437" else (common, "utf-8")
    return [
        e.raw_name.decode(_encoding([e.raw_name], among)) if e.said_name is None else e.said_name
        for e in entries
    ]


def _encoding(names: Sequence[bytes], among: Sequence[str] = ENCODINGS) -> str:
    """The encoding in which all these names look most like names."""
    best, highest = "cp437", -1.0  # in which everything can be read, if seldom with sense
    for encoding in among:
        try:
            likely = _likelihood("/".join(name.decode(encoding) for name in names), encoding)
        except UnicodeDecodeError:
            continue
        if likely > highest:
            best, highest = encoding, likely
    return best


def _likelihood(text: str, encoding: str) -> float:
    """How well the characters beyond ASCII fit into names of files: 0 to 4."""
    marks = [
        _fitness(c, text[max(0, i - 1) : i] + text[i + 1 : i + 2], encoding)
        for i, c in enumerate(text)
        if c > "\x7f"
    ]
    return sum(marks) / max(1, len(marks))


def _fitness(char: str, around: str, encoding: str) -> float:
    letters = sum(1 for c in around if c.isascii() and c.isalpha())
    if "\u3400" <= char <= "\u9fff":
        if letters == 2:
            return 1.0  # no Chinese is written inside a word
        if encoding == "utf-8":
            return 4.0 if char in _FREQUENT else 3.5  # three bytes seldom fit by chance
        return 4.0 if char in _FREQUENT else _commonness(encoding).get(char, 1.0)
    if char in "《》〈〉「」『』【】（）〔〕，。、；：？！“”‘’…—·～　":
        return 2.0
    if "\u00c0" <= char <= "\u024f" and char.isalpha():
        return 3.0 if letters else 1.0
    if "\uff10" <= char <= "\uff5a":
        return 1.5
    # Other scripts and pictures: taken for what they are only where UTF-8 proves them.
    other = char >= "\u0800" or "\u0391" <= char <= "\u045f"
    return 3.0 if encoding == "utf-8" and other and not "\ue000" <= char <= "\uf8ff" else 0.0


@cache
def _commonness(encoding: str) -> dict[str, float]:
    """The characters that an encoding's makers put first because they are common."""
    traditional = _characters("big5", range(0xA4, 0xC7))
    if encoding == "cp950":
        return dict.fromkeys(traditional, 3.0)
    simplified = _characters("gb2312", range(0xB0, 0xD8))
    return dict.fromkeys(traditional, 2.0) | dict.fromkeys(simplified, 3.0)


def _characters(encoding: str, leads: range) -> frozenset[str]:
    pairs = b"".join(
        bytes((lead, trail)) for lead in leads for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    )
    return frozenset(c for c in pairs.decode(encoding, "ignore") if c >= "\u3400")


# About 500 of the most frequent characters, and words that names of files are made of.
_FREQUENT = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多"
    "天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将"
    "外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重"
    "被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比"
    "住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京"
    "务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功"
    "指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求"
    "品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站"
    "广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切古卷章节册"
    "篇集选编译注著习材料讲稿知精纪要指南得总结划附参考以第目录序答案例汇摘心"
    "並來個們傳兒內兩冊別則劃動務區卻參員問喫單國報場壞學實寫將專對導師帶幹幾廣張強後從愛應戰據數於時書會東條業"
    "極樣機權歷氣決沒滿濟無爭爲為現產当當發種節紀紅組結給統經網編總纔才義習聯聲聽臉臺與興華萬處衆眾術裏裡見視親"
    "覺觀計記設許話該認語說誰請論講識譯議讀變讓資車軍輕轉辦這連進運過達遠選還邊錄錢長門開間關隊際雖雙離難電領頭"
    "題風飛馬體麼黃點黨齣經錄傳說"
)
