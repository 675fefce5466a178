"""Which tree of elements a page's bytes are."""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from corpus.formats import decoding
from corpus.formats.tree import Element
from corpus.texts import TextRefused

HEAD: Final = 16 * 1024  # bytes in which a page says its encoding
MOST: Final = 24 * 1024 * 1024  # bytes of a page without the pictures in it

_EMBEDDED = re.compile(rb"data:[a-zA-Z0-9.+/;=-]{0,80};base64,[A-Za-z0-9+/=%\s]*")
_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)"""
    rb"""|<\?xml[^>]+encoding\s*=\s*["']([A-Za-z0-9._:-]+)""",
    re.IGNORECASE,
)
# What pages call an encoding, and the wider one that their bytes are in.
_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb18030": "gb18030",
    "cp936": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "windows-1252": "cp1252", "iso8859-1": "cp1252",
}  # fmt: skip
CONTROLS: Final = bytes(c for c in range(32) if c not in (9, 10, 13)) + b"\x7f"
_LOW = bytes(range(128))


def utf8(data: bytes, name: str) -> bytes:
    """A page's bytes as UTF-8, without control characters and embedded pictures."""
    if b";base64," in data:
        data = _EMBEDDED.sub(b"", data)
    if len(data) > MOST:
        raise TextRefused(
            f"{name} holds {len(data) / 1024 / 1024:.0f} MB of page; "
            f"{MOST // 1024 // 1024} MB is the most. Divide it into parts."
        )
    if data[:2] in (b"<\0", b"\0<"):
        text = data.decode("utf-16-le" if data[1] == 0 else "utf-16-be", "replace")
        return text.encode("utf-8", "replace").translate(None, CONTROLS)
    if b"\0" in data or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decoding.decode(data, name).encode("utf-8", "replace")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:HEAD])
        label = (declared[1] or declared[2]).decode() if declared else ""
        text = (in_encoding(data, label) if label else None) or decoding.decode(data, name)
        return text.encode("utf-8", "replace").translate(None, CONTROLS)
    return data.removeprefix(codecs.BOM_UTF8).translate(None, CONTROLS)


def in_encoding(data: bytes, label: str) -> str | None:
    """Text in the encoding it says it is in, or None where that cannot be: the
    encoding is unknown, does not fit, or fits anything and this is not Western."""
    try:
        codec = codecs.lookup(_WIDER.get(label.lower(), label)).name
        if codec.startswith(("utf-8", "utf-16", "utf-32")):
            return None
        text = data.decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    if codec.startswith(("cp125", "iso8859")):
        return text if len(data.translate(None, _LOW)) < 0.1 * len(data) else None
    return text if text.count("\ufffd") <= len(text) // 1000 else None


_BLOCK_TAG = re.compile(
    rb"</?(?:div|section|article|table|tbody|thead|tr|td|th|ul|ol|li|dl|dt|dd|blockquote|center"
    rb"|form|main|aside|header|footer|nav|fieldset|figure|pre|address|p)\b[^<>]*>",
    re.IGNORECASE,
)
_OTHER_TAG = re.compile(
    rb"</?(?!(?:p|br|h[1-6]|html|head|body|meta|title|link|script|style|!)\b)[a-z][^<>]*>",
    re.IGNORECASE,
)


def parsed(data: bytes) -> Element | None:
    """The root of a page in UTF-8; None where there is nothing in it.

    lxml stops at 2,048 elements inside one another. Then all that nests is
    made paragraphs: the arrangement is lost, and no words are.
    """
    root, log = _tree(data)
    if any("depth" in entry.message for entry in log if entry.level_name == "FATAL"):
        root, _ = _tree(_OTHER_TAG.sub(b"", _BLOCK_TAG.sub(b"<p>", data)))
    return root if root is not None and isinstance(root.tag, str) else None


def _tree(data: bytes) -> tuple[Element | None, Any]:
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    if b"epub:type=" in data:
        data = data.replace(b"epub:type=", b"role=")  # an e-book's chapter saved as a page
    try:
        return etree.fromstring(data, parser), parser.error_log
    except etree.XMLSyntaxError:
        return None, parser.error_log
