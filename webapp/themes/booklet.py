"""A reading list as an EPUB booklet: cover note, and for each reading why it is there, its
words and a question. Pure: words in, bytes out."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

# Licences under which a text may be copied whole; of others what is quoted is taken along.
_FREE = re.compile(
    r"^(?:cc0|cc-by(?:-sa)?(?:-\d|$)|public domain|pd\b|mit|apache-2)", re.IGNORECASE
)
MOST_WORDS = 20_000  # of one text; of a whole book the cited place is taken along
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")

_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
_STYLE = (
    "body{line-height:1.5}h1,h2{line-height:1.2}.of{color:#555}"
    "blockquote{margin:1em 0;padding-left:1em;border-left:.2em solid #a33}"
    ".ask{margin-top:2em;padding:1em;border:1px solid #999}"
)


@dataclass(frozen=True)
class Chapter:
    """A reading in the booklet."""

    title: str
    lang: str
    byline: str  # author, minutes, licence
    why: str  # the organizer's note
    quote: str  # the sentence it is on the list for
    paragraphs: tuple[str, ...]  # its words, where they may be taken along
    question: str
    address: str  # where it is read on the installation; "" for none


@dataclass(frozen=True)
class Words:
    """What the booklet itself says, in the reader's language."""

    lang: str
    contents: str
    question: str
    read_on: str


def may_be_taken(licence: str | None, rights: str) -> bool:
    """Whether a text may leave whole."""
    return rights == "full" and bool(licence and _FREE.match(licence.strip()))


def as_epub(
    list_id: str,
    title: str,
    note: str,
    chapters: Sequence[Chapter],
    *,
    words: Words,
    made_at: dt.datetime,
) -> bytes:
    """EPUB 3. The same list gives the same bytes."""
    pages = [("cover.xhtml", title, _cover(title, note, words))]
    pages += [
        (f"r{place}.xhtml", chapter.title, _chapter(chapter, words))
        for place, chapter in enumerate(chapters, 1)
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        _put(book, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        _put(book, "META-INF/container.xml", _CONTAINER)
        _put(book, "book/book.opf", _package(list_id, title, pages, words, made_at))
        _put(book, "book/contents.xhtml", _contents(title, pages, words))
        _put(book, "book/style.css", _STYLE)
        for name, _title, page in pages:
            _put(book, f"book/{name}", page)
    return out.getvalue()


def _put(book: zipfile.ZipFile, name: str, words: str, how: int = zipfile.ZIP_DEFLATED) -> None:
    # A fixed time: two booklets of one list do not differ.
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.compress_type = how
    book.writestr(entry, words.encode())


def _safe(words: str) -> Markup:
    return escape(_UNSEEN.sub("", words))


def _page(title: str, lang: str, body: Markup) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{_safe(lang)}" xml:lang="{_safe(lang)}"><head><title>{_safe(title)}</title>'
        f'<link rel="stylesheet" href="style.css"/></head><body>{body}</body></html>'
    )


def _cover(title: str, note: str, words: Words) -> str:
    body = Markup("<h1>%s</h1>") % _safe(title) + _prose(note)
    return _page(title, words.lang, body)


def _chapter(chapter: Chapter, words: Words) -> str:
    body = Markup('<h1>%s</h1><p class="of">%s</p>') % (
        _safe(chapter.title),
        _safe(chapter.byline),
    )
    body += _prose(chapter.why)
    if chapter.quote:
        body += Markup("<blockquote><p>%s</p></blockquote>") % _safe(chapter.quote)
    for paragraph in chapter.paragraphs:
        body += Markup("<p>%s</p>") % _safe(paragraph)
    if not chapter.paragraphs and chapter.address:
        body += Markup('<p><a href="%s">%s</a></p>') % (
            _safe(chapter.address),
            _safe(words.read_on),
        )
    if chapter.question:
        body += Markup('<div class="ask"><p><strong>%s</strong></p><p>%s</p></div>') % (
            _safe(words.question),
            _safe(chapter.question),
        )
    return _page(chapter.title, chapter.lang or words.lang, body)


def _prose(words: str) -> Markup:
    parts = [part.strip() for part in re.split(r"\n\s*\n", words) if part.strip()]
    return Markup("").join(Markup("<p>%s</p>") % _safe(part) for part in parts)


def _contents(title: str, pages: Sequence[tuple[str, str, str]], words: Words) -> str:
    lines = Markup("").join(
        Markup('<li><a href="%s">%s</a></li>') % (name, _safe(label)) for name, label, _p in pages
    )
    body = Markup('<nav epub:type="toc"><h1>%s</h1><ol>%s</ol></nav>') % (
        _safe(words.contents),
        lines,
    )
    return _page(title, words.lang, body)


def _package(
    list_id: str,
    title: str,
    pages: Sequence[tuple[str, str, str]],
    words: Words,
    made_at: dt.datetime,
) -> str:
    items = "".join(
        f'<item id="p{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, (name, _t, _p) in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="p{at}"/>' for at in range(len(pages)))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package version="3.0" unique-identifier="id" '
        'xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:xinde:list:{_safe(list_id)}</dc:identifier>'
        f"<dc:title>{_safe(title)}</dc:title><dc:language>{_safe(words.lang)}</dc:language>"
        '<meta property="dcterms:modified">'
        f"{made_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}</meta></metadata><manifest>"
        '<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" '
        'properties="nav"/><item id="style" href="style.css" media-type="text/css"/>'
        f'{items}</manifest><spine><itemref idref="contents"/>{spine}</spine></package>'
    )
