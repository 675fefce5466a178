"""The address at the end of every mail: it stops the mail, without signing in.

To open it changes nothing, for programs open the links of a mail before a person does:
a page with one button. The same address takes the one click of a mail program
(RFC 8058), which has no token of a page. The address is secret enough for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import abort
from flask.blueprints import BlueprintSetupState

from webapp import pages
from webapp.access import needs
from webapp.community import db
from webapp.reminders import actions, contents, wording
from webapp.reminders.views.blueprint import Answer, bp, holder


@dataclass(frozen=True)
class StopPage(pages.Page):
    template: ClassVar[str] = "reminders/stop.html"

    token: str
    kind: str | None
    stopped: bool

    @property
    def part(self) -> str:
        return wording.heading(self.kind) if self.kind else ""


@bp.get("/stop/<token>", defaults={"what": None})
@bp.get("/stop/<token>/<what>")
@needs("reminders.stop")
def stop(token: str, what: str | None) -> Answer:
    holder("stop", token)
    return pages.render(StopPage(token, _kind(what), stopped=False))


@bp.post("/stop/<token>", defaults={"what": None})
@bp.post("/stop/<token>/<what>")
@needs("reminders.stop")
def stop_now(token: str, what: str | None) -> Answer:
    member, _actor = holder("stop", token)
    kind = _kind(what)
    actions.stop(db.session, member.organisation_id, member.id, kind=kind)
    return pages.render(StopPage(token, kind, stopped=True))


def _kind(what: str | None) -> str | None:
    if what is not None and what not in contents.KINDS:
        abort(404)
    return what


@bp.record_once
def _without_page_token(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(stop_now)
