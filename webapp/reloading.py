"""Where does somebody land who opens the address of a form's answer by itself?

Some addresses only take what a form sends. Where such a form is refused, its page stands
at that address: opened from the address bar or in another tab, it asks for a page that
there is none of. The answer is the page that stands above it, where the form was.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Rule

from webapp import doors

_PART = re.compile(r"<[^>]*>")  # of a rule: what differs from one address to another


def init_app(app: Flask) -> None:
    app.register_error_handler(MethodNotAllowed, opened)


def opened(error: MethodNotAllowed) -> Any:
    if request.method not in ("GET", "HEAD") or doors.wants_json():
        return doors.http_error(error)
    try:
        rule, _values = current_app.url_map.bind("").match(
            request.path, method="POST", return_rule=True
        )
    except HTTPException:
        return doors.http_error(error)
    return redirect(page_above(current_app, rule, request.path), 303)


def page_above(app: Flask, rule: Rule, path: str) -> str:
    """The nearest address above this one, which the rule describes, that is a page."""
    pages = {_PART.sub("<>", one.rule) for one in app.url_map.iter_rules() if _is_page(one)}
    described, parts = _PART.sub("<>", rule.rule).split("/"), path.split("/")
    for length in range(len(described) - 1, 1, -1):
        if "/".join(described[:length]) in pages:
            return "/".join(parts[:length])
    return "/"


def _is_page(rule: Rule) -> bool:
    return "GET" in (rule.methods or ())
