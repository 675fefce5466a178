"""The job that sends digests: finds whose hour has come, and hands each mail over once.

Late, repeated or lost it does no harm: what is due stands in the database, and each
digest is taken up in a transaction of its own before it is handed over. What may go
wrong after that costs this one digest and never sends it twice; only where the mail
server said clearly that it did not take it is it tried again, on the same day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from email.message import EmailMessage

import structlog
from flask import Flask, current_app, url_for

from webapp import clock, ids
from webapp.community import db
from webapp.evaluating.speaking import speaking
from webapp.languages import LANGUAGES
from webapp.loading.links import base
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.reminders import actions, digest, gathering, rhythm, store
from webapp.reminders.digest import Digest
from webapp.reminders.posting import Post, ServerDown
from webapp.reminders.store import Due
from webapp.resources import resources

log = structlog.get_logger("xinde.reminders")

BATCH = 100  # in one run; other jobs get their turn before the next
FIRST_NEWS = dt.timedelta(days=7)  # how far back the first digest looks


def send() -> int:
    """Send what is due; the number of mails handed over."""
    from webapp.jobs import queue

    settings = current_app.config["XINDE"]
    if not settings.mail_url:
        return 0
    now = clock.now()
    due = store.due(db.session, now, limit=BATCH)
    db.session.rollback()
    sent = 0
    with Post(settings.mail_url, settings.mail_from or "xinde@localhost") as post:
        for one in due:
            try:
                sent += _send(post, one, now)
            except ServerDown as problem:
                db.session.rollback()
                log.error("the mail server takes no digests", problem=str(problem))
                return sent  # everything stays due; the next minute tries again
            except Exception as problem:
                db.session.rollback()
                _could_not(problem)
    if len(due) == BATCH:
        queue.send_digests()
    return sent


def _send(post: Post, due: Due, now: dt.datetime) -> int:
    zone = clock.zone()
    if rhythm.is_over(due.day, actions.zone_of(due.time_zone, zone), now):
        # the server was down for too long: yesterday's mail would only be noise
        if actions.take_up(db.session, due, zone=zone, now=now):
            actions.settle(db.session, due, sent_at=None)
        return 0
    try:
        message = compose(current_app._get_current_object(), due, now)  # type: ignore[attr-defined]
    except Exception as problem:  # one that cannot be made keeps no other from being sent
        db.session.rollback()
        _could_not(problem)
        actions.put_off(db.session, due, zone=zone, now=now)
        return 0
    if message is not None:
        post.ready()
    if not actions.take_up(db.session, due, zone=zone, now=now):
        return 0
    if message is None:
        actions.settle(db.session, due, sent_at=None)
        return 0
    try:
        outcome = post.send(due.email, message)
    except ServerDown:
        actions.put_off(db.session, due, zone=zone, now=now)
        raise
    if outcome == "sent":
        actions.settle(db.session, due, sent_at=now)
        return 1
    log.warning("digest not taken", outcome=outcome)
    if outcome == "later":
        actions.put_off(db.session, due, zone=zone, now=now)
    elif outcome == "refused":
        actions.refused(db.session, due, post.said, now=now)
    else:
        actions.settle(db.session, due, sent_at=None)
    return 0


def _could_not(problem: Exception) -> None:
    """Its kind alone: a message may quote what somebody wrote."""
    log.error("digest not sent", problem=type(problem).__name__)


def compose(app: Flask, due: Due, now: dt.datetime) -> EmailMessage | None:
    """The message, in the member's language; None where there is nothing in it, or the
    member is not there any more. In a context of its own, with the address that people
    use: links must lead there, and nothing of one mail stays for the next."""
    language = due.language if due.language in LANGUAGES else "en"
    with (
        app.app_context(),
        app.test_request_context(base_url=base(app)),
        speaking(language) as lang,
    ):
        session = db.session
        me = session.get(Member, (due.organisation, due.member))
        wanted = store.of(session, due.organisation, due.member)
        if me is None or me.left_at is not None or wanted is None:
            return None
        whose = gathering.For(
            actor=members.actor_of(session, me),
            me=me,
            own_words=wanted.own_words,
            since=wanted.last_sent_at or now - FIRST_NEWS,
            now=now,
            today=clock.today(),
        )
        found = gathering.sections(session, whose, resources(), list(wanted.contents))
        if not found:
            return None
        token = actions.stop_token(session, due.organisation, due.member, now=now)
        made = Digest(
            organisation=members.organisation_name(session),
            lang=lang,
            day=due.day,
            sections=[
                dataclasses.replace(one, stop_url=digest.stop_url(token, one.kind)) for one in found
            ],
            stop_url=digest.stop_url(token),
            settings_url=url_for("reminders.settings", _external=True),
        )
        sender = app.config["XINDE"].mail_from or "xinde@localhost"
        id = ids.derived_id("digest", due.organisation, due.member, due.day.isoformat())
        return digest.message(made, to=due.email, sender=sender, id=id, now=now)
