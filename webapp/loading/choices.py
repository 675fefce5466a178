"""Which fields of a member a load file sets, and which stay as they are in Xinde. Pure.

A file is often loaded again long after people have begun to choose for
themselves. So a field is set when the member is new, or when the file now says
something else of it than before and nobody changed it in Xinde meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Mark = Callable[[str, Any], str]  # a keyed hash of a field's value


@dataclass(frozen=True)
class Choice:
    """What is to be done with a member's fields."""

    write: frozenset[str]
    left_alone: tuple[str, ...]  # the file says something new, and so did somebody in Xinde
    said: dict[str, str]  # to be remembered: marks of what the file said


def choose(given: Mapping[str, Any], present: Mapping[str, Any], before: Any, mark: Mark) -> Choice:
    """`given` by the file, `present` in Xinde, and what the load `before` remembered
    ({"said": marks, "left": marks}); None for a new member."""
    if before is None:
        return Choice(
            frozenset(given), (), {name: mark(name, value) for name, value in given.items()}
        )
    said_before, left_before = _remembered(before)
    write, left_alone, said = set(), [], dict(said_before)
    for name, value in given.items():
        now = mark(name, value)
        if now == said_before.get(name):
            continue
        # A field that Xinde has since a later version: no load has left it in any state yet.
        is_new = bool(left_before) and not left_before.get(name)
        if is_new or value == present[name] or mark(name, present[name]) == left_before.get(name):
            write.add(name)
            said[name] = now
        else:
            left_alone.append(name)
    return Choice(frozenset(write), tuple(left_alone), said)


def state(
    choice: Choice, present: Mapping[str, Any], before: Any, mark: Mark
) -> dict[str, dict[str, str]]:
    """What is to be remembered, once `present` is what was written."""
    left = {name: mark(name, value) for name, value in present.items()}
    if before is not None:
        _said, left_before = _remembered(before)
        left = {n: left[n] if n in choice.write else left_before.get(n, "") for n in left}
    return {"said": choice.said, "left": left}


def _remembered(before: Any) -> tuple[dict[str, str], dict[str, str]]:
    if not isinstance(before, dict):
        return {}, {}
    return before.get("said", {}), before.get("left", {})
