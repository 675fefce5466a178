"""A quotation with its source, put into a draft behind a sentence. Pure."""

from __future__ import annotations

from webapp.originality.gathering import Known
from webapp.reflections import citations


def block(source: Known, start: int, end: int) -> str | None:
    """The Markdown of a citation of the source's words there; None where there are none."""
    quote = source.text[start:end].strip() if 0 <= start < end <= len(source.text) else ""
    if not quote or not source.citable or len(quote) > citations.QUOTE_LIMIT:
        return None
    return citations.block(quote, source.label, source.id)


def inserted(body: str, block: str, at: int) -> str | None:
    """The draft with the citation as a paragraph of its own behind `at`; None where that is
    outside of it."""
    if not 0 < at <= len(body):
        return None
    before, after = body[:at].rstrip(), body[at:].lstrip(" \t")
    return f"{before}\n\n{block.strip()}\n\n{after.lstrip(chr(10))}".rstrip("\n")
