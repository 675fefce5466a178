"""The edge of the app: who is asking, may they, what goes out with every answer,
and how errors become pages."""

from __future__ import annotations

import re
import secrets
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from corpus.texts import CorpusError
from models.text_model import ModelError
from recommender import RecommenderError
from webapp import access, community, languages
from webapp.access import Actor, Refused, View
from webapp.community import db
from webapp.members.addresses import local_path
from webapp.pages import BadField

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = structlog.get_logger("xinde")

# In JSON a NUL is written so; "\\\\u0000" is a backslash and five characters.
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


MOST_DROPPED = 2 * 1024**3  # bytes


def init_app(app: Flask) -> None:
    app.before_request(_enter)
    app.after_request(_headers)
    app.teardown_request(_leave)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(BadField, _bad_field)
    app.register_error_handler(CSRFError, csrf_refused)
    app.register_error_handler(HTTPException, http_error)
    for kind in (CorpusError, ModelError, RecommenderError):
        app.register_error_handler(kind, _not_ready)
    app.register_error_handler(sa.exc.OperationalError, _busy)
    app.register_error_handler(Exception, unexpected)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    public_url, proxies = app.config["XINDE"].public_url, app.config["XINDE"].proxies
    if public_url:
        app.wsgi_app = at_address(app.wsgi_app, public_url)  # type: ignore
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )


def at_address(app: WSGIApplication, public_url: str) -> WSGIApplication:
    """Every request is taken as sent to the public address, whatever its Host says:
    a link in mail must not lead to where a stranger's request pretended to be."""
    address = urlsplit(public_url)

    def ask(environ: Any, start_response: Any) -> Any:
        environ["HTTP_HOST"] = address.netloc
        environ["wsgi.url_scheme"] = address.scheme
        return app(environ, start_response)

    return ask


def permission_of(app: Flask, endpoint: str) -> str | None:
    """The permission that a route names; None if it names none."""
    view: Any = app.view_functions.get(endpoint)
    return access.FOREIGN.get(endpoint) or getattr(view, "permission", None)


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """Let a route be sent files, of so many bytes together."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def drop_the_rest() -> None:
    """Read and drop what is still being sent of something too large: a browser that is
    sending would otherwise see a broken connection instead of the page."""
    left = min(request.content_length or 0, MOST_DROPPED)
    stream = request.environ["wsgi.input"]
    while left > 0 and (part := stream.read(min(left, 1024**2))):
        left -= len(part)


def most_bytes_of(app: Flask, endpoint: str) -> int | None:
    """How much a route may be sent; None for one that takes no files."""
    return getattr(app.view_functions.get(endpoint), "most_bytes", None)


def _enter() -> None:
    community.read_only()
    g.csp_nonce = secrets.token_urlsafe(16)
    g.actor, g.member = Actor(organisation=""), None
    if request.endpoint in (None, "static", "security.static"):
        return
    most_bytes = most_bytes_of(current_app, request.endpoint or "")
    if most_bytes is None:
        _refuse_malformed()
    if (request.endpoint or "").startswith("security."):
        _guard_security()
    permission = permission_of(current_app, request.endpoint or "")
    if permission is None:
        log.error("route without permission", endpoint=request.endpoint)
        abort(404)
    if request.endpoint not in ("healthz", "readyz"):
        from webapp.members import store

        asking = store.whoever_asks(db.session, current_user)
        g.member, g.actor = asking.member, asking.actor
        if asking.organisation is not None:
            g.organisation_name = asking.organisation
        if g.member is None and current_user.is_authenticated:
            logout_user()  # an account whose member has left: nothing is open to it
    access.check(g.actor, permission)
    if most_bytes is not None:  # only now: nobody else shall fill the disk with a form
        request.max_content_length = most_bytes
        _refuse_malformed()


def _guard_security() -> None:
    """What Flask-Security's own views would take too generously."""
    if request.is_json:
        abort(415)  # our pages send forms
    if any(local_path(to) is None for to in (*request.args.getlist("next"),) if to):
        abort(400)
    if request.method == "POST":
        if any(local_path(to) is None for to in request.form.getlist("next") if to):
            abort(400)
        community.write_throughout()


def _refuse_malformed() -> None:
    """JSON that cannot be read, and NUL, which PostgreSQL refuses in any text."""
    parts = [request.path, *_words(request.args)]
    if request.is_json and request.method not in ("GET", "HEAD", "OPTIONS"):
        try:
            request.get_json()
        except (RecursionError, ValueError):  # brackets in brackets; a number of 5,000 digits
            abort(400)
        parts.append(_NUL_IN_JSON.sub("\x00", request.get_data(as_text=True)))
    elif request.method in ("POST", "PUT", "PATCH", "DELETE"):
        parts += _words(request.form)
    if any("\x00" in part for part in parts):
        abort(
            400,
            description=_(
                "The request holds a character that no text can have (NUL). Remove it and send again."
            ),
        )


def _words(sent: Any) -> Iterator[str]:
    """Names and values, repeated ones too."""
    for name, value in sent.items(multi=True):
        yield from (name, value)


def _leave(_error: BaseException | None) -> None:
    community.read_only()


def _headers(response: Response) -> Response:
    nonce = g.get("csp_nonce", "")
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.endpoint not in ("static", "security.static"):
        if (request.endpoint or "").startswith("security."):
            response.headers.pop("Cache-Control", None)  # "no-store=True" is no directive
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.vary.update(["Cookie", "Accept-Language"])
    return response


@access.needs("site.visit")
def healthz() -> Response:
    """The process answers."""
    return jsonify(ok=True)


@access.needs("site.visit")
def readyz() -> tuple[Response, int]:
    """Everything needed to serve is there: database, library, model, index."""
    from webapp.resources import resources

    problems: dict[str, str] = {}
    try:
        db.session.execute(sa.text("select 1 from organisations limit 1"))
    except sa.exc.SQLAlchemyError:
        problems["community"] = "the database does not answer or has no tables"
    for name in ("library", "model", "index"):
        try:
            getattr(resources(), name)
        except Exception as problem:  # every cause makes us not ready; the log has it whole
            log.warning("not ready", part=name, problem=str(problem))
            problems[name] = "cannot be opened; run: xinde doctor"
    return jsonify(ready=not problems, problems=problems), 503 if problems else 200


def wants_json() -> bool:
    return request.is_json or request.accept_mimetypes.best == "application/json"


def problem(status: int, title: str, message: str, **more: Any) -> tuple[Any, int]:
    """An error as a page, or as JSON for a script."""
    if wants_json():
        return jsonify(error=title, message=message, **more), status
    words = {"status": status, "title": title, "message": message, **more}
    try:
        return render_template("error.html", **words), status
    except sa.exc.SQLAlchemyError:  # the page head asks for names; without a database it has none
        g.member, g.actor, g.organisation_name = None, Actor(organisation=""), ""
        return render_template("error.html", **words), status


def refused(refusal: Refused) -> Any:
    if not refusal.signed_out:
        return problem(403, _("This is not open to you"), _only_for(refusal.permission))
    if request.method in ("GET", "HEAD") and not wants_json():
        back = local_path(request.full_path.rstrip("?"))
        return redirect(url_for("security.login", next=back))
    return problem(
        401,
        _("You are signed out"),
        _("Your session has ended. Sign in again; what you wrote is kept on this device."),
    )


def _only_for(permission: str) -> str:
    if access.PERMISSIONS[permission].who == "organizer":
        return _(
            "Only organizers of the library may do this. Nothing was changed. An administrator can make you one."
        )
    if access.PERMISSIONS[permission].who == "unit organizer":
        return _(
            "Only those who organize a unit may do this. Nothing was changed. Whoever organizes a unit above yours, or an administrator, can give you a role that does."
        )
    return _("Only administrators may do this. Ask one of them if you need it.")


def _bad_field(bad: BadField) -> Any:
    return problem(
        422,
        _("Something is too long"),
        _(
            "“%(name)s” has %(length)s characters; at most %(limit)s can be kept. Shorten it and send again. Nothing was changed.",
            name=bad.name,
            length=bad.length,
            limit=bad.limit,
        ),
    )


def csrf_refused(_error: CSRFError) -> Any:
    if not current_user.is_authenticated:
        return problem(
            401,
            _("You are signed out"),
            _("Your session has ended. Sign in again; what you wrote is kept on this device."),
        )
    return problem(
        400,
        _("The form is too old"),
        _("This form was opened in another session. Go back, reload the page and send it again."),
    )


def http_error(error: HTTPException) -> Any:
    status = error.code or 500
    titles = {
        400: _("The request could not be understood"),
        404: _("There is nothing here"),
        405: _("That cannot be done at this address"),
        413: _("That is too large"),
        415: _("The request could not be understood"),
        429: _("Too many tries"),
    }
    messages = {
        400: _(
            "Something in the request is missing or malformed. Go back, reload the page and try again."
        ),
        404: _("The page does not exist, or it is not open to you. It may have been withdrawn."),
        405: _("Go back and use the buttons on the page."),
        413: _("At most 4 MB can be sent at once. Shorten the text and send it again."),
        415: _("The request has the wrong type of content."),
    }
    message = messages.get(status, _("Please try again."))
    if status == 429:
        seconds = int(error.description or 60)
        message = ngettext(
            "Wait %(num)s second before you try again.",
            "Wait %(num)s seconds before you try again.",
            seconds,
        )
    elif (
        status == 400
        and error.description
        and "\n" not in error.description
        and error.response is None
    ):
        default = type(error).description
        if error.description != default:
            message = error.description
    if status < 400:
        return error
    return problem(status, titles.get(status, error.name), message)


def _not_ready(error: Exception) -> Any:
    log.error("library, model or index not usable", problem=str(error))
    return problem(
        503,
        _("The library is not ready"),
        _(
            "The library or its index cannot be read just now. What you wrote is safe. An administrator can run “xinde doctor” to see why."
        ),
    )


def _busy(error: sa.exc.OperationalError) -> Any:
    """The database did not answer in time, or cannot be written."""
    log.error("database does not answer", endpoint=request.endpoint, problem=_outline(error))
    db.session.rollback()
    return problem(
        503,
        _("The database is busy"),
        _("Nothing was changed. Wait a moment, go back and send it again."),
    )


def unexpected(error: Exception) -> Any:
    if current_app.config.get("TESTING") and current_app.config.get("PROPAGATE_EXCEPTIONS", True):
        raise error
    log.error("unexpected error", endpoint=request.endpoint, problem=_outline(error))
    db.session.rollback()
    return problem(
        500,
        _("Something went wrong"),
        _("This is our fault. It was noted for the administrator. What you had saved is safe."),
    )


def _outline(error: BaseException | None) -> str:
    """Kinds and places of an error and its causes. Neither messages nor values:
    they may hold what a member wrote, and a log is read by others."""
    told: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[::-1])
        told.append(f"{type(error).__name__} at {places or '?'}")
        error = error.__cause__ or error.__context__
    return "; because of ".join(told)


def language_of_page() -> dict[str, str]:
    code = languages.current()
    return {"code": code, "html": languages.HTML_LANG[code]}
