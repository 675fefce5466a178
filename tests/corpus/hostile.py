"""Files that are broken or made to do harm, each made here from nothing.

`FILES` names them, with what must become of each. `write` puts one of them, or
all, into a folder. The same builders make the good files from which the fuzzer
starts (`good_files`). Nothing here leaves the machine: addresses are those of
this machine's own discard port.
"""

from __future__ import annotations

import base64
import io
import os
import re
import socket
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Ends = Literal["imported", "refused", "either"]

SAID = (
    "The members of the branch met on Friday to read the old letter aloud, and each of them "
    "said in a few words what it had taught them about patience and about work."
)
SAID_ZH = (
    "星期五，支部的同志们在一起读那封旧信，每个人都用几句话说说自己从中学到了什么，怎样做好工作。"
)
NOWHERE = "http://127.0.0.1:9/"
SECRET = "file:///etc/passwd"
STOLEN = re.compile(r"root:[^\n]{0,9}:0:")  # what a reader that followed SECRET would bring home
MB = 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """One hostile file: what it is, what it is called, and what must become of it."""

    what: str
    name: str
    make: Callable[[], bytes]
    ends: Ends
    says: str = ""  # in the refusal; a regular expression
    keeps: str = ""  # in the text, when it is imported
    slow: bool = False
    place: Callable[[Path], None] | None = field(default=None)  # for what is no ordinary file


FILES: list[Hostile] = []


def _is(
    what: str,
    name: str,
    make: Callable[[], bytes] | bytes,
    ends: Ends,
    says: str = "",
    *,
    keeps: str = "",
    slow: bool = False,
) -> None:
    made = make if callable(make) else (lambda data=make: data)
    FILES.append(Hostile(what, name, made, ends, says, keeps, slow))


def write(file: Hostile, folder: Path) -> Path:
    """Puts a hostile file into a folder; where it stands there."""
    path = folder / file.name
    if file.place:
        file.place(path)
    else:
        path.write_bytes(file.make())
    return path


def unclear(message: str, shown: str) -> str | None:
    """What is wrong with a refusal as a sentence for a person, or None."""
    if shown not in message:
        return "does not name the file"
    if re.search(
        r"\w(?:Error|Exception)\b|Traceback|could not be read \(|errno|0x[0-9a-f]{6}", message
    ):
        return "shows an error of the program"
    if "/proc/" in message or "None" in message:
        return "shows what stands inside the program"
    if (
        not message.isprintable()
        and not message.replace("\u3000", "").replace("\u200d", "").isprintable()
    ):
        return "cannot be printed"
    if len(message) > 600:
        return "is too long"
    if not re.search(r"""[.!?"]['")]?$""", message) and not message.endswith(
        ": xinde library build"
    ):
        return "is no sentence"
    if not re.search(r"[.:;!?)\"] +\S+", message.replace(shown, "x")):
        return "does not say what to do"
    return None


# Zip archives


@dataclass
class Entry:
    """A member of a zip archive, which may lie about itself."""

    name: bytes
    data: bytes  # as stored
    method: int = 0
    size: int | None = None  # what it says
    stored: int | None = None
    crc: int | None = None
    flags: int = 0
    at: int | None = None  # offset of its local header, if it shares that of another
    header: bool = True


def raw_zip(entries: Iterable[Entry], *, comment: bytes = b"", prefix: bytes = b"") -> bytes:
    """A zip archive written by hand."""
    out = bytearray(prefix)
    listed = bytearray()
    count = 0
    for e in entries:
        size = len(e.data) if e.size is None else e.size
        stored = len(e.data) if e.stored is None else e.stored
        crc = zlib.crc32(e.data) if e.crc is None else e.crc
        common = struct.pack(
            "<HHHHHIIIHH", 20, e.flags, e.method, 0, 0x5000, crc, stored, size, len(e.name), 0
        )
        at = len(out) if e.at is None else e.at
        if e.at is None and e.header:
            out += b"PK\x03\x04" + common + e.name + e.data
        listed += (
            b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, at)
        )
        listed += e.name
        count += 1
    end = struct.pack(
        "<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(listed), len(out), len(comment)
    )
    return bytes(out) + bytes(listed) + b"PK\x05\x06" + end + comment


def deflated(name: str, data: bytes, **lies: int) -> Entry:
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored = packed.compress(data) + packed.flush()
    given = {"method": 8, "size": len(data), "crc": zlib.crc32(data)} | lies
    return Entry(name.encode(), stored, **given)  # type: ignore[arg-type]


@cache
def bomb(
    megabytes: int, filler: bytes = b" ", start: bytes = b"", end: bytes = b""
) -> tuple[bytes, int, int]:
    """Raw deflate data that unpacks to so many MB; its size and checksum then."""
    block = filler * (MB // len(filler))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    last = packer.compress(end) + packer.flush()
    crc = zlib.crc32(start)
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    crc = zlib.crc32(end, crc)
    size = len(start) + megabytes * len(block) + len(end)
    return first + middle * megabytes + last, size, crc


def bomb_entry(
    name: str, megabytes: int, filler: bytes = b" ", start: bytes = b"", end: bytes = b""
) -> Entry:
    data, size, crc = bomb(megabytes, filler, start, end)
    return Entry(name.encode(), data, 8, size=size, crc=crc)


def with_sizes_of_gigabytes(archive: bytes) -> bytes:
    """A zip archive whose list says that each entry is packed in 1.5 GB."""
    return re.sub(
        rb"(PK\x01\x02.{16}).{4}",
        lambda entry: entry[1] + struct.pack("<I", 1_500_000_000),
        archive,
        flags=re.DOTALL,
    )


def zip_of(members: Mapping[str, bytes | str], *, stored: Sequence[str] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


# EPUB

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def xhtml(body: str, *, doctype: str = "", head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>Chapter</title>{head}</head><body>{body}</body></html>"
    )


def chapter(heading: str = "One", *, count: int = 3) -> str:
    return xhtml(f"<h1>{heading}</h1>" + f"<p>{SAID}</p>" * count)


def opf(
    hrefs: Sequence[str],
    *,
    title: str = "The letter",
    metadata: str = "",
    manifest: str = "",
    doctype: str = "",
    spine: str | None = None,
) -> str:
    items = "".join(
        f'<item id="c{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(hrefs)
    )
    order = (
        "".join(f'<itemref idref="c{n}"/>' for n in range(len(hrefs))) if spine is None else spine
    )
    return (
        f'<?xml version="1.0"?>{doctype}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:1</dc:identifier><dc:title>{title}</dc:title>'
        f"<dc:language>en</dc:language><dc:creator>Ana Ruiz</dc:creator>{metadata}</metadata>"
        f'<manifest>{items}{manifest}</manifest><spine toc="ncx">{order}</spine></package>'
    )


def epub_members(
    chapters: Sequence[str | bytes] | None = None, **opf_options: str
) -> dict[str, bytes | str]:
    chapters = [chapter("One"), chapter("Two")] if chapters is None else chapters
    hrefs = [f"c{n}.xhtml" for n in range(len(chapters))]
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER.format("OEBPS/book.opf"),
        "OEBPS/book.opf": opf(hrefs, **opf_options),  # type: ignore[arg-type]
        **{f"OEBPS/{href}": data for href, data in zip(hrefs, chapters, strict=True)},
    }


def epub(
    chapters: Sequence[str | bytes] | None = None,
    *,
    change: Mapping[str, bytes | str | None] | None = None,
    **opf_options: str,
) -> bytes:
    """An EPUB; `change` replaces members, or takes them out (None)."""
    members = epub_members(chapters, **opf_options) | dict(change or {})
    return zip_of({k: v for k, v in members.items() if v is not None}, stored=["mimetype"])


def epub_with(*entries: Entry, chapters: int = 1) -> bytes:
    """An EPUB whose first chapters are given as raw entries named OEBPS/c0.xhtml..."""
    hrefs = [f"c{n}.xhtml" for n in range(chapters)]
    return raw_zip(
        [
            Entry(b"mimetype", b"application/epub+zip"),
            deflated("META-INF/container.xml", CONTAINER.format("OEBPS/book.opf").encode()),
            deflated("OEBPS/book.opf", opf(hrefs).encode()),
            *entries,
        ]
    )


LAUGHS = (
    "<!DOCTYPE x ["
    + '<!ENTITY l0 "ha ha ha ha ha ha ha ha ha ha ">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY q "{"ha " * 30_000}">]>'
OUTSIDE = f'<!DOCTYPE x [<!ENTITY out SYSTEM "{SECRET}">]>'
AWAY = f'<!DOCTYPE x [<!ENTITY out SYSTEM "{NOWHERE}">]>'
PARAMETER = f'<!DOCTYPE x [<!ENTITY % dtd SYSTEM "{NOWHERE}x.dtd"> %dtd;]>'
REMOTE_DTD = f'<!DOCTYPE x SYSTEM "{SECRET}">'

_CHAPTER_START = (
    b"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body><p>"
)


def encryption(*hrefs: str, algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        + "".join(
            f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/>'
            f'<enc:CipherData><enc:CipherReference URI="{href}"/></enc:CipherData></enc:EncryptedData>'
            for href in hrefs
        )
        + "</encryption>"
    )


AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
NOISE = b"".join(struct.pack("<I", (n * 2654435761) & 0xFFFFFFFF) for n in range(2000))


def _overlapping() -> bytes:
    data, size, crc = bomb(20, b" ", _CHAPTER_START, b"</p></body></html>")
    first = Entry(b"OEBPS/c0.xhtml", data, 8, size=size, crc=crc)
    head = [
        Entry(b"mimetype", b"application/epub+zip"),
        deflated("META-INF/container.xml", CONTAINER.format("OEBPS/book.opf").encode()),
        deflated("OEBPS/book.opf", opf([f"c{n}.xhtml" for n in range(500)]).encode()),
    ]
    at = sum(30 + len(e.name) + len(e.data) for e in head)
    others = [
        Entry(f"OEBPS/c{n}.xhtml".encode(), data, 8, size=size, crc=crc, at=at)
        for n in range(1, 500)
    ]
    return raw_zip([*head, first, *others])


def _many_entries() -> bytes:
    return raw_zip(
        [Entry(b"mimetype", b"application/epub+zip")]
        + [Entry(f"OEBPS/x{n}".encode(), b"") for n in range(100_000)]
    )


def _ncx(depth: int, doctype: str = "", label: str = "One") -> str:
    open_, close = (
        f"<navPoint><navLabel><text>{label}</text></navLabel><content src='c0.xhtml'/>",
        "</navPoint>",
    )
    return (
        f'<?xml version="1.0"?>{doctype}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
        f"{open_ * depth}{close * depth}</navMap></ncx>"
    )


_NCX_ITEM = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
_NAV_ITEM = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'

# Bombs
# fmt: off
_is("EPUB: one chapter that unpacks to 400 MB", "flat-bomb.epub", lambda: epub_with(bomb_entry("OEBPS/c0.xhtml", 400, b"a b ", _CHAPTER_START)), "refused", slow=True)
_is("EPUB: a chapter of 400 MB in tiny elements", "element-bomb.epub", lambda: epub_with(bomb_entry("OEBPS/c0.xhtml", 400, b"<p>a</p><p>b</p>", _CHAPTER_START)), "refused", slow=True)
_is("EPUB: 300 chapters of 20 MB each", "wide-bomb.epub", lambda: epub_with(*(bomb_entry(f"OEBPS/c{n}.xhtml", 20, b"a b ", _CHAPTER_START) for n in range(300)), chapters=300), "refused", slow=True)
_is("EPUB: archives inside archives", "nested-bomb.epub", lambda: epub([zip_of({"a.zip": zip_of({"b.zip": raw_zip([bomb_entry("c", 50)])})}), chapter()]), "either", keeps="Friday")
_is("EPUB: 500 names for the same 20 MB", "overlapping.epub", _overlapping, "refused", slow=True)
_is("EPUB: the content list unpacks to 400 MB", "opf-bomb.epub", lambda: raw_zip([Entry(b"mimetype", b"application/epub+zip"), deflated("META-INF/container.xml", CONTAINER.format("b.opf").encode()), bomb_entry("b.opf", 400, b"<!-- -->", b"<package>")]), "refused", slow=True)
_is("EPUB: the container unpacks to 400 MB", "container-bomb.epub", lambda: raw_zip([Entry(b"mimetype", b"application/epub+zip"), bomb_entry("META-INF/container.xml", 400)]), "refused", slow=True)
_is("EPUB: a chapter of 50 MB says it has 10 bytes", "small-lie.epub", lambda: epub_with(Entry(b"OEBPS/c0.xhtml", bomb(50, b"a b ", _CHAPTER_START)[0], 8, size=10)), "refused", slow=True)
_is("EPUB: a small chapter says it has 4 GB", "big-lie.epub", lambda: epub_with(deflated("OEBPS/c0.xhtml", chapter().encode(), size=0xFFFFFFF0)), "refused")
_is("EPUB: stored size beyond the end of the file", "stored-lie.epub", lambda: epub_with(deflated("OEBPS/c0.xhtml", chapter().encode(), stored=0x7FFFFFFF)), "refused")
_is("EPUB: wrong checksum", "crc.epub", lambda: epub_with(deflated("OEBPS/c0.xhtml", chapter().encode(), crc=1)), "either")
_is("EPUB: 100,000 members", "many-members.epub", _many_entries, "refused", slow=True)
_is("EPUB: 60,000 items in its list", "many-items.epub", lambda: epub(manifest="".join(f'<item id="i{n}" href="i{n}.png" media-type="image/png"/>' for n in range(60_000))), "either", slow=True)
_is("EPUB: the same chapter 20,000 times in the order of reading", "repeated.epub", lambda: epub([chapter(count=300)], spine='<itemref idref="c0"/>' * 20_000), "either", keeps="Friday", slow=True)

# Damage
_is("EPUB: cut off in the middle", "cut.epub", lambda: epub([chapter(count=400) + NOISE.hex() for _ in range(3)])[:-20_000], "refused")
_is("EPUB: cut off in its list of names", "cut-list.epub", lambda: epub()[:-40], "refused")
_is("EPUB: only the first 100 bytes", "cut-early.epub", lambda: epub()[:100], "refused")
_is("EPUB: bytes before the archive", "prefixed.epub", lambda: b"#!/bin/sh\nexit\n" + epub(), "either")
_is("EPUB: a comment that looks like another end", "comment.epub", lambda: raw_zip([Entry(n.encode(), d.encode() if isinstance(d, str) else d) for n, d in epub_members().items()], comment=b"PK\x05\x06" + b"\xff" * 300), "either")
_is("EPUB: an unknown way of packing", "method.epub", lambda: epub_with(Entry(b"OEBPS/c0.xhtml", b"x" * 100, 99)), "refused")
_is("EPUB: noise in place of packed data", "packed-noise.epub", lambda: epub_with(Entry(b"OEBPS/c0.xhtml", NOISE, 8, size=9999)), "refused")
_is("EPUB: no container", "no-container.epub", lambda: epub(change={"META-INF/container.xml": None}), "either")
_is("EPUB: an empty container", "empty-container.epub", lambda: epub(change={"META-INF/container.xml": ""}), "either")
_is("EPUB: a container that is no XML", "bad-container.epub", lambda: epub(change={"META-INF/container.xml": NOISE}), "either")
_is("EPUB: no content list", "no-opf.epub", lambda: epub(change={"OEBPS/book.opf": None}), "either")
_is("EPUB: a content list that is no XML", "bad-opf.epub", lambda: epub(change={"OEBPS/book.opf": NOISE}), "either")
_is("EPUB: nothing in the order of reading", "no-spine.epub", lambda: epub(spine=""), "either")
_is("EPUB: all chapters missing", "no-chapters.epub", lambda: epub(change={"OEBPS/c0.xhtml": None, "OEBPS/c1.xhtml": None}), "refused")
_is("EPUB: one chapter missing", "one-missing.epub", lambda: epub(change={"OEBPS/c1.xhtml": None}), "imported", keeps="Friday")
_is("EPUB: chapters without words", "no-words.epub", lambda: epub([xhtml('<img src="p.jpg" alt=""/>')] * 3), "refused")
_is("EPUB: broken tags in a chapter", "tags.epub", lambda: epub([f"<html><body><p>{SAID}<div></p><b><i></b>{SAID}"]), "imported", keeps="Friday")
_is("EPUB: a chapter of noise", "noise-chapter.epub", lambda: epub([NOISE, chapter()]), "either", keeps="Friday")
_is("EPUB: a chapter in UTF-16", "utf-16.epub", lambda: epub([chapter().replace("utf-8", "utf-16").encode("utf-16")]), "imported", keeps="Friday")
_is("EPUB: a chapter that lies about its encoding", "encoding-lie.epub", lambda: epub([chapter().replace("utf-8", "x-unknown")]), "imported", keeps="Friday")
_is("EPUB: two members of one name", "twice.epub", lambda: raw_zip([*(Entry(n.encode(), d.encode() if isinstance(d, str) else d) for n, d in epub_members().items()), Entry(b"OEBPS/c0.xhtml", chapter("Other").encode())]), "either", keeps="Friday")
_is("EPUB: names in another case", "case.epub", lambda: epub(change={"OEBPS/c0.xhtml": None, "OEBPS/C0.XHTML": chapter()}), "imported", keeps="Friday")
_is("EPUB: NUL bytes in a chapter", "nul.epub", lambda: epub([chapter().replace("Friday", "Fri\0day"), chapter()]), "either", keeps="Friday")
_is("EPUB: references to characters that are none", "references.epub", lambda: epub([chapter().replace("<p>", "<p>x&#0;&#xD800;&#x110000;&#xFFFF;&#7;&#99999999999;&nosuch;&amp "), chapter()]), "either", keeps="Friday")
_is("EPUB: half a character in its content list and contents", "half.epub", lambda: epub(title="The &#xD800; letter &#55296;", manifest=_NCX_ITEM, change={"OEBPS/toc.ncx": _ncx(1, "", "&#xDFFF;")}), "either", keeps="Friday")
_is("XHTML: half a character", "half.xhtml", lambda: xhtml(f"<p title='&#xD800;'>{SAID} &#xDFFF; &#56000;</p>" * 3).encode(), "either", keeps="Friday")
_is("DOCX: half a character", "half.docx", lambda: docx(word(paragraph() + paragraph("a &#xD800; b &#55296;"))), "either", keeps="Friday")

# Locks
_is("EPUB: locked with Adobe DRM", "adept.epub", lambda: epub([NOISE, NOISE], change={"META-INF/encryption.xml": encryption("OEBPS/c0.xhtml", "OEBPS/c1.xhtml", algorithm=AES), "META-INF/rights.xml": '<rights xmlns="http://ns.adobe.com/adept"/>'}), "refused", r"(?i)DRM|protect|lock|encrypt")
_is("EPUB: locked with LCP", "lcp.epub", lambda: epub([NOISE, NOISE], change={"META-INF/encryption.xml": encryption("OEBPS/c0.xhtml", "OEBPS/c1.xhtml", algorithm=AES), "META-INF/license.lcpl": "{}"}), "refused", r"(?i)DRM|protect|lock|encrypt")
_is("EPUB: locked with Apple's FairPlay", "sinf.epub", lambda: epub([NOISE, NOISE], change={"META-INF/encryption.xml": encryption("OEBPS/c0.xhtml", "OEBPS/c1.xhtml", algorithm="http://itunes.apple.com/dataenc"), "META-INF/sinf.xml": "<sinf/>"}), "refused", r"(?i)DRM|protect|lock|encrypt")
_is("EPUB: only its fonts are scrambled", "fonts.epub", lambda: epub(change={"META-INF/encryption.xml": encryption("OEBPS/f.otf", algorithm="http://www.idpf.org/2008/embedding"), "OEBPS/f.otf": NOISE}), "imported", keeps="Friday")
_is("EPUB: members with a zip password", "password.epub", lambda: epub_with(Entry(b"OEBPS/c0.xhtml", NOISE, 8, size=9999, flags=1)), "refused")

# Reaching out
_is("EPUB: the container leads outside", "outside.epub", lambda: epub(change={"META-INF/container.xml": CONTAINER.format("../../../../etc/passwd")}), "either")
_is("EPUB: the container leads to the root", "absolute.epub", lambda: epub(change={"META-INF/container.xml": CONTAINER.format("/etc/passwd")}), "either")
_is("EPUB: the container leads to the web", "web.epub", lambda: epub(change={"META-INF/container.xml": CONTAINER.format(NOWHERE)}), "either")
_is("EPUB: chapters outside, at the root, on the web", "spine.epub", lambda: epub(change={"OEBPS/book.opf": opf(["../../../../etc/passwd", "/etc/passwd", SECRET, NOWHERE, "%2e%2e/%2e%2e/etc/passwd", "..\\..\\x", "c0.xhtml", "data:text/html,x", ""])}), "either", keeps="Friday")
_is("EPUB: members with paths out of the archive", "slip.epub", lambda: epub(change={"../../../tmp/x": "x", "/etc/cron.d/x": "x", "OEBPS/..\\..\\x": "x", "a" * 300: "x"}), "imported", keeps="Friday")
for _where in ("content list", "chapter", "contents (NCX)"):
    for _what, _doctype, _entity in (
        ("a billion laughs", LAUGHS, "l9"),
        ("quadratic laughs", QUADRATIC, "q;" + "&q;" * 3000 + "&q"),
        ("an entity from this machine", OUTSIDE, "out"),
        ("an entity from the web", AWAY, "out"),
        ("an outside DTD", PARAMETER, "amp"),
        ("another outside DTD", REMOTE_DTD, "amp"),
    ):

        def _made(where: str = _where, doctype: str = _doctype, entity: str = _entity) -> bytes:
            if where == "content list":
                return epub(doctype=doctype, title=f"The &{entity}; letter")
            if where == "chapter":
                return epub([xhtml(f"<p>{SAID} &{entity};</p>", doctype=doctype), chapter()])
            return epub(
                manifest=_NCX_ITEM, change={"OEBPS/toc.ncx": _ncx(1, doctype, f"&{entity};")}
            )

        _is(
            f"EPUB: {_what} in its {_where}",
            f"{_what.replace(' ', '-')}-{_where.split()[0]}.epub",
            _made,
            "either",
            keeps="Friday",
        )

# Depth and width
_is("EPUB: 50,000 nested divs", "divs.epub", lambda: epub([xhtml("<div>" * 50_000 + SAID + "</div>" * 50_000), chapter()]), "either", keeps="Friday")
_is("EPUB: 50,000 nested quotations", "quotes.epub", lambda: epub([xhtml("<blockquote>" * 50_000 + SAID + "</blockquote>" * 50_000), chapter()]), "either", keeps="Friday")
_is("EPUB: 5,000 nested contents", "deep-nav.epub", lambda: epub(manifest=_NAV_ITEM, change={"OEBPS/nav.xhtml": xhtml("<nav epub:type='toc' xmlns:epub='http://www.idpf.org/2007/ops'>" + "<ol><li><a href='c0.xhtml'>x</a>" * 5_000 + "</li></ol>" * 5_000 + "</nav>")}), "either", keeps="Friday")
_is("EPUB: 5,000 nested entries (NCX)", "deep-ncx.epub", lambda: epub(manifest=_NCX_ITEM, change={"OEBPS/toc.ncx": _ncx(5_000)}), "either", keeps="Friday", slow=True)
_is("EPUB: 50,000 authors", "authors.epub", lambda: epub(metadata="<dc:creator>Ana</dc:creator>" * 50_000), "either", keeps="Friday")
_is("EPUB: a title of 5 MB", "title.epub", lambda: epub(title="long " * MB), "either", keeps="Friday")
_is("EPUB: an attribute of 10 MB", "attribute.epub", lambda: epub([xhtml(f"<p title='{'x' * 10 * MB}'>{SAID}</p>"), chapter()]), "either", keeps="Friday")
_is("EPUB: 100,000 attributes", "attributes.epub", lambda: epub([xhtml("<p " + " ".join(f"a{n}=''" for n in range(100_000)) + f">{SAID}</p>"), chapter()]), "either", keeps="Friday", slow=True)
_is("EPUB: 250,000 headings", "headings.epub", lambda: epub([xhtml("<h2>a</h2><p>b</p>" * 250_000)]), "either", slow=True)
_is("EPUB: scripts and frames", "script.epub", lambda: epub([xhtml(f"<script>steal()</script><iframe src='{SECRET}'/><object data='{NOWHERE}'/><p>{SAID}</p>", head=f"<meta http-equiv='refresh' content='0;url={NOWHERE}'/>")]), "imported", keeps="Friday")
_is("EPUB: XInclude of a file", "xinclude.epub", lambda: epub([xhtml(f"<p>{SAID}</p><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' parse='text' href='{SECRET}'/>")]), "imported", keeps="Friday")
# fmt: on


# DOCX

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def relations(*rows: tuple[str, str, str], external: bool = False) -> str:
    """Rows of (id, kind, target)."""
    mode = ' TargetMode="External"' if external else ""
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="{i}" Type="{R}/{kind}" Target="{target}"{mode}/>'
            for i, kind, target in rows
        )
        + "</Relationships>"
    )


def paragraph(words: str = SAID, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"


def word(body: str, doctype: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document xmlns:w="{W}" xmlns:r="{R}">'
        f"<w:body>{body}</w:body></w:document>"
    )


def docx_members(document: str | bytes | None = None) -> dict[str, bytes | str]:
    if document is None:
        document = word(paragraph("The letter", "Heading1") + paragraph() * 3)
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": document,
        "word/styles.xml": f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Heading1">'
        '<w:name w:val="heading 1"/></w:style></w:styles>',
    }


def docx(
    document: str | bytes | None = None, *, change: Mapping[str, bytes | str | None] | None = None
) -> bytes:
    members = docx_members(document) | dict(change or {})
    return zip_of({k: v for k, v in members.items() if v is not None})


def docx_with(entry: Entry) -> bytes:
    members = docx_members()
    return raw_zip(
        deflated(n, d.encode() if isinstance(d, str) else d) if n.encode() != entry.name else entry
        for n, d in members.items()
    )


def _nested(start: str, end: str, count: int, inside: str = "") -> str:
    return start * count + inside + end * count


_DOCUMENT_START = word("").split("</w:body>")[0].encode()
_STYLES = "word/styles.xml"

# fmt: off
_is("DOCX: 400 MB of paragraphs", "flat-bomb.docx", lambda: docx_with(bomb_entry("word/document.xml", 400, b"<w:p><w:r><w:t>a b</w:t></w:r></w:p>".ljust(64), _DOCUMENT_START, b"</w:body></w:document>")), "refused", slow=True)
_is("DOCX: one run of 400 MB", "run-bomb.docx", lambda: docx_with(bomb_entry("word/document.xml", 400, b"a b ", _DOCUMENT_START + b"<w:p><w:r><w:t>", b"</w:t></w:r></w:p></w:body></w:document>")), "refused", slow=True)
_is("DOCX: styles of 400 MB", "style-bomb.docx", lambda: docx_with(bomb_entry(_STYLES, 400)), "either", keeps="Friday", slow=True)
_is("DOCX: 100,000 members", "members.docx", lambda: raw_zip([*(Entry(n.encode(), d.encode() if isinstance(d, str) else d) for n, d in docx_members().items()), *(Entry(f"word/media/{n}".encode(), b"") for n in range(100_000))]), "either", keeps="Friday", slow=True)
_is("DOCX: sizes that lie", "lie.docx", lambda: docx_with(deflated("word/document.xml", word(paragraph() * 9).encode(), size=5)), "either", keeps="Friday")
_is("DOCX: cut off in the middle", "cut.docx", lambda: docx(word("".join(paragraph(f"{SAID} {n * 7919 % 10007}") for n in range(2000))))[:5_000], "refused")
_is("DOCX: an archive with a password", "password.docx", lambda: docx_with(Entry(b"word/document.xml", NOISE, 8, size=9999, flags=1)), "refused")
_is("DOCX: protected by Word", "locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000, "refused", "protected with a password")
_is("DOCX: no document in it", "no-document.docx", lambda: docx(change={"word/document.xml": None, "word/other.xml": "<x/>"}), "refused")
_is("DOCX: an empty document", "empty-document.docx", lambda: docx(word("")), "refused")
_is("DOCX: a document of 0 bytes", "zero-document.docx", lambda: docx(""), "refused")
_is("DOCX: a document that is no XML", "no-xml.docx", lambda: docx(NOISE), "refused")
_is("DOCX: XML that ends too early", "half-xml.docx", lambda: docx(word(paragraph() * 50)[:-3000]), "either", keeps="Friday")
_is("DOCX: no list of relations", "no-relations.docx", lambda: docx(change={"_rels/.rels": None}), "either", keeps="Friday")
_is("DOCX: no list of types", "no-types.docx", lambda: docx(change={"[Content_Types].xml": None}), "either", keeps="Friday")
_is("DOCX: a document in UTF-16", "utf-16.docx", lambda: docx(word(paragraph() * 3).replace("UTF-8", "UTF-16").encode("utf-16")), "either", keeps="Friday")
for _what, _doctype, _entity in (
    ("a billion laughs", LAUGHS, "l9"),
    ("quadratic laughs", QUADRATIC, "q;" + "&q;" * 3000 + "&q"),
    ("an entity from this machine", OUTSIDE, "out"),
    ("an entity from the web", AWAY, "out"),
    ("an outside DTD", PARAMETER, "amp"),
):
    _is(
        f"DOCX: {_what}",
        f"{_what.replace(' ', '-')}.docx",
        lambda d=_doctype, e=_entity: docx(word(paragraph() + paragraph(f"&{e};"), d)),
        "either",
        keeps="Friday",
    )
    _is(
        f"DOCX: {_what} in its styles",
        f"{_what.replace(' ', '-')}-styles.docx",
        lambda d=_doctype, e=_entity: docx(
            change={_STYLES: f'<?xml version="1.0"?>{d}<w:styles xmlns:w="{W}">&{e};</w:styles>'}
        ),
        "either",
        keeps="Friday",
    )
_is("DOCX: a template from the web", "template.docx", lambda: docx(change={"word/_rels/settings.xml.rels": relations(("r1", "attachedTemplate", NOWHERE), external=True), "word/settings.xml": f'<w:settings xmlns:w="{W}" xmlns:r="{R}"><w:attachedTemplate r:id="r1"/></w:settings>'}), "imported", keeps="Friday")
_is("DOCX: pictures from the web and from this machine", "pictures.docx", lambda: docx(word(paragraph() + "".join(f'<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:link="{i}" r:embed="{i}"/></w:drawing></w:r></w:p>' for i in ("r8", "r9"))), change={"word/_rels/document.xml.rels": relations(("r8", "image", NOWHERE), ("r9", "image", SECRET), external=True)}), "imported", keeps="Friday")
_is("DOCX: relations that lead outside the archive", "climbing.docx", lambda: docx(change={"word/_rels/document.xml.rels": relations(("r1", "styles", "../../../../etc/passwd"), ("r2", "footnotes", "/etc/passwd"), ("r3", "numbering", SECRET), ("r4", "comments", "..\\..\\x"))}), "either", keeps="Friday")
_is("DOCX: the document itself is said to be elsewhere", "elsewhere.docx", lambda: docx(change={"_rels/.rels": relations(("r1", "officeDocument", SECRET), external=True)}), "either", keeps="Friday")
_is("DOCX: macros", "macros.docm", lambda: docx(change={"word/vbaProject.bin": NOISE, "word/vbaData.xml": "<x/>"}), "imported", keeps="Friday")
_is("DOCX: fields that include files and start programs", "fields.docx", lambda: docx(word(paragraph() + "".join(f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>' for code in ("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe", 'INCLUDETEXT "/etc/passwd"', f"INCLUDEPICTURE {NOWHERE}")))), "imported", keeps="Friday")
_is("DOCX: a field that is never closed, 5,000 times", "open-fields.docx", lambda: docx(word(paragraph() + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>' * 5_000)), "either", keeps="Friday", slow=True)
_is("DOCX: an embedded web page", "chunk.docx", lambda: docx(word(paragraph() + '<w:altChunk r:id="r5"/>'), change={"word/_rels/document.xml.rels": relations(("r5", "aFChunk", "x.html")), "word/x.html": f"<script>steal()</script><iframe src='{SECRET}'></iframe>"}), "imported", keeps="Friday")
_is("DOCX: styles based on each other in a circle", "circle.docx", lambda: docx(word(paragraph("The letter", "A") + paragraph() * 2), change={_STYLES: f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style><w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style></w:styles>'}), "imported", keeps="Friday")
_is("DOCX: numberings that refer to each other in a circle", "numbering.docx", lambda: docx(word('<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>' + paragraph() * 2), change={"word/_rels/document.xml.rels": relations(("r1", "numbering", "numbering.xml"), ("r2", "styles", "styles.xml")), "word/numbering.xml": f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="L"/></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>', _STYLES: f'<w:styles xmlns:w="{W}"><w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'}), "either", keeps="Friday")
_is("DOCX: list levels beyond all numbers", "levels.docx", lambda: docx(word("".join(f'<w:p><w:pPr><w:outlineLvl w:val="{n}"/><w:numPr><w:ilvl w:val="{n}"/><w:numId w:val="{n}"/></w:numPr></w:pPr><w:r><w:t>{SAID}</w:t></w:r></w:p>' for n in ("99999999999999999999", "-1", "x", "")))), "either", keeps="Friday")
_is("DOCX: 5,000 nested tables", "tables.docx", lambda: docx(word(paragraph() + _nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 5_000, paragraph()))), "either", keeps="Friday")
_is("DOCX: 50,000 nested tags", "smart-tags.docx", lambda: docx(word(paragraph() + "<w:p>" + _nested("<w:smartTag>", "</w:smartTag>", 50_000, "<w:r><w:t>x</w:t></w:r>") + "</w:p>")), "either", keeps="Friday")
_is("DOCX: 50,000 nested text boxes", "boxes.docx", lambda: docx(word(paragraph() + _nested("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>", 12_500, paragraph()))), "either", keeps="Friday")
_is("DOCX: 50,000 nested unknown elements", "unknown.docx", lambda: docx(word(paragraph() + _nested("<x>", "</x>", 50_000))), "either", keeps="Friday")
_is("DOCX: a table of 1,000 by 300", "table.docx", lambda: docx(word("<w:tbl>" + ("<w:tr>" + "<w:tc><w:p><w:r><w:t>word</w:t></w:r></w:p></w:tc>" * 300 + "</w:tr>") * 1_000 + "</w:tbl>")), "either", slow=True)
_is("DOCX: cells that span a billion columns", "spans.docx", lambda: docx(word(f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/><w:vMerge/></w:tcPr>{paragraph()}</w:tc></w:tr></w:tbl>')), "imported", keeps="Friday")
_is("DOCX: 100,000 paragraphs", "paragraphs.docx", lambda: docx(word(paragraph("Short words here.") * 100_000)), "either", slow=True)
_is("DOCX: one run of 5 MB", "line.docx", lambda: docx(word(paragraph("word " * MB))), "either")
_is("DOCX: 50,000 runs in one paragraph", "runs.docx", lambda: docx(word("<w:p>" + "<w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:r><w:t> b </w:t></w:r>" * 25_000 + "</w:p>")), "either", slow=True)
_is("DOCX: footnotes that are not there", "footnotes.docx", lambda: docx(word(f'<w:p><w:r><w:t>{SAID}</w:t></w:r><w:r><w:footnoteReference w:id="7"/><w:endnoteReference w:id="8"/><w:commentReference w:id="9"/></w:r></w:p>')), "either", keeps="Friday")
_is("DOCX: links that run scripts", "links.docx", lambda: docx(word(f'<w:p><w:hyperlink r:id="r7"><w:r><w:t>{SAID}</w:t></w:r></w:hyperlink></w:p>'), change={"word/_rels/document.xml.rels": relations(("r7", "hyperlink", "javascript:steal()"), external=True)}), "imported", keeps="Friday")
_is("DOCX: two documents of one name", "twice.docx", lambda: raw_zip([*(deflated(n, d.encode() if isinstance(d, str) else d) for n, d in docx_members().items()), deflated("word/document.xml", word(paragraph("Other words on Friday.")).encode())]), "either", keeps="Friday")
_is("DOCX: strict names of its elements", "strict.docx", lambda: docx(change={n: (d if isinstance(d, str) else d.decode()).replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main").replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships") for n, d in docx_members().items()}), "either", keeps="Friday")
# fmt: on


# PDF


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    if packed:
        data, entries = zlib.compress(data), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def pdf_file(
    objects: Mapping[int, bytes],
    *,
    trailer: bytes = b"",
    header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    table: bool = True,
) -> bytes:
    out = bytearray(header)
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects, default=0) + 1
    if table:
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            out += b"%010d 00000 n \n" % places.get(number, 0)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        trailer,
        start,
    )
    return bytes(out)


def show(lines: Sequence[str]) -> bytes:
    """The drawing of lines of text, from the top of a page downwards."""
    shown = b"".join(
        b"(%s) Tj T*\n" % re.sub(rb"([\\()])", rb"\\\1", line.encode("cp1252", "replace"))
        for line in lines
    )
    return b"BT /F1 11 Tf 14 TL 72 720 Td\n" + shown + b"ET"


def wrapped(words: str, width: int = 80) -> list[str]:
    lines, line = [], ""
    for each in words.split():
        if len(line) + len(each) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {each}".strip()
    return [*lines, line]


PAGE = ["The letter", "", *wrapped(SAID * 3), "", *wrapped(SAID * 2)]


def pdf_objects(contents: Sequence[bytes], *, resources: bytes = b"") -> dict[int, bytes]:
    """1 catalog, 2 pages, 3 font, then a page and its contents by turns."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(contents)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for n, content in enumerate(contents):
        objects[4 + 2 * n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (5 + 2 * n, resources)
        )
        objects[5 + 2 * n] = stream(content)
    return objects


def pdf(
    contents: Sequence[bytes] | None = None,
    *,
    change: Mapping[int, bytes | None] | None = None,
    trailer: bytes = b"",
    resources: bytes = b"",
) -> bytes:
    contents = [show(PAGE), show(PAGE)] if contents is None else contents
    objects = pdf_objects(contents, resources=resources) | dict(change or {})
    return pdf_file({k: v for k, v in objects.items() if v is not None}, trailer=trailer)


def locked_pdf(user: str, owner: str) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed_objects(number: int, bodies: Mapping[int, bytes], entries: bytes = b"") -> bytes:
    """An object stream."""
    at, index, data = 0, [], b""
    for n, body in bodies.items():
        index.append(b"%d %d" % (n, at))
        data += body + b" "
        at = len(data)
    head = b" ".join(index) + b" "
    return stream(
        head + data, b" /Type /ObjStm /N %d /First %d%s" % (len(bodies), len(head), entries)
    )


_IMAGE = stream(
    b"\x55" * 100,
    b" /Type /XObject /Subtype /Image /Width 80 /Height 10 /BitsPerComponent 1 /ColorSpace /DeviceGray",
)
_SCAN = {9: _IMAGE}
_DO = b" /XObject << /X 9 0 R >>"


def _layers(data: bytes, count: int) -> bytes:
    for _ in range(count):
        data = zlib.compress(data)
    return stream(data, b" /Filter [%s]" % (b" /FlateDecode" * count))


def _pdf_bomb(megabytes: int, *, filler: bytes = b"q Q ", end: bytes = b"") -> bytes:
    data, _, _ = bomb(megabytes, filler, b"", end)
    # A zlib stream: header, raw deflate data, a checksum that nobody waits for.
    data = b"\x78\xda" + data + b"\0\0\0\0"
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(data), data)


# fmt: off
_is("PDF: a scan without a text layer", "scan.pdf", lambda: pdf([b"q 612 0 0 792 0 0 cm /X Do Q"] * 3, change=_SCAN, resources=_DO), "refused", r"no text layer.*scan")
_is("PDF: empty pages", "empty-pages.pdf", lambda: pdf([b""] * 3), "refused")
_is("PDF: locked with a password", "locked.pdf", lambda: locked_pdf("secret", "owner"), "refused", r"(?i)password|encrypted|locked")
_is("PDF: locked against changes only", "owner.pdf", lambda: locked_pdf("", "owner"), "imported", keeps="Friday")
_is("PDF: locked in an unknown way", "unknown-lock.pdf", lambda: pdf(trailer=b"/Encrypt << /Filter /Adobe.APS /V 4 >> /ID [<00><00>]"), "refused", r"(?i)password|encrypted|locked|protect")
_is("PDF: cut off in the middle", "cut.pdf", lambda: pdf([show(PAGE)] * 20)[:4000], "either", keeps="Friday")
_is("PDF: only its first line", "header.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "refused")
_is("PDF: first line and last", "ends.pdf", b"%PDF-1.7\n%%EOF\n", "refused")
_is("PDF: first bytes missing", "beheaded.pdf", lambda: pdf()[9:], "either", keeps="Friday")
_is("PDF: 2,000 bytes before it", "behind.pdf", lambda: b"mail mail " * 200 + pdf(), "either", keeps="Friday")
_is("PDF: no table of objects", "no-table.pdf", lambda: pdf_file(pdf_objects([show(PAGE)]), table=False), "either", keeps="Friday")
_is("PDF: the table is said to be at byte 99,999,999", "far-table.pdf", lambda: pdf().replace(b"startxref\n", b"startxref\n99999999"), "either", keeps="Friday")
_is("PDF: an older table that is this one", "table-loop.pdf", lambda: (lambda d: d.replace(b"/Root", b"/Prev %d /Root" % d.rindex(b"xref\n0")))(pdf()), "either", keeps="Friday")
_is("PDF: no pages", "no-pages.pdf", lambda: pdf([]), "refused")
_is("PDF: empty pages, and one that is none", "broken-page.pdf", lambda: pdf([b""] * 3, change={8: b"null"}), "refused")
_is("PDF: an empty page and a drawing in place of another", "no-type.pdf", lambda: pdf([b""] * 2, change={4: stream(show(PAGE))}), "refused")
_is("PDF: pages that are drawings", "no-page.pdf", lambda: pdf(change={4: stream(show(PAGE)), 6: stream(show(PAGE))}), "refused")
_is("PDF: no root", "no-root.pdf", lambda: pdf(change={1: b"null"}), "refused")
_is("PDF: says it has two billion pages", "count.pdf", lambda: pdf(change={2: b"<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2000000000 >>"}), "either", keeps="Friday")
_is("PDF: says it has -1 pages", "minus.pdf", lambda: pdf(change={2: b"<< /Type /Pages /Kids [4 0 R 6 0 R] /Count -1 >>"}), "either", keeps="Friday")
_is("PDF: pages that contain themselves", "page-loop.pdf", lambda: pdf(change={2: b"<< /Type /Pages /Kids [4 0 R 2 0 R 6 0 R] /Count 3 /Parent 2 0 R >>"}), "either", keeps="Friday")
_is("PDF: a tree of pages 5,000 deep", "deep-tree.pdf", lambda: pdf(change={2: b"<< /Type /Pages /Kids [100 0 R] /Count 1 >>"} | {n: b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (n - 1, n + 1) for n in range(100, 5100)} | {5100: b"<< /Type /Page /Parent 5099 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>"}), "either", keeps="Friday")
_is("PDF: the same page 20,000 times", "same-page.pdf", lambda: pdf(change={2: b"<< /Type /Pages /Kids [" + b"4 0 R " * 20_000 + b"] /Count 20000 >>"}), "either", slow=True)
_is("PDF: 10,000 pages", "pages.pdf", lambda: pdf([show([f"Page {n} says something else.", SAID[:70]]) for n in range(10_000)]), "either", slow=True)
_is("PDF: contents that are themselves", "self.pdf", lambda: pdf(change={5: b"5 0 R"}), "either", keeps="Friday")
_is("PDF: an object that leads to itself by a chain", "chain.pdf", lambda: pdf(change={5: b"8 0 R", 8: b"9 0 R", 9: b"5 0 R"}), "either", keeps="Friday")
_is("PDF: a drawing that draws itself", "do-loop.pdf", lambda: pdf([show(PAGE) + b" /X Do"], change={9: stream(b"/X Do /X Do", b" /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 9 0 R >> >>")}, resources=_DO), "either", keeps="Friday", slow=True)
_is("PDF: drawings that double 30 times", "doubling.pdf", lambda: pdf([show(PAGE) + b" /X Do"], change={n: stream(b"/Y Do /Y Do", b" /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Y %d 0 R >> >>" % (n + 1)) for n in range(9, 40)} | {40: stream(show(["a"]), b" /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 3 0 R >> >>")}, resources=_DO), "either", keeps="Friday", slow=True)
_is("PDF: a letter drawn by itself", "type3.pdf", lambda: pdf([show(PAGE), b"BT /F1 9 Tf 72 700 Td (aaaa) Tj ET"], change={3: b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a 8 0 R >> /Resources << /Font << /F1 3 0 R >> >> >>", 8: stream(b"9 0 d0 BT /F1 9 Tf (a) Tj ET")}), "either")
_is("PDF: a page as large as a country", "huge-page.pdf", lambda: pdf().replace(b"[0 0 612 792]", b"[-1e30 -1e30 1e30 1e30]"), "either", keeps="Friday")
_is("PDF: a page of no size", "no-size.pdf", lambda: pdf().replace(b"[0 0 612 792]", b"[0 0 0 0]"), "either", keeps="Friday")
_is("PDF: a page of nonsense size", "bad-size.pdf", lambda: pdf().replace(b"[0 0 612 792]", b"[(a) null /B]"), "either", keeps="Friday")
_is("PDF: contents that unpack to 600 MB", "content-bomb.pdf", lambda: pdf(change={5: _pdf_bomb(600)}), "either", slow=True)
_is("PDF: text that unpacks to 200 MB", "text-bomb.pdf", lambda: pdf(change={5: _pdf_bomb(200, filler=b"(a b c d e f) Tj T* ".ljust(32), end=b" ET")}), "either", slow=True)
_is("PDF: packed 400 times over", "layers.pdf", lambda: pdf(change={5: _layers(show(PAGE), 400)}), "either", keeps="Friday")
_is("PDF: filters that are not there", "filters.pdf", lambda: pdf(change={5: stream(show(PAGE), b" /Filter [/Unknown /LZWDecode /DCTDecode]")}), "either", keeps="Friday")
_is("PDF: a stream longer than the file", "length.pdf", lambda: pdf(change={5: stream(show(PAGE)).replace(b"/Length ", b"/Length 99999")}), "either", keeps="Friday")
_is("PDF: a stream of negative length", "negative.pdf", lambda: pdf(change={5: stream(show(PAGE)).replace(b"/Length ", b"/Length -")}), "either", keeps="Friday")
_is("PDF: a length that is the stream itself", "length-loop.pdf", lambda: pdf(change={5: b"<< /Length 5 0 R >>\nstream\n" + show(PAGE) + b"\nendstream"}), "either", keeps="Friday")
_is("PDF: a page tree inside an object stream that extends itself", "object-stream.pdf", lambda: pdf_file({1: b"<< /Type /Catalog /Pages 2 0 R >>", 7: packed_objects(7, {2: b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"}, b" /Extends 7 0 R"), 4: b"<< /Type /Page /Parent 2 0 R >>"}), "either")
_is("PDF: predictors beyond all numbers", "predictor.pdf", lambda: pdf(change={5: stream(show(PAGE), b" /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 2147483647 >>", packed=True)}), "either", keeps="Friday")
_is("PDF: scripts, programs to start, files inside", "actions.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/'\\)) >> /AA << /WC << /S /Launch /F (/bin/sh) >> >> /Names << /EmbeddedFiles << /Names [(x.exe) 8 0 R] >> /JavaScript << /Names [(a) << /S /JavaScript /JS (while\\(1\\);) >>] >> >> >>", 8: b"<< /Type /Filespec /F (x.exe) /EF << /F 9 0 R >> >>", 9: stream(b"MZ")}), "imported", keeps="Friday")
_is("PDF: a form that holds scripts (XFA)", "xfa.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /XFA 9 0 R >> >>", 8: b"<< /FT /Tx /T (a) /V (b) /Kids [8 0 R] /Parent 8 0 R >>", 9: stream(OUTSIDE.encode() + b"<xdp>&out;</xdp>")}), "imported", keeps="Friday")
_is("PDF: contents from a file of this machine", "outside.pdf", lambda: pdf(change={5: b"<< /Length 0 /F (/etc/passwd) /FFilter /FlateDecode >>\nstream\n\nendstream"}), "either", keeps="Friday")
_is("PDF: bookmarks in a circle", "bookmarks.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 8 0 R >>", 8: b"<< /Type /Outlines /First 9 0 R /Last 9 0 R /Count 1 >>", 9: b"<< /Title (The letter) /Parent 8 0 R /Next 9 0 R /First 8 0 R /Last 9 0 R /Dest [4 0 R /Fit] >>"}), "either", keeps="Friday")
_is("PDF: bookmarks 3,000 deep", "deep-bookmarks.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 8 0 R >>", 8: b"<< /First 100 0 R /Last 100 0 R >>"} | {n: b"<< /Title (T%d) /Parent %d 0 R /First %d 0 R /Last %d 0 R /Dest [4 0 R /Fit] >>" % (n, n - 1, n + 1, n + 1) for n in range(100, 3100)}), "either", keeps="Friday")
_is("PDF: letters that mean control characters and halves", "letters.pdf", lambda: pdf(change={3: b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> >>] /ToUnicode 8 0 R >>", 8: stream(b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0000> <ffff> <d800> endbfrange endcmap")}), "either")
_is("PDF: 100,000 saved states", "states.pdf", lambda: pdf([b"q " * 100_000 + show(PAGE)]), "either", keeps="Friday")
_is("PDF: arrays 50,000 deep", "arrays.pdf", lambda: pdf([b"[" * 50_000 + b" " + show(PAGE)], change={8: b"[" * 50_000 + b"]" * 50_000}), "either", keeps="Friday")
_is("PDF: dictionaries 20,000 deep", "dictionaries.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /X " + b"<< /A " * 20_000 + b"null" + b" >>" * 20_000 + b" >>"}), "either", keeps="Friday")
_is("PDF: 300,000 letters in one line", "line.pdf", lambda: pdf([show(["word " * 60_000])]), "either", keeps="word", slow=True)
_is("PDF: 50,000 letters each in its own place", "letters-apart.pdf", lambda: pdf([b"BT /F1 1 Tf " + b" ".join(b"1 0 0 1 %d %d Tm (a) Tj" % (n % 600, n // 80) for n in range(50_000)) + b" ET"]), "either", slow=True)
_is("PDF: everything written upon the same place", "heap.pdf", lambda: pdf([b"BT /F1 9 Tf " + b" ".join(b"1 0 0 1 72 700 Tm (word) Tj" for _ in range(20_000)) + b" ET"]), "either", slow=True)
_is("PDF: numbers beyond all numbers", "numbers.pdf", lambda: pdf([show(PAGE) + b" BT /F1 " + b"9" * 400 + b" Tf 1e400 -1e400 Td (x) Tj ET"]), "either", keeps="Friday")
_is("PDF: a title of control characters", "title.pdf", lambda: pdf(change={8: b"<< /Title <feff0000000700410020202e0042d800> /Author (" + b"x" * 100_000 + b") /CreationDate (D:99999999999999Z) >>"}, trailer=b"/Info 8 0 R"), "imported", keeps="Friday")
_is("PDF: facts that lead to themselves", "info-loop.pdf", lambda: pdf(change={8: b"<< /Title 8 0 R /Author [8 0 R 8 0 R] >>"}, trailer=b"/Info 8 0 R"), "imported", keeps="Friday")
_is("PDF: facts in XML with laughter", "xmp.pdf", lambda: pdf(change={1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 8 0 R >>", 8: stream(LAUGHS.encode() + b"<x>&l9;</x>", b" /Type /Metadata /Subtype /XML")}), "imported", keeps="Friday")
_is("PDF: noise after its first line", "noise-after.pdf", b"%PDF-1.7\n" + NOISE * 20, "refused")
# fmt: on


# Web pages


def page(body: str, head: str = "<title>The letter</title>") -> bytes:
    return f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


ARTICLE = f"<h1>The letter</h1><p>{SAID}</p><p>{SAID}</p><p>{SAID}</p>"

# fmt: off
for _tag, _name in (
    ("div", "divs"),
    ("b", "bold"),
    ("blockquote", "quotations"),
    ("ul><li", "lists"),
    ("table><tr><td", "tables"),
    ("span", "spans"),
    ("section", "sections"),
    ("font", "fonts"),
    ("svg", "svg"),
    ("ruby", "ruby"),
    ("details", "details"),
    ("a href=x", "links"),
    ("h2", "headings"),
    ("p", "paragraphs"),
    ("select", "selects"),
    ("math", "formulas"),
):
    _is(
        f"HTML: 50,000 nested {_name}",
        f"nested-{_name}.html",
        lambda t=_tag: page(
            ARTICLE
            + f"<{t}>" * 50_000
            + "inside"
            + "".join(f"</{x.split()[0]}>" for x in reversed(t.split("><"))) * 50_000
        ),
        "either",
        keeps="Friday",
        slow=_name not in ("divs", "quotations", "lists"),
    )
    _is(
        f"HTML: 50,000 {_name} never closed",
        f"open-{_name}.html",
        lambda t=_tag: page(ARTICLE + f"<{t}>x" * 50_000),
        "either",
        keeps="Friday",
        slow=True,
    )
_is("HTML: moves on, frames and scripts", "frames.html", page(f"{ARTICLE}<iframe src='{SECRET}'></iframe><frame src='{NOWHERE}'><object data='{SECRET}'></object><embed src='{NOWHERE}'><script src='{NOWHERE}'>steal()</script><noscript>no</noscript>", f"<title>The letter</title><meta http-equiv=refresh content='0;url={NOWHERE}'><base href='{SECRET}'><link rel=import href='{NOWHERE}'>"), "imported", keeps="Friday")
_is("HTML: a picture of 50 MB inside", "picture.html", lambda: page(ARTICLE + f"<img src='data:image/png;base64,{base64.b64encode(bytes(37 * MB)).decode()}'>"), "either", keeps="Friday", slow=True)
_is("HTML: an attribute of 10 MB", "attribute.html", lambda: page(f"<p title='{'x' * 10 * MB}'>{SAID}</p>{ARTICLE}"), "either", keeps="Friday", slow=True)
_is("HTML: 100,000 attributes", "attributes.html", lambda: page("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + f">{SAID}</p>{ARTICLE}"), "either", keeps="Friday", slow=True)
_is("HTML: a comment that never ends", "comment.html", lambda: page(ARTICLE + "<!--" + "x" * 5 * MB), "either", keeps="Friday")
_is("HTML: a title that never ends", "title.html", lambda: page(ARTICLE, "<title>" + "x" * 5 * MB), "either", slow=True)
_is("HTML: 5 MB in one line", "line.html", lambda: page(f"<p>{'word ' * MB}</p>"), "either", slow=True)
_is("HTML: 300,000 short paragraphs", "short.html", lambda: page("<p>a word</p>" * 300_000), "either", slow=True)
_is("HTML: 500,000 tags in one line of words", "tags.html", lambda: page(ARTICLE + "<p>" + "<i>a</i><br>" * 250_000), "either", keeps="Friday", slow=True)
_is("HTML: references to characters that are none", "references.html", lambda: page(ARTICLE + "<p>x&#0;&#xD800;&#x110000;&#xFFFF;&#7;&#99999999999;&nosuch;&amp" * 2_000), "either", keeps="Friday")
_is("HTML: only navigation", "navigation.html", page("<nav>" + "<a href=x>Home</a> " * 50 + "</nav><footer>About us</footer>"), "either")
_is("HTML: only a script", "script.html", page("<script>var words = 'these are no words';</script><style>p { color: red }</style>"), "refused")
_is("HTML: no body", "no-body.html", b"<!doctype html><html><head><title>T</title></head></html>", "refused")
_is("HTML: only a doctype", "doctype.html", b"<!doctype html>", "refused")
_is("HTML: only opening brackets", "brackets.html", b"<" * MB, "either")
_is("HTML: tags that never end", "open-tag.html", b"<!doctype html><p " + b"a=" * MB, "either")
_is("HTML: NUL bytes", "nul.html", ARTICLE.replace("Friday", "Fri\0day").encode() + ARTICLE.encode(), "either", keeps="Friday")
_is("HTML: says UTF-8 and is GBK", "lie.html", f"<html><head><meta charset=utf-8></head><body><p>{SAID_ZH * 3}</p></body></html>".encode("gbk"), "either")
_is("HTML: an encoding that does not exist", "charset.html", page(ARTICLE).replace(b"utf-8", b"x-nothing"), "imported", keeps="Friday")
_is("HTML: says it is UTF-7", "utf-7.html", page(ARTICLE + "+ADw-script+AD4-").replace(b"utf-8", b"utf-7"), "either", keeps="Friday")
_is("HTML: UTF-16 without a mark", "utf-16.html", page(ARTICLE).decode().encode("utf-16-le"), "either", keeps="Friday")
_is("HTML: UTF-16 of odd length", "odd.html", page(ARTICLE).decode().encode("utf-16") + b"x", "either", keeps="Friday")
_is("HTML: cut off in the middle of a tag", "cut.html", page(ARTICLE + f"<p>{SAID}</p>" * 50)[:-3000] + b"<p clas", "imported", keeps="Friday")
_is("HTML: everything after this is plain", "plaintext.html", page(ARTICLE + "<plaintext>" + "</p>" * 1000), "either", keeps="Friday")
_is("HTML: XInclude and style sheets of a file", "include.xhtml", xhtml(f"{ARTICLE}<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' parse='text' href='{SECRET}'/>").replace("<html", f"<?xml-stylesheet href='{SECRET}'?><html").encode(), "imported", keeps="Friday")
for _what, _doctype, _entity in (
    ("a billion laughs", LAUGHS, "l9"),
    ("quadratic laughs", QUADRATIC, "q;" + "&q;" * 3000 + "&q"),
    ("an entity from this machine", OUTSIDE, "out"),
    ("an outside DTD", PARAMETER, "amp"),
):
    _is(
        f"XHTML: {_what}",
        f"{_what.replace(' ', '-')}.xhtml",
        lambda d=_doctype, e=_entity: xhtml(f"{ARTICLE}<p>&{e};</p>", doctype=d).encode(),
        "either",
        keeps="Friday",
        slow=_doctype == QUADRATIC,
    )
_is("HTML: a table of 200 by 1,000", "table.html", lambda: page(ARTICLE + "<table>" + ("<tr>" + "<td>a</td>" * 200 + "</tr>") * 1_000 + "</table>"), "either", keeps="Friday", slow=True)
_is("HTML: cells that span a billion", "spans.html", page(ARTICLE + "<table><tr><td colspan=1000000000 rowspan=1000000000>a</td><td>b</td></tr></table>"), "imported", keeps="Friday")
_is("HTML: lists that begin at a huge number", "start.html", page(ARTICLE + "<ol start=99999999999999999999999><li>a<li value=-1e999>b</ol><ol start=x><li>c</ol>"), "imported", keeps="Friday")
_is("HTML: notes that refer to each other", "notes.html", page(ARTICLE + "".join(f"<p id=n{n}><a href=#n{(n + 1) % 50} epub:type=noteref>{n}</a></p>" for n in range(50))), "imported", keeps="Friday")
_is("HTML: 50,000 links to notes", "many-notes.html", lambda: page(ARTICLE + "".join(f"<sup><a href='#f{n}' id='r{n}'>{n}</a></sup>" for n in range(50_000)) + "".join(f"<p id='f{n}'><a href='#r{n}'>{n}</a> note</p>" for n in range(50_000))), "either", keeps="Friday", slow=True)
# fmt: on


# Markdown

HEAD = b"---\ntitle: The letter\nlanguage: en\n---\n\n"
PROSE = (SAID + "\n\n").encode()


def md(body: bytes | str, head: bytes = HEAD) -> bytes:
    return head + PROSE + (body.encode() if isinstance(body, str) else body)


def yaml_bomb(rows: int = 9) -> bytes:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 9) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, rows)]
    return ("---\n" + "\n".join(lines) + f"\ntitle: *a{rows - 1}\n---\n\n").encode()


# fmt: off
for _what, _body in {
    "100,000 marks of emphasis": lambda: "*a " * 100_000,
    "100,000 marks of emphasis, closed in wrong order": lambda: (
        "*a **b _c __d " * 12_500 + "* ** _ __ " * 12_500
    ),
    "200,000 stars": lambda: "*" * 200_000 + "a",
    "stars and underscores by turns": lambda: "*_" * 50_000,
    "50,000 opening brackets": lambda: "[" * 50_000,
    "50,000 brackets, opened and closed": lambda: "[" * 25_000 + "a" + "]" * 25_000,
    "50,000 pictures in pictures": lambda: "![" * 25_000 + "a" + "](x)" * 25_000,
    "50,000 links never closed": lambda: "[a](" * 50_000,
    "50,000 links in pointed brackets": lambda: "[a](<b" * 50_000,
    "50,000 nested quotations": lambda: ">" * 50_000 + " a",
    "50,000 quotations, each a line deeper": lambda: "\n".join(
        "> " * (n % 500) + "a" for n in range(2_000)
    ),
    "5,000 nested lists": lambda: "\n".join("  " * n + "- a" for n in range(1_500)),
    "lists and quotations by turns": lambda: "> - " * 10_000 + "a",
    "10,000 lists in one line": lambda: "- " * 10_000 + "a",
    "50,000 definitions of links": lambda: (
        "".join(f"[r{n}]: /x{n}\n" for n in range(50_000)) + "\n" + "[r1] " * 50_000
    ),
    "one long reference, used 5,000 times": lambda: f"[x]: /{'y' * 20_000}\n\n" + "[x] " * 5_000,
    "code marks of every length": lambda: "".join("`" * n + " " for n in range(1, 1_500)),
    "100,000 code marks": lambda: "`a" * 100_000,
    "100,000 opening tags": lambda: "<" * 100_000,
    "50,000 comments never closed": lambda: "<!-- a " * 50_000,
    "50,000 tags never closed": lambda: "<a b='" * 50_000,
    "50,000 nested tags": lambda: "<div>\n" * 50_000 + "a",
    "50,000 scripts never closed": lambda: "\n\n<script>\n" * 20_000,
    "100,000 references to characters": lambda: "&#x41;&amp;&#0;&#xD800;&" * 20_000,
    "100,000 backslashes": lambda: "\\" * 100_000 + "*\\_" * 10_000,
    "a table of 2,000 columns": lambda: (
        "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + ("|b" * 2_000 + "|\n") * 50
    ),
    "a table that autocompletes 65,000 cells": lambda: (
        "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b|\n" * 5_000
    ),
    "a table of 50,000 rows": lambda: "|a|b|\n|-|-|\n" + "|c|d|\n" * 50_000,
    "a heading of 5 MB": lambda: "# " + "word " * MB,
    "100,000 headings": lambda: "## a\n\nb\n\n" * 50_000,
    "100,000 lines underlined": lambda: "a\n-\n" * 50_000,
    "100,000 rules": lambda: "---\n\n" * 100_000,
    "fences never closed": lambda: "```\n" + "~~~\n" * 50_000,
    "100,000 hard breaks": lambda: "a  \n" * 100_000,
    "100,000 notes": lambda: (
        "".join(f"[^{n}]: a\n\n" for n in range(20_000)) + "".join(f"[^{n}]" for n in range(20_000))
    ),
    "tabs and spaces": lambda: "\t " * 500_000,
    "100,000 addresses": lambda: "<http://a.b> http://a.b www.a.b " * 30_000,
    "a byte order mark in every line": lambda: "\ufeffa\n" * 10_000,
}.items():
    _is(
        f"Markdown: {_what}",
        re.sub(r"[ ,]+", "-", _what) + ".md",
        lambda b=_body: md(b()),
        "either",
        keeps="Friday",
        slow=_what not in ("50,000 opening brackets", "50,000 nested quotations"),
    )
_is("Markdown: aliases that unfold without end", "aliases.md", lambda: yaml_bomb() + PROSE, "either")
_is("Markdown: aliases that unfold in the title", "aliases-many.md", lambda: yaml_bomb(30) + PROSE, "either")
_is("Markdown: fields merged without end", "merge.md", lambda: (("---\nb0: &b0 {a: 1}\n" + "".join(f"b{n}: &b{n}\n  <<: [" + ", ".join([f"*b{n - 1}"] * 9) + f"]\n  k{n}: 1\n" for n in range(1, 12)) + "title: T\n---\n\n").encode() + PROSE), "either")
_is("Markdown: an object of Python in its front matter", "object.md", b"---\ntitle: !!python/object/apply:os.system [touch /tmp/stolen]\n---\n\n" + PROSE, "either")
_is("Markdown: front matter 5,000 deep", "deep.md", lambda: b"---\ntitle: T\nx: " + b"[" * 5_000 + b"]" * 5_000 + b"\n---\n\n" + PROSE, "either", slow=True)
_is("Markdown: front matter deep by lines", "deep-lines.md", lambda: (b"---\ntitle: T\n" + b"".join(b" " * n + b"a:\n" for n in range(300)) + b"---\n\n" + PROSE), "either")
_is("Markdown: front matter that never ends", "open.md", b"---\ntitle: T\n\n" + PROSE, "either")
_is("Markdown: front matter of 5 MB", "long.md", lambda: b"---\ntitle: " + b"x" * 5 * MB + b"\n---\n\n" + PROSE, "either")
_is("Markdown: a field that is its own alias", "self.md", b"---\ntitle: T\nx: &x [*x]\n---\n\n" + PROSE, "either")
_is("Markdown: numbers beyond all numbers", "numbers.md", lambda: (b"---\ntitle: T\nyear: " + b"9" * 20_000 + b"\nminutes: 0x" + b"f" * 5_000 + b"\nweight: 1:" + b"59:" * 5_000 + b"59\n---\n\n" + PROSE), "either")
_is("Markdown: dates that do not exist", "dates.md", b"---\ntitle: T\ndate: 9999-99-99\nyear: 2024-02-30\n---\n\n" + PROSE, "either")
_is("Markdown: TOML front matter", "toml.md", b'+++\ntitle = "T"\n+++\n\n' + PROSE, "either", keeps="Friday")
_is("Markdown: only front matter", "only.md", b"---\ntitle: T\n---\n", "refused")
_is("Markdown: only headings", "headings.md", b"# One\n\n## Two\n\n### Three\n", "either")
_is("Markdown: only a picture", "picture.md", b"![](x.png)\n", "refused")
# fmt: on


# Plain text


def _txt(
    what: str,
    name: str,
    data: Callable[[], bytes] | bytes,
    ends: Ends = "either",
    says: str = "",
    *,
    keeps: str = "",
    slow: bool = False,
) -> None:
    _is(f"Text: {what}", name, data, ends, says, keeps=keeps, slow=slow)


T = f"The letter\n\n{SAID}\n\n{SAID}\n"
T_ZH = f"一封旧信\n\n{SAID_ZH}\n\n{SAID_ZH}{SAID_ZH}\n"
# Shapes in which a careless expression looks for headings, items, names, dates or links for ever.
SHAPES = {
    "chapter numbers": "Chapter " + "i" * 100_000, "chapter after chapter": "Chapter 1 " * 20_000,
    "Chinese numbers": "第" + "一" * 100_000, "Chinese headings": "第一" * 50_000, "spaces": "a" + " " * 500_000 + "b",
    "full stops": "." * 300_000, "dashes": "-" * 300_000, "dashes apart": "- " * 150_000, "numbers": "1." * 100_000,
    "items": "1) " * 100_000, "stars": "* " * 150_000, "opening brackets": "(" * 300_000, "quotes": "“" * 300_000,
    "apostrophes": "a'" * 150_000, "one letter": "a" * 2_000_000, "capitals": "A" * 500_000, "mail": "a@" * 100_000,
    "addresses": "http://" * 50_000, "underscores": "_" * 300_000, "equals": "=" * 300_000, "commas": ",a" * 150_000,
    "tabs": "\t" * 500_000, "ideographic spaces": "\u3000" * 300_000, "hash signs": "#" * 300_000,
    "hash signs apart": "# " * 150_000, "pointed brackets": "<a" * 100_000, "closing brackets": ">" * 300_000,
    "by and by": "by " * 100_000, "years": "1999-" * 60_000, "copyright": "copyright © " * 30_000,
    "Gutenberg": "*** START OF THE PROJECT GUTENBERG EBOOK " * 5_000, "ISBN": "ISBN 978-" * 40_000,
    "hyphens at line ends": "a-\n" * 100_000, "page numbers": "\n\n12\n\n" * 30_000, "contents": "One .......... 1\n" * 30_000,
    "dots": "a . " * 100_000, "ellipses": "…" * 200_000, "Roman numbers": "\n\nXIV\n\n" * 20_000, "slashes": "/" * 300_000,
    "titles in brackets": "《" * 200_000, "titles": "《a》" * 60_000, "authors": "作者：" * 60_000, "colons": "a:\n" * 100_000,
}  # fmt: skip

# fmt: off
_txt("0 bytes", "empty.txt", b"", "refused", r"empty \(0 bytes\)")
_txt("only white space", "blank.txt", b" \n\t\n" * 1000, "refused")
_txt("only a byte order mark", "mark.txt", b"\xef\xbb\xbf", "refused")
_txt("only a UTF-16 mark", "mark-16.txt", b"\xff\xfe", "refused")
_txt("NUL bytes", "nul.txt", T.replace("Friday", "Fri\0day").encode(), "refused", "NUL")
_txt("only NUL bytes", "zeros.txt", bytes(100_000), "refused")
_txt("control characters", "controls.txt", bytes(range(1, 32)) * 500, "refused")
_txt("colours of a terminal", "terminal.txt", T.replace("letter", "\x1b[31mletter\x1b]0;x\x07").encode(), "either", keeps="Friday")
_txt("noise", "noise.txt", NOISE, "refused")
_txt("all bytes", "bytes.txt", bytes(range(256)) * 100, "refused")
_txt("5 MB in one line", "line.txt", lambda: ("word " * MB).encode(), slow=True)
_txt("5 MB in one line, Chinese", "line-zh.txt", lambda: ("学习使人进步，" * (5 * MB // 21)).encode(), slow=True)
_txt("5 MB without a space", "word.txt", b"x" * 5 * MB, slow=True)
_txt("two million empty lines", "lines.txt", b"\n" * 2_000_000 + T.encode(), keeps="Friday", slow=True)
_txt("a word a line, 300,000 times", "words.txt", b"word\n" * 300_000, slow=True)
_txt("a word a paragraph, 300,000 times", "paragraphs.txt", b"word\n\n" * 300_000, slow=True)
_txt("old Mac line ends", "mac.txt", T.replace("\n", "\r").encode(), "imported", keeps="Friday")
_txt("line ends of every sort", "ends.txt", T.replace("\n", "\r\n", 1).replace("\n\n", "\n\r\x0b\x0c\x85\u2028").encode(), "either", keeps="Friday")
_txt("GBK cut off in a character", "gbk.txt", (T_ZH * 3).encode("gbk")[:-2], "either", keeps="星期五")
_txt("Big5 cut off in a character", "big5.txt", ("星期五，我們在一起讀那封舊信，大家都說說自己學到了什麼，怎樣做好工作。\n\n" * 9).encode("big5")[:-2], "either", keeps="星期五")
_txt("GB18030 cut off in four bytes", "gb18030.txt", (T_ZH * 3 + "𠀀").encode("gb18030")[:-1], "either", keeps="星期五")
_txt("UTF-8 cut off in a character", "utf-8.txt", (T_ZH * 3).encode()[:-3], "either", keeps="星期五")
_txt("UTF-16 of odd length", "odd.txt", T.encode("utf-16") + b"x", "either", keeps="Friday")
_txt("UTF-16 without a mark, odd", "odd-bare.txt", T.encode("utf-16-le") + b"x", "either", keeps="Friday")
_txt("UTF-16 with half a character", "half.txt", T.encode("utf-16") + b"\x00\xd8", "either", keeps="Friday")
_txt("UTF-32", "utf-32.txt", T.encode("utf-32"), "either", keeps="Friday")
_txt("UTF-7", "utf-7.txt", T_ZH.encode("utf-7"))
_txt("EBCDIC", "ebcdic.txt", T.encode("cp500"))
_txt("UTF-8 and GBK by turns", "mixed.txt", (T_ZH.encode() + T_ZH.encode("gbk")) * 5)
_txt("UTF-8 twice over", "twice.txt", T_ZH.encode().decode("latin-1").encode())
_txt("halves of characters in UTF-8", "cesu.txt", T.encode() + b"\xed\xa0\x81\xed\xb0\x80" * 50, "either", keeps="Friday")
_txt("characters written too long", "overlong.txt", T.encode() + b"\xc0\xaf\xe0\x80\xaf" * 50, "either", keeps="Friday")
_txt("characters that are none", "none.txt", (T + "\ufffe\uffff\U0010ffff" * 50).encode(), "either", keeps="Friday")
_txt("only combining marks", "marks.txt", ("\u0301\u0302\u0303" * 5_000).encode())
_txt("100,000 marks on one letter", "tower.txt", (T + "a" + "\u0301" * 100_000).encode(), "either", keeps="Friday")
_txt("Arabic, from right to left", "right.txt", ("في يوم الجمعة اجتمع الأعضاء لقراءة الرسالة القديمة بصوت عال. " * 20).encode())
_txt("Hebrew with marks that turn the direction", "turned.txt", ("\u202eביום שישי נפגשו החברים לקרוא את המכתב הישן.\u202c " * 20).encode())
_txt("English with marks that turn the direction", "override.txt", T.replace("letter", "\u202eletter\u2066").encode(), "imported", keeps="Friday")
_txt("emoji", "emoji.txt", (T + "👩‍👩‍👧‍👦🏳️‍🌈👍🏽" * 3_000).encode(), "imported", keeps="Friday")
_txt("only emoji", "only-emoji.txt", ("🌱📚" * 3_000).encode())
_txt("only digits", "digits.txt", b"3 1 4 1 5 9 2 6 5 " * 1_000)
_txt("only marks", "punctuation.txt", b"... --- !!! ??? ... " * 1_000)
_txt("letters that are not seen", "unseen.txt", ("\u200b\u200c\u2060\ufeff\u00ad" * 5_000).encode())
_txt("private letters", "private.txt", "".join(chr(0xE000 + n) for n in range(3000)).encode())
_txt("base64", "base64.txt", base64.b64encode(NOISE * 20))
_txt("a locked message", "pgp.txt", b"-----BEGIN PGP MESSAGE-----\n\n" + base64.encodebytes(NOISE) + b"-----END PGP MESSAGE-----\n")
_txt("20 MB of words", "novels.txt", lambda: (SAID + "\n\n").encode() * (20 * MB // len(SAID) - 2000), slow=True)
for _what, _shape in SHAPES.items():
    _is(
        f"Text: a careless expression and {_what}",
        f"shape-{_what.replace(' ', '-')}.txt",
        f"{T}\n\n{_shape}\n".encode(),
        "either",
        keeps="Friday",
        slow=True,
    )
    _is(
        f"HTML: a careless expression and {_what}",
        f"shape-{_what.replace(' ', '-')}.html",
        page(ARTICLE + "<p>" + _shape.replace("<", "&lt;") + "</p>"),
        "either",
        keeps="Friday",
        slow=True,
    )
# fmt: on


# Wrong names for right things, and what the library does not read

_OLE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + b"\0" * 504
    + "WordDocument".encode("utf-16-le")
    + b"\0" * 3000
)
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE[:200]

# fmt: off
for _name, _data in {
    "pdf.txt": pdf,
    "pdf.epub": pdf,
    "pdf.docx": pdf,
    "pdf.md": pdf,
    "pdf.html": pdf,
    "pdf": pdf,
    "pdf.xyz": pdf,
    "epub.zip": epub,
    "epub.txt": epub,
    "epub.docx": epub,
    "epub.pdf": epub,
    "epub": epub,
    "docx.zip": docx,
    "docx.pdf": docx,
    "docx.doc": docx,
    "docx.txt": docx,
    "docx.epub": docx,
    "docx.odt": docx,
    "html.txt": lambda: page(ARTICLE),
    "html.md": lambda: page(ARTICLE),
    "html.doc": lambda: page(ARTICLE),
    "html.pdf": lambda: page(ARTICLE),
    "html.xml": lambda: page(ARTICLE),
    "html": lambda: page(ARTICLE),
    "text.pdf": lambda: T.encode(),
    "text.epub": lambda: T.encode(),
    "text.docx": lambda: T.encode(),
    "text.html": lambda: T.encode(),
    "text": lambda: T.encode(),
    "text.doc": lambda: T.encode(),
    "text.TXT": lambda: T.encode(),
    "utf-16.md": lambda: T.encode("utf-16"),
    "about-html.txt": lambda: f"On <html>\n\n{SAID}\n\n<!doctype html> begins a page.\n".encode(),
    "markdown": lambda: md("## More\n\nwords\n"),
    "book.epub.txt": lambda: T.encode(),
}.items():
    _is(f"Name: {_name.replace('.', ' called .')}", _name, _data, "imported", keeps="Friday")
for _name, _data, _says in (
    ("old.doc", _OLE, r"an old Word document"),
    ("old.docx", _OLE, r"an old Word document"),
    ("old.txt", _OLE, r"an old Word document"),
    ("rtf.doc", b"{\\rtf1\\ansi\\deff0 " + SAID.encode() + b"}", "an RTF document"),
    ("rtf.txt", b"{\\rtf1\\ansi " + SAID.encode() + b"}", "an RTF document"),
    (
        "open.odt",
        lambda: zip_of(
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"},
            stored=["mimetype"],
        ),
        "OpenDocument",
    ),
    (
        "sheet.xlsx",
        lambda: zip_of({"[Content_Types].xml": _TYPES, "xl/workbook.xml": "<x/>"}),
        "Excel",
    ),
    (
        "slides.docx",
        lambda: zip_of({"[Content_Types].xml": _TYPES, "ppt/presentation.xml": "<x/>"}),
        "PowerPoint",
    ),
    ("kindle.epub", b"\0" * 60 + b"BOOKMOBI" + NOISE, "Kindle"),
    ("kindle.azw3", b"\0" * 60 + b"BOOKMOBI" + NOISE, "Kindle"),
    ("picture.pdf", _PNG, "picture"),
    ("picture.txt", b"\xff\xd8\xff\xe0\0\x10JFIF" + NOISE, "picture"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><text>words</text></svg>", "picture"),
    ("song.txt", b"ID3\x03\0\0\0\0\0\0" + NOISE, "sound"),
    ("film.md", b"\0\0\0\x18ftypmp42" + NOISE, "video"),
    ("program.md", b"\x7fELF\x02\x01\x01" + NOISE, "program"),
    ("program.pdf", b"MZ\x90\0" + NOISE, "program"),
    ("packed.txt", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + zlib.compress(T.encode()), "gzip"),
    ("rar.epub", b"Rar!\x1a\x07\x01\0" + NOISE, "RAR"),
    ("seven.docx", b"7z\xbc\xaf'\x1c\0\x04" + NOISE, "7-Zip"),
    ("books.zip", lambda: zip_of({"a.txt": T, "b.txt": T}), "zip archive"),
    ("empty.zip", lambda: zip_of({}), "zip archive"),
    ("books.epub", lambda: zip_of({"a.txt": T}), ""),
    ("database.txt", b"SQLite format 3\0" + NOISE, "database"),
    ("noise", NOISE, "not a text file"),
    ("noise.docx", NOISE, "damaged"),
    ("noise.pdf", NOISE, "damaged"),
    ("noise.epub", NOISE, "damaged"),
    ("noise.html", NOISE, ""),
    ("noise.md", NOISE, ""),
    ("style.css", b"body { color: red }", "not in a format"),
    ("data.json", b'{"a": 1}', "not in a format"),
    (
        "pointer.pdf",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        "Git LFS",
    ),
    (
        "page.mht",
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n",
        "web archive",
    ),
    (
        "book.fb2",
        b"<?xml version='1.0'?><FictionBook><body><p>x</p></body></FictionBook>",
        "FictionBook",
    ),
):
    _is(f"Name: {_name} is something else", _name, _data, "refused", _says)
for _what, _name in {
    "255 bytes": "x" * 252 + ".md",
    "255 bytes of Chinese": "学" * 84 + ".md",
    "a new line": "new\nline.md",
    "control characters": "bell\x07\x1b[31m.md",
    "that turns the direction": "cod\u202etxt.md",
    "in Hebrew": "מכתב.md",
    "emoji": "👩\u200d🏫📚.md",
    "bytes that are no characters": os.fsdecode(b"caf\xe9 \xd1\xa7.md"),
    "dots": "..  ...md",
    "that looks like an option": "-rf.md",
    "with orders for a shell": "$(touch x);`y`|z&.md",
    "with quotes": "'\"<b>&amp;.md",
    "percent signs": "%s%n%00{0}.md",
    "with backslashes": "..\\..\\x.md",
    "a space at the end": "space .md ",
    "reserved elsewhere": "CON.md",
    "a letter with its mark apart": "cafe\u0301.md",
    "full-width": "ｌｅｔｔｅｒ．md.md",
    "of marks only": "！？。.md",
}.items():
    _is(
        f"Name: {_what}",
        _name,
        md(""),
        "imported" if _name.endswith(".md") else "either",
        keeps="Friday",
    )
# fmt: on


# What is no ordinary file


def _placed(what: str, name: str, place: Callable[[Path], None], ends: Ends, says: str) -> None:
    FILES.append(Hostile(f"Place: {what}", name, bytes, ends, says, place=place))


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as plug:
        here = os.getcwd()
        os.chdir(path.parent)  # the full path may be longer than a socket's name may be
        try:
            plug.bind(path.name)
        finally:
            os.chdir(here)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(300 * MB)


def _outside(path: Path) -> None:
    target = path.parent.parent / f"{path.parent.name}-outside.md"
    target.write_bytes(md(""))
    path.symlink_to(target)


def _unreadable(path: Path) -> None:
    path.write_bytes(md(""))
    path.chmod(0)


_placed("a pipe", "pipe.md", os.mkfifo, "refused", "a pipe")
_placed("a socket", "socket.txt", _socket, "refused", "a socket")
_placed("a folder", "folder.epub", Path.mkdir, "refused", "a folder")
_placed(
    "a link to the passwords",
    "passwd.txt",
    lambda p: p.symlink_to("/etc/passwd"),
    "refused",
    "outside its folder",
)
_placed(
    "a link to a device",
    "device.txt",
    lambda p: p.symlink_to("/dev/zero"),
    "refused",
    "outside its folder",
)
_placed("a link out of the folder", "outside.md", _outside, "refused", "outside its folder")
_placed(
    "a link to nothing", "nothing.md", lambda p: p.symlink_to("missing.md"), "refused", "not there"
)
_placed("a link to itself", "loop.md", lambda p: p.symlink_to(p.name), "refused", "a link")
_placed("300 MB of nothing", "sparse.txt", _sparse, "refused", "200 MB is the most")
if sys.platform != "win32" and os.geteuid() != 0:
    _placed("no permission", "unreadable.md", _unreadable, "refused", "permission denied")


def good_files() -> dict[str, bytes]:
    """A small good file of each format and encoding, by name."""
    long_md = md(
        "# One\n\n- a\n- b\n  1. c\n\n> said *so*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Two[^1]\n\n"
        "roses  \nviolets\n\n[^1]: A note.\n"
    )
    return {
        "good.epub": epub(manifest=_NCX_ITEM + _NAV_ITEM, change={"OEBPS/toc.ncx": _ncx(2), "OEBPS/nav.xhtml": xhtml("<nav><ol><li><a href='c0.xhtml'>One</a></li></ol></nav>")}),
        "plain.epub": epub(),
        "good.pdf": pdf(),
        "facts.pdf": pdf(change={8: b"<< /Title (The letter) /Author (Ana Ruiz) /CreationDate (D:19990101) >>"}, trailer=b"/Info 8 0 R"),
        "packed.pdf": pdf(change={5: stream(show(PAGE), packed=True), 7: stream(show(PAGE), packed=True)}),
        "good.docx": docx(),
        "table.docx": docx(word(paragraph("The letter", "Heading1") + paragraph() + f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr></w:tbl>" + paragraph() * 2)),
        "good.html": page(ARTICLE + "<ul><li>a<li>b</ul><blockquote>said</blockquote><table><tr><td>1<td>2</table>"),
        "good.xhtml": chapter().encode(),
        "good.md": long_md,
        "bare.md": b"# The letter\n\n" + PROSE * 2,
        "good.txt": T.encode(),
        "wrapped.txt": "\n".join(wrapped(SAID * 8, 70)).encode(),
        "chinese.txt": T_ZH.encode(),
        "gbk.txt": T_ZH.encode("gbk"),
        "big5.txt": "一封舊信\n\n我們在一起讀那封舊信，大家都說說自己學到了什麼。\n".encode("big5"),
        "utf-16.txt": T.encode("utf-16"),
        "cp1252.txt": T.replace("few words", "few “words” — naïve, café").encode("cp1252"),
    }  # fmt: skip
