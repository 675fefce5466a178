"""What a reflection's Markdown says in plain words: its sentences, its excerpt, its title. Pure."""

from __future__ import annotations

import re

from corpus import languages, words
from corpus.formats.metadata import minutes
from corpus.texts import Language

TITLE = 60  # characters of a proposed title
EXCERPT = 220

_QUOTE = re.compile(r"^ {0,3}>")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,700})\]\([^()\s]{0,700}\)")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+")
_ITEM = re.compile(r"^\s{0,12}(?:[-*+]|\d{1,9}[.)])\s+")
_RULE = re.compile(r"^ {0,3}(?:[-*_]\s*){3,}$")
_EMPHASIS = re.compile(r"(?<!\w)([*_]{1,3})(?=\S)([^*_\n]{1,400}?)(?<=\S)\1(?!\w)")
_ENDS = re.compile(r"(?<=[。！？])|(?<=[.!?])\s")


def own_words(body: str) -> str:
    """The writer's words in plain text, paragraph by paragraph: quotations left
    out, since they are the words of the text quoted."""
    return plain("\n".join("" if _QUOTE.match(line) else line for line in body.splitlines()))


def plain(body: str) -> str:
    """Markdown as plain text: marks gone, links as their words, paragraphs apart."""
    paragraphs: list[list[str]] = [[]]
    for line in body.splitlines():
        if not line.strip() or _RULE.match(line):
            paragraphs.append([])
            continue
        heading = bool(_HEADING.match(line))
        bare = _LINK.sub(r"\1", line.replace("\t", " ").lstrip("> "))
        bare = _ITEM.sub("", _HEADING.sub("", bare))
        bare = _EMPHASIS.sub(r"\2", bare).replace("`", "").strip()
        if heading or _ITEM.match(line):
            paragraphs.append([])
        if bare:
            paragraphs[-1].append(bare)
        if heading:
            paragraphs.append([])
    return "\n\n".join(languages.joined_lines(lines) for lines in paragraphs if lines)


def without_headings(body: str) -> str:
    """The Markdown without its headings: they name what follows and say nothing."""
    return "\n".join(line for line in body.splitlines() if not _HEADING.match(line))


def excerpt(body: str) -> str:
    """The first words of the writer, for two lines of a list; of a quotation if
    there is nothing else."""
    text = without_headings(body)
    return shortened(" ".join((own_words(text) or plain(body)).split()), EXCERPT)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where the language has them."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if text[limit - 1] != " " and not words.han_share(cut[-8:]):
        at_word = cut.rsplit(" ", 1)[0]
        cut = at_word if len(at_word) > limit // 2 else cut
    return cut.rstrip(" ,;:，、；：") + "…"


def proposed_title(body: str, *, titled: bool = True) -> str:
    """The first sentence of the writer, shortened; "" when nothing was written.
    `titled`: whether a heading at the beginning may be the title."""
    first = (own_words(body) if titled else own_words(without_headings(body))).partition("\n")[0]
    sentence = _ENDS.split(first, maxsplit=1)[0].strip()
    return shortened(sentence.rstrip("。.!！?？;；,，"), TITLE)


def reading_minutes(body: str, language: str) -> int:
    code: Language = "zh" if language == "zh" else "en"
    return minutes(words.count(body), code)
