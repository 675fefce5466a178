"""What a member takes along: every table, with which of its rows are their own. A test
compares this with the tables: whoever adds one decides here. Pure but for the SQL."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from webapp.access import Actor
from webapp.community import Base

Of = Literal["member", "piece", "list"]

FORMAT, VERSION = "xinde-everything", 1  # as data.json says

# In the order in which they are read again: what others refer to comes first.
SECTIONS: dict[str, Of] = {
    "memberships": "member",
    "member_roles": "member",
    "appointments": "member",
    "notes": "member",
    "reflections": "member",
    "reflection_versions": "piece",
    "experiences": "piece",
    "citations": "piece",
    "coach_drafts": "piece",
    "coach_choices": "member",
    "goals": "member",
    "deeds": "member",
    "places": "member",
    "steers": "member",
    "reading_lists": "member",
    "reading_list_items": "list",
    "reading_list_units": "list",
    "reading_lists_begun": "member",
    "reading_list_wishes": "member",
    "reading_list_wishes_too": "member",
    "day_lists": "member",
    "answers": "member",
    "reports": "member",
    "moderation": "member",
    "reviews": "piece",
    "notices": "member",
    "attendances": "member",
    "entered_pieces": "member",
    "reminders": "member",
}

# Other sections: made by a query of their own (packing.py).
MADE = ("answers_received", "log")

NOT_TAKEN = {
    "account_roles": "empty: rights are flags of the member",
    "accounts": "the address stands in data.json; the password leaves in no form",
    "audit_events": "lines by or about the member are the section `log`",
    "coach_counts": "numbers of the organisation, without members",
    "coach_phrases": "the organisation's",
    "done_once": "how a form sent twice is carried out once",
    "fs_refresh": "keys of sign-in",
    "invitations": "the organisation's; only hashes are kept",
    "members": "stands in data.json",
    "organisations": "the name stands in data.json",
    "people_imported": "the organisation's",
    "people_imports": "the organisation's",
    "private_addresses": "hashes of addresses that open something",
    "reading_list_versions": "copies of theme lists, which are the organisation's",
    "reflection_themes": "stands in the column `themes` of reflections",
    "requirement_versions": "the organisation's",
    "requirements": "the organisation's",
    "roles_users": "empty: rights are flags of the member",
    "sign_in_failures": "hashes that are forgotten after a day",
    "study_changes": "how often days changed, without members",
    "study_roles": "the names of one's own stand in data.json",
    "text_changes": "work on the organisation's library",
    "text_decisions": "work on the organisation's library",
    "theme_drafts": "work that organizers share",
    "unit_kinds": "the organisation's",
    "units": "the names of one's own stand in data.json",
    "units_before": "the organisation's",
    "uploads": "work on the organisation's library",
    "webauthn": "keys of sign-in",
}

# Columns that say nothing to anybody: whose it is, what is computed from the words, and
# who else looked at a piece.
LEFT_OUT = frozenset(
    {"organisation_id", "member_id", "prepared", "search_text", "kept", "desk", "indexed_version"}
)
LEFT_OUT_OF = {"reviews": {"by"}, "answers_received": {"member_id"}}


def columns(name: str) -> list[sa.Column[Any]]:
    out = LEFT_OUT | LEFT_OUT_OF.get(name, set())
    return [column for column in Base.metadata.tables[name].columns if column.name not in out]


def own_rows(name: str, actor: Actor) -> sa.Select[Any]:
    """The rows of a table that are the actor's."""
    table, of = Base.metadata.tables[name], SECTIONS[name]
    query = sa.select(*columns(name)).where(table.c.organisation_id == actor.organisation)
    if of == "member":
        query = query.where(table.c.member_id == actor.member)
    else:
        owner = Base.metadata.tables["reflections" if of == "piece" else "reading_lists"]
        mine = sa.select(owner.c.id).where(
            owner.c.organisation_id == actor.organisation, owner.c.member_id == actor.member
        )
        query = query.where(table.c["reflection_id" if of == "piece" else "list_id"].in_(mine))
    return query.order_by(*table.primary_key.columns)
