"""The community database: how it is opened, and how a change is written to it.

People's words live here, so a change is acknowledged only when it is on the
disk: SQLite runs in WAL mode with synchronous=FULL, and every writing
transaction begins with BEGIN IMMEDIATE (a transaction that reads first and
writes later fails at once when another writer came between, whatever the
timeout).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from inspect import iscoroutinefunction
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.functions import FunctionElement

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.types.TypeDecorator[dt.datetime]):
    """Aware datetimes in, aware UTC datetimes out, on both engines."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(dt.UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        dict[str, Any]: sa.JSON,
        list[str]: sa.JSON,
        list[dict[str, Any]]: sa.JSON,
    }


class OfOrganisation:
    """The key of every large table: the organisation first, so that the table
    can be spread over several machines later; then a random id."""

    organisation_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)


def belongs_to(table: str, column: str) -> sa.ForeignKeyConstraint:
    """`column` names a row of `table` in the same organisation, and goes with it."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{table}.organisation_id", f"{table}.id"],
        ondelete="CASCADE",
    )


def named_by(table: Any, column: Any) -> sa.ColumnElement[bool]:
    """To join by: the row of `table` that `column` names, in the same organisation.
    `table`, and that of the column, may be an alias."""
    row: sa.ColumnElement[bool] = table.organisation_id == column.parent.entity.organisation_id
    return sa.and_(row, table.id == column)


class _EachOf(FunctionElement[str]):
    """The words of a JSON list, as rows."""

    type = sa.String()
    inherit_cache = True


@compiles(_EachOf)
def _each_of(element: Any, compiler: Any, **how: Any) -> str:
    given = compiler.process(element.clauses, **how)
    if compiler.dialect.name == "sqlite":
        return f"(select value from json_each({given}))"
    return f"(select json_array_elements_text(cast({given} as json)))"


def one_of(column: Any, values: Iterable[str] | sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    """`column.in_(values)` for many values, sent as one: with a parameter for each of a
    thousand units SQLAlchemy took longer than the database. A statement that is built
    once says `sa.bindparam(name, type_=sa.String)`, and gets `as_list(values)`."""
    given = values if isinstance(values, sa.BindParameter) else sa.literal(as_list(values))
    found: sa.ColumnElement[bool] = column.op("in", is_comparison=True)(_EachOf(given))
    return found


def as_list(values: Iterable[str]) -> str:
    return _as_list(frozenset(values))


@lru_cache(maxsize=64)  # a page asks several times about the units that somebody organizes
def _as_list(values: frozenset[str]) -> str:
    return json.dumps(sorted(values))


db = SQLAlchemy(session_options={"expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def change(session: Session) -> Iterator[Session]:
    """One change in one transaction: all of it is kept, or none.

    Ends whatever the session was reading before, so that what is read inside
    is the newest truth. Never compute vectors inside: SQLite has one writer.
    """
    session.rollback()
    token = _writing.set(True)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside are writing ones, whoever begins them."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def write_throughout() -> None:
    """Make every transaction of this context a writing one (Flask-Security's
    own forms read and write in one transaction that we do not open)."""
    _writing.set(True)


def read_only() -> None:
    _writing.set(False)


def is_writing() -> bool:
    """Whether what is read now may be a change that is not committed, and may never be."""
    return _writing.get()


def init_app(app: Flask, url: str) -> None:
    """Open the database at `url` for this app."""
    if url.startswith("sqlite"):
        # Opened anew each hour, so that what `look_through` counted is known everywhere.
        options: dict[str, Any] = {"connect_args": {"timeout": 30}, "pool_recycle": 3600}
    else:
        options = {"pool_pre_ping": True, "pool_size": 10}
    # an error of the database must not carry people's words into a log
    options["hide_parameters"] = True
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, **options}}
    db.init_app(app)
    # It would start a thread after every request, to close sessions of a kind that we
    # never open.
    app.teardown_appcontext_funcs = [
        close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
    ]
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_connection)
        event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite_connection(connection: Any, _record: Any) -> None:
    # sqlite3's own transaction handling is switched off: we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def look_through() -> None:
    """A job of the night: let the database count what is in its tables. Without it SQLite
    took a hundred times as long for a report, and PostgreSQL three times. Of 100,000
    pieces it takes less than a second."""
    with change(db.session) as session:
        session.execute(sa.text("analyze"))
