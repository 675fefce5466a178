"""Tables that leave as CSV, so that no spreadsheet runs what a member typed. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What a spreadsheet would take for the beginning of a formula.
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_UNSAFE_NAME = re.compile(r"[^\w\u3400-\u9fff-]+")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """With a byte order mark, by which spreadsheets know the encoding."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(header)
    for row in rows:
        table.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is made a text."""
    return f"'{value}" if is_formula(value) else value


def is_formula(value: object) -> bool:
    return isinstance(value, str) and _FORMULA.match(value) is not None


def file_name(title: str, ending: str) -> str:
    """For the file on the reader's own device."""
    return f"{_UNSAFE_NAME.sub('-', title).strip('-')[:60] or 'list'}.{ending}"
