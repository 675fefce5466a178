"""What an address or a form asks of the pages of answers."""

from __future__ import annotations

from flask import abort, request

from webapp import pages
from webapp.answers import limits
from webapp.answers.paragraphs import paragraphs
from webapp.answers.section import Form
from webapp.members import once
from webapp.reflections.store import Shown


def for_form(piece: Shown) -> Form:
    """The form as a link leads to it: to the whole, or to a paragraph."""
    number = paragraph(request.args.get("paragraph", ""))
    known = any(p.number == number and p.answerable for p in paragraphs(piece.body))
    return Form(paragraph=number if known else None)


def paragraph(written: str) -> int | None:
    fits = written.isascii() and written.isdigit() and len(written) < 6
    return int(written) if fits else None


def audience() -> str:
    """The audience that is tried out: "unit:<id>", "organisation", "anonymous" or ""."""
    return pages.field(request.args, "audience", limit=80)


def sent() -> Form:
    """What was sent for an answer or a reply. Raises BadField when it is far too long
    to be an answer."""
    return Form(
        kind=request.form.get("kind", "")[:16],
        body=pages.body(request.form, "body", limit=limits.SEND_LIMIT),
        paragraph=paragraph(request.form.get("paragraph", "")),
        to=request.form.get("to", "")[:32],
    )


def key() -> str:
    """The key of the form, by which a submit that comes twice is carried out once."""
    found = request.form.get("key", "")
    if not once.well_formed(found):
        abort(400)
    return found
