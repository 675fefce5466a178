"""Which part of a page is its text.

Pages are mostly not text: menus, side columns, comments, notices. What a page
marks as such (by element, role, class or id) goes where its links and its size
agree with the mark; in a page without marks, blocks of links around the text
do. Whatever holds most of the words stays, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.formats import tree
from corpus.formats.html import edges
from corpus.formats.tree import Element
from corpus.texts import Block, LeftOut

MOST: Final = 0.5  # of the words of a page; what holds more is the text, whatever its name
ENOUGH: Final = 0.6  # of the words that are no links; what says it is the text holds as many
LINKS: Final = 0.5  # share of the words that are links, from which a block is a menu
A_BOOK: Final = 400_000  # bytes; a page so long, without marks, is no page but a book

_AWAY_TAGS = ("nav", "dialog", "menu")
_PIECES = ("article", "main", "section", "blockquote")  # of text, with their own headers


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_AWAY_ROLES = _set(
    """navigation banner contentinfo search complementary dialog alertdialog menu menubar toolbar
    tablist directory tooltip alert doc-toc doc-pagelist"""
)
# Words of class and id. These need links to be believed, or to hold little.
_MENU = _set(
    """nav navbar navigation menu menus submenu sidebar sidenav sidemenu rail banner masthead topbar
    bottombar header footer foot paging prevnext prev next siblings related relatedposts recommend
    recommended recommendation popular trending hot latest recent archive archives categories
    category tagcloud tags tag taglist widget widgets toolbar tools toolbox tool links friendlink
    friendlinks sitemap docnav navheader navfooter toctree toc contents catalog skip skiplink jump
    jumplink search searchbox searchform login signin account userinfo profile postprofile meta
    postmeta byline action actions edit editsection mweditsection catlinks navbox metadata noprint
    printfooter leftnav rightnav leftcol rightcol daohang dingbu dibu zuobian youbian mulu"""
)
# These say enough by themselves, comments at any length, the others in small.
_COMMENTS = _set(
    "comment comments commentlist commentarea respond disqus disqus_thread replies pinglun"
)
_NOTICES = _set(
    """share sharing sharebar sharedaddy social socialmedia addthis addtoany bdsharebuttonbox cookie
    cookies cookiebar consent gdpr newsletter subscribe subscription signup promo promotion popup
    modal overlay lightbox advert advertisement advertising ads adsbygoogle sponsor sponsored
    outbrain taboola headerlink anchorlink copybutton visually-hidden sr-only screen-reader-text
    screenreader fenxiang xiangguan tuijian guanggao qrcode reward donate donation appreciate
    feedback pagination pager pagenav pagenavi paginator breadcrumb breadcrumbs crumb crumbs"""
)
_ADVERTS = _set(
    """advert advertisement advertising ads adsbygoogle sponsor sponsored outbrain taboola promo
    promotion guanggao"""
)
_LICENCE = _set("pg-boilerplate")  # of Project Gutenberg
_CONTENTS = _set("toc contents toctree catalog mulu doc-toc")
_NOTES = _set(
    """footnote footnotes endnote endnotes doc-footnote doc-endnotes references reflist
    bibliography"""
)
_MAIN = _set(
    """content main maincontent main-content bodycontent mw-content-text mw-parser-output article
    article-content articlecontent article-body articlebody post-content postcontent post-body
    entry-content entrycontent entry text textcontent story storybody markdown-body document
    js_content rich_media_content artibody zoom trs_editor contenttext show_content newscontent
    news-content detail-content"""
)
_ANY = _MENU | _COMMENTS | _NOTICES | _AWAY_ROLES | {"none", "hidden", "boilerplate"}
_WORD = re.compile(r"[a-z]+(?:[-_][a-z]+)*")
_WORD_PART = re.compile(r"[a-z]{2,}")
_FOOT = re.compile(
    r"©|\(c\)\s*(?:19|20)\d\d|copyright|all rights reserved|版权所有|版權所有|ICP\s*[备備]|powered by"
    r"|terms of (?:use|service)|privacy policy|隐私|公网安备",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"related|see also|more from|read more|recent|popular|categor|archive|navigation|links|share"
    r"|相关|相關|推荐|推薦|热门|熱門|热点|最新|友情链接|导航|猜你喜欢",
    re.IGNORECASE,
)


def main_text(body: Element, source: bytes) -> tuple[Element, list[LeftOut]]:
    """The element that holds a page's text, with what is not text taken away,
    and what that was. `source` is what the page was read from."""
    left_out: dict[LeftOut, None] = {}
    marked = _marked(body, source)
    if not marked and len(source) > A_BOOK:
        return body, []
    sizes = _Sizes(body)
    # In a forum the comments are the text.
    for believed in (_COMMENTS | _NOTICES | _MENU, _NOTICES | _MENU):
        away = _marked_away(body, marked, sizes, believed)
        if _leaves_text(body, sizes, away):
            left_out |= {kind: None for element, kind in away.items() if sizes.all[element]}
            tree.take_away(body, list(away))
            sizes = _Sizes(body)
            break
    main = _main_element(body, sizes)
    around = _around(main, sizes)
    tree.take_away(main, around)
    left_out |= dict.fromkeys(["navigation"] if around or main is not body else [])
    return main, list(left_out)


def _leaves_text(body: Element, sizes: _Sizes, away: dict[Element, LeftOut]) -> bool:
    """Whether something remains without what is marked as no text; otherwise
    the marks are not to be believed."""
    rest = sizes.all[body] - sum(sizes.all[element] for element in away)
    return rest >= 200 or rest > 0.1 * sizes.all[body]


class _Sizes:
    """How many characters each element of a body holds, and how many of them
    are words of links."""

    def __init__(self, body: Element) -> None:
        self.all: dict[Element, int] = {}
        self.linked: dict[Element, int] = {}
        self.links: dict[Element, int] = {}
        for element in reversed(list(body.iter("*"))):
            own = self.all.get(element, 0) + _worth(element.text)
            self.all[element] = own
            if element.tag == "a" and element.get("href"):
                self.linked[element] = own
                self.links[element] = 1
            parent = element.getparent()
            if element is not body and parent is not None:
                self.all[parent] = self.all.get(parent, 0) + own + _worth(element.tail)
                self.linked[parent] = self.linked.get(parent, 0) + self.linked.get(element, 0)
                self.links[parent] = self.links.get(parent, 0) + self.links.get(element, 0)

    def prose(self, element: Element) -> int:
        return self.all.get(element, 0) - self.linked.get(element, 0)

    def share(self, element: Element) -> float:
        return self.linked.get(element, 0) / max(1, self.all.get(element, 0))


def _worth(text: str | None) -> int:
    return len(text.strip()) if text else 0


# What is marked as no text


def _marked(body: Element, source: bytes) -> list[Element]:
    """Elements that could be marked as no text; none where nothing is marked so."""
    names: set[str] = set()
    for attribute in ("class", "role", "hidden", "aria-hidden", "style"):
        if attribute.encode() in source:
            values = set(body.xpath(f"//@{attribute}", smart_strings=False))
            names |= values | ({attribute} if values else set())
    names |= {e.get("id") or "" for e in body.iter("div", "ul", "table", "td")}
    words = set(_WORD_PART.findall(" ".join(names).lower()))
    if not words & _ANY and next(_outer(body), None) is None:
        return []
    return list(
        body.xpath(
            "descendant::*[@class or @id or @role or @hidden or @aria-hidden or @style or self::nav"
            " or self::dialog or self::menu or self::header or self::footer or self::aside]"
        )
    )


def _outer(body: Element) -> Iterator[Element]:
    """Elements that are no text by their tag alone."""
    for element in body.iter(*_AWAY_TAGS, "aside", "header", "footer"):
        if element.tag not in ("header", "footer") or not any(
            around.tag in _PIECES for around in element.iterancestors()
        ):
            yield element


def _marked_away(
    body: Element, marked: Sequence[Element], sizes: _Sizes, believed: frozenset[str]
) -> dict[Element, LeftOut]:
    """The outermost elements whose marks say that they are no text."""
    gone: dict[Element, LeftOut] = {}
    inside: dict[Element, str] = {body: ""}  # what an element is in, as far as it matters
    candidates, total = set(marked), sizes.all[body]
    for element in body.iter("*"):
        where = inside.get(element.getparent(), "")
        small = element in candidates and sizes.all[element] <= MOST * total
        if (
            where != "gone"
            and small
            and (kind := _Named(element, sizes, total, where).kind(believed))
        ):
            gone[element] = kind
            where = "gone"
        if where not in ("gone", "heading"):
            if element.tag in tree.HEADINGS:
                where = "heading"
            elif element.tag in _PIECES:
                where = "text"
        inside[element] = where
    return gone


@dataclass
class _Named:
    """An element with a class, id or role, on a page of `total` characters.
    `where` says whether it is in a heading or in a piece of text."""

    element: Element
    sizes: _Sizes
    total: int
    where: str

    def kind(self, believed: frozenset[str]) -> LeftOut | None:
        """What the element is, where its marks say that it is no text."""
        words, roles = self._words(), set((self.element.get("role") or "").lower().split())
        size = self.sizes.all[self.element]
        if (words | roles) & _NOTES or (self.where == "heading" and size):
            return None
        kind: LeftOut = "advertisement" if words & _ADVERTS else "navigation"
        if (words | roles) & _CONTENTS:
            kind = "contents"
        if words & _LICENCE:
            return "licence"
        tag = self.element.tag
        if tag in _AWAY_TAGS or roles & _AWAY_ROLES or self._is_hidden():
            return kind
        if tag in ("header", "footer", "aside") and self._is_beside():
            return kind
        if tag in tree.HEADINGS:
            return None
        if words & _COMMENTS & believed or (
            words & _NOTICES and (size < 0.2 * self.total or size < 200)
        ):
            return kind
        return kind if words & _MENU and tag != "a" and self._is_menu(size) else None

    def _words(self) -> set[str]:
        """Words of the class, whole and in parts; an id only as a whole, and not
        that of a section: it is made of the section's heading."""
        words = set(_WORD.findall((self.element.get("class") or "").lower()))
        words |= {part for word in words for part in re.split("[-_]", word)}
        if self.element.tag != "section" and "section" not in words:
            name = (self.element.get("id") or "").lower()
            words |= {name, *re.split("[-_]", name)} if self.where != "text" else {name}
        return words

    def _is_hidden(self) -> bool:
        style = (self.element.get("style") or "").replace(" ", "").lower()
        return (
            self.element.get("hidden") is not None
            or self.element.get("aria-hidden") == "true"
            or "display:none" in style
        )

    def _is_beside(self) -> bool:
        """Whether a header, footer or aside belongs to the page, not to a text in it."""
        if self.element.tag == "aside" and self.sizes.share(self.element) > 0.3:
            return True
        return self.where != "text"

    def _is_menu(self, size: int) -> bool:
        little = size < 0.1 * self.total and size < 200 and self.where != "text"
        return (
            self.sizes.share(self.element) >= 0.4
            or bool(little and self.sizes.links.get(self.element))
            or (size < 400 and _FOOT.search("".join(self.element.itertext())) is not None)
        )


# What holds the text


def _main_element(body: Element, sizes: _Sizes) -> Element:
    """The smallest element that says it is the main text and holds most of it."""
    best = body
    enough = ENOUGH * max(1, sizes.prose(body))
    for element in body.iter("main", "article", "div", "td", "section"):
        if sizes.prose(element) >= enough and _is_main(element):
            best = element
    return best


def _is_main(element: Element) -> bool:
    if element.tag in ("main", "article") or element.get("role") == "main":
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return element.get("itemprop") == "articleBody" or bool(set(names) & _MAIN)


def _around(main: Element, sizes: _Sizes) -> list[Element]:
    """Blocks of links beside the text, from the outside in, as long as one
    block holds most of the rest."""
    gone: list[Element] = []
    while True:
        children = [c for c in main if isinstance(c.tag, str) and sizes.all.get(c, 0)]
        rest = [c for c in children if not _is_menu(c, sizes)]
        if not rest:
            return gone
        first, last = children.index(rest[0]), children.index(rest[-1])
        gone += children[:first]
        # A list of links under a heading of the text is part of it.
        if rest[-1].tag not in tree.HEADINGS:
            gone += children[last + 1 :]
        elif _ELSEWHERE.search("".join(rest[-1].itertext())):
            gone += children[last:]
        largest = max(rest, key=sizes.prose)
        if sizes.prose(largest) < ENOUGH * sum(map(sizes.prose, rest)) or largest.tag in _LEAVES:
            return gone
        main = largest


_LEAVES = frozenset({"p", "pre", "blockquote", *tree.HEADINGS})


def _is_menu(element: Element, sizes: _Sizes) -> bool:
    size, links = sizes.all.get(element, 0), sizes.links.get(element, 0)
    if element.tag in tree.HEADINGS or size > 20_000:
        return False
    if links >= 2 and sizes.share(element) >= LINKS:
        return True
    if not links or size > 400:
        return False
    text = " ".join("".join(element.itertext()).split())
    return _FOOT.search(text) is not None or edges.leads_away(Block("paragraph", text))
