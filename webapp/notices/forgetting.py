"""What members were told long ago is forgotten, also of those who do not come any more."""

from __future__ import annotations

from webapp import clock
from webapp.community import db
from webapp.notices import actions


def old_notices() -> int:
    """A job; late, repeated or lost it does no harm: pages leave old ones out anyway."""
    return actions.forget_old(db.session, now=clock.now())
