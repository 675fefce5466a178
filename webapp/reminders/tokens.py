"""Tokens of private addresses: whoever has one needs nothing else, so only hashes are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from flask import current_app

_BYTES = 20  # 32 characters of a-z and 2-7: 160 bits, and no capital that a program changes


def drawn() -> str:
    """A new one, which nobody can guess and we cannot show again."""
    return _written(secrets.token_bytes(_BYTES))


def to_stop(organisation: str, member: str) -> str:
    """The member's token in every mail. It is computed and not drawn, so that each mail
    can carry it though only its hash is kept; nobody can compute it without our key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    words = "\0".join(("stop reminders", organisation, member)).encode()
    return _written(hmac.digest(key, words, "sha256")[:_BYTES])


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _written(drawn: bytes) -> str:
    return base64.b32encode(drawn).decode().lower()
