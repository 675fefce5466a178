"""How a member's name is selected where others see it."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.members.tables import Member


def shown() -> sa.ColumnElement[str]:
    """The name, or for words that somebody left behind without it (webapp/leaving) that
    they are no longer here. Nobody else has an empty name."""
    return sa.func.coalesce(sa.func.nullif(Member.name, ""), _("somebody who is no longer here"))
