"""The schema: a fresh database is what the tables in code say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp import migrations
from webapp.community import Base, db


def test_a_fresh_database_is_what_the_tables_in_code_say(app):
    assert migrations.differences() == []


def test_a_column_that_no_step_makes_is_noticed(app):
    table = Base.metadata.tables["notes"]
    column = sa.Column("forgotten", sa.Text())
    table.append_column(column)
    try:
        assert len(migrations.differences()) == 1
    finally:
        table._columns.remove(column)


def test_upgrading_twice_changes_nothing(app):
    migrations.upgrade()
    assert migrations.current() == migrations.heads() == ["0017"]


def test_a_step_leaves_no_connection_to_be_closed_under_somebody_else(app, maria):
    db.session.rollback()
    migrations.upgrade()
    assert migrations.current()
    assert db.engine.pool.checkedout() == 0


def test_published_words_are_found_through_an_index(app):
    names = set(sa.inspect(db.engine).get_table_names())
    if db.engine.dialect.name == "sqlite":
        assert "reflection_words" in names
    else:
        indexes = sa.text("select indexname from pg_indexes where tablename = 'reflections'")
        assert "ix_reflections_words" in set(db.session.scalars(indexes))


@pytest.mark.parametrize(
    "table", ["members", "reflections", "notes", "deeds", "citations", "steers", "reading_lists"]
)
def test_large_tables_are_keyed_by_the_organisation_first(app, table):
    key = sa.inspect(db.engine).get_pk_constraint(table)["constrained_columns"]
    assert key[0] == "organisation_id"


def test_nothing_is_submitted_to_nobody(app, maria):
    from tests.webapp.people import NOW
    from webapp.reflections.tables import Reflection

    for audience, unit in ((None, None), ("unit", None), ("everybody", None)):
        db.session.add(
            Reflection(
                organisation_id=maria.organisation_id,
                id="x",
                member_id=maria.id,
                status="submitted",
                audience=audience,
                unit_id=unit,
                themes=[],
                created_at=NOW,
                updated_at=NOW,
            )
        )
        with pytest.raises(sa.exc.IntegrityError):
            db.session.flush()
        db.session.rollback()
