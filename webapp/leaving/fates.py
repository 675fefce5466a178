"""What becomes of every column that names a member, when that member deletes their account.

A test compares this with the tables: whoever adds such a column decides here. Pure.
"""

from __future__ import annotations

from typing import Literal

Fate = Literal["goes", "emptied", "nameless", "chosen", "stays"]
# goes      the row is deleted
# emptied   the row stays and names nobody
# nameless  the row stays with the member who stands for all who left
# chosen    the member says which; see webapp/leaving/choices.py
# stays     an id that leads nowhere, in a log that nobody can change

FATES: dict[str, Fate] = {
    "answers.member_id": "chosen",
    "appointments.member_id": "goes",
    "attendances.entered_by": "emptied",
    "attendances.member_id": "goes",
    "audit_events.by": "stays",
    "coach_choices.member_id": "goes",
    "coach_phrases.by": "emptied",
    "day_lists.member_id": "goes",
    "deeds.member_id": "goes",
    "done_once.member_id": "goes",
    "entered_pieces.entered_by": "emptied",
    "entered_pieces.member_id": "goes",
    "goals.member_id": "goes",
    # Who made an invitation must have the right to, as long as it is used: theirs end.
    "invitations.made_by": "goes",
    "invitations.member_id": "goes",
    "invitations.used_by": "emptied",
    "member_roles.member_id": "goes",
    "memberships.member_id": "goes",
    "moderation.member_id": "nameless",
    "notes.member_id": "goes",
    "notices.member_id": "goes",
    "people_imports.by": "nameless",
    "places.member_id": "goes",
    "private_addresses.member_id": "goes",
    "reading_list_wishes.member_id": "chosen",
    "reading_list_wishes_too.member_id": "goes",
    "reading_lists.member_id": "chosen",
    "reading_lists_begun.member_id": "goes",
    "reflections.member_id": "chosen",
    "reminders.member_id": "goes",
    "reports.member_id": "goes",
    "requirement_versions.made_by": "emptied",
    "requirements.made_by": "emptied",
    "reviews.by": "nameless",
    "steers.member_id": "goes",
    "text_changes.by": "emptied",
    "text_decisions.changed_by": "emptied",
    # Organizers work on these together: they are not one member's.
    "theme_drafts.member_id": "nameless",
    "uploads.by": "emptied",
}

# Columns that name a member are called so; `goals.by`, a day, is none.
CALLED = ("member_id", "by", "made_by", "changed_by", "used_by", "entered_by")
NO_MEMBER = ("goals.by",)
