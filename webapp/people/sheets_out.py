"""People and units as a table that a spreadsheet opens and computes nothing of.

What an own import makes of it is what was there: the same headings, the path of each
unit, and an apostrophe before what a spreadsheet would take for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from webapp.people.lines import Line
from webapp.people.rows import as_path, as_text

FIELDS = ("name", "email", "number", "path", "kind", "role", "language")
PRIVATE = ("email", "number", "language")


def table(
    lines: Iterable[Line], headings: dict[str, str], *, private: bool
) -> list[tuple[str, ...]]:
    """The rows of the table, headings first; without `private` no addresses, numbers and languages."""
    fields = [of for of in FIELDS if private or of not in PRIVATE]

    def cell(line: Line, of: str) -> str:
        return as_text(as_path(line.path) if of == "path" else getattr(line, of))

    return [
        tuple(headings[of] for of in fields),
        *(tuple(cell(line, of) for of in fields) for line in lines),
    ]


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """A workbook of text cells only."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        cells = []
        for words in row:
            try:
                cell = WriteOnlyCell(sheet, value=words)
            except IllegalCharacterError:
                cell = WriteOnlyCell(sheet, value="".join(c for c in words if c.isprintable()))
            cell.data_type = "s"  # whatever it begins with
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
