"""What a text is called in addresses: a slug from its file's name."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_slug(value: str) -> bool:
    return len(value) <= MAX and _SLUG.fullmatch(value) is not None


def slug(name: str) -> str:
    """`Letter 3 (draft)` -> `letter-3-draft`. Always a slug, for any name.

    Where letters had to be dropped or cut off (学习.md), a short hash of the
    name keeps two names apart.
    """
    folded = unicodedata.normalize("NFKD", name).casefold()
    kept = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", folded)).strip("-")
    lost = any(c.isalnum() and not c.isascii() for c in folded) or len(kept) > MAX
    if not kept or lost:
        return with_suffix(kept or "text", short_hash(unicodedata.normalize("NFC", name), 6))
    return kept


def with_suffix(base: str, suffix: str) -> str:
    return f"{base[: MAX - len(suffix) - 1].rstrip('-')}-{suffix}"


def short_hash(value: str, length: int) -> str:
    """`length` characters of [a-z2-7], 5 bits each, the same on every machine."""
    number = int.from_bytes(hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()[:10])
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[(number >> (5 * i)) & 31] for i in range(length))
