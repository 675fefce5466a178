"""What a visitor is told while the community database has not been made, or not
been brought up to this version: by a server that was started without `xinde serve`.

Such a page can ask the database nothing, not even the organisation's name, so
it is plain, and in both languages.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, jsonify, make_response, request

MESSAGE = (
    "Xinde is not set up here yet, or was updated. On the server, stop this program and run once: "
    "xinde serve",
    "心得在这里还没有安装完毕，或刚刚更新过。请在服务器上停下本程序，运行一次：xinde serve",
)
_KNOWN = "xinde_is_set_up"  # once true it stays true while the process lives
_ALWAYS = ("healthz", "readyz")  # they speak for themselves


def init_app(app: Flask) -> None:
    """Before the doors: whoever asks cannot be looked up either."""
    app.before_request(_answer)


def _answer() -> Response | None:
    if request.endpoint in _ALWAYS or is_set_up(current_app):
        return None
    if request.is_json or request.accept_mimetypes.best == "application/json":
        answer = jsonify(error="Not set up", message=MESSAGE[0])
    else:
        answer = make_response(f"{MESSAGE[0]}\n\n{MESSAGE[1]}\n")
        answer.mimetype = "text/plain"
    answer.status_code = 503
    answer.headers["Retry-After"] = "60"
    return answer


def is_set_up(app: Any) -> bool:
    """Whether the database has the tables of this version. Needs an app context."""
    if not app.extensions.get(_KNOWN):
        from webapp import migrations, setup

        try:
            app.extensions[_KNOWN] = setup.schema_revision() in migrations.heads()
        except sa.exc.OperationalError:
            return True  # it does not answer just now: the page itself says so
    return bool(app.extensions[_KNOWN])
