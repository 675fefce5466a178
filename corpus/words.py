"""Which words a text is searched by. One tokenisation for both languages.

Texts and queries go through `tokens`, so they always agree: NFKC, case and
accents folded, English words stemmed (Snowball), Chinese as single characters
and overlapping pairs with Traditional folded to Simplified, numbers kept.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import Stemmer

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
MAX_QUERY_WORDS = 100  # of a whole essay, the first hundred different words say what it is about

_LETTERS = rf"[^\W_{HAN}]+"  # letters and digits that are not Chinese
_PIECE = re.compile(rf"[{HAN}]+|{_LETTERS}(?:['’]{_LETTERS})*")
_IS_HAN = re.compile(rf"[{HAN}]")
_own = threading.local()  # a Stemmer may not be shared between threads


@cache
def _fold_table() -> dict[int, int]:
    """Traditional -> Simplified, by code point.

    OpenCC's own code walks its phrase tables in Python, some 100 times slower
    than `str.translate`; characters alone are enough to make both sides of a
    search meet, since both are folded alike.
    """
    lines = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line)
    return {
        ord(traditional): ord(simplified.split()[0])
        for traditional, simplified in pairs
        if len(traditional) == 1 and len(simplified.split()[0]) == 1
    }


def simplified(text: str) -> str:
    """`text` with each Traditional character replaced by its Simplified form; same length."""
    return text.translate(_fold_table())


def count(text: str) -> int:
    """Words of a text as a reader counts them; each Chinese character is one.

    A word is letters and digits, with single marks inside (don't, 3.14, to-day).
    """
    kinds = b" " + _kinds(text).translate(_DIGITS_AS_LETTERS)
    after_mark = kinds.count(b" -a") + kinds.count(b"--a") + kinds.count(b"h-a")
    return kinds.count(b"h") + kinds.count(b" a") + kinds.count(b"ha") + after_mark


def letters(text: str) -> int:
    """How many letters a text has; each Chinese character is one."""
    kinds = _kinds(text)
    return kinds.count(b"a") + kinds.count(b"h")


def han_share(text: str) -> float:
    """Chinese characters as a share of all letters, 0.0 to 1.0 (0.0 without letters)."""
    kinds = _kinds(text)
    han = kinds.count(b"h")
    return han / (han + kinds.count(b"a")) if han else 0.0


# What kind each character is

# Beyond Latin-1 nearly all characters of our texts are one of these.
_MARKS = (
    "\u2000-\u2018\u201a-\u206f\u3000-\u3004\u3008-\u3020"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_COMMON_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARK = re.compile(f"[{_MARKS}]")
_RARE = re.compile(f"[^\0-\xff{_MARKS}{_COMMON_HAN}]")
_INSIDE_WORDS = "'.,-"


def _kinds(text: str) -> bytes:
    """One byte for each character: h for Chinese, a for other letters, 0 for
    digits, - for a mark that may stand inside a word, a space for the rest.

    Python's C code does each step on the whole text: a pattern that looks at
    each word, or a loop, needs three to five times as long.
    """
    known = text.replace("?", " ").replace("’", "'")
    if not known.isascii():
        known = _MARK.sub(" ", _RARE.sub(_stand_in, known))
    # Only Chinese is beyond Latin-1 now, and becomes a question mark.
    return known.encode("latin-1", "replace").translate(_KIND_OF_BYTE)


def _stand_in(rare: re.Match[str]) -> str:
    """A character of the same kind that is not rare."""
    return "中" if _IS_HAN.match(rare[0]) else {"a": "a", "0": "0"}.get(_kind(rare[0]), " ")


def _kind(char: str) -> str:
    if char.isalpha():
        return "a"
    return "0" if char.isalnum() else "-" if char in _INSIDE_WORDS else " "


_KIND_OF_BYTE = bytes(ord("h" if c == "?" else _kind(c)) for c in map(chr, range(256)))
_DIGITS_AS_LETTERS = bytes.maketrans(b"0", b"a")


def tokens(text: str) -> list[str]:
    """The words `text` is found by, in reading order; a Chinese run gives each
    character and each pair: 学习 -> 学, 习, 学习."""
    return list(_tokens(text))


def search_text(text: str) -> str:
    """`tokens`, joined by spaces: what the full-text table indexes (FTS5, unicode61)."""
    return " ".join(_tokens(text))


def query(text: str) -> str:
    """An FTS5 expression for whatever a person typed, or "" when it holds no word.

    Any of the words may match; BM25 puts those with more and rarer ones first.
    Every word stands in quotes, so no input can be a syntax error. A Chinese
    run of two characters or more asks for its pairs only: single characters
    would find 学校 for 学习.
    """
    wanted = dict.fromkeys(_query_tokens(text))
    return " OR ".join(f'"{word}"' for word in list(wanted)[:MAX_QUERY_WORDS])


def _tokens(text: str) -> Iterator[str]:
    for run in _runs(text):
        if _IS_HAN.match(run):
            yield from run
            yield from _pairs(run)
        else:
            yield _stem(run)


def _query_tokens(text: str) -> Iterator[str]:
    for run in _runs(text):
        if _IS_HAN.match(run):
            yield from _pairs(run) if len(run) > 1 else run
        else:
            yield _stem(run)


def _pairs(run: str) -> Iterator[str]:
    return (run[i : i + 2] for i in range(len(run) - 1))


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = simplified(_without_accents(folded))
    return _PIECE.findall(folded)


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    if len(apart) == len(text):
        return text
    return "".join(c for c in apart if not unicodedata.combining(c))


def _stem(word: str) -> str:
    if not word.isascii() and "’" not in word:
        return word
    if not hasattr(_own, "stemmer"):
        _own.stemmer = Stemmer.Stemmer("english")
    return str(_own.stemmer.stemWord(word.replace("’", "'"))).replace("'", "")
