"""Whether the short line below a heading like "Chapter IV" is the rest of it. Pure."""

from __future__ import annotations

import re

from corpus.formats.tree.outline import with_subtitle

LONGEST = 90  # characters
_NUMBER = r"(?:[IVXLC]{1,7}|\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|twenty(?:-\w+)?)"
_LABEL = re.compile(
    rf"{_NUMBER}\.?|(?:\w+\s+){{1,2}}{_NUMBER}\.?"
    r"|第[一二三四五六七八九十百零〇\d]{1,5}[章回节節卷部编編篇讲講课課]|卷[一二三四五六七八九十百\d]{1,4}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.,;:。，；：、…]$")


def whole(heading: str, following: str) -> str | None:
    """ "Book I" and the line below it as one heading; None where they are two things."""
    line = following.strip("* ")
    if "\n" in line or not 0 < len(line) <= LONGEST or _SENTENCE.search(line):
        return None
    if not _LABEL.fullmatch(heading) or not any(c.isalpha() for c in line):
        return None
    if line[0] in "“\"'‘(—-–" or _LABEL.fullmatch(line):
        return None
    return with_subtitle([heading.rstrip("."), line])
