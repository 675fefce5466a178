"""What the pages of answers share: the blueprint, and words that could not be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from webapp import doors, pages
from webapp.access import Refused
from webapp.answers import limits

bp = Blueprint("answers", __name__)

Answer = tuple[str, int] | Response


@dataclass(frozen=True)
class KeptWordsPage(pages.Page):
    """Words that could not be kept are given back to whoever sent them."""

    template: ClassVar[str] = "answers/kept_words.html"

    title: str
    said: str
    words: str
    back: str = ""  # where one can sign in, or send them once more


@bp.errorhandler(Refused)
def signed_out(refusal: Refused) -> Answer:
    """The session ended while somebody wrote: the words come back with the page."""
    words = _words_sent()
    if not refusal.signed_out or not words or doors.wants_json():
        return doors.refused(refusal)  # type: ignore[no-any-return]
    return _signed_out(words)


@bp.errorhandler(CSRFError)
def old_form(error: CSRFError) -> Answer:
    words = _words_sent()
    if not words or doors.wants_json():
        return doors.csrf_refused(error)  # type: ignore[no-any-return]
    if not current_user.is_authenticated:
        return _signed_out(words)
    said = _(
        "This form was opened in another session, so nothing was sent. Copy your words, open the piece again and send them there."
    )
    page = KeptWordsPage(_("The form is too old"), said, words[: limits.SEND_LIMIT], _back())
    return pages.render(page, 400)


def _words_sent() -> str:
    """Of an answer, or of a reason."""
    if request.method != "POST":
        return ""
    return request.form.get("body", "") or request.form.get("reason", "")


def _signed_out(words: str) -> Answer:
    said = _(
        "Your session has ended, so nothing was sent. Copy your words, sign in again and send them once more."
    )
    back = url_for("security.login", next=_back())
    page = KeptWordsPage(_("You are signed out"), said, words[: limits.SEND_LIMIT], back)
    return pages.render(page, 401)


def _back() -> str:
    """The page with the form. Whether there is such a piece is not looked at."""
    given = request.view_args or {}
    if "reflection_id" in given:
        return url_for("reflections.show", reflection_id=given["reflection_id"])
    return url_for("answers.mine")
