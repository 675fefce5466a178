"""Leaving and taking along: what is decided without a database."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from webapp.community import Base, UTCDateTime
from webapp.leaving import markdown, opening, plain, sections, wording
from webapp.leaving.choices import Choices, list_stays, piece_stays
from webapp.leaving.fates import CALLED, FATES, NO_MEMBER
from webapp.leaving.opening import PackageRefused

WEBAPP = Path(__file__).parents[2] / "webapp"


@pytest.fixture(scope="module")
def tables() -> dict[str, sa.Table]:
    for path in sorted(WEBAPP.glob("*/tables.py")):
        importlib.import_module(f"webapp.{path.parent.name}.tables")
    return dict(Base.metadata.tables)


def test_every_column_that_names_a_member_has_a_fate(tables):
    naming = {
        f"{table.name}.{column.name}"
        for table in tables.values()
        for column in table.columns
        if column.name in CALLED
        or any(key.column.table.name == "members" for key in column.foreign_keys
               if key.column.name == "id")
    }  # fmt: skip
    assert naming - set(NO_MEMBER) == set(FATES)


def test_every_table_is_taken_along_or_has_a_reason_why_not(tables):
    taken, left = set(sections.SECTIONS), set(sections.NOT_TAKEN)
    assert not taken & left
    assert taken | left == set(tables)
    assert set(wording.SECTIONS) == taken | set(sections.MADE)


moments = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(8999, 1, 1), timezones=st.just(dt.UTC))
COLUMNS = [
    (sa.Column("a", UTCDateTime), moments),
    (sa.Column("a", sa.Date), st.dates(dt.date(1971, 1, 1), dt.date(8999, 1, 1))),
    (sa.Column("a", sa.Boolean), st.booleans()),
    (sa.Column("a", sa.Integer), st.integers(-(2**31) + 1, 2**31 - 1)),
    (sa.Column("a", sa.String(20)), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)),
    (sa.Column("a", sa.JSON), st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9))),
]  # fmt: skip


@given(st.data())
def test_a_value_comes_back_as_it_went(data):
    column, values = data.draw(st.sampled_from(COLUMNS))
    value = data.draw(values)
    assert plain.back(column, json.loads(json.dumps(plain.out(value)))) == value


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
)


@given(st.sampled_from([column for column, _values in COLUMNS]), anything)
def test_a_value_from_a_stranger_is_a_value_of_the_column_or_refused(column, value):
    try:
        found = plain.back(column, value)
    except plain.Unreadable:
        return
    assert found is None or isinstance(
        found, column.type.python_type if not isinstance(column.type, sa.JSON) else list
    )
    if isinstance(found, str):
        found.encode()
        assert "\0" not in found


def test_what_stays_of_a_piece():
    keeps = Choices(pieces=True, nameless=True)
    stays = {
        audience: piece_stays(keeps, status="submitted", audience=audience, hidden=False)
        for audience in ("unit", "organisation", "anonymous")
    }
    assert stays == {"unit": False, "organisation": True, "anonymous": True}
    assert not piece_stays(keeps, status="draft", audience="organisation", hidden=False)
    assert not piece_stays(keeps, status="submitted", audience="organisation", hidden=True)
    assert not piece_stays(Choices(), status="submitted", audience="organisation", hidden=False)
    assert piece_stays(keeps, status="submitted", audience="anonymous", hidden=True)
    assert piece_stays(Choices(), status="submitted", audience="anonymous", hidden=False)
    assert list_stays(Choices(), audience="unit", theme_list=True)
    assert not list_stays(Choices(), audience="organisation", theme_list=False)
    assert not list_stays(Choices(pieces=True), audience="private", theme_list=True)


def test_a_title_cannot_break_out_of_the_front_matter():
    said = markdown.page('"\n---\nadmin: true', "Words", {"id": "a", "text_slug": None})
    head = said.split("\n---\n")[0]
    assert head.count("\n") == 2
    assert "text_slug" not in head


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, words in files.items():
            packed.writestr(name, words)
    return path


HEAD = json.dumps({"format": "xinde-everything", "version": 1})


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        ({"a.txt": "x"}, "not_ours"),
        ({"data.json": "[" * 100_000}, "not_ours"),
        ({"data.json": '{"format": "xinde-backup-1"}'}, "not_ours"),
        ({"data.json": HEAD.replace("1}", "99}")}, "newer"),
        ({"data.json": " " * (5 * 1024 * 1024)}, "not_ours"),  # packed too well to be words
    ],
)
def test_a_zip_that_is_not_ours_is_refused(tmp_path, files, cause):
    with pytest.raises(PackageRefused) as refused:
        opening.opened(zipped(tmp_path / "a.zip", files))
    assert refused.value.cause == cause
    assert wording.refused(refused.value.cause)


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK nothing")
    with pytest.raises(PackageRefused) as refused:
        opening.opened(tmp_path / "a.zip")
    assert refused.value.cause == "no_zip"


def test_lines_are_read_one_by_one_and_only_of_known_parts(tmp_path):
    lines = '{"id": "a"}\nnonsense\n[1]\n' + "[" * 50_000 + "\n"
    files = {"data.json": HEAD, "data/notes.jsonl": lines, "../data/goals.jsonl": "{}"}
    package = opening.opened(zipped(tmp_path / "a.zip", files))
    assert list(package.rows("notes")) == [{"id": "a"}, None, None, None]
    assert list(package.rows("reflections")) == []
    package.close()


def test_a_line_longer_than_any_row_ends_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MOST_LINE", 100)
    files = {"data.json": HEAD, "data/notes.jsonl": '{"a": "' + "x" * 200 + '"}'}
    package = opening.opened(zipped(tmp_path / "a.zip", files))
    with pytest.raises(PackageRefused):
        list(package.rows("notes"))
    package.close()


@pytest.mark.parametrize(
    ("limit", "most", "rows", "cause"),
    [("MOST_ROWS", 3, 4, "too_many"), ("MOST_UNPACKED", 0, 1, "too_much"), ("MOST_LINE", 5, 1, "too_large")],
)  # fmt: skip
def test_more_than_the_limits_is_refused_and_the_part_is_named(
    tmp_path, monkeypatch, limit, most, rows, cause
):
    package = opening.opened(
        zipped(tmp_path / "a.zip", {"data.json": HEAD, "data/notes.jsonl": '{"id": "a"}\n' * rows})
    )
    assert len(list(package.rows("notes"))) == rows
    monkeypatch.setattr(opening, limit, most)
    with pytest.raises(PackageRefused) as refused:
        list(package.rows("notes"))
    package.close()
    assert (refused.value.cause, refused.value.section) == (cause, "notes")
    with Flask("words").app_context():
        Babel(current_app)
        said = wording.refused(cause, "notes", 20_000)
    assert "your notes" in said
    assert ("20,000" in said) == (cause != "too_large")


def test_as_many_rows_as_the_limit_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MOST_ROWS", 3)
    files = {"data.json": HEAD, "data/notes.jsonl": '{"id": "a"}\n' * 3}
    package = opening.opened(zipped(tmp_path / "a.zip", files))
    assert len(list(package.rows("notes"))) == 3
    package.close()


def test_a_directory_that_says_it_is_endless_is_not_read(tmp_path):
    packed = bytearray(zipped(tmp_path / "a.zip", {"data.json": HEAD}).read_bytes())
    end = packed.rfind(b"PK\5\6")
    long = b"PK\6\7" + b"\0" * 16
    for entries, more, comment in ((65_535, b"", b""), (1, long, b""), (1, long, b"c" * 20)):
        changed = bytearray(packed)
        changed[end + 10 : end + 12] = entries.to_bytes(2, "little")
        changed[end + 20 : end + 22] = len(comment).to_bytes(2, "little")
        (tmp_path / "b.zip").write_bytes(changed[:end] + more + changed[end:] + comment)
        with pytest.raises(PackageRefused) as refused:
            opening.opened(tmp_path / "b.zip")
        assert refused.value.cause == "no_zip"


def test_a_part_that_is_damaged_ends_the_reading(tmp_path):
    files = {"data.json": HEAD, "data/notes.jsonl": '{"id": "a"}\n' * 50}
    whole = zipped(tmp_path / "a.zip", files).read_bytes()
    at = whole.index(b"data/notes.jsonl") + len("data/notes.jsonl")
    (tmp_path / "a.zip").write_bytes(whole[: at + 2] + b"\xff\xff" + whole[at + 4 :])
    package = opening.opened(tmp_path / "a.zip")
    with pytest.raises(PackageRefused) as refused:
        list(package.rows("notes"))
    assert refused.value.cause == "broken"
    package.close()
