"""Of which texts only one passage at a time may be shown.

Every link to a passage asks this, so the answer is kept until the library changes.
"""

from __future__ import annotations

from flask import current_app, g

from corpus.texts import CorpusError
from webapp.resources import library


def one_passage_at_a_time(slug: str) -> bool:
    if "passages_only" not in g:
        g.passages_only = _passages_only()
    return slug in g.passages_only


def _passages_only() -> frozenset[str]:
    """Asked of the library once for each of its revisions. A page that has links
    is shown without a library too; the reading page itself asks again."""
    kept: dict[str, object] = current_app.extensions.setdefault("xinde_rights", {})
    try:
        revision = library().revision
        if kept.get("revision") != revision:
            kept.update(slugs=library().passages_only(), revision=revision)
    except CorpusError:
        return frozenset()
    found = kept["slugs"]
    assert isinstance(found, frozenset)
    return found
