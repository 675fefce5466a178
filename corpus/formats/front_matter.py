"""What the front matter of a Markdown file says, in YAML, TOML or pandoc's three lines.

Ours is written by people for this library; other programs keep theirs in the
same place, and a field of theirs must not keep a text out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml

from corpus.texts import TextRefused

MAX = 64 * 1024
_OPENING = re.compile(r"(?P<fence>---|\+\+\+)[ \t]*\n")
_CLOSINGS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE),
}
_PERCENT = re.compile(r"(?:%[ \t][^\n]*\n(?:[ \t]+\S[^\n]*\n)*){1,3}")
# Fields that only this library knows: where they are, the file was written for it.
_OURS = frozenset(("themes", "roles", "version_of", "series_position"))
# Fields that only other programs know.
_FOREIGN = frozenset({
    "layout", "permalink", "tags", "tag", "categories", "category", "keywords", "draft",
    "published", "slug", "lang", "locale", "date", "weight", "order", "image", "images", "cover",
    "thumbnail", "redirect_from", "redirect_to", "aliases", "alias", "sidebar", "sidebar_label",
    "sidebar_position", "nav_order", "parent", "toc", "comments", "class", "id", "type", "url",
    "output", "format", "bibliography", "csl", "linktitle", "menu", "module", "block", "teaching",
    "exercises", "description", "summary", "abstract", "eleventyNavigation", "jupyter",
    "kernelspec", "header-includes", "documentclass", "created", "updated",
})  # fmt: skip


def divided(source: str, name: str) -> tuple[dict[str, Any] | None, str]:
    """The fields (None where there is no front matter) and what follows them."""
    source = source.lstrip("\n") if source.lstrip("\n").startswith(("---\n", "+++\n")) else source
    if percent := _PERCENT.match(source):
        return _of_percent(percent[0]), source[percent.end() :]
    opening = _OPENING.match(source)
    if not opening:
        return None, source
    closing = _CLOSINGS[opening["fence"]].search(source, opening.end())
    begun = re.match(r"[ \t]*[\w.-]+[ \t]*[:=]|[ \t]*[-#\[{]|\w", source[opening.end() :])
    if not begun and (not closing or closing.start() > opening.end()):
        return None, source  # a line across the page, not a fence
    if not closing:
        raise TextRefused(
            f'The front matter of {name} is not closed. Put a line "{opening["fence"]}" '
            "after its last field."
        )
    if closing.start() - opening.end() > MAX:
        raise TextRefused(
            f"The front matter of {name} is longer than 64 KB. "
            f'Put a line "{opening["fence"]}" after its last field.'
        )
    head = source[opening.end() : closing.start()]
    fields = _of_yaml(head, name) if opening["fence"] == "---" else _of_toml(head, name)
    return fields, source[closing.end() :]


def _of_yaml(head: str, name: str) -> dict[str, Any]:
    if not head.strip():
        return {}
    try:
        values = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" at line {line + 2}" if line is not None else ""
        raise TextRefused(
            f"The front matter of {name} is not valid YAML{where}: "
            f"{getattr(error, 'problem', None) or 'it cannot be read'}. "
            'Often a value with a colon needs quotes: title: "One: two".'
        ) from error
    if values is None:
        return {}  # only comments
    if not isinstance(values, dict):
        raise TextRefused(
            f"The front matter of {name} is not a list of fields. "
            'Write one a line, as in "title: On patience".'
        )
    return {str(key): value for key, value in values.items()}


def _of_toml(head: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TextRefused(
            f"The front matter of {name} is not valid TOML: {str(error)[:200]}. "
            'Write one field a line, as in title = "On patience".'
        ) from error


def _of_percent(head: str) -> dict[str, Any]:
    """Pandoc's title block: title, authors and date, each after a percent sign."""
    lines = [" ".join(line.split()) for line in re.split(r"^%", head, flags=re.MULTILINE)[1:]]
    fields = dict(zip(("title", "author", "date"), lines, strict=False))
    return {"lang": None} | {key: value for key, value in fields.items() if value}


def is_ours(fields: Mapping[str, Any]) -> bool:
    """Whether people wrote the fields for this library, so that a wrong one is
    an error to tell them about, or another program did."""
    return bool(_OURS & fields.keys()) or not _FOREIGN & fields.keys()


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Another program's fields as `metadata.described` takes them."""

    def first(*names: str) -> Any:
        return next((fields[n] for n in names if fields.get(n) not in (None, "", [], {})), None)

    return {
        "title": first("title", "Title"),
        "author": first("author", "authors", "Author", "by", "creator"),
        "language": first("lang", "language", "locale"),
        "year": first("year", "date", "published", "created"),
        "licence": first("licence", "license", "rights", "copyright"),
        "identifiers": first("identifiers", "identifier", "isbn", "doi"),
        "subjects": [
            word
            for name in ("tags", "categories", "keywords", "subjects", "tag", "category", "subject")
            for word in _words(fields.get(name))
        ],
        "sources": first("sources", "source", "canonical_url"),
        "form": first("form"),
    }


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [word.strip() for word in re.split(r"[,;，；、]", value) if word.strip()]
    return [str(v) for v in value if isinstance(v, str | int)] if isinstance(value, list) else []
