"""How a member's own sentences begin a new draft: as quotations with their day, and
nothing else. Pure.

> What I wrote.
>
> — 25 November 2025

No link and no title: the draft may be opened to others, the piece may not be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# What Markdown would make a list, a heading or a quotation of at the beginning of a line.
_BEGINS = re.compile(r"^(\d{0,9})(?=[-+#>.)])")


def block(sentences: Sequence[str], day: str) -> str:
    """Sentences of one piece with its day, and room to go on below."""
    lines: list[str] = []
    for sentence in sentences:
        flat = " ".join(sentence.split())
        lines += [f"> {_BEGINS.sub(lambda m: m[1] + chr(92), flat)}", ">"]
    return "\n".join([*lines, f"> — {day}"]) + "\n\n"
