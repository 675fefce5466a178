"""The SQL that keeps `study_changes`: whether what a report counted is still so.

Each change of a submitted piece, of its answers and reviews, of a piece that was
entered for somebody, or of the plan says so here in its own transaction. So a report
may keep what it counted of a day, and looks again at the days that changed and at no
others: what was withdrawn is gone from the next report.

SQLite has one writer, so one row of each day is raised. PostgreSQL has many, which
would wait for each other there (and, over several days, for ever); each adds a row, and
in the night those of a day become one (`store.put_together`). Used by the migration and
by nothing else: a later change of the rule is a later migration with its own copy.
"""

from __future__ import annotations

from collections.abc import Iterator

# What a report counts of a piece.
PIECE = "status, member_id, audience, unit_id, genre, text_slug, shown_at, hidden_at"
ANSWER = "kind, member_id, parent_id, at, taken_back_at, hidden_at"

# Tables of what is no piece, with the columns that matter ("": all of them).
PLAN = {
    "units": "",
    "units_before": "",
    "memberships": "",
    "appointments": "",
    "study_roles": "organizes",
    "members": "organizer, administrator",
    "requirements": "",
    "requirement_versions": "",
}


def _day(dialect: str, moment: str) -> str:
    """The day of a moment in UTC, as words."""
    if dialect == "sqlite":
        return f"substr({moment}, 1, 10)"
    return f"to_char({moment} at time zone 'utc', 'YYYY-MM-DD')"


def _date(dialect: str, day: str) -> str:
    return day if dialect == "sqlite" else f"to_char({day}, 'YYYY-MM-DD')"


def _of_piece(dialect: str, organisation: str, piece: str) -> str:
    """The days on which a piece is counted: its own, and those of its questions."""
    shown, at = _day(dialect, "r.shown_at"), _day(dialect, "q.at")
    return (
        f"select {shown} as day from reflections r where r.organisation_id = {organisation}"
        f" and r.id = {piece} and r.shown_at is not null"
        f" union select {at} from answers q where q.organisation_id = {organisation}"
        f" and q.reflection_id = {piece} and q.kind = 'question'"
    )


def _raised(dialect: str, organisation: str, days: str) -> str:
    if dialect == "sqlite":
        return (
            f"insert into study_changes (organisation_id, day, number) select {organisation}, d.day, 0"
            f" from ({days}) d where not exists (select 1 from study_changes c"
            f" where c.organisation_id = {organisation} and c.day = d.day);"
            f" update study_changes set number = number + 1 where organisation_id = {organisation}"
            f" and day in (select d.day from ({days}) d);"
        )
    return (
        "insert into study_changes (organisation_id, day, number)"
        f" select {organisation}, d.day, 1 from ({days}) d;"
    )


def _days_of(dialect: str, table: str, row: str) -> str:
    """The days that a row of this table is counted on."""
    organisation = f"{row}.organisation_id"
    if table == "entered_pieces":
        return f"select {_date(dialect, f'{row}.day')} as day"
    if table == "reflections":
        own = f"select {_day(dialect, f'{row}.shown_at')} as day where {row}.shown_at is not null"
        return f"{own} union {_of_piece(dialect, organisation, f'{row}.id')}"
    days = _of_piece(dialect, organisation, f"{row}.reflection_id")
    if table == "answers":
        at = _day(dialect, f"{row}.at")
        return f"select {at} as day where {row}.kind = 'question' union {days}"
    return days


def _events() -> Iterator[tuple[str, str, str, str]]:
    """(table, when, the columns, which of the rows)"""
    for table, columns in (
        ("reflections", PIECE),
        ("answers", ANSWER),
        ("reviews", ""),
        ("citations", ""),
        ("reflection_themes", "theme, reflection_id"),
        ("entered_pieces", ""),
    ):
        yield table, "after insert", "", "new"
        yield table, "after update", columns, "both"
        # Before, while the answers of the piece are still there.
        yield table, "before delete", "", "old"


def _name(table: str, when: str) -> str:
    return f"study_{table}_{when.split()[1]}"


def made(dialect: str) -> list[str]:
    return _made_in_sqlite() if dialect == "sqlite" else _made_in_postgresql()


def _made_in_sqlite() -> list[str]:
    found = []
    for table, when, columns, rows in _events():
        body = " ".join(
            _raised("sqlite", f"{row}.organisation_id", _days_of("sqlite", table, row))
            for row in (("old", "new") if rows == "both" else (rows,))
        )
        of = f" of {columns}" if columns else ""
        found.append(f"create trigger {_name(table, when)} {when}{of} on {table} begin {body} end")
    for table, columns in PLAN.items():
        for verb in ("insert", "update", "delete"):
            of = f" of {columns}" if columns and verb == "update" else ""
            row = "old" if verb == "delete" else "new"
            body = _raised("sqlite", f"{row}.organisation_id", "select 'plan' as day")
            found.append(
                f"create trigger study_plan_{table}_{verb} after {verb}{of} on {table}"
                f" begin {body} end"
            )
    return found


def _made_in_postgresql() -> list[str]:
    found = []
    for table in dict.fromkeys(table for table, *_rest in _events()):
        old, new = (
            _raised("postgresql", f"{row}.organisation_id", _days_of("postgresql", table, row))
            for row in ("old", "new")
        )
        found.append(
            f"create function study_{table}() returns trigger language plpgsql as $$ begin"
            f" if tg_op <> 'INSERT' then {old} end if;"
            f" if tg_op <> 'DELETE' then {new} return new; end if;"
            " return old; end $$"
        )
    for table, when, columns, _rows in _events():
        of = f" of {columns}" if columns else ""
        found.append(
            f"create trigger {_name(table, when)} {when}{of} on {table} for each row"
            f" execute function study_{table}()"
        )
    # Once for a statement: an import of ten thousand people is one change.
    everywhere = _raised("postgresql", "o.id", "select 'plan' as day").replace(
        ") d;", ") d, organisations o;"
    )
    found.append(
        "create function study_plan() returns trigger language plpgsql as $$ begin"
        f" {everywhere} return null; end $$"
    )
    for table, columns in PLAN.items():
        for verb in ("insert", "update", "delete"):
            of = f" of {columns}" if columns and verb == "update" else ""
            found.append(
                f"create trigger study_plan_{table}_{verb} after {verb}{of} on {table}"
                " for each statement execute function study_plan()"
            )
    return found


def unmade(dialect: str) -> list[str]:
    on = [(_name(table, when), table) for table, when, *_rest in _events()]
    on += [
        (f"study_plan_{table}_{verb}", table)
        for table in PLAN
        for verb in ("insert", "update", "delete")
    ]
    if dialect == "sqlite":
        return [f"drop trigger {name}" for name, _table in on]
    functions = [f"study_{table}" for table in dict.fromkeys(t for t, *_rest in _events())]
    return [
        *(f"drop trigger {name} on {table}" for name, table in on),
        *(f"drop function {name}()" for name in (*functions, "study_plan")),
    ]
