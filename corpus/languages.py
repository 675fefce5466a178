"""Which language a text is written in."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from corpus.texts import Language
from corpus.words import HAN, han_share

SAMPLE = 20_000  # characters; more does not change the answer
SURE = 0.999
LONG_ENOUGH = 200  # letters below which no language is named with certainty

NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "la": "Latin",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip

_CHINESE = re.compile(rf"[{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—]")
# A tenth of any English text; loading a language model can then be spared.
_ENGLISH = frozenset({"the", "of", "and", "to", "that", "for", "with", "it"})
_one_at_a_time = threading.Lock()


def detect(text: str) -> Language:
    """ "zh" when a third of the letters are Chinese characters, otherwise "en".

    A Chinese text with English names stays Chinese: one character weighs like
    a word, so a third of the letters is about three quarters of the words.
    """
    sample = text[:SAMPLE]
    if _has_kana(sample):
        return "en"
    return "zh" if han_share(sample) >= 1 / 3 else "en"


def joined_lines(lines: Sequence[str]) -> str:
    """Wrapped lines as one: a space between words, nothing between Chinese characters."""
    joined = [lines[0]] if lines else []
    for before, after in pairwise(lines):
        if not (_CHINESE.match(before[-1:]) and _CHINESE.match(after[:1])):
            joined.append(" ")
        joined.append(after)
    return "".join(joined)


def other_language(text: str) -> str | None:
    """The name of a language that is surely neither English nor Chinese, else None."""
    sample = text[:SAMPLE]
    if not _has_kana(sample):
        if han_share(sample) >= 1 / 3:
            return None
        if _plainly_english(sample) or sum(1 for c in sample if c.isalpha()) < LONG_ENOUGH:
            return None
    with _one_at_a_time:
        code, probability = _identifier().classify(sample)
    if code in ("en", "zh") or probability < SURE:
        return None
    return NAMES.get(code, f'the language "{code}"')


def _plainly_english(sample: str) -> bool:
    words = re.findall(r"[^\W\d_]+", sample.casefold())
    return sum(1 for word in words if word in _ENGLISH) * 10 >= max(1, len(words))


def _has_kana(sample: str) -> bool:
    """Japanese shares its characters with Chinese; a tenth of kana gives it away."""
    kana = sum(1 for c in sample if "\u3040" <= c <= "\u30ff")
    return kana * 10 > len(sample)


@cache
def _identifier() -> Any:
    # Loaded on first need: its model takes half a second, and most files say
    # their language or are plainly Chinese.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
