"""Whether a draft is of a kind that the coach knows: prose of today, English or Chinese. Pure.

Of old Chinese, of verse, of dialogue and of other languages it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import words
from webapp.coach import cues, own_words
from webapp.coach.own_words import Sentence

LEAST_ORDINARY = {"en": 0.22, "zh": 0.045}  # of words, of characters
MOST_OLD = {"en": 0.008, "zh": 0.75}  # of words; in Chinese beside the ordinary ones
MOST_SPOKEN = 0.35  # of the sentences in quotation marks or behind a speaker's name
MOST_ASKED = 0.28  # of the sentences are questions: a dialogue without its marks

_SPEAKER = re.compile(r"^[^\s:：]{1,20}(?: [^\s:：]{1,20})?[:：]\s?\S")
_MARKS = re.compile(r"[“”「」『』]|\"")


def is_known(sentences: Sequence[Sentence]) -> bool:
    if not sentences:
        return True
    spoken = sum(
        1 for s in sentences if s.quoted or _MARKS.match(s.words) or _SPEAKER.match(s.words)
    )
    asked = sum(1 for s in sentences if s.words.endswith(("?", "？")))
    if spoken > MOST_SPOKEN * len(sentences) or asked > MOST_ASKED * max(len(sentences), 8):
        return False
    by_language = {
        language: [s.words for s in sentences if s.language == language]
        for language in cues.LANGUAGES
    }
    return all(_of_today(said, language) for language, said in by_language.items() if said)


def _of_today(said: list[str], language: str) -> bool:
    known = cues.of(language)
    text = words.simplified("\n".join(said).casefold())
    size = own_words.chinese(text) if language == "zh" else words.count(text)
    ordinary, old = len(known.ordinary.findall(text)), len(known.old.findall(text))
    if size < 30:
        return True
    if ordinary < LEAST_ORDINARY[language] * size:
        return False
    return old <= MOST_OLD[language] * (ordinary if language == "zh" else size)
