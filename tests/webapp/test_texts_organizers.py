"""Naming organizers from a load file and the command line, and the step that brings them."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import text

from tests.webapp.test_load import example, loaded
from webapp import migrations
from webapp.cli import main
from webapp.community import change, db
from webapp.loading import choices
from webapp.members import store

MARIA = "maria.load@example.org"


def keeps(email: str = MARIA) -> bool:
    db.session.rollback()
    member = store.member_by_email(db.session, email)
    db.session.refresh(member)
    return member.organizer


def test_a_load_file_names_organizers(organisation):
    source = example()
    source["members"][0]["organizer"] = True
    loaded(source)
    assert keeps()
    source["members"][0]["organizer"] = False
    loaded(source)
    assert not keeps()


def test_the_role_organizer_in_a_load_file_gives_no_rights(organisation):
    source = example()
    source["members"][0]["roles"] = ["organizer"]
    loaded(source)
    assert not keeps()


def test_a_file_that_was_loaded_before_there_were_organizers_can_name_one():
    """What an earlier version remembered of a member does not speak of the field."""
    mark = lambda name, value: f"{name}={value}"  # noqa: E731
    before = {"said": {"name": "name=Maria"}, "left": {"name": "name=Maria"}}
    choice = choices.choose(
        {"name": "Maria", "organizer": True}, {"name": "Maria", "organizer": False}, before, mark
    )
    assert choice.write == {"organizer"}
    assert choice.left_alone == ()


@pytest.fixture
def xinde(tmp_path, monkeypatch):
    """Run a command on a data folder of its own."""
    monkeypatch.setenv("XINDE_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("XINDE_MODEL", "hashing")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_the_command_line_names_an_organizer_and_takes_it_back(xinde):
    def organizers() -> list[str]:
        rows = json.loads(xinde("members", "list", "--json").stdout)
        return [row["email"] for row in rows if row["organizer"]]

    xinde("members", "add", "li@example.org", "Li Wen")
    xinde("members", "add", "omar@example.org", "Omar", "--organizer")
    assert organizers() == ["omar@example.org"]
    assert "keeps the library" in xinde("members", "organizer", "li@example.org").stdout
    assert "organizer" in xinde("members", "list").stdout
    assert sorted(organizers()) == ["li@example.org", "omar@example.org"]
    xinde("members", "organizer", "omar@example.org", "--off")
    assert organizers() == ["li@example.org"]
    assert "Nobody has the address" in xinde("members", "organizer", "x@example.org").stderr
    assert xinde("members", "invite", "--organizer").exit_code == 0


def test_the_step_that_brings_organizers_keeps_everybody(app, organisation, maria):
    with migrations._whole_connection(), change(db.session):
        pass
    migrations._alembic.downgrade("0001")
    names = {c["name"] for c in sa.inspect(db.engine).get_columns("members")}
    assert "organizer" not in names
    migrations.upgrade()
    found = db.session.execute(text("select name, organizer from members")).all()
    assert [(name, bool(keeps)) for name, keeps in found] == [("Maria Lopez", False)]
    assert migrations.differences() == []
