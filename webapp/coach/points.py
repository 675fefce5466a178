"""Which few words of a passage stand for its point, to ask about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus import sentences, words
from corpus.texts import Language
from webapp.coach.remarks import SourcePassage, Span

FEWEST = {"en": 5, "zh": 8}
MOST = {"en": 26, "zh": 46}  # words, characters

# What leans on a sentence before it cannot stand alone.
_LEANS = re.compile(
    r"^(?:[-*•]|\d|and\b|but\b|or\b|so\b|yet\b|nor\b|for\b|then\b|thus\b|hence\b|however\b|therefore\b"
    r"|this\b|that\b|these\b|those\b|it\b|its\b|he\b|she\b|they\b|them\b|his\b|her\b|their\b|such\b"
    r"|here\b|there\b|also\b|moreover\b|furthermore\b|instead\b|otherwise\b|another\b|both\b|first\b"
    r"|second\b|third\b|finally\b|next\b|yes\b|no,|in (?:this|that|other|addition|short)\b|as a result\b"
    r"|for (?:example|instance)\b|see\b|note\b|figure\b|table\b"
    r"|他|她|它|这|那|此|其|因此|所以|但|可是|然而|而|不过|于是|同时|此外|另外|并且|而且|也|又|还|例如"
    r"|比如|总之|首先|其次|再次|最后|第[一二三四五六七八九十]|相反|否则|接着|然后|即|故|是以|如图|见)",
    re.IGNORECASE,
)
# Words that point to something said before, near the beginning or anywhere.
_POINTS_BACK = re.compile(
    r"^(?:\w+ ){1,3}also\b|\b(?:both|the former|the latter|the above|above|below|likewise|too)\b"
    r"|^.{1,4}[也还又]|上述|如上|前者|后者|同样",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[;；]|(?<=[^\d])[:：](?=\s|[^\x00-\x7f])")
_OPEN_MARKS = (
    ("“", "”"),
    ("「", "」"),
    ("『", "』"),
    ("(", ")"),
    ("（", "）"),
    ("[", "]"),
    ("《", "》"),
)


def spans(passage: SourcePassage) -> tuple[Span, ...]:
    language: Language = "zh" if passage.language == "zh" else "en"
    return tuple(sentences.split(passage.text[:4_000], language))


def point(passage: SourcePassage, cut: Sequence[Span], shares: Sequence[float]) -> str:
    """A short sentence of the passage, or a clause that stands alone, without its full stop;
    "" where there is none.

    Of those that fit, the one with the largest share in what the passage is
    about; without `shares` the first.
    """
    weights = dict(zip(cut, shares, strict=False))
    best: tuple[float, int, str] | None = None
    for place, (start, end) in enumerate(cut):
        for said in _clauses(passage.text[start:end]):
            if stands_alone(said):
                # Longer sentences have larger shares: what counts is the share of a word.
                found = (-weights.get((start, end), 0.0) / _size(said) ** 0.5, place, said)
                best = min(best, found) if best else found
    return best[2].rstrip(".。;；") if best else ""


def quoted(words_quoted: str, language: str) -> str:
    """Such a clause of what the writer quoted: they chose these words."""
    chosen = SourcePassage("", "", words_quoted, language)
    return point(chosen, spans(chosen), ())


def stands_alone(said: str) -> bool:
    language = "zh" if words.han_share(said) >= 1 / 3 else "en"
    return (
        FEWEST[language] <= _size(said) <= MOST[language]
        and not _LEANS.match(said)
        and not _POINTS_BACK.search(said)
        and not re.search(r"[?？:：…]|https?:|\d\)", said)
        and '"' not in said
        and all(said.count(a) == said.count(b) for a, b in _OPEN_MARKS)
    )


def _clauses(sentence: str) -> Iterable[str]:
    """The sentence, and what stands before its first colon or semicolon."""
    said = " ".join(sentence.replace("*", "").split())
    yield said.strip()
    first = _CLAUSES.split(said)[0].strip()
    if first and first != said:
        yield first


def _size(said: str) -> int:
    return max(words.count(said), 1)
