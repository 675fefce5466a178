"""A report as it leaves: one CSV, a number a line, with the question it answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webapp import sheets
from webapp.reports.figures import Table
from webapp.reports.sections import Section

COLUMNS = ("unit", "from", "to", "question", "figure", "of", "measure", "number")


def as_csv(unit: str, days: tuple[str, str], sections: Iterable[Section]) -> str:
    rows = (
        (unit, *days, section.question, figure.title, *line)
        for section in sections
        for figure in section.figures
        for line in lines(figure.table)
    )
    return sheets.as_csv(COLUMNS, rows)


def lines(table: Table) -> Iterator[tuple[str, str, int]]:
    """(of what, measure, number) for each number of a table; its words name the line."""
    for row in table.lines:
        words = [str(cell) for cell in row if isinstance(cell, str)]
        for column, cell in zip(table.columns, row, strict=True):
            if not isinstance(cell, str):
                yield "; ".join(words), column, cell
