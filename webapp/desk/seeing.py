"""Whether a piece moved on since an organizer saw it. Pure.

What was seen travels in the form as a stamp: which words (`store.words`), and the acts
of readers there were.
"""

from __future__ import annotations

from collections.abc import Sequence

from webapp.desk.acts_store import Act

MOST = 40  # acts that a stamp names; of more the newest


def stamp(words: str, acts: Sequence[Act]) -> str:
    """`acts`: the oldest first."""
    return ".".join([words, *(act.id[:8] for act in acts[-MOST:])])


def same_words(seen: str, words: str) -> bool:
    return seen.partition(".")[0] == words


def since(seen: str, acts: Sequence[Act], *, besides: str) -> list[Act]:
    """Acts that the stamp does not name, but for the organizer's own."""
    known = set(seen.split(".")[1:])
    return [act for act in acts[-MOST:] if act.id[:8] not in known and act.by != besides]
