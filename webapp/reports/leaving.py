"""A report as it leaves: one CSV, a number a line, with the question it answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from webapp import sheets
from webapp.reports.figures import Table
from webapp.reports.sections import Section


def as_csv(
    unit: str, days: tuple[str, str], sections: Iterable[Section], *, columns: Sequence[str]
) -> str:
    """columns: the names of unit, first day, last day, question, figure, what it is of,
    measure and number, for whoever reads it."""
    rows = (
        (unit, *days, section.question, figure.whole or figure.title, *line)
        for section in sections
        for figure in section.figures
        for line in lines(figure.table)
    )
    return sheets.as_csv(columns, rows)


def lines(table: Table) -> Iterator[tuple[str, str, int]]:
    """(of what, measure, number) for each number of a table; its words name the line."""
    for row in table.lines:
        words = [str(cell) for cell in row if isinstance(cell, str)]
        for column, cell in zip(table.columns, row, strict=True):
            if not isinstance(cell, str):
                yield "; ".join(words), column, cell
