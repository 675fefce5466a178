"""What a file really is, told by its first bytes and its zip members, not by its suffix.

Opens nothing: `kind` looks at a name, the first bytes and, for a zip archive,
the names in it. A file whose suffix is wrong is read as what it is. For what
the library does not read there is a sentence that names it and the way out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath

HEAD = 64 * 1024  # bytes of a file that `kind` wants to see
SHOWN = 80  # characters of a file's name in a message

# What the library reads, by suffix.
SUFFIXES: dict[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".epub": "epub",
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
READ = frozenset(SUFFIXES.values())

_SAVE_DOCX = "Open it in Word or LibreOffice and save it as .docx."
_EXPORT = "Save or export it as .epub, .docx, .pdf or .txt."
_CONVERT = "Convert it to EPUB (Calibre can do it) and bring that."
_UNPACK = "Unpack it and bring the files that are in it."
_ORIGINAL = "Bring the text itself, as .epub, .docx, .pdf, .md or .txt."

# What the library does not read: what it is, and what to do.
REFUSED: dict[str, tuple[str, str]] = {
    "doc": ("an old Word document (before 2007)", _SAVE_DOCX),
    "xls": ("an old Excel workbook", "Save what is to be studied as .docx or .pdf."),
    "ppt": ("an old PowerPoint presentation", "Export it as .pdf."),
    "ole": ("a document of an old office program", f"Open it there and save it anew. {_SAVE_DOCX}"),
    "locked": (
        "protected with a password or is an old Word document",
        "Open it in Word, remove the protection and save it as .docx.",
    ),
    "rtf": ("an RTF document", _SAVE_DOCX),
    "odt": ("an OpenDocument text", "Open it in LibreOffice and save it as .docx."),
    "ods": ("an OpenDocument spreadsheet", "Save what is to be studied as .docx or .pdf."),
    "odp": ("an OpenDocument presentation", "Export it as .pdf."),
    "flat-odf": ("a flat OpenDocument file", "Open it in LibreOffice and save it as .docx."),
    "flat-word": ("a Word document in one XML file", _SAVE_DOCX),
    "xlsx": ("an Excel workbook", "Save what is to be studied as .docx or .pdf."),
    "pptx": ("a PowerPoint presentation", "Export it as .pdf."),
    "iwork": ("a document of Apple Pages, Numbers or Keynote", "Export it as .docx or .epub."),
    "mobi": ("a Kindle or Mobipocket book", _CONVERT),
    "kfx": ("a Kindle book", "Bring an edition without copy protection, as .epub."),
    "fb2": ("a FictionBook", _CONVERT),
    "djvu": ("a DjVu scan", "Convert it to a PDF with a text layer (OCR)."),
    "chm": ("a Windows help file", _CONVERT),
    "lit": ("a Microsoft Reader book", _CONVERT),
    "postscript": ("a PostScript file", "Convert it to PDF."),
    "mhtml": ("a web archive (MHTML)", 'Save the page again as "Web page, HTML only".'),
    "webarchive": ("a web archive of Safari", "Save the page again as page source (.html)."),
    "feed": ("a feed, not a text", _ORIGINAL),
    "opf": ("only the contents list of an EPUB", "Bring the whole .epub file."),
    "xml": ("an XML file that is not a web page", _EXPORT),
    "zip": ("a zip archive", _UNPACK),
    "broken-zip": ("a damaged zip archive", "Fetch or pack it again."),
    "gzip": ("a gzip archive", _UNPACK),
    "bzip2": ("a bzip2 archive", _UNPACK),
    "xz": ("an xz archive", _UNPACK),
    "zstd": ("a zstd archive", _UNPACK),
    "7z": ("a 7-Zip archive", _UNPACK),
    "rar": ("a RAR archive", _UNPACK),
    "tar": ("a tar archive", _UNPACK),
    "cab": ("a cabinet archive", _UNPACK),
    "jar": ("a program (Java), not a text file", _ORIGINAL),
    "program": ("a program, not a text file", _ORIGINAL),
    "picture": ("a picture", "Bring its words: write them down, or make a PDF with a text layer."),
    "audio": ("a sound recording", "Bring a transcript as .txt or .md."),
    "video": ("a video", "Bring a transcript as .txt or .md."),
    "font": ("a font, not a text file", _ORIGINAL),
    "database": ("a database, not a text file", _ORIGINAL),
    "pointer": (
        "only a pointer of Git LFS, not the file itself",
        "Run `git lfs pull` in its folder and bring it again.",
    ),
    "apple-double": ("a side file of macOS without text", "It can be deleted."),
}

# First bytes that no text begins with.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (60, b"BOOKMOBI", "mobi"),
    (60, b"TEXtREAd", "mobi"),
    (0, b"\xeaDRMION\xee", "kfx"),
    (0, b"AT&TFORM\x00", "djvu"),
    (0, b"\x89PNG\r\n\x1a\n", "picture"),
    (0, b"\xff\xd8\xff", "picture"),
    (0, b"II*\x00", "picture"),
    (0, b"MM\x00*", "picture"),
    (0, b"\x00\x00\x01\x00", "picture"),
    (4, b"ftypheic", "picture"),
    (4, b"ftypmif1", "picture"),
    (4, b"ftypavif", "picture"),
    (4, b"ftypM4A", "audio"),
    (4, b"ftypM4B", "audio"),
    (4, b"ftyp", "video"),
    (0, b"fLaC\x00", "audio"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (0, b"\x00\x00\x01\xba", "video"),
    (0, b"FLV\x01", "video"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"(\xb5/\xfd", "zstd"),
    (0, b"7z\xbc\xaf'\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (257, b"ustar", "tar"),
    (0, b"MSCF\x00\x00", "cab"),
    (0, b"\x7fELF", "program"),
    (0, b"\xfe\xed\xfa\xce", "program"),
    (0, b"\xfe\xed\xfa\xcf", "program"),
    (0, b"\xcf\xfa\xed\xfe", "program"),
    (0, b"\xca\xfe\xba\xbe", "program"),
    (0, b"\x00asm", "program"),
    (0, b"wOFF", "font"),
    (0, b"wOF2", "font"),
    (0, b"\x00\x01\x00\x00\x00", "font"),
    (0, b"SQLite format 3\x00", "database"),
    (0, b"bplist00", "webarchive"),
    (0, b"\x00\x05\x16\x07", "apple-double"),
)
# First letters that a text may begin with too: believed where the file is no text.
_LETTERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MZ", "program"),
    (0, b"BM", "picture"),
    (0, b"GIF8", "picture"),
    (8, b"WEBP", "picture"),
    (0, b"8BPS", "picture"),
    (8, b"WAVE", "audio"),
    (8, b"AVI ", "video"),
    (0, b"ID3", "audio"),
    (0, b"OggS", "audio"),
    (0, b"MThd", "audio"),
    (0, b"\xff\xfb", "audio"),
    (0, b"\xff\xf3", "audio"),
    (0, b"BZh", "bzip2"),
    (0, b"ITSF", "chm"),
    (0, b"ITOLITLS", "lit"),
    (0, b"OTTO", "font"),
    (0, b"CONT", "kfx"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OFFICE_BY_SUFFIX = {".doc": "doc", ".dot": "doc", ".xls": "xls", ".ppt": "ppt", ".docx": "locked"}
# A text with such a suffix was written to be read; x.css or x.json was not.
_DOCUMENT_SUFFIXES = frozenset({"", ".pdf", ".epub", ".docx", ".doc", ".rtf", ".odt", ".mobi"})
_TEXT_SUFFIXES = frozenset(s for s, reader in SUFFIXES.items() if reader in ("markdown", "plain"))
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SUFFIX = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{1,8}")
_COMMENT = re.compile(rb"\s*(?:<!--.*?-->|<\?xml\b[^>]*>|<\?xml-stylesheet\b[^>]*>)", re.DOTALL)
FEWEST_WORDS = 200  # bytes of plain text that may be called .pdf, .epub or .docx

_WEB_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ROOT = re.compile(
    rb"\s*(?:<!doctype[^>\[]{0,300}(?:\[[^\]]{0,3000}\])?[^>]{0,300}>\s*)?<([A-Za-z][\w:.-]*)", re.I
)
_ROOTS = {
    b"fictionbook": "fb2",
    b"rss": "feed",
    b"feed": "feed",
    b"rdf:rdf": "feed",
    b"package": "opf",
    b"svg": "picture",
    b"svg:svg": "picture",
    b"pkg:package": "flat-word",
    b"w:worddocument": "flat-word",
    b"office:document": "flat-odf",
}  # fmt: skip
_PDF_PARTS = re.compile(rb"\d\s+\d+\s+obj\b")
_MARKDOWN = re.compile(r"---[ \t]*\n.*?^[\w-]+:|#{1,6} \S|.*?^#{1,6} \S", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Kind:
    """What a file is. `reader` is the module of `corpus.formats` that reads it,
    or None, and then `refusal` says why not."""

    reader: str | None
    refusal: str = ""


def kind(name: str, head: bytes, members: Collection[str] = ()) -> Kind:
    """What the file called `name` is. `head` is its first 64 KiB, `members` the
    names in it if it is a zip archive whose list can be read."""
    suffix = suffix_of(name)
    found = _found(suffix, head, members)
    if found in READ:
        return Kind(found)
    shown = shown_name(name)
    if found in REFUSED:
        what, cure = REFUSED[found]
        return Kind(None, f"{shown} is {what}. {cure}")
    if found == "unknown text":
        known = ", ".join(s for s in SUFFIXES if s not in (".markdown", ".text", ".htm", ".xhtml"))
        return Kind(
            None,
            f"{shown} is not in a format the library reads ({known}). "
            "Save it as Markdown or plain text.",
        )
    if suffix in SUFFIXES:
        return Kind(
            None,
            f"{shown} is damaged, or is something other than its name says. "
            "Fetch it again, or open it in the program that made it and save it anew.",
        )
    return Kind(None, f"{shown} is not a text file or document that the library knows. {_EXPORT}")


def suffix_of(name: str) -> str:
    """A file's suffix in small letters, or "". `1. The beginning` and `v1.2` have none."""
    suffix = PurePath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def shown_name(path: PurePath | str) -> str:
    """A file's name as it may stand in a message: every character printable
    and in its place, at most 80 of them, the suffix kept."""
    name = path if isinstance(path, str) else path.name
    shown = "".join(_shown_character(c) for c in unicodedata.normalize("NFC", name)).strip()
    if len(shown) > SHOWN:
        end = suffix_of(shown) or shown[-5:]
        shown = f"{shown[: SHOWN - len(end) - 1]}…{end}"
    return shown or "(a file without a name)"


def _shown_character(char: str) -> str:
    if char.isprintable() or char == "\u200d":  # the joiner inside emoji
        return char
    # Controls, halves of characters, and marks that turn the direction of writing:
    # "txt.exe" could look like "exe.txt".
    return " " if unicodedata.category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def _found(suffix: str, head: bytes, members: Collection[str]) -> str:
    if head.startswith(_ZIP):
        return _in_zip(suffix, head, members)
    if magic := _by_magic(suffix, head):
        return magic
    if head.startswith(b"%PDF-") and (suffix not in _TEXT_SUFFIXES or _PDF_PARTS.search(head)):
        return "pdf"
    if head.startswith(b"{\\rtf1") and b"\\" in head[6:200]:
        return "rtf"
    if head.startswith(b"%!PS-Adobe") and suffix not in _TEXT_SUFFIXES:
        return "postscript"
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return "pointer"
    return _by_words(suffix, head)


def _by_magic(suffix: str, head: bytes) -> str | None:
    for at, magic, name in _MAGIC:
        if head.startswith(magic, at):
            return _office(suffix, head) if name == "ole" else name
    if not is_text(head):
        for at, magic, name in _LETTERS:
            if head.startswith(magic, at):
                return name
    return None


def _office(suffix: str, head: bytes) -> str:
    """Which program a document of Office 97 belongs to, or one locked by a newer."""
    for stream, name in (
        ("EncryptedPackage", "locked"),
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("PowerPoint Document", "ppt"),
    ):
        if stream.encode("utf-16-le") in head:
            return name
    return _OFFICE_BY_SUFFIX.get(suffix, "ole")


def _in_zip(suffix: str, head: bytes, members: Collection[str]) -> str:
    names = {member.lower() for member in members}
    said = head[38:110] if head[30:38] == b"mimetype" else b""
    if said.startswith(b"application/epub+zip") or "meta-inf/container.xml" in names:
        return "epub"
    for end, name in ((b"text", "odt"), (b"spreadsheet", "ods"), (b"presentation", "odp")):
        if said.startswith(b"application/vnd.oasis.opendocument." + end):
            return name
    for start, name in (
        ("word/", "docx"),
        ("xl/", "xlsx"),
        ("ppt/", "pptx"),
        ("index/document.iwa", "iwork"),
        ("index.zip", "iwork"),
        ("meta-inf/manifest.mf", "jar"),
        ("androidmanifest.xml", "jar"),
    ):
        if any(member.startswith(start) for member in names):
            return name
    if {"content.xml", "meta-inf/manifest.xml"} <= names:
        return "odt"
    if SUFFIXES.get(suffix) in ("epub", "docx"):
        return SUFFIXES[suffix]  # its reader says what is missing
    return "zip" if names or head.startswith(b"PK\x05\x06") else "broken-zip"


def _by_words(suffix: str, head: bytes) -> str:
    """What a file is that begins with no bytes of a known kind."""
    start = _without_marks(head)
    if _WEB_PAGE.match(start):
        return "html"
    own = SUFFIXES.get(suffix)
    if own in ("markdown", "plain", "html"):
        return own
    if start[:2000].lower().startswith((b"mime-version:", b"from: <saved by")):
        return "mhtml"
    if _PDF_PARTS.search(head) and (own == "pdf" or b"endobj" in head):
        return "pdf"  # its first bytes are missing; its reader says so
    if own == "pdf" and b"%PDF-" in head[:1024]:
        return "pdf"
    if root := _ROOT.match(start):
        found = _ROOTS.get(root[1].lower())
        if found or head.lstrip().startswith(b"<?xml"):
            return found or "xml"
        if suffix in _DOCUMENT_SUFFIXES and root[1].lower() in (b"head", b"body", b"div", b"p"):
            return "html"
    if not is_text(head):
        return "unknown"
    if suffix not in _DOCUMENT_SUFFIXES:
        return "unknown text"
    if own and len(head) < FEWEST_WORDS:
        return "unknown"  # an error message in the place of a book
    sample = head.decode("utf-8", "replace").lstrip("\ufeff")[:4000]
    return "markdown" if _MARKDOWN.match(sample) else "plain"


def _without_marks(head: bytes) -> bytes:
    """The beginning without byte order mark, comments and XML declaration;
    UTF-16 as if it were ASCII, which is enough to see a tag."""
    for mark in _BOMS:
        head = head.removeprefix(mark)
    start = head.replace(b"\0", b"") if b"\0" in head[:64] else head
    while comment := _COMMENT.match(start):
        start = start[comment.end() :]
    return start


def is_text(head: bytes) -> bool:
    """Whether these first bytes are words in some encoding rather than data."""
    if not head:
        return False
    if head.startswith(_BOMS):
        return True
    if b"\0" in head:
        return _is_utf16(head[:4096])
    controls = sum(
        head.count(bytes([c])) for c in range(1, 32) if c not in b"\t\n\x0b\x0c\r\x1a\x1b"
    )
    return controls * 100 <= len(head)


def _is_utf16(head: bytes) -> bool:
    """UTF-16 without a mark: in ASCII and spaces every second byte is NUL."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return b"\0\0" not in head and min(even, odd) == 0 and max(even, odd) * 20 > len(head)
