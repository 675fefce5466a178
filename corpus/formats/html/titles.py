"""What a page's text is called: its title without the site's name around it."""

from __future__ import annotations

import re

from corpus.formats import tree
from corpus.formats.tree import Element, Flow, Heading, letters_of
from corpus.words import HAN

_BETWEEN = r"\s*[|｜»«·•]\s*|\s+[-–—:]+\s+|\s*[_＿—–]{1,2}\s*|\s*::\s*"
_ENDS = " |｜»«·•-–—:_＿"
_SITE = re.compile(
    r"(?:网|網|论坛|論壇|博客|日报|晚报|周刊|频道|在线|图书馆|百科|知乎|微信公众平台|豆瓣|简书)$"
    r"|\b(?:blog|wiki|wikipedia|wikisource|gutenberg|docs|documentation|news|journal|magazine"
    r"|medium|times|forum|github)\b"
    r"|\.(?:com|org|net|cn|io|edu|gov)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"(?:\d+(?:\.\d+)*\.?\s*)?(?:preface|foreword|introduction|contents|appendix(?: \w)?"
    r"|chapter \w+|part \w+|index|conclusion|overview"
    r"|序|序言|前言|引言|目录|附录|第.{1,4}[章节回部])",
    re.IGNORECASE,
)


def without_site(title: str, site: str | None, root: Element) -> str:
    """A page's title as its heading says it, where one of them contains the
    other; else without a first or last part that is the site's name."""
    parts = [part for part in re.split(_BETWEEN, title) if part]
    if len(parts) < 2:
        return title
    if heading := _heading_of(title, parts, root):
        return heading
    first, last = parts[0], parts[-1]
    if (site and letters_of(last) == letters_of(site)) or _SITE.search(last):
        # News sites add the channel too: headline_channel_site.
        end = title.find(parts[1]) if len(parts) > 2 and "_" in title else title.rfind(last)
        return title[:end].strip(_ENDS) or title
    if site and letters_of(first) == letters_of(site):
        return title[len(first) :].strip(_ENDS) or title
    return title


def _heading_of(title: str, parts: list[str], root: Element) -> str | None:
    """The heading on the page that the title names, besides the site."""
    shown = [heading_text(h) for h in root.iter("h1", "h2")][:40]
    headings = {letters: text for text in shown if (letters := letters_of(text))}
    for part in parts[:-1]:
        if letters_of(part) in headings:
            return headings[letters_of(part)]
    begins = letters_of(title).startswith
    return next((text for key, text in headings.items() if len(key) > 3 and begins(key)), None)


def in_book(book: str, title: str | None) -> str:
    """A chapter's title with its book's, where alone it would say nothing."""
    if not title or letters_of(title) == letters_of(book):
        return book
    if not _GENERAL.fullmatch(title.strip()):
        return title
    return f"{book}：{title}" if re.search(f"[{HAN}]", title) else f"{book}: {title}"


def heading_text(element: Element) -> str:
    """The words of a heading, without the sign that links to it."""
    return " ".join("".join(element.itertext()).split()).rstrip("¶#§🔗 ")


def only_h1(body: Element) -> str | None:
    """The one heading of the first level, if there is one."""
    found = {text for heading in body.iter("h1") if (text := heading_text(heading))}
    text = next(iter(found)) if len(found) == 1 else ""
    return text if 0 < len(text) <= tree.LONGEST_HEADING else None


def top_heading(items: Flow) -> str | None:
    """The heading at the top that stands over all others."""
    headings = [item for item in items if isinstance(item, Heading)]
    if len(headings) < 2 or items[0] is not headings[0]:
        return None
    return headings[0].text if all(h.rank > headings[0].rank for h in headings[1:]) else None
