"""What a file that was brought is called on a page. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # characters

# Controls, half characters, and signs that turn the direction of a line.
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ud800-\\udfff]"
)


def last_part(name: str) -> str:
    """The name without the folders that some browsers send with it."""
    return re.split(r"[/\\]", name)[-1]


def shown(name: str) -> str:
    """The last part of a path on one line; the middle of a very long one is left out.

    "" for a name of which nothing can be shown.
    """
    clean = " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", last_part(name))).split())
    if len(clean) <= LONGEST:
        return clean
    return f"{clean[: LONGEST - 21]}…{clean[-20:]}"
