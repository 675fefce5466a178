"""Which characters of a PDF stand for others, and which stand for nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

BULLETS = "•●○◦▪■□▫◆◇➢➤►▸‣⁃∙·°"
# How an item of a list begins.
MARKER = re.compile(
    rf"[{BULLETS}*\-–o]|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,5}})[.)、]|[①-⑳]|\d{{1,2}}(?:\.\d{{1,2}})+\.?"
)
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

UNUSUAL = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\u2f00-\u2fdf\u3000"
    "\ue000-\uf8ff\uf900-\ufaff\ufb00-\ufb06\ufeff\ufff0-\ufffd\uffff]"
)
# Bullets of the fonts Symbol and Wingdings, as Word leaves them.
_SYMBOLS = dict.fromkeys(
    map(chr, (0xF0B7, 0xF0A7, 0xF0A8, 0xF0D8, 0xF076, 0xF0FC, 0xF0E0, 0xF06C, 0xF06E, 0xF071)), "•"
) | {"\uf02d": "-", "\uf06f": "○"}
_NOTHING = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\uffff]")
_SPACES = frozenset("\t\xa0\u202f\u3000\u2028\u2029")


def garbage(text: str) -> int:
    """How many characters stand for nothing: private ones, controls."""
    found = _NOTHING.findall(text)
    return len(found) - sum(1 for c in found if c in _SYMBOLS)


def clean(text: str) -> str:
    """Ligatures as letters, strange spaces as spaces, nothing that cannot be seen."""
    return UNUSUAL.sub(lambda found: _plain(found[0]), text)


@cache
def _plain(char: str) -> str:
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    if char in _SPACES:
        return " "
    code = ord(char)
    # Ligatures, and the forms of Chinese characters that some programs put for
    # the characters themselves: they look the same and are found by no search.
    if 0xFB00 <= code <= 0xFB06 or 0x2F00 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", char)
    return ""
