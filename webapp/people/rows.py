"""What does one row of a table say, and what in it cannot be? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email

from corpus.sheets import Sheet
from webapp.people.columns import fold

LIMITS = {"name": 120, "email": 254, "number": 40, "unit": 200, "parent": 1_000, "path": 1_000,
          "kind": 120, "role": 400, "language": 20}  # characters  # fmt: skip
DEEPEST = 30  # levels of a tree
LANGUAGES = {
    "en": "en", "english": "en", "英文": "en", "英语": "en",
    "zh": "zh", "zh-cn": "zh", "zh-hans": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh", "简体中文": "zh",
}  # fmt: skip
_BETWEEN = re.compile(r"(?<!\\)[/／>＞]")
_SEVERAL = re.compile(r"[;；、,，|]")
_SIMPLE_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")  # fmt: skip
_TOLD_AS_TEXT = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True)
class Problem:
    """What is wrong in a row: `code` says it in one word (wording.py in sentences)."""

    line: int
    field: str
    code: str
    value: str = ""
    other: int | str = ""  # the row it contradicts, or the word it is about


@dataclass
class Row:
    line: int
    name: str = ""
    email: str = ""
    number: str = ""
    unit: str = ""
    parent: str = ""
    path: tuple[str, ...] = ()
    kind: str = ""
    roles: tuple[str, ...] = ()
    language: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def names_unit(self) -> bool:
        return bool(self.unit or self.path)

    @property
    def names_person(self) -> bool:
        return bool(self.name or self.email or self.number)

    def links(self) -> Iterator[tuple[str, str, str]]:
        """Which other fields it says of its address and its number."""
        for of in ("number", "email"):
            value = fold(getattr(self, of))
            for other in ("email", "number", "name"):
                if value and other != of and getattr(self, other):
                    yield of, value, other

    def wrong(self, of: str, code: str, value: str = "", other: int | str = "") -> None:
        self.problems.append(Problem(self.line, of, code, value[:80], other))


def rows(sheet: Sheet, columns: Mapping[str, int], *, headed: bool) -> list[Row]:
    """Every row of the table that says anything in the chosen columns."""
    return list(_rows(sheet, columns, headed))


def _rows(sheet: Sheet, columns: Mapping[str, int], headed: bool) -> Iterator[Row]:
    for index, cells in enumerate(sheet.rows):
        if index == 0 and headed:
            continue
        said = {f: _plain(cells[at]) if at < len(cells) else "" for f, at in columns.items()}
        if not any(said.values()):
            continue
        row = Row(sheet.lines[index])
        for of, at in columns.items():
            if (index, at) in sheet.formulas:
                row.wrong(of, "formula", said[of])
                said[of] = ""
            elif len(said[of]) > LIMITS[of]:
                row.wrong(of, "long", said[of], LIMITS[of])
                said[of] = ""
        _take(row, said)
        yield row


def _plain(cell: str) -> str:
    """Without the apostrophe by which an export keeps a spreadsheet from computing."""
    return cell[1:] if _TOLD_AS_TEXT.match(cell) else cell


def as_text(value: str) -> str:
    """The other way round: no spreadsheet takes this for a formula, and `_plain` gives
    back what it was."""
    return f"'{value}" if value.lstrip("'")[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _take(row: Row, said: Mapping[str, str]) -> None:
    row.name, row.number = said.get("name", ""), said.get("number", "")
    row.unit, row.parent = said.get("unit", ""), said.get("parent", "")
    row.kind = said.get("kind", "")
    row.path = parts(said.get("path", ""))
    if len(row.path) >= DEEPEST:
        row.wrong("path", "deep", said["path"], DEEPEST)
        row.path = ()
    row.roles = tuple(
        dict.fromkeys(w.strip() for w in _SEVERAL.split(said.get("role", "")) if w.strip())
    )
    if email := said.get("email", ""):
        row.email = address(email)
        if not row.email:
            row.wrong("email", "email", email)
    if language := said.get("language", ""):
        row.language = LANGUAGES.get(fold(language), "")
        if not row.language:
            row.wrong("language", "language", language)


def parts(path: str) -> tuple[str, ...]:
    """The names on a path such as "A / B / C"; a slash within a name has a \\ before it."""
    return tuple(
        name
        for piece in _BETWEEN.split(path)
        if (name := re.sub(r"\\([/／>＞])", r"\1", piece).strip())
    )


def as_path(names: tuple[str, ...]) -> str:
    """The path that `parts` takes apart into these names."""
    return " / ".join(re.sub(r"([/／>＞])", r"\\\1", name) for name in names)


def address(given: str) -> str:
    """The one form under which an account is kept; empty where it is no address."""
    given = given.removeprefix("mailto:")
    if len(given) <= 64 and _SIMPLE_ADDRESS.fullmatch(given):
        return given
    try:
        return validate_email(given, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
