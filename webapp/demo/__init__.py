"""The sample organisation, for trying Xinde out: people, units and what they wrote.

organisation.json is a load file like any other. Its accounts share one password
that is drawn at loading and shown once, so that a demo which is left open to a
network has no password that everybody knows.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

SAMPLE = Path(__file__).parent / "organisation.json"
SHOWN = "maria"  # the member who is named as the one to sign in as
ORGANIZES = "yulan"  # was given the role in East Quay


def source() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text("utf-8"))
    return found


def load(app: Flask, *, say: Callable[[str], None]) -> bool:
    """Load the sample if the organisation has no members yet. True when it was
    loaded now. Raises SetupError in an organisation of real people."""
    from webapp import loading, setup
    from webapp.community import db
    from webapp.ids import derived_id
    from webapp.members import store
    from webapp.members.tables import Member
    from webapp.texts import building

    organisation_id = setup.organisation(app)
    if db.session.get(Member, (organisation_id, derived_id("member", SHOWN))) is not None:
        say(
            "The sample organisation is here already. "
            "To sign in as one of its members: xinde members reset-link maria@example.org"
        )
        return False
    if store.members(db.session, organisation_id, limit=1):
        raise setup.SetupError(
            f"The data folder {app.config['XINDE'].data.resolve()} has an organisation with members already; "
            "the sample goes only into an empty one. Leave out --demo, or set XINDE_DATA to another folder."
        )
    if not building.is_built(app.config["XINDE"]):
        building.library(app, say=say)
    password = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    sample = source()
    for member in sample["members"]:
        member["password"] = password
    loading.load(sample, name=SAMPLE.name)
    _ask_something(organisation_id)
    first = next(member for member in sample["members"] if member["key"] == SHOWN)
    say("")
    say(
        f"Loaded the sample organisation: {len(sample['members'])} members, {len(sample['reflections'])} reflections."
    )
    say(f"Sign in as {first['email']} (or liwen@example.org, 中文) with the password {password}")
    say("The password is shown only now; later: xinde members reset-link maria@example.org")
    return True


def _ask_something(organisation_id: str) -> None:
    """A requirement, so that the pages of the study system have something to show."""
    from webapp import clock
    from webapp.community import db
    from webapp.ids import derived_id
    from webapp.members import store
    from webapp.members.tables import Member
    from webapp.requirements import actions
    from webapp.requirements.asking import Says

    asks = db.session.get(Member, (organisation_id, derived_id("member", ORGANIZES)))
    assert asks is not None
    today = clock.today()
    says = Says(
        title="One text and one reflection a month · 每月读一篇、写一篇",
        from_day=today.replace(day=1),
        starts_on=today.replace(day=1),
        ends_on=None,
        pace="month",
        guidance="Write about something you did yourself. 写一件自己做过的事。",
        read=1,
        write=1,
        may_replace=True,
    )
    actions.set_one(
        db.session,
        store.actor_of(db.session, asks),
        derived_id("unit", "east-quay"),
        says,
        replaces=None,
        key="sample-requirement",
        today=today,
        now=clock.now(),
    )
