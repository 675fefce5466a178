"""Which elements of a tree only dress or mark words: signs in the text afterwards.

lxml takes away in one go what would make the walk slow. What is left are
blocks, and text with signs in it (`signs.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from corpus.formats.tree import signs

Element = Any  # of lxml, which has no types
EPUB_TYPE: Final = "{http://www.idpf.org/2007/ops}type"
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
MANY: Final = 20_000  # elements in a tree, from which wide elements are looked for
WIDE: Final = 1_000  # children that make an element wide

# No words of a text, or words that stand there twice (ruby: the pronunciation).
IGNORED = (
    "head", "script", "style", "template", "noscript", "noframes", "svg", "iframe", "object",
    "embed", "applet", "video", "audio", "canvas", "map", "select", "datalist", "textarea",
    "button", "input", "progress", "meter", "rt", "rp", "rtc", "annotation", "annotation-xml",
)  # fmt: skip
# Elements that only dress words. Any other that is not a block is passed
# through by the walk; these are so common that taking them away first pays.
_DRESS = (
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "img", "ins", "kbd", "label", "mark", "nobr", "output", "picture", "q",
    "rb", "rbc", "ruby", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
)  # fmt: skip
_EM = frozenset({"italic", "italics", "em", "emphasis", "i"})
_STRONG = frozenset({"bold", "strong", "b"})
_PAGE = frozenset(
    {"pagenum", "pagebreak", "page-number", "pagenumber", "page-break", "doc-pagebreak", "linenum"}
)


# Words of class, role and epub:type for notes, many and one.
NOTES: Final = frozenset(
    {"footnotes", "endnotes", "rearnotes", "doc-endnotes", "footnote-list", "duokan-footnote-content"}
)  # fmt: skip
ONE_NOTE: Final = frozenset(
    {
        "footnote", "endnote", "rearnote", "doc-footnote", "doc-endnote", "msofootnotetext",
        "msoendnotetext", "duokan-footnote-item",
    }
)  # fmt: skip


def kinds(element: Element) -> set[str]:
    """The words of an element's class, role and epub:type, in small letters."""
    own = element.get("class"), element.get("role"), element.get(EPUB_TYPE)
    if own == _NOTHING:
        return set()
    return {word for value in own if value for word in value.lower().split()}


_NOTHING = (None, None, None)


def mark(root: Element, places: set[str], notes: set[str]) -> tuple[set[str], set[str]]:
    """Leaves only blocks and text with signs in it. Returns the words that say
    what the elements are, and to which places (`href`) the marks of notes lead."""
    from lxml import etree

    etree.strip_elements(
        root, *IGNORED, etree.Comment, etree.ProcessingInstruction, with_tail=False
    )
    words = _words_of(root)
    if words & _PAGE:
        take_away(root, [e for e in _with_words(root) if _is_page_number(e)])
    links = _links(root, words, notes)
    if places:
        _mark_places(root, places)
    _dress(root)
    if words & (_EM | _STRONG):
        _dress_spans(root)
    if root.xpath("count(//*)") > MANY:
        _keep_wide(root)
    etree.strip_tags(root, *_DRESS)
    return words, links


def take_away(root: Element, elements: Iterable[Element]) -> None:
    """Removes elements and leaves the words after them; in one go, as removing
    them one by one is slow where there are many."""
    from lxml import etree

    elements = [e for e in elements if e is not root and isinstance(e.tag, str)]
    for element in elements:
        element.tag = "x-gone"
    if elements:
        etree.strip_elements(root, "x-gone", with_tail=False)


def _words_of(root: Element) -> set[str]:
    from lxml import etree

    found: set[str] = set()
    for name in ("class", "role", "e:type"):
        values = etree.XPath(f"//@{name}", namespaces={"e": EPUB_TYPE[1:-5]}, smart_strings=False)
        found |= set(values(root))
    return {word for value in found for word in value.lower().split()}


def _with_words(root: Element) -> list[Element]:
    return list(root.xpath("descendant::*[@class or @role or @*[local-name() = 'type']]"))


def _is_page_number(element: Element) -> bool:
    return bool(kinds(element) & _PAGE) and sum(map(len, element.itertext())) < 20


def _keep_wide(root: Element) -> None:
    """Keeps what dresses words where one element holds thousands of them: lxml
    joins the pieces of a text one by one, and takes minutes for a million."""
    for wide in root.xpath(f"descendant-or-self::*[*[{WIDE}]]"):
        for child in wide.iterchildren(*_DRESS):
            child.tag = "x-dress"


# Dress


def _dress(root: Element) -> None:
    for element in root.iter("br", "em", "i", "strong", "b", "q", "sup", "sub", "math", "img"):
        match element.tag:
            case "br":
                element.text = signs.BREAK + (element.text or "")  # where XML was mended
            case "em" | "i":
                _wrap(element, signs.EM, signs.EM_END)
            case "strong" | "b":
                _wrap(element, signs.STRONG, signs.STRONG_END)
            case "q":
                _wrap(element, "“", "”")
            case "img":
                _speak(element)
            case "math":
                if alternative := element.get("alttext"):
                    _put_text(element, alternative)
            case tag if not len(element):
                element.text = _raised(element.text or "", tag)


def _dress_spans(root: Element) -> None:
    for element in root.iter("span"):
        words = set((element.get("class") or "").lower().split())
        if words & _EM:
            _wrap(element, signs.EM, signs.EM_END)
        elif words & _STRONG:
            _wrap(element, signs.STRONG, signs.STRONG_END)


def _wrap(element: Element, before: str, after: str) -> None:
    if len(element):
        last = element[-1]
        last.tail = (last.tail or "") + after
        element.text = before + (element.text or "")
    elif text := element.text:
        element.text = before + text + after


def _put_text(element: Element, text: str) -> None:
    if len(element):
        element[:] = []
    element.text = text


def _speak(image: Element) -> None:
    """A heading that is a picture says what the picture shows."""
    parent, steps = image.getparent(), 0
    while parent is not None and steps < 3 and parent.tag not in HEADINGS:
        parent, steps = parent.getparent(), steps + 1
    if parent is not None and parent.tag in HEADINGS and not "".join(parent.itertext()).strip():
        image.text = image.get("alt")


_RAISED = {
    "sup": str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}


def _raised(text: str, tag: str) -> str:
    """10<sup>2</sup> is not 102; letters have no such forms and stay."""
    return text.translate(_RAISED[tag]) if text.strip("0123456789+-−") == "" else text


def _mark_places(root: Element, places: set[str]) -> None:
    left = set(places)
    for element in root.xpath("descendant-or-self::*[@id] | descendant::a[@name]"):
        names = (element.get("id"), element.get("name") if element.tag == "a" else None)
        for name in {name for name in names if name in left}:
            left.discard(name)
            element.text = signs.place(name) + (element.text or "")


# Links to notes and back

_BACK_KINDS = frozenset(
    {"backlink", "doc-backlink", "footnote-back", "footnote-backref", "reversefootnote"}
)
_REF_KINDS = frozenset(
    {
        "noteref", "doc-noteref", "footnote-ref", "footnote-reference", "footnoteref", "fnref",
        "duokan-footnote", "footnote-anchor",
    }
)  # fmt: skip
_PERMALINKS = frozenset({"¶", "#", "§", "🔗"})
_BARE_MARK = re.compile(
    r"[\[(（〔【［{]?\s*(?:注释?|註)?\s*"
    r"(?:\d{1,4}[a-z]?|[*∗＊†‡§¶]{1,4}|[a-z]|[ivxlc]{1,6}|[①-⑳㉑-㊿➀-➓])\s*[\])）〕】］}]?[.．、]?",
    re.IGNORECASE,
)
_SURE_MARK = re.compile(r"[*∗＊†‡§¶]{1,4}|[①-⑳㉑-㊿➀-➓]|[\[〔【［].*[\]〕】］]|(?:注|註).*")
_NOTE_NAME = re.compile(
    r"note|(?:^|[^a-z])(?:fn|ftn|edn|en|rn|ref)(?:[^a-z]|$)|cite|注|zhu\d", re.IGNORECASE
)
_BACK = re.compile(
    r"[\[(]?\s*(?:[↩↑⤴⏎←▲^«⮌↵]\ufe0e?\s*|返回|回?到?正文|back|return|jump up)+\s*[\])]?", re.I
)


def _links(root: Element, words: set[str], notes: set[str]) -> set[str]:
    """Takes out the marks of notes and the links back. Returns where marks lead.

    A note's own number, with which it leads back, becomes its label."""
    named, notes_named = bool(words & (_BACK_KINDS | _REF_KINDS)), bool(words & ONE_NOTE)
    links, marks = set[str](), set[str | None]()
    for link in root.iter("a"):
        href = link.get("href")
        if not href or "#" not in href:
            continue
        label = ("".join(link.itertext()) if len(link) else link.text or "").strip()
        if len(label) > 20:
            continue
        own = kinds(link) if named else set()
        number = label.isdecimal() and len(label) <= 4
        back = not number and (label in _PERMALINKS or _BACK.fullmatch(label) is not None)
        bare = number or (not back and _BARE_MARK.fullmatch(label) is not None)
        if back or (own & _BACK_KINDS and not bare):
            _put_text(link, "")
        elif own & _BACK_KINDS:
            _put_text(link, signs.label(label))
        elif own & _REF_KINDS or (bare and _is_mark(link, label, href)):
            if href.partition("#")[2] in marks or _is_in_note(link, notes, named=notes_named):
                _put_text(link, signs.label(label))
            else:
                links.add(href)
                marks |= {link.get("id"), link.get("name"), link.getparent().get("id")}
                _put_text(link, signs.NOTE)
    return links


def _is_mark(link: Element, label: str, href: str) -> bool:
    """Whether a link whose words could be the mark of a note is one."""
    if _NOTE_NAME.search(href, href.index("#")) or _SURE_MARK.fullmatch(label):
        return True
    if any(_NOTE_NAME.search(link.get(name) or "") for name in ("id", "name")):
        return True
    return link.getparent().tag == "sup" or any(child.tag == "sup" for child in link)


def _is_in_note(link: Element, notes: set[str], *, named: bool) -> bool:
    """Whether a link stands in what is known to be a note, by its id or (where
    there are any such names) its class, and so leads back."""
    element, steps = link, 0
    while (notes or named) and element is not None and steps < 5:
        if element.get("id") in notes or element.get("name") in notes:
            return True
        if named and kinds(element) & ONE_NOTE:
            return True
        element, steps = element.getparent(), steps + 1
    return False
