"""What every page is given: one dataclass per page, rendered by its template."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import render_template


class Page:
    """Base of the page dataclasses. The template sees it as `page` and may use
    its fields and properties, nothing else of the application."""

    template: ClassVar[str]


def render(page: Page, status: int = 200) -> tuple[str, int]:
    return render_template(page.template, page=page), status


def field(form: Any, name: str, *, limit: int) -> str:
    """One line of a form: trimmed, without control characters, at most `limit`
    characters. Raises `BadField` naming the field when it is too long."""
    value = " ".join(str(form.get(name, "")).split())
    if len(value) > limit:
        raise BadField(name, limit, len(value))
    return value


def body(form: Any, name: str, *, limit: int) -> str:
    """A longer text of a form: line ends made one kind, outer space removed."""
    value = str(form.get(name, "")).replace("\r\n", "\n").replace("\r", "\n")
    if len(value) > limit:
        raise BadField(name, limit, len(value))
    return value


class BadField(Exception):
    """A field that is longer than it may be."""

    def __init__(self, name: str, limit: int, length: int) -> None:
        super().__init__(f"{name} has {length} characters; at most {limit} are kept")
        self.name, self.limit, self.length = name, limit, length
