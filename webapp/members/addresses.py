"""Which address one may be sent back to: only a path of this app. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 2_000  # characters; no address of ours is longer


def local_path(value: str | None) -> str | None:
    """`value` if it is a path on this server, else None."""
    if (
        not value
        or len(value) > LONGEST
        or not value.startswith("/")
        or value.startswith(("//", "/\\"))
    ):
        return None
    if any(ord(c) < 32 or c == "\\" for c in value):
        return None
    parts = urlsplit(value)
    return value if not parts.scheme and not parts.netloc else None
