"""Which sentences of a piece say what its writer will do. Pure.

Rules for both languages, which speak only where the words leave little doubt;
`found_by` adds what the classifier is sure of. Either way the member decides:
a sentence is offered as a goal, and made one by nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from corpus import sentences
from corpus.languages import detect
from webapp.reflections import wording

MOST = 6  # sentences that are offered
LONGEST = 300  # characters of one: a longer one is no sentence to act on
MOST_JUDGED = 24  # sentences that the classifier reads: the last ones, where plans stand

_QUOTED = re.compile('[“"「『][^”"」』]*[”"」』]')
_ENGLISH = re.compile(
    r"""\b(?:i|we)(?:['’]ll|\s+(?:will|shall))\s+(?!not\b|never\s+(?:know|understand)|be\s+honest|say\b|admit\b)\w
    | \b(?:i|we)(?:\s+am|\s+are|['’]m|['’]re)\s+going\s+to\s+\w
    | \b(?:i|we)\s+(?:now\s+)?(?:want|plan|intend|mean|aim|resolve|have\s+decided|decided|am\s+determined|hope)\s+to\s+
      (?!thank|say|add|begin\s+with|start\s+by|stress|note|point\s+out|mention|emphasi[sz]e|apologi[sz]e|know|understand)\w
    | \bfrom\s+(?:now|today|tomorrow|next\s+\w+)\s+on(?:wards?)?\b
    | \bmy\s+(?:goal|aim|plan)\s+is\s+to\b
    """,
    re.I | re.X,
)
_NEXT = re.compile(
    r"""\bnext\s+(?:time|week|month|term|year|meeting|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b
        [^.!?]*\b(?:i|we)\b
    | \b(?:i|we)\b[^.!?]*\bnext\s+(?:time|week|month|term)\b
    """,
    re.I | re.X,
)
_WAS = re.compile(r"\b(?:was|were|had|did|went|came|met|saw|said|made|took|\w+ed)\b", re.I)
_CHINESE = re.compile(
    r"""(?:我们?|自己|咱们?|本人)(?:也|就|还|一定|都|将来|现在|今天|下周|下个?月)*
        (?:将(?!来)|会(?!议|员|场|计|想|觉|认|感|不会|议室)|要(?!是|不是|说|感谢|求|强调)|打算|准备|计划|决定|决心|争取|力争)
        (?!过|了)
    | (?:我们?|自己|咱们?|本人)[^，。！？；]{0,6}想(?:要)?(?:去|先|在|把|找|试|做|和|跟|给|向|请|多|从|带)
    | (?:下一?次|下回|下一?步|接下来|从今天起|从现在起|从现在开始|从今往后|从明天起|今后|往后)
      [^。！？]{0,30}(?:我|要|会|将|先|打算|准备|争取|坚持|应|得)
    | (?<![从自那此年月天周后])以后[^。！？]{0,12}(?:我[们]?|都)?(?:要|会|将|一定|打算|每次|先)
    """,
    re.X,
)
_NOT_MINE = re.compile(r"(?:如果|要是|假如|若|if|would\s+have|should\s+have)", re.I)
_PAST = re.compile(r"(?:了[。！]?$|过去|当时|那时)")
# What is feared is not meant, whatever else the sentence says.
_FEARED = re.compile(r"担心|生怕|恐怕|害怕|\b(?:afraid|worried|worry|worries|fear)\b", re.I)


def states_one(sentence: str) -> bool:
    """Whether the words of a sentence, those it quotes left out, say what the writer will do."""
    bare = _QUOTED.sub("", sentence).strip()
    if not bare or bare.endswith(("?", "？")) or _NOT_MINE.match(bare) or _FEARED.search(bare):
        return False
    if _CHINESE.search(bare):
        return not _PAST.search(bare)
    if _ENGLISH.search(bare):
        return True
    return _NEXT.search(bare) is not None and not _WAS.search(bare)


def of_body(body: str) -> list[str]:
    """The writer's own sentences, in order; quotations are the words of others."""
    text = wording.own_words(body)
    language = detect(text)
    found: dict[str, None] = {}
    for start, end in sentences.split(text, "zh" if language == "zh" else "en"):
        sentence = " ".join(text[start:end].split())
        if sentence and len(sentence) <= LONGEST:
            found[sentence] = None
    return list(found)


def stated(body: str) -> list[str]:
    """The sentences that the rules know to be intentions, the last ones first to stay."""
    return [sentence for sentence in of_body(body) if states_one(sentence)][-MOST:]


def found_by(body: str, sure: Callable[[Sequence[str]], Sequence[bool]]) -> list[str]:
    """Those, and the ones of which the classifier is `sure`, in the order of the piece."""
    every = of_body(body)
    rest = [s for s in every if not states_one(s) and _may_be_one(s)][-MOST_JUDGED:]
    also = {s for s, is_one in zip(rest, sure(rest), strict=True) if is_one} if rest else set()
    return [s for s in every if s in also or states_one(s)][-MOST:]


def _may_be_one(sentence: str) -> bool:
    return not sentence.endswith(("?", "？")) and not _FEARED.search(sentence)


def stands_in(sentence: str, body: str) -> bool:
    """Whether these are words of the piece: nobody else's are put into a member's goal."""
    bare = _bare(sentence)
    return bool(bare) and (bare in _bare(body) or bare in _bare(wording.plain(body)))


def _bare(text: str) -> str:
    return "".join(text.split())
