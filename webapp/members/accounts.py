"""Accounts: Flask-Security set up for us, its mail, and the brake on guessing."""

from __future__ import annotations

import datetime as dt
import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
import structlog
from flask import Flask, Response, abort, current_app, request
from flask_login import current_user
from flask_security import MailUtil, Security, user_authenticated
from flask_security.datastore import FSQLALiteUserDatastore
from sqlalchemy.dialects import postgresql, sqlite

from webapp import clock
from webapp.community import change, db
from webapp.members import actions, messages
from webapp.members.tables import Role, SignInFailure, User, WebAuthn

FREE_FAILURES = 5  # then each further try waits twice as long, up to an hour
LONGEST_WAIT = dt.timedelta(hours=1)
FORGET_AFTER = dt.timedelta(hours=24)

log = structlog.get_logger("xinde.members")

# Built once: every request asks it.
_BY_SESSION = sa.select(User).where(User.fs_uniquifier == sa.bindparam("key"))


class Accounts(FSQLALiteUserDatastore):
    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:
        if wanted.keys() == {"fs_uniquifier"}:
            return db.session.scalar(_BY_SESSION, {"key": wanted["fs_uniquifier"]})
        return super().find_user(case_insensitive, **wanted)


datastore = Accounts(db, User, Role, WebAuthn)


class MailError(Exception):
    """Mail could not be sent; the message says why."""


class Mail(MailUtil):
    """Puts Flask-Security's mail into our queue; it is sent through `XINDE_MAIL_URL`."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: Any,
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        from webapp.jobs import queue

        if not current_app.config["XINDE"].mail_url:
            return  # as the page says; nor is it tried on whatever listens on this machine
        to = recipient if isinstance(recipient, str) else recipient[1]
        queue.send_mail(to, str(subject), body or "")


def deliver(to: str, subject: str, body: str) -> None:
    """The job: one message to the mail server. Raises MailError; the queue tries again."""
    settings = current_app.config["XINDE"]
    message = EmailMessage()
    message["Subject"], message["To"] = subject, to
    message["From"] = settings.mail_from or "xinde@localhost"
    message.set_content(body)
    send(settings.mail_url, message)


def send(url: str, message: EmailMessage) -> None:
    """Send one message through smtp://, or smtps:// for TLS from the start."""
    try:
        with connected(url) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as problem:
        host = urlsplit(url).hostname or "localhost"
        raise MailError(f"The mail server {host} did not take the message: {problem}") from problem


def connected(url: str) -> smtplib.SMTP:
    """A mail server that takes messages now: TLS from the start or where it is offered,
    signed in where the address says so. Raises OSError or SMTPException."""
    where = urlsplit(url)
    host, port = where.hostname or "localhost", where.port
    if where.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=15, context=context)
    else:
        server = smtplib.SMTP(host, port or 25, timeout=15)
    try:
        server.ehlo_or_helo_if_needed()  # before it nothing is known of what is offered
        if where.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()  # what was said before it does not count
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def init_app(app: Flask) -> None:
    settings = app.config["XINDE"]
    app.config.update(
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/password",
        SECURITY_RESET_URL="/reset",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=bool(settings.mail_url),
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=bool(settings.mail_url),
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106
        SECURITY_RETURN_GENERIC_RESPONSES=True,  # a form must not tell who has an account
        SECURITY_AUTO_LOGIN_AFTER_RESET=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_SCRIPT_NONCE_KEY="csp_nonce",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_EMAIL_SENDER=settings.mail_from or "xinde@localhost",
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_JOIN_USER_ROLES=False,
        **messages.configuration(),
    )
    security = Security(app, datastore, mail_util_cls=Mail)
    # What an account may do is asked of `webapp.access`: there are no roles to be looked
    # for at every request.
    security.principal.identity_loaders.clear()
    # one signs in by session alone: no token in a header, an address or a body counts
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.before_request(_refuse_too_many)
    app.after_request(_count_failure)
    user_authenticated.connect(_forget_failures, app, weak=False)


# Where a password can be guessed, or mail be sent to somebody else.
GUARDED = {
    "security.login": "",
    "security.verify": "verify",
    "security.change_password": "change",
    "security.forgot_password": "reset",
    "leaving.leave_now": "leave",
}


def _keys() -> tuple[str, str]:
    """What failures are counted by: this account from this address, and the
    address alone (a list of accounts tried from one place)."""
    account = _account()[:255].strip().casefold()
    address, what = request.remote_addr or "-", GUARDED[request.endpoint or ""]
    digest = hashlib.sha256(f"{account}\0{address}\0{what}".encode()).hexdigest()
    return digest, hashlib.sha256(f"\0{address}\0{what}".encode()).hexdigest()


def _account() -> str:
    if request.endpoint in ("security.login", "security.forgot_password"):
        return actions.same_for_all(str(request.form.get("email", ""))[:255])
    return str(getattr(current_user, "fs_uniquifier", ""))


def wait_left(count: int, last_at: dt.datetime, *, free: int, now: dt.datetime) -> dt.timedelta:
    """How long the next try must still wait after `count` failures. Pure."""
    if count < free:
        return dt.timedelta(0)
    wait = min(dt.timedelta(seconds=2 ** min(count - free + 1, 12)), LONGEST_WAIT)
    return max(last_at + wait - now, dt.timedelta(0))


def _is_guarded() -> bool:
    return request.endpoint in GUARDED and request.method == "POST"


def _has_failed(response: Response) -> bool:
    """Every request for mail counts, whether there is such an account or not."""
    if request.endpoint == "security.forgot_password":
        return response.status_code in (200, 302, 400)
    return response.status_code in (200, 400)


def _refuse_too_many() -> None:
    if not _is_guarded():
        return
    now = clock.now()
    account_key, address_key = _keys()
    for key, free in ((account_key, FREE_FAILURES), (address_key, FREE_FAILURES * 10)):
        row = db.session.get(SignInFailure, key)
        if row is None or now - row.last_at > FORGET_AFTER:
            continue
        left = wait_left(row.count, row.last_at, free=free, now=now)
        if left:
            abort(429, description=str(max(1, round(left.total_seconds()))))
    db.session.rollback()


def _count_failure(response: Response) -> Response:
    if not (_is_guarded() and _has_failed(response)):
        return response
    try:
        _count_one_more()
    except sa.exc.SQLAlchemyError as problem:  # the answer is ready; counting can wait
        log.error("failed sign-in not counted", problem=type(problem).__name__)
    return response


def _count_one_more() -> None:
    now = clock.now()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    with change(db.session) as session:
        for key in _keys():
            row = insert(SignInFailure).values(key=key, count=1, last_at=now)
            session.execute(
                row.on_conflict_do_update(
                    index_elements=["key"],
                    set_={"count": SignInFailure.count + 1, "last_at": now},
                )
            )
        session.execute(sa.delete(SignInFailure).where(SignInFailure.last_at < now - FORGET_AFTER))


def _forget_failures(app: Flask, **_: Any) -> None:
    if request.endpoint == "security.login" and request.method == "POST":
        db.session.execute(sa.delete(SignInFailure).where(SignInFailure.key == _keys()[0]))
