"""Random ids for everything people see an address of.

Random, because a sequential id tells how many private things lie between two
public ones.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from flask import current_app


def new_id() -> str:
    """16 characters of a-z and 2-7: 80 random bits."""
    draw = current_app.config.get("DRAW_BYTES", secrets.token_bytes)
    return base64.b32encode(draw(10)).decode().lower()


def derived_id(*names: str) -> str:
    """The id that belongs to these names in this organisation, always the same.

    For `xinde load`: loading a file twice must meet the same objects again.
    The secret salt keeps the id from being guessed from the names.
    """
    salt: bytes = current_app.config["ID_SALT"]
    digest = hashlib.blake2b("\0".join(names).encode(), key=salt[:64], digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()
