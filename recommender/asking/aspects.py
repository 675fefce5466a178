"""What a question is made of: its parts, each with the words that carry it. Pure.

A part is a sentence, or a clause of one that asks something of its own. What is
too short to be looked up alone ("What should I do?") stays with its neighbour.
Every part is a span of the question, so that it can be shown in the asker's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import languages, sentences, words
from models.text_model import Span
from recommender.search import MOST_CHARACTERS

MOST_PARTS = 6
FEWEST = {"zh": 3}  # content words (Chinese: characters) that can be looked up alone
OTHERWISE_FEWEST = 2


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that say nothing of what is asked about, as they are typed.
_EMPTY_EN = _words(
    """a about again all also am an and any anybody anyone are as ask at be because been before being
    best but by can cannot could did do does doing don done each else even ever every for from get
    gets getting go goes good had has have having he help helps her here hers him his how i if in into
    is it its just keep kind know let like make makes many may me might more most much must my need
    needs no not of off on one only or other our ours out over own people please really same say
    shall she should so some somebody somehow someone something such take tell than that the their
    theirs them then there these they thing things think this those to too try under until up us use
    very want wants was way we well were what when where whether which while who whom whose why will
    with without would yes you your yours"""
)
_EMPTY_ZH = re.compile(
    "怎么样|怎么办|为什么|是不是|要不要|能不能|该不该|有没有|什么样|怎样|怎么|如何|什么|哪里|哪些|哪种"
    "|哪个|多少|是否|应该|应当|可以|需要|我们|你们|他们|她们|自己|大家|有人|有的|一个|一些|这个|那个|这样"
    "|那样|没有|还是|另外|还有|以及|此外|同时|因为|所以|如果|但是|而且|时候|请问|才能|怎|我|你|他|她|它|的"
    "|了|吗|呢|吧|啊|是|在|和|与|及|或|就|都|也|又|还|才|该|要|会|能|让|把|被|给|对|从|到|这|那|有|个|很|请"
)
_ASKS_EN = re.compile(
    r"\b(?:how|what|why|when|where|which|who|whom|whose|should|can|could|may|must|is|are|do|does|did"
    r"|will|would)\b",
    re.IGNORECASE,
)
_ASKS_ZH = re.compile(
    "怎|如何|什么|为何|哪|谁|吗|呢|多少|几[个年月天时]|是否|是不是|要不要|能不能|该不该|有没有|还是"
)
# What stands before decides what is meant: such a clause needs more words of its own.
_POINTS_BACK = re.compile(
    r"\b(?:it|its|them|they|their|this|that|these|those|him|her|he|she|one|so)\b", re.IGNORECASE
)
_CUT_EN = re.compile(r"\s*[;:]\s+|\s*[,，]\s+(?:(?:and|but|or|also)\s+)?|\s+(?:and|but)\s+", re.I)
_CUT_ZH = re.compile("[，,；;：:]")
_LEAD = re.compile(
    r"(?:[\s,，;；:：、。.!！?？…—-]|(?:and|but|or|also|so|then|besides)\b"
    "|另外|还有|以及|此外|同时|再就是|其次|而且|但是|并且)+",
    re.IGNORECASE,
)
_TAIL = " \t\n,，;；:：、。.!！?？…—-“”\"'"

# Control characters and those that turn the direction of a line say nothing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]"
)

# Commonest words of languages that are written as English is; few of them are English.
_OTHER = {
    "de": "der die das und ist nicht ein eine wie ich wir sie mit für auf den dem zu im von was kann man",
    "fr": "le la les des un une et est dans pour que qui ne pas comment je nous vous avec sur du au quand",
    "es": "el los las una y es en para que no como yo nosotros con por del al cuando se cómo qué",
    "it": "il lo gli una e è di per che non come io noi con del della quando si sono cosa nel",
    "pt": "o os as uma e é em para que não como eu nós com por do da quando se são dos das",
    "nl": "de het een en is niet hoe ik wij met voor op dat van zijn wat kan je ons naar",
    "pl": "i w na się nie jest to jak że z do jak co my dla po czy jestem są",
    "vi": "là của và không có để như tôi chúng một với cho được làm thế nào",
    "tr": "ve bir bu için nasıl ne ile değil mi ben biz çok olarak",
}
_OTHERS = {name: _words(listed) for name, listed in _OTHER.items()}
_ENGLISH = _words(
    "the of and to that for with it is are do does how what why when we our i my can should a in on"
    " not be have who which this people"
)


@dataclass(frozen=True)
class Asked:
    """A question as it is looked up."""

    text: str  # what was read of it
    language: str  # "en" or "zh"; "other" where it is surely neither
    parts: tuple[Span, ...]  # into `text`, in its order; none when it has no word
    cut: bool  # it was longer than is read

    def words_of(self, place: int) -> str:
        """A part, in the asker's own words."""
        start, end = self.parts[place]
        return self.text[start:end]


def read(question: str) -> Asked:
    """The parts of a question. Of a very long one the beginning is read."""
    # A stranger's megabyte is cut before anything else looks at it.
    text = _UNSEEN.sub(" ", question[: 8 * MOST_CHARACTERS]).strip()
    whole = len(question.strip()) <= 8 * MOST_CHARACTERS and len(text) <= MOST_CHARACTERS
    if not whole:
        text = _beginning(text)
    if not words.tokens(text):
        return Asked(text, "en", (), cut=not whole)
    language = "other" if in_another_language(text) else languages.detect(text)
    return Asked(text, language, tuple(parts(text, language)), cut=not whole)


def _beginning(text: str) -> str:
    """At most MOST_CHARACTERS, ending where a sentence or a word ends."""
    text = text[:MOST_CHARACTERS]
    for mark in ("。", "？", ". ", "? ", "\n", " "):
        at = text.rfind(mark)
        if at > MOST_CHARACTERS // 2:
            return text[: at + 1].strip()
    return text


def parts(text: str, language: str) -> list[Span]:
    """What can be looked up alone, in order; at most MOST_PARTS, the whole text in one
    when nothing in it can."""
    found: list[Span] = []
    pending: Span | None = None
    said: set[str] = set()
    for start, end, cut in _clauses(text, language):
        words_said = text[start:end].strip(_TAIL).casefold()
        if words_said in said:
            continue  # said again, it is still one part
        said.add(words_said)
        if pending is not None:
            start, pending = pending[0], None
        if not cut and _weight(text[start:end], language) < _fewest(language):
            if found:
                found[-1] = (found[-1][0], end)
            else:
                pending = (start, end)
            continue
        found.append((start, end))
    if not found:
        found = [(0, len(text))]
    return [_trimmed(text, span) for span in _joined(found)]


def content(text: str, language: str) -> list[str]:
    """The words that carry what is asked, as typed; Chinese in runs of characters."""
    if language == "zh":
        bare = _EMPTY_ZH.sub(" ", text)
        return re.findall(rf"[{words.HAN}]+|[^\W_{words.HAN}]+", bare)
    return [
        word
        for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)
        if unicodedata.normalize("NFKC", word).casefold().replace("’", "'") not in _EMPTY_EN
    ]


def in_another_language(text: str) -> bool:
    """Whether a text is surely neither English nor Chinese; a few words are enough."""
    if languages.other_language(text) is not None:
        return True
    said = re.findall(r"[^\W\d_]+", text.casefold())
    if words.han_share(text) > 0.2:
        return False
    english = sum(1 for word in said if word in _ENGLISH)
    return any(
        sum(1 for word in said if word in listed) >= max(2, english + 1)
        for listed in _OTHERS.values()
    )


def _stands_alone(clause: str, language: str) -> bool:
    """Whether a question of its own says what it is about."""
    fewest = _fewest(language)
    if language != "zh" and not _POINTS_BACK.search(clause):
        fewest = 1
    return _weight(clause, language) >= fewest


def _weight(text: str, language: str) -> int:
    return sum(words.count(word) for word in content(text, language))


def _fewest(language: str) -> int:
    return FEWEST.get(language, OTHERWISE_FEWEST)


def _clauses(text: str, language: str) -> list[tuple[int, int, bool]]:
    """Start and end of each, and whether it was cut from a sentence."""
    spoken = "zh" if language == "zh" else "en"
    found: list[tuple[int, int, bool]] = []
    for start, end in sentences.split(text, spoken):  # type: ignore[arg-type]
        inside = _clauses_of(text, start, end, language)
        found += [(a, b, len(inside) > 1) for a, b in inside]
    return found or [(0, len(text), False)]


def _clauses_of(text: str, start: int, end: int, language: str) -> list[Span]:
    """A sentence, cut where both sides ask something of their own."""
    cut, asks = (_CUT_ZH, _ASKS_ZH) if language == "zh" else (_CUT_EN, _ASKS_EN)
    found, first = [], start
    for match in cut.finditer(text, start, end):
        before, after = text[first : match.start()], text[match.end() : end]
        following = cut.search(after)
        after = after[: following.start()] if following else after
        if not asks.search(before) or not _begins_to_ask(after, language, asks):
            continue
        if not (_stands_alone(before, language) and _stands_alone(after, language)):
            continue
        found.append((first, match.start()))
        first = match.end()
    found.append((first, end))
    return found


def _begins_to_ask(clause: str, language: str, asks: re.Pattern[str]) -> bool:
    """English asks with the first word; "that they tell me what happened" asks nothing."""
    bare = clause[len(_leading(clause)) :]
    return bool(asks.search(bare) if language == "zh" else asks.match(bare))


def _leading(text: str) -> str:
    match = _LEAD.match(text)
    return match.group() if match else ""


def _joined(found: Sequence[Span]) -> list[Span]:
    """Neighbours joined, the shortest pair first, until there are few enough."""
    joined = list(found)
    while len(joined) > MOST_PARTS:
        place = min(range(len(joined) - 1), key=lambda i: (joined[i + 1][1] - joined[i][0], i))
        joined[place : place + 2] = [(joined[place][0], joined[place + 1][1])]
    return joined


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    start += len(_leading(text[start:end]))
    while end > start and text[end - 1] in _TAIL:
        end -= 1
    return (start, end) if end > start else span
