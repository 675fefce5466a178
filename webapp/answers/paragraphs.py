"""Which paragraphs a published piece has, and which of them can be answered. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webapp import shapes
from webapp.reflections import wording

_HEADING = re.compile(r"^ {0,3}#{1,6}(\s|$)")


@dataclass(frozen=True)
class Paragraph:
    number: int  # from 1, headings counted
    source: str  # its Markdown
    words: str  # in plain text, on one line
    heading: bool

    @property
    def answerable(self) -> bool:
        return bool(self.words) and not self.heading


def paragraphs(body: str) -> list[Paragraph]:
    return [
        Paragraph(
            number, source, " ".join(wording.plain(source).split()), bool(_HEADING.match(source))
        )
        for number, source in enumerate(shapes.blocks(body), 1)
    ]
