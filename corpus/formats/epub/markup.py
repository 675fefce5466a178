"""Which tree of elements a document in an EPUB is, however faulty its XML."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from corpus.formats import decoding
from corpus.formats.html import page
from corpus.formats.tree import Element
from corpus.texts import TextRefused

_XHTML = b' xmlns="http://www.w3.org/1999/xhtml"'
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*>|>)", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_AMPERSAND = re.compile(
    rb"&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(\w*;)?"
)

# References to halves of characters: libxml2 lets them pass, and then they are no text.
_HALF = re.compile(
    rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)


def parsed(data: bytes, name: str = "") -> Element | None:
    """The root of a document, its elements without namespaces; None for none.

    The document type is cut off: nothing in it is wanted, and entities that
    hold each other or other files live there. Those of HTML are put in.
    """
    from lxml import etree

    data = _DECLARATION.sub(b"", _utf8(data, name)).replace(_XHTML, b"")
    at = data[:4096].lower().find(b"<!doctype")
    if at >= 0 and (doctype := _DOCTYPE.match(data, at)):
        data = data[:at] + data[doctype.end() :]
    if b"&" in data:
        data = _HALF.sub(b"", _AMPERSAND.sub(_character, data))
    if b"epub:type" in data and b"xmlns:epub" not in data:
        data = data.replace(b"<html", b'<html xmlns:epub="http://www.idpf.org/2007/ops"', 1)
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is not None and _has_namespaces(data):
        for element in root.xpath("//*[namespace-uri() != '']"):
            element.tag = _local(element.tag)
    if b"<" in data and any(entry.level_name == "FATAL" for entry in parser.error_log):
        return _longer(root, page.parsed(data))
    return root


def _local(tag: str) -> str:
    """An element's name without namespace and prefix; mended XML may have any name."""
    name = re.split("[}:]", tag)[-1]
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) else "x-unknown"


def _has_namespaces(data: bytes) -> bool:
    return b"xmlns=" in data or data.count(b"xmlns:") > data.count(b"xmlns:epub")


def _longer(one: Element | None, other: Element | None) -> Element | None:
    """Of two readings of a faulty document, the one that kept more; in the second
    its <br> and <p> were closed where HTML closes them."""
    return one if _size(one) > _size(other) else other


def _size(root: Any) -> int:
    return sum(map(len, root.itertext())) if root is not None else -1


def _character(found: re.Match[bytes]) -> bytes:
    """The character that HTML has under a name; what is none stays as it is."""
    name = (found[1] or b"").decode("utf-8", "replace")
    return html5[name].encode() if name in html5 else b"&amp;" + (found[1] or b"")


def _utf8(data: bytes, name: str) -> bytes:
    """A document's bytes as UTF-8, without control characters."""
    if data.startswith((b"\xfe\xff", b"\xff\xfe")) or b"\0" in data[:200]:
        return _decoded(data, name)
    data = data.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(data)
    label = declared[1].decode().lower() if declared else "utf-8"
    text = page.in_encoding(data, label) if label not in ("utf-8", "utf8") else None
    if text is not None:
        return text.encode("utf-8", "replace").translate(None, page.CONTROLS)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, name)
    return data.translate(None, page.CONTROLS)


def _decoded(data: bytes, name: str) -> bytes:
    try:
        return decoding.decode(data, name).encode("utf-8", "replace")
    except TextRefused:
        return b""


def words(element: Element | None) -> str:
    """What an element says, in one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
