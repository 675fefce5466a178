"""How a passage is cited in a draft: a block quote with its source. Pure.

> The words of the passage.
>
> — [Title · Heading](reading:text-slug/section.n)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 200  # citations of one piece that are kept
QUOTE_LIMIT = 4_000  # characters of one quotation
LABEL_LIMIT = 300

_PASSAGE_ID = re.compile(r"[a-z0-9-]{1,80}/[\w.-]{1,78}", re.ASCII)
_LINE = re.compile(r" {0,3}> ?(.*)")
_SOURCE = re.compile(
    r"[—–-]{1,2} ?\[((?:[^\[\]\\\n]|\\.){1,700})\]\(reading:([a-z0-9-]{1,80}/[\w.-]{1,78})\)",
    re.ASCII,
)
_SPECIAL = re.compile(r"([\\\[\]*_`])")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Cited:
    """One quotation of a passage, with our own copy of its words."""

    passage_id: str
    text_slug: str
    quote: str
    source: str  # "Title · Heading", as written under the quotation


def well_formed(passage_id: str) -> bool:
    return _PASSAGE_ID.fullmatch(passage_id) is not None


def label(title: str, path: tuple[str, ...] | list[str]) -> str:
    """What stands under a quotation: the title and the nearest heading."""
    parts = [" ".join(title.split()), *(" ".join(p.split()) for p in path[-1:])]
    return " · ".join(part for part in parts if part)[:LABEL_LIMIT]


def block(quote: str, source: str, passage_id: str) -> str:
    """The Markdown of a citation, with a blank line after it."""
    lines = quote[:QUOTE_LIMIT].replace("\r", "\n").strip().splitlines() or ["…"]
    quoted = "\n".join(f"> {line.strip()}".rstrip() for line in lines)
    safe = _SPECIAL.sub(r"\\\1", source)
    return f"{quoted}\n>\n> — [{safe}](reading:{passage_id})\n\n"


def parse(body: str) -> list[Cited]:
    """All citations of a draft in order. A block quote without a source is none;
    what looks like a source and is not one is passed over. Linear in time."""
    found: list[Cited] = []
    quoted: list[str] = []
    for line in [*body.splitlines(), ""]:
        match = _LINE.fullmatch(line)
        if match is None:
            quoted = []
            continue
        source = _SOURCE.fullmatch(match[1].strip())
        if source is None:
            quoted.append(match[1])
            continue
        words = "\n".join(quoted).strip()
        if words:
            found.append(
                Cited(
                    passage_id=source[2],
                    text_slug=source[2].partition("/")[0],
                    quote=words[:QUOTE_LIMIT],
                    source=_ESCAPED.sub(r"\1", source[1])[:700],
                )
            )
        quoted = []
        if len(found) == MOST:
            break
    return found


def stands_in(quote: str, text: str) -> bool:
    """Whether the quotation's words are in the text, spaces and emphasis aside."""
    bare = _bare(quote)
    return bool(bare) and bare in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\s*_>]+", "", text)
