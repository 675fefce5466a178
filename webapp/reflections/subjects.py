"""What a draft is about: the passages that it cites, and the themes of their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corpus.library import Library
from webapp.reflections import citations, publication
from webapp.reflections.citations import Cited

OF_MEMBERS = "reflection"  # where a text has its slug, in the id of a member's piece


@dataclass(frozen=True)
class Subjects:
    cited: tuple[Cited, ...] = ()
    themes: tuple[str, ...] = ()


def of_draft(body: str, text_slug: str | None, library: Callable[[], Library]) -> Subjects:
    """Citations of texts that the library knows (withdrawn ones too: the quotation
    is still one) and of members' pieces, and at most three themes. The library is
    opened only if needed."""
    parsed = citations.parse(body)
    slugs = {c.text_slug for c in parsed} | ({text_slug} if text_slug else set())
    if not slugs:
        return Subjects()
    texts = library().texts_by_slug(slugs, withdrawn=True)
    cited = tuple(c for c in parsed if c.text_slug in texts or c.text_slug == OF_MEMBERS)
    about = texts.get(text_slug or "")
    others = dict.fromkeys(
        c.text_slug for c in cited if c.text_slug in texts and c.text_slug != text_slug
    )
    themes = publication.themes_of(
        about.themes if about else (), [texts[slug].themes for slug in others]
    )
    return Subjects(cited, tuple(themes))
