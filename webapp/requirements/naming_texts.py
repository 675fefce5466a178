"""Which text of the library does somebody mean who wrote its address or its title?"""

from __future__ import annotations

from corpus.library import Library
from webapp import resources


def named(lines: list[str]) -> dict[str, str | None]:
    """The slug for each line: an address, its last part, or a whole title; None for what
    is no text of the library."""
    library = resources.library()
    tails = {line: line.rstrip("/").rpartition("/")[2].partition("#")[0] for line in lines}
    known = library.texts_by_slug(tails.values())
    return {
        line: tails[line] if tails[line] in known else _by_title(library, line) for line in lines
    }


def _by_title(library: Library, title: str) -> str | None:
    """Found by its words, and then compared as a whole."""
    wanted = _plain(title)
    slugs = dict.fromkeys(id.partition("/")[0] for id, _score in library.search_words(title))
    records = library.texts_by_slug(slugs)
    return next((s for s in slugs if s in records and _plain(records[s].title) == wanted), None)


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
