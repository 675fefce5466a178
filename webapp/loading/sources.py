"""Reading a load file from disk: JSON for everything, CSV for members."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

MOST_BYTES = 200 * 1024 * 1024
COLUMNS = (
    "key",
    "name",
    "email",
    "units",
    "roles",
    "language",
    "interests",
    "working_on",
    "password",
)
_LISTS = ("units", "roles", "interests")


class Unreadable(Exception):
    """The file cannot be read as what its name says; the message is for people."""


class _Twice(ValueError):
    """An object names a field twice."""


def read(path: Path) -> Any:
    """What the file says, as JSON would give it."""
    suffix = path.suffix.lower()
    if suffix not in (".json", ".csv"):
        raise Unreadable(
            f"{path.name} is neither .json nor .csv. Save a spreadsheet as CSV (UTF-8) and load that."
        )
    text = _text(path)
    return members_of(text, path.name) if suffix == ".csv" else _json(text, path.name)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Unreadable(
                f"{path.name} is {size >> 20} MB; at most {MOST_BYTES >> 20} MB are read. Divide it."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(
            f"There is no file {path}. Check the path and run the same command again."
        ) from None
    except OSError as problem:
        raise Unreadable(f"{path} cannot be read: {problem.strerror}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unreadable(
            f"{path.name} is not UTF-8 (byte {problem.start}). Save it again as UTF-8; "
            "in a spreadsheet program choose “CSV UTF-8”."
        ) from None


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_name_twice)
    except json.JSONDecodeError as problem:
        raise Unreadable(
            f"{name} is not JSON: {problem.msg}, line {problem.lineno}, column {problem.colno}."
        ) from None
    except RecursionError:
        raise Unreadable(f"{name} is nested too deeply to be a load file.") from None
    except _Twice as problem:
        raise Unreadable(f"{name} cannot be used: {problem}.") from None
    except ValueError:
        raise Unreadable(
            f"{name} cannot be used: it has a number of thousands of digits."
        ) from None


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(f"an object has the field {name[:60]!r} twice")
        found[name] = value
    return found


def members_of(text: str, name: str) -> dict[str, Any]:
    """{"members": [...]} from a table with a head line; `;` separates entries of a list.

    What looks like a formula is text like any other.
    """
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise Unreadable(f"{name} is not a CSV table: {problem}.") from None
    numbered = [(n, r) for n, r in enumerate(rows, start=1) if any(cell.strip() for cell in r)]
    if not numbered:
        raise Unreadable(
            f"{name} is empty. Its first line names the columns: {', '.join(COLUMNS)}."
        )
    head = [cell.strip().lower() for cell in numbered[0][1]]
    _check_head(head, name)
    members = []
    for number, row in numbered[1:]:
        if len(row) > len(head):
            raise Unreadable(f"{name}, row {number}: {len(row)} cells under {len(head)} columns.")
        member = _member(dict(zip(head, row, strict=False)), delimiter)
        if not member["key"]:
            raise Unreadable(f"{name}, row {number} has neither an email nor a key. Give it one.")
        members.append(member)
    return {"members": members}


def _check_head(head: list[str], name: str) -> None:
    for column in head:
        if column not in COLUMNS:
            raise Unreadable(
                f"{name} has a column {column[:60]!r}; the columns are: {', '.join(COLUMNS)}."
            )
        if head.count(column) > 1:
            raise Unreadable(f"{name} has the column {column} twice.")
    for column in ("name", "email"):
        if column not in head:
            raise Unreadable(f"{name} has no column {column}.")


def _member(cells: dict[str, str], delimiter: str) -> dict[str, Any]:
    separator = "|" if delimiter == ";" else ";"
    member: dict[str, Any] = {}
    for column, cell in cells.items():
        value = cell.strip()
        if column in _LISTS:
            if parts := [part.strip() for part in value.split(separator) if part.strip()]:
                member[column] = parts
        elif value:
            member[column] = value
    member.setdefault("key", member.get("email", "").lower())
    return member
