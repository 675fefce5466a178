"""What was read from the library, kept as long as the library stays as it is.

Everybody sees the same texts, filters and counts; reading them anew took half
of the time of the library page. What a member did with a text is never here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from corpus.library import Library

MOST = 5_000  # things kept of one library; beyond, all are read anew

T = TypeVar("T")


class Unchanged:
    """Of one revision of a library."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self._kept: dict[Hashable, Any] = {}

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """What is kept under that key, else what `read` gives."""
        try:
            found: T = self._kept[key]
        except KeyError:
            if len(self._kept) >= MOST:
                self._kept = {}
            found = self._kept[key] = read()
        return found

    def of_each(
        self, kind: str, names: Iterable[str], read: Callable[[list[str]], Mapping[str, T]]
    ) -> dict[str, T]:
        """What `read` finds by each name; it is asked once for all that are not kept."""
        kept, wanted = self._kept, set(names)  # another request may begin a new one
        found: dict[str, T | None] = {
            name: kept[kind, name] for name in wanted if (kind, name) in kept
        }
        new = sorted(wanted - found.keys())
        if new:
            read_now = read(new)
            for name in new:  # what is not there is kept too
                found[name] = self.get((kind, name), partial(read_now.get, name))
        return {name: thing for name, thing in found.items() if thing is not None}


_latest: WeakKeyDictionary[Library, Unchanged] = WeakKeyDictionary()


def of(library: Library) -> Unchanged:
    """What is kept of the library as it is now: asked once a page."""
    revision = library.revision
    kept = _latest.get(library)
    if kept is None or kept.revision != revision:
        kept = _latest[library] = Unchanged(revision)
    return kept
