"""What every page is given: one dataclass per page, rendered by its template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, ClassVar
from urllib.parse import quote

from flask import Response, render_template

# Controls but for white space, and those that turn the direction of a line: a
# name must not rearrange the words that stand beside it.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
)


class Page:
    """Base of the page dataclasses. The template sees it as `page` and may use
    its fields and properties, nothing else of the application."""

    template: ClassVar[str]


def render(page: Page, status: int = 200) -> tuple[str, int]:
    return render_template(page.template, page=page), status


def field(form: Any, name: str, *, limit: int) -> str:
    """One line of a form: trimmed, without control characters, at most `limit`
    characters. Raises `BadField` naming the field when it is too long."""
    value = " ".join(_UNSEEN.sub("", str(form.get(name, ""))).split())
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


def attachment(body: bytes, name: str, kind: str) -> Response:
    """A file that the reader keeps. `kind`: its media type; texts are UTF-8."""
    plain = "file" + (name[name.rindex(".") :] if "." in name else "")
    answer = Response(
        body, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    )
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    )
    return answer


def sent_and_closed(file: IO[bytes], name: str, kind: str) -> Response:
    """Like `attachment`, for what is too long to be held: a temporary file, which goes
    when it was sent."""
    length = file.tell()
    file.seek(0)
    answer = attachment(b"", name, kind)
    answer.response = _parts(file)
    answer.headers["Content-Length"] = str(length)
    return answer


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(64 * 1024):
            yield part
