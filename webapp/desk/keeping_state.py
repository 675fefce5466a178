"""The SQL that keeps `reflections.desk`: whether a piece waits for an organizer.

The state follows from the piece, its answers and its reviews alone; `waiting.state`
is the same rule in words that can be read. The database keeps it itself, so that no
way of changing an answer (sending, taking back, hiding, loading, deleting an account)
can forget a piece, and a desk over many thousand answered pieces reads only those that
wait. Used by the migration and by nothing else: a later change of the rule is a later
migration with its own copy.
"""

from __future__ import annotations

# What is said of the piece `{r}` and stands: an acceptance is its author's for good, a
# question that was taken back, hidden or deleted asks nothing any more.
_LATEST = """
    from reviews v where v.organisation_id = {r}.organisation_id and v.reflection_id = {r}.id
    and (v.kind = 'accepted' or exists (select 1 from answers q
        where q.organisation_id = v.organisation_id and q.id = v.answer_id
        and q.taken_back_at is null and q.hidden_at is null))
    order by v.at desc, v.id desc limit 1"""

_ANSWERED = """exists (select 1 from answers a
    where a.organisation_id = {r}.organisation_id and a.reflection_id = {r}.id
    and a.kind <> 'reply' and a.taken_back_at is null and a.hidden_at is null
    and a.member_id <> {r}.member_id{since})"""

_STATE = f"""case
    when {{r}}.status <> 'submitted' or {{r}}.hidden_at is not null then null
    else case (select v.kind {_LATEST})
        when 'accepted' then null
        when 'asked_back' then case
            when (select v.at {_LATEST}) >= {{r}}.submitted_at then 'returned'
            when {_ANSWERED.replace("{since}", " and a.at >= {r}.submitted_at")} then null
            else 'back' end
        else case when {_ANSWERED.replace("{since}", "")} then null else 'first' end
    end end"""


def state_of(row: str) -> str:
    """The expression, for a row of reflections under this name."""
    return _STATE.format(r=row)


OF_EVERYTHING = f"update reflections set desk = {state_of('reflections')}"


def _of(row: str, piece: str) -> str:
    return (
        f"update reflections set desk = {state_of('reflections')}"
        f" where organisation_id = {row}.organisation_id and id = {row}.{piece}"
    )


# What the rule asks for; loading a file again and leaving may change any of it.
ANSWERS = "kind, member_id, at, taken_back_at, hidden_at"
PIECES = "status, member_id, submitted_at, hidden_at"

# When it is looked at again: (name, table, when, column with the piece's id)
_EVENTS = (
    ("desk_answered", "answers", "insert"),
    ("desk_answer_changed", "answers", "update of " + ANSWERS),
    ("desk_answer_gone", "answers", "delete"),
    ("desk_reviewed", "reviews", "insert"),
    ("desk_review_gone", "reviews", "delete"),
)


def made(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            *(
                f"create trigger {name} after {when} on {table} begin"
                f" {_of('old' if when == 'delete' else 'new', 'reflection_id')}; end"
                for name, table, when in _EVENTS
            ),
            *(
                f"create trigger desk_{verb} after {when} on reflections begin"
                f" {_of('new', 'id')}; end"
                for verb, when in (
                    ("begun", "insert"),
                    ("changed", "update of " + PIECES),
                )
            ),
        ]
    return [
        "create function desk_look_again() returns trigger language plpgsql as $$ begin"
        " if tg_op = 'DELETE' then"
        f" {_of('old', 'reflection_id')}; return old; end if;"
        f" {_of('new', 'reflection_id')}; return new; end $$",
        "create function desk_of_piece() returns trigger language plpgsql as $$ begin"
        f" new.desk := {state_of('new')}; return new; end $$",
        *(
            f"create trigger {name} after {when} on {table} for each row"
            " execute function desk_look_again()"
            for name, table, when in _EVENTS
        ),
        f"create trigger desk_changed before insert or update of {PIECES}"
        " on reflections for each row execute function desk_of_piece()",
    ]


def unmade(dialect: str) -> list[str]:
    names = [(name, table) for name, table, _when in _EVENTS] + [("desk_changed", "reflections")]
    if dialect == "sqlite":
        return [f"drop trigger {name}" for name, _t in (*names, ("desk_begun", ""))]
    return [
        *(f"drop trigger {name} on {table}" for name, table in names),
        "drop function desk_look_again()",
        "drop function desk_of_piece()",
    ]
