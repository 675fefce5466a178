"""Which language a text is written in."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from corpus import words
from corpus.texts import Language, Script
from corpus.words import HAN, han_share, simplified

SAMPLE = 20_000  # characters; more does not change the answer
SURE = 0.999
LONG_ENOUGH = 200  # letters below which no language is named with certainty
FEW = 12  # letters of a writing of its own name a language
NO_LANGUAGE = "none"  # "zxx" in ISO 639: rows of numbers, a program's data

NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "la": "Latin",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip

_CHINESE = re.compile(rf"[{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—]")
_KANA = re.compile("[\u3040-\u30ff]")
# Writing that only one language, or one above all others, uses: no model is asked.
_SCRIPTS = {
    "Korean": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Hindi": re.compile("[\u0900-\u097f]"),
    "Russian": re.compile("[\u0400-\u04ff]"),
    "Arabic": re.compile("[\u0600-\u06ff]"),
}
_SHARED_SCRIPTS = ("Russian", "Arabic")  # where there is enough text, the model tells which
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
# A tenth of any English text; loading a language model can then be spared.
_ENGLISH = frozenset({"the", "of", "and", "to", "that", "for", "with", "it"})
_one_at_a_time = threading.Lock()


def detect(text: str) -> Language:
    """ "zh" when a third of the letters are Chinese characters, otherwise "en".

    A Chinese text with English names stays Chinese: one character weighs like
    a word, so a third of the letters is about three quarters of the words.
    """
    sample = _sample(text)
    return "zh" if han_share(sample) >= 1 / 3 and not _is_japanese(sample) else "en"


def contradicts(stated: Language, text: str) -> bool:
    """Whether the words are plainly not in the language that a file states."""
    share = han_share(_sample(text))
    return share >= 0.6 if stated == "en" else share < 0.05


def script(text: str) -> Script:
    """Which characters a Chinese text is written in; "Hans" where nothing tells."""
    sample = _sample(text)
    traditional = sum(1 for a, b in zip(sample, simplified(sample), strict=True) if a != b)
    han = sum(1 for c in sample if "\u3400" <= c <= "\u9fff")
    return "Hant" if han and traditional * 20 >= han else "Hans"


def _sample(text: str) -> str:
    """A text's beginning, middle and end: a preface may be in another language."""
    if len(text) > SAMPLE:
        third, middle = SAMPLE // 3, len(text) // 2
        text = "\n".join((text[:third], text[middle : middle + third], text[-third:]))
    return _ADDRESS.sub("", text) if "://" in text or "www." in text else text


def joined_lines(lines: Sequence[str]) -> str:
    """Wrapped lines as one: a space between words, nothing between Chinese characters."""
    joined = [lines[0]] if lines else []
    for before, after in pairwise(lines):
        if not (_CHINESE.match(before[-1:]) and _CHINESE.match(after[:1])):
            joined.append(" ")
        joined.append(after)
    return "".join(joined)


def other_language(text: str) -> str | None:
    """The name of a language that is surely neither English nor Chinese, or
    `NO_LANGUAGE` where there are surely no words of any; else None."""
    sample = _sample(text)
    letters = words.letters(sample)
    if _is_japanese(sample):
        return "Japanese"
    if han_share(sample) >= 1 / 3:
        return None
    for name, written in _SCRIPTS.items():
        if len(written.findall(sample)) * 2 > letters >= FEW:
            return (name in _SHARED_SCRIPTS and _named_by_model(sample, letters)) or name
    return None if _plainly_english(sample) else _named_by_model(sample, letters)


def _named_by_model(sample: str, letters: int) -> str | None:
    if letters < LONG_ENOUGH:
        return None
    with _one_at_a_time:
        code, probability = _identifier().classify(sample)
    if code in ("en", "zh") or probability < SURE:
        return None
    if code == "zxx":
        return NO_LANGUAGE
    return NAMES.get(code, f'the language "{code}"')


def _plainly_english(sample: str) -> bool:
    found = re.findall(r"[^\W\d_]+", sample.casefold())
    return sum(1 for word in found if word in _ENGLISH) * 10 >= max(1, len(found))


def _is_japanese(sample: str) -> bool:
    """Japanese shares its characters with Chinese; a tenth of kana gives it away."""
    return len(_KANA.findall(sample)) * 10 > len(sample)


@cache
def _identifier() -> Any:
    # Loaded on first need: its model takes half a second, and most files say
    # their language or are plainly Chinese.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
