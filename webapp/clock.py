"""What time it is. The only place that asks; tests set `app.config["NOW"]`."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    frozen = current_app.config.get("NOW")
    return frozen or dt.datetime.now(dt.UTC)


def zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["XINDE"].time_zone)


def today() -> dt.date:
    """The calendar day in the organisation's time zone."""
    return now().astimezone(zone()).date()
