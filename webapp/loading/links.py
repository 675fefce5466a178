"""The link with which somebody sets a password, for whoever hands it over."""

from __future__ import annotations

from flask import Flask, url_for
from flask_security.recoverable import generate_reset_password_token

from webapp.community import db
from webapp.members.tables import Member, User


def base(app: Flask) -> str:
    """Where people find this server."""
    return app.config["XINDE"].public_url.rstrip("/") or "http://127.0.0.1:8000"


def password_link(app: Flask, member: Member) -> str:
    """Valid for one day, and until a password was set with it. The member must have
    an account."""
    account = db.session.get(User, member.account_id)
    with app.test_request_context(base_url=base(app)):
        token = generate_reset_password_token(account)
        return url_for("security.reset_password", token=token, _external=True)
