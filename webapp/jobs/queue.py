"""The queue of background work: huey in a file of its own.

A job says "look at this again", not "do this": the handler compares the truth
with the index and makes them agree, so a late, repeated or lost job does no
harm. Jobs are enqueued after the commit; the sweep finds what the queue lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from huey import MemoryHuey, SqliteHuey, crontab

COUNTED_AT = 1  # o'clock in the organisation's time zone; takes seconds
LEARNED_AT = 2  # o'clock in the organisation's time zone; takes minutes, once a day


def init_app(app: Flask) -> None:
    settings = app.config["XINDE"]
    if app.config.get("TESTING"):
        huey: Any = MemoryHuey("xinde", utc=True)
    else:
        huey = SqliteHuey(
            "xinde", filename=str(settings.data / "jobs.db"), timeout=30, fsync=True, utc=True
        )

    def in_app(work: Callable[..., object]) -> Callable[..., None]:
        def run(*arguments: Any) -> None:
            with app.app_context():
                work(*arguments)

        run.__name__ = work.__name__
        return run

    from webapp import community
    from webapp.changes import store as changes
    from webapp.evaluating import renewal
    from webapp.jobs import reconcile
    from webapp.leaving import actions as leaving
    from webapp.members import accounts
    from webapp.notices import forgetting
    from webapp.reminders import sending
    from webapp.suggestions import nightly
    from webapp.texts import bringing

    # Work that was begun before this moment was begun by a process that is gone.
    app.extensions["xinde_started"] = app.config.get("NOW") or dt.datetime.now(dt.UTC)
    app.extensions["xinde_embedded"] = {}
    app.extensions["xinde_huey"] = huey
    app.extensions["xinde_jobs"] = {
        "reconcile": huey.task(retries=2, retry_delay=10, name="reconcile")(
            in_app(reconcile.reflection)
        ),
        "mail": huey.task(retries=5, retry_delay=60, name="mail")(in_app(accounts.deliver)),
        "digests": huey.task(name="digests", priority=-1)(in_app(sending.send)),
        # Long work stands behind the short: mail and reconcile are taken first.
        "bring_in": huey.task(retries=1, retry_delay=10, name="bring_in", priority=-1)(
            in_app(bringing.bring_in)
        ),
        "embed": huey.task(name="embed", priority=-2)(in_app(bringing.embed)),
        "learn_again": huey.task(name="learn_again", priority=-2)(in_app(renewal.look_again)),
    }
    huey.periodic_task(crontab(minute="*"), name="sweep")(in_app(reconcile.sweep))
    huey.periodic_task(crontab(minute="*"), name="sweep_texts")(in_app(bringing.sweep))
    huey.periodic_task(crontab(minute="*"), name="sweep_digests")(in_app(sending.send))
    huey.periodic_task(crontab(minute="*/5"), name="nightly")(in_app(nightly.make_lists))
    huey.periodic_task(crontab(minute="50"), name="forget_notices")(in_app(forgetting.old_notices))
    huey.periodic_task(crontab(minute="55"), name="clear_husks")(in_app(leaving.clear_husks))
    learned_at = _in_utc(LEARNED_AT, settings.time_zone, app.extensions["xinde_started"])
    huey.periodic_task(learned_at, name="learn")(in_app(renewal.nightly))
    counted_at = _in_utc(COUNTED_AT, settings.time_zone, app.extensions["xinde_started"])
    huey.periodic_task(counted_at, name="look_through")(in_app(community.look_through))
    huey.periodic_task(counted_at, name="put_together")(in_app(changes.put_together))


def _in_utc(hour: int, zone: str, today: dt.datetime) -> Callable[[dt.datetime], bool]:
    """Every day at that hour of the zone, as huey, which counts in UTC, wants it."""
    local = today.astimezone(ZoneInfo(zone)).replace(hour=hour, minute=20)
    there = local.astimezone(dt.UTC)
    found: Callable[[dt.datetime], bool] = crontab(hour=str(there.hour), minute=str(there.minute))
    return found


def look_again(organisation: str, reflection_id: str) -> None:
    """Ask for a reflection's index entry to be compared with the truth."""
    current_app.extensions["xinde_jobs"]["reconcile"](organisation, reflection_id)
    learn_again()


def learn_again() -> None:
    """Ask for what members write about together to be learned from what is visible
    now; once, and only where suggestions are made with it."""
    from webapp.evaluating import renewal

    if renewal.in_use() and not _waits("learn_again"):
        current_app.extensions["xinde_jobs"]["learn_again"]()


def send_mail(to: str, subject: str, body: str) -> None:
    """Mail goes out of the queue, so that a page answers the same, and as fast,
    whether an address has an account or not, and the server is up or not."""
    current_app.extensions["xinde_jobs"]["mail"](to, subject, body)


def send_digests() -> None:
    """Ask for the next digests that are due to be sent; once, however often it is asked."""
    if current_app.config["XINDE"].mail_url and not _waits("digests"):
        current_app.extensions["xinde_jobs"]["digests"]()


def bring_in(organisation: str, upload_id: str) -> None:
    """Ask for a file that was brought to be read."""
    if not _waits("bring_in", organisation, upload_id):
        current_app.extensions["xinde_jobs"]["bring_in"](organisation, upload_id)


def embed() -> None:
    """Ask for new passages to be made searchable; once, however often it is asked."""
    if not _waits("embed"):
        current_app.extensions["xinde_jobs"]["embed"]()


def _waits(name: str, *arguments: str) -> bool:
    pending = current_app.extensions["xinde_huey"].pending()
    return any(task.name == name and task.args == arguments for task in pending)


def run_waiting() -> int:
    """Run what waits in the queue, then stop; the number of jobs run."""
    huey = current_app.extensions["xinde_huey"]
    count = 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
        count += 1
    return count
