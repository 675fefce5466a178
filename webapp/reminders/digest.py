"""A digest as a message: plain text and HTML, in the member's language, with the
addresses that stop it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from webapp.reminders.contents import Section
from webapp.reminders.posting import POLICY


@dataclass(frozen=True)
class Digest:
    """What its two templates may use."""

    organisation: str
    lang: str
    day: dt.date
    sections: Sequence[Section]
    stop_url: str
    settings_url: str

    @property
    def subject(self) -> str:
        """Without a word of anybody: it is read on locked screens."""
        day = format_date(self.day, "long")
        return _("%(organisation)s: your reminders of %(day)s", organisation=self.organisation, day=day)  # fmt: skip


def message(digest: Digest, *, to: str, sender: str, id: str, now: dt.datetime) -> EmailMessage:
    """Ready to be handed over. `id`: the same digest has the same, so that a mail
    program can tell that it got one twice."""
    made = EmailMessage(policy=POLICY)
    made["Subject"] = digest.subject
    made["From"], made["To"] = sender, to
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{id}@{urlsplit(digest.stop_url).hostname or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"
    made["List-Unsubscribe"] = f"<{digest.stop_url}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    made.set_content(render_template("reminders/digest.txt", digest=digest))
    made.add_alternative(render_template("reminders/digest.html", digest=digest), subtype="html")
    made["Content-Language"] = digest.lang  # now: before, it would be a part's alone
    return made


def stop_url(token: str, kind: str | None = None) -> str:
    return url_for("reminders.stop", token=token, what=kind, _external=True)
