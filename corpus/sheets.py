"""Which rows of words does a table hold, be it CSV in any encoding or an Excel workbook?

Nothing is computed: a cell that holds a formula gives the formula itself, as
text. `read` runs in the child process of `corpus/child.py`, which sends what
`packed` makes of it; `unpacked` believes only what it has checked.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.answers import Nonsense
from corpus.formats import decoding, shown_name
from corpus.texts import TextRefused

MB = 1024 * 1024
MOST_BYTES = 20 * MB
MOST_UNPACKED = 300 * MB  # of a workbook, as its own list says
MOST_ROWS = 20_000  # that hold anything, below the first
MOST_COLUMNS = 100
MOST_CELL = 1_000  # characters
MOST_TOTAL = 16 * MB  # characters of all cells together
DELIMITERS = ",;\t"
SNIFFED = 50  # rows


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything; `lines` are their numbers as the file counts them."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    formulas: frozenset[tuple[int, int]] = frozenset()  # (index in `rows`, column) of workbooks
    title: str = ""  # of the sheet of a workbook
    others: tuple[str, ...] = ()  # further sheets that hold something, which were not read


def read(path: Path) -> Sheet:
    """The table in a file, or `TextRefused`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
            if head.startswith(b"PK"):
                return _workbook(path)
            if head.startswith(b"\xd0\xcf\x11\xe0"):
                raise TextRefused(
                    f"{shown_name(path)} is an old Excel workbook, or protected with a password. "
                    "Open it and save it as .xlsx or CSV."
                )
            _check_size(size, path)
            data = head + file.read()
    except OSError as error:
        raise TextRefused(f"{shown_name(path)} cannot be read: {error.strerror}.") from error
    return _lines(_decoded(data, shown_name(path)), path)


def _check_size(size: int, path: Path) -> None:
    if size > MOST_BYTES:
        raise TextRefused(
            f"{shown_name(path)} is {size / MB:.0f} MB; {MOST_BYTES // MB} MB is the most. "
            "Divide it into parts."
        )


# CSV


def _decoded(data: bytes, name: str) -> str:
    """As any text; a list of names alone may have too few common characters to be
    sure of. It is shown to a person before anything is made of it, so that here
    what a Chinese Excel writes may be guessed."""
    try:
        return decoding.decode(data, name)
    except TextRefused:
        if b"\0" in data:
            raise
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        if not text or any(c > "\x7f" and not _is_chinese(c) for c in text):
            raise
        return decoding.decode(text.encode(), name)


def _is_chinese(char: str) -> bool:
    return (
        "\u3000" <= char <= "\u303f" or "\u3400" <= char <= "\u9fff" or "\uff01" <= char <= "\uff5e"
    )


def _lines(text: str, path: Path) -> Sheet:
    text, delimiter = _delimiter(text)
    csv.field_size_limit(100 * MOST_CELL)
    kept = _Kept(path)
    reader = csv.reader(
        text.split("\n") if '"' not in text else _kept_ends(text), delimiter=delimiter
    )
    before = 0
    try:
        for cells in reader:
            kept.take(before + 1, cells)
            before = reader.line_num
    except csv.Error:
        raise TextRefused(
            f"{shown_name(path)} cannot be read as a table from line {before + 1} on: a quotation "
            "mark is not closed there. Correct it and bring it again."
        ) from None
    return kept.sheet()


def _kept_ends(text: str) -> Iterable[str]:
    """Lines with their ends: a cell in quotation marks may run over several."""
    return (line + "\n" for line in text.split("\n"))


def _delimiter(text: str) -> tuple[str, str]:
    """The text without Excel's line `sep=;`, and what stands between its cells: the
    sign that divides the first rows into the most columns alike."""
    if said := re.match(r"sep=(.)\n", text):
        return "\n" + text[said.end() :], said[1]  # the count of lines stays right
    sample = [line for line in text[:100_000].split("\n") if line.strip()][:SNIFFED]

    def alike(delimiter: str) -> tuple[int, int]:
        try:
            counts = [len(cells) for cells in csv.reader(sample, delimiter=delimiter)]
        except csv.Error:
            return 0, 0
        first = counts[0] if counts else 1
        return (sum(c == first for c in counts) if first > 1 else 0), first

    return text, max(DELIMITERS, key=alike)


# Workbooks


def _workbook(path: Path) -> Sheet:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(path)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            sheets = [s for s in book.worksheets if s.sheet_state == "visible"] or book.worksheets
            found = [(s, _table(s, path)) for s in sheets[:1]]
            others = tuple(_line(s.title, 100) for s in sheets[1:20])
    except (TextRefused, MemoryError, RecursionError):
        raise
    except (InvalidFileException, Exception) as error:
        # openpyxl lets whatever happens inside it come out
        raise TextRefused(
            f"{shown_name(path)} is not an Excel workbook that can be read "
            f"({type(error).__name__}). Open it in Excel or LibreOffice and save it as CSV (UTF-8)."
        ) from None
    if not found:
        raise TextRefused(
            f"{shown_name(path)} holds no table. Put the people into its first sheet."
        )
    sheet, kept = found[0]
    return kept.sheet(_line(sheet.title, 100), others)


def _check_archive(path: Path) -> None:
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise TextRefused(
            f"{shown_name(path)} is a damaged zip archive. Fetch or pack it again."
        ) from None
    _check_size(path.stat().st_size, path)
    if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise TextRefused(
            f"{shown_name(path)} is not an Excel workbook. Save the table as .xlsx or CSV."
        )
    if len(parts) > 2_000 or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise TextRefused(
            f"{shown_name(path)} would unpack to more than {MOST_UNPACKED // MB} MB. "
            "Save the table alone as CSV (UTF-8)."
        )


def _table(sheet: Any, path: Path) -> _Kept:
    kept = _Kept(path)
    sheet.reset_dimensions()  # what the file says of its size may be anything
    for cells in sheet.iter_rows():
        line = next((cell.row for cell in cells if hasattr(cell, "row")), 0)
        if line:
            kept.take(
                line,
                [_shown(cell.value) for cell in cells],
                {at for at, cell in enumerate(cells) if getattr(cell, "data_type", "") == "f"},
            )
    return kept


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dt.datetime():
            whole = value.isoformat(" ", "seconds")
            return whole.removesuffix(" 00:00:00")
        case str() | int():
            return str(value)
    return str(getattr(value, "text", value))  # an array formula; a date; a duration


# What is kept


class _Kept:
    """Rows that hold something, within the limits."""

    def __init__(self, path: Path) -> None:
        self._name = shown_name(path)
        self._rows: list[tuple[str, ...]] = []
        self._at: list[int] = []
        self._formulas: set[tuple[int, int]] = set()
        self._total = 0

    def take(self, line: int, cells: list[str], formulas: Iterable[int] = ()) -> None:
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            return
        if len(cells) > MOST_COLUMNS:
            raise TextRefused(
                f"{self._name} has {len(cells):,} columns in line {line:,}; {MOST_COLUMNS} are the most. "
                "Keep the columns that speak of people and units."
            )
        row = tuple(_line(cell, MOST_CELL) for cell in cells)
        if not any(row):
            return
        self._total += sum(map(len, row))
        if len(self._rows) > MOST_ROWS or self._total > MOST_TOTAL:
            raise TextRefused(
                f"{self._name} has more than {MOST_ROWS} rows. Divide it into parts, and "
                "bring in one after the other."
            )
        self._formulas.update((len(self._rows), at) for at in formulas)
        self._rows.append(row)
        self._at.append(line)

    def sheet(self, title: str = "", others: tuple[str, ...] = ()) -> Sheet:
        if not self._rows:
            raise TextRefused(f"{self._name} holds no table. Put the people into its first sheet.")
        return Sheet(tuple(self._rows), tuple(self._at), frozenset(self._formulas), title, others)


def _line(words: str, most: int) -> str:
    """In one line that a page can show. Cut one character beyond what may be kept, so
    that whoever checks it notices."""
    return decoding.tidy(decoding.printable(words[: 2 * most]))[: most + 1]


# From the child to us


def packed(sheet: Sheet) -> tuple[dict[str, Any], bytes]:
    header = {"title": sheet.title, "others": list(sheet.others)}
    body = {"rows": sheet.rows, "lines": sheet.lines, "formulas": sorted(sheet.formulas)}
    return {"sheet": header}, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def unpacked(header: object, body: bytes) -> Sheet:
    """What the child found; `Nonsense` where no reader of ours would say so."""
    told, said = json.loads(body), header if isinstance(header, dict) else {}
    if not isinstance(told, dict):
        raise Nonsense("not a table")
    rows = tuple(tuple(_words(row, MOST_CELL, MOST_COLUMNS)) for row in _list(told.get("rows")))
    lines = tuple(line for line in _list(told.get("lines")) if type(line) is int and line > 0)
    if not rows or len(rows) > MOST_ROWS + 1 or len(lines) != len(rows):
        raise Nonsense("not a table")
    formulas = frozenset(
        (cell[0], cell[1])
        for cell in _list(told.get("formulas"))
        if isinstance(cell, list) and len(cell) == 2 and all(type(n) is int for n in cell)
    )
    title = next(_words([said.get("title")], 100, 1), "")
    return Sheet(rows, lines, formulas, title, tuple(_words(said.get("others"), 100, 20)))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Nonsense("not a list")
    return value


def _words(value: object, most: int, many: int) -> Iterator[str]:
    for word in _list(value)[: many + 1]:
        if not isinstance(word, str) or len(word) > most + 1:
            raise Nonsense("not words")
        yield word if word.isprintable() else decoding.tidy(decoding.printable(word))
