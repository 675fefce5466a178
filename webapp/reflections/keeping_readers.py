"""The SQL that keeps `reflection_themes.readers`: to whom a piece with this theme is open.

"" for every member, the id of a unit, or null for nobody but its author. It follows
from the piece alone, as `store.open_to` has it. The database keeps it itself, so that no
way of changing a piece forgets it, and themes are counted in an index, without looking
at every piece. Used by the migration and by nothing else: a later change of the rule is
a later migration with its own copy.
"""

from __future__ import annotations


def _readers(row: str) -> str:
    return (
        f"case when {row}.status = 'submitted' and {row}.hidden_at is null then"
        f" case when {row}.audience = 'unit' then {row}.unit_id else '' end end"
    )


_OF_PIECE = (
    f"(select {_readers('r')} from reflections r"
    " where r.organisation_id = {row}.organisation_id and r.id = {row}.reflection_id)"
)

OF_EVERYTHING = (
    f"update reflection_themes set readers = {_OF_PIECE.format(row='reflection_themes')}"
)

_FOLLOW = (
    f"update reflection_themes set readers = {_readers('new')}"
    " where organisation_id = new.organisation_id and reflection_id = new.id"
)
_CHANGES = "status, audience, unit_id, hidden_at"


def made(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            "create trigger theme_readers after insert on reflection_themes begin"
            f" update reflection_themes set readers = {_OF_PIECE.format(row='new')}"
            " where organisation_id = new.organisation_id and theme = new.theme"
            " and reflection_id = new.reflection_id; end",
            f"create trigger theme_readers_changed after update of {_CHANGES} on reflections"
            f" begin {_FOLLOW}; end",
        ]
    return [
        "create function theme_readers_look() returns trigger language plpgsql as $$ begin"
        f" new.readers := {_OF_PIECE.format(row='new')}; return new; end $$",
        "create function theme_readers_follow() returns trigger language plpgsql as $$ begin"
        f" {_FOLLOW}; return new; end $$",
        "create trigger theme_readers before insert on reflection_themes"
        " for each row execute function theme_readers_look()",
        f"create trigger theme_readers_changed after update of {_CHANGES} on reflections"
        " for each row execute function theme_readers_follow()",
    ]


def unmade(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return ["drop trigger theme_readers", "drop trigger theme_readers_changed"]
    return [
        "drop trigger theme_readers on reflection_themes",
        "drop trigger theme_readers_changed on reflections",
        "drop function theme_readers_look()",
        "drop function theme_readers_follow()",
    ]
