"""What a piece about a goal begins with: the member's own goal and answer, quoted.

Nothing in it is Xinde's but the names of the two quotations and their days.
"""

from __future__ import annotations

import re

from flask_babel import gettext as _

from webapp import shapes
from webapp.goals.tables import Goal

_SPECIAL = re.compile(r"([\\\[\]*_`#>])")


def of(goal: Goal) -> str:
    return opening(
        what=goal.what,
        what_source=_("My goal, set on %(day)s", day=shapes.day(goal.created_at)),
        happened="\n".join(said for said in (goal.outcome, goal.hindrance) if said),
        happened_source=(
            _("What happened, as I said on %(day)s", day=shapes.day(goal.answered_at))
            if goal.answered_at
            else ""
        ),
    )


def opening(*, what: str, what_source: str, happened: str, happened_source: str) -> str:
    """The Markdown of both quotations, each with its source under it; of what was not
    said there is none."""
    return _block(what, what_source) + _block(happened, happened_source)


def _block(words: str, source: str) -> str:
    lines = [line.strip() for line in words.strip().splitlines()]
    if not any(lines):
        return ""
    quoted = "\n".join(f"> {_safe(line)}".rstrip() for line in lines)
    return f"{quoted}\n>\n> — {_safe(source)}\n\n"


def _safe(line: str) -> str:
    return _SPECIAL.sub(r"\\\1", line)
