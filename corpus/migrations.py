"""How library.db came to have its tables, step by step. Append only."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("xinde-library")


@migrations()
def m001_texts_and_passages(db: Database) -> None:
    db.execute("""
        create table texts (
            slug text primary key,
            title text not null,
            sort_title text not null,
            author text not null,
            language text not null,
            year integer,
            themes text not null default '[]',
            roles text not null default '[]',
            level text,
            minutes integer not null,
            form text,
            series text,
            series_position integer,
            version_of text,
            licence text,
            sources text not null default '[]',
            words integer not null,
            passages integer not null,
            withdrawn text,
            added_at text not null,
            changed_at text not null
        )
    """)
    db.execute("create index texts_by_title on texts (sort_title, slug)")
    db.execute("create index texts_by_version on texts (version_of)")
    # A number of its own: VACUUM may renumber hidden row ids, and the
    # full-text table points at them.
    db.execute("""
        create table passages (
            number integer primary key,
            id text not null unique,
            text_slug text not null references texts (slug) on delete cascade,
            position integer not null,
            path text not null default '[]',
            text text not null,
            blocks text not null,
            sentences text not null,
            words integer not null,
            content_hash text not null,
            search_text text not null,
            search_title text not null,
            withdrawn integer not null default 0
        )
    """)
    db.execute("create index passages_by_text on passages (text_slug, position)")
    db.table("passages").enable_fts(
        ["search_text", "search_title"], create_triggers=True, tokenize="unicode61"
    )


@migrations()
def m002_files(db: Database) -> None:
    db.execute("""
        create table files (
            path text primary key,
            folder text not null,
            size integer not null,
            mtime_ns integer not null,
            sha256 text not null,
            slug text,
            outcome text not null,
            why text not null default '',
            made_with text not null default '',
            checked_at text not null
        )
    """)
    db.execute("create index files_by_slug on files (slug)")
    db.execute("create index files_by_hash on files (sha256)")


@migrations()
def m003_meta_and_labels(db: Database) -> None:
    db.execute("create table meta (key text primary key, value text not null)")
    db.execute("insert into meta (key, value) values ('revision', '0')")
    for table in ("themes", "roles"):
        db.execute(f"""
            create table {table} (
                id text primary key,
                position integer not null,
                names text not null,
                descriptions text not null
            )
        """)


@migrations()
def m004_decisions_and_proposals(db: Database) -> None:
    for column in (
        "rights text not null default 'full'",
        "script text",
        "identifiers text not null default '[]'",
        "subjects text not null default '[]'",
        "origins text not null default '{}'",
        "left_out text not null default '[]'",
        "chosen text not null default '[]'",
        "version_why text not null default ''",
        # What the file alone says, so that a decision can be taken back.
        "own text",
        "found_version text",
        "found_why text not null default ''",
        "sketch text",
        "hashes blob",
    ):
        db.execute(f"alter table texts add column {column}")
    db.execute("alter table files add column same_as text")
    db.execute("alter table files add column kind text not null default ''")
    # A copy of what organizers decided; the community database has the original.
    db.execute("create table decisions (slug text primary key, decided text not null)")
    db.execute("""
        create table proposals (
            slug text not null,
            position integer not null,
            field text not null,
            value text not null,
            confidence real not null,
            why text not null,
            primary key (slug, field, value)
        )
    """)
