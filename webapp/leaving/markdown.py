"""A note or a piece as a Markdown file with its front matter. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from webapp import sheets
from webapp.leaving import plain


def name_of(folder: str, row: Mapping[str, Any], ending: str = "md") -> str:
    """By day, so that a folder is in order; with a bit of the id, so that none is twice."""
    title = sheets.file_name(str(row["title"] or "-"), ending)
    return f"{folder}/{row['created_at']:%Y-%m-%d}-{row['id'][:8]}-{title}"


def page(title: str, body: str, front: Mapping[str, Any]) -> str:
    """Values stand as JSON, which is YAML too, so that no word of a title is a key."""
    lines = ["---", f"title: {_value(title)}"]
    lines += [
        f"{name}: {_value(value)}" for name, value in front.items() if value not in (None, "")
    ]
    lines += ["---", ""]
    if title:
        lines += [f"# {' '.join(title.split())}", ""]
    return "\n".join(lines) + body.rstrip() + "\n"


def _value(value: Any) -> str:
    return json.dumps(plain.out(value), ensure_ascii=False)
