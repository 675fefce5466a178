"""What the coach notices at single sentences of a draft. Pure.

Every rule here keeps silent where it is not sure; each gives its candidates,
the surest first. The words are chosen in `wording.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus import words
from recommender.originality import near_copies
from webapp.coach import cues, moves, phrases
from webapp.coach.moves import Seen
from webapp.coach.own_words import Draft, Quotation, Sentence
from webapp.coach.phrases import Phrases
from webapp.coach.remarks import Goal, SourcePassage

NEIGHBOURS = 4  # sentences before and after a claim in which a case may stand
BESIDE = 2  # in which something that may be one is enough
A_GUIDE = 0.25  # of the sentences speak to the reader: general sentences are its job
AFTER = 3  # sentences after a difficulty in which it may be taken up
TAKEN_UP = frozenset({"will", "learned", "outcome"})  # moves that do
SHORT = {"en": (4, 22), "zh": (6, 36)}  # words, characters of a feeling said plainly
COPIED_SHARE = 0.85  # of a sentence's weight
COPIED_SIZE = {"en": 8, "zh": 14}  # words, characters: a shorter one may be anybody's
MOST_COMPARED = 400  # sentences
MOST_SOURCE = 120_000  # characters of sources together
LONG = {"en": (52, 4), "zh": (105, 6)}  # words or characters of one piece, and its joins
BEYOND_USUAL = 2.4  # times the writer's own middle sentence
PART_ENDS = {"en": ";:—–", "zh": "。；：;:—"}


_SPOKEN_MARKS = re.compile(r"[“「『]|\".*\"")
_SPOKEN = re.compile(r"[:：“”「」『』\"]")


@dataclass(frozen=True)
class Noticed:
    """Something seen; what it needs to be said is named."""

    kind: str
    sentence: Sentence | None = None
    quotation: Quotation | None = None
    clause: str = ""  # few words of the passage read
    source: str = ""
    goal: Goal | None = None
    phrase: str = ""
    form: str = ""  # where a kind is said in two ways
    about: str | None = None


def tells_of_loss(seen: Sequence[Seen]) -> bool:
    """Whether somebody's death is told. What a passage has to do with it is then no
    question to ask."""
    return any(cues.of(o.sentence.language).loss(cues.folded(o.sentence.words)) for o in seen)


def no_case(seen: Sequence[Seen]) -> list[Noticed]:
    """General claims with no case in their paragraph, in those beside it, or within a few
    sentences; those farthest from any case first."""
    spoken_to = sum(
        cues.of(o.sentence.language).reader(cues.folded(o.sentence.words)) for o in seen
    )
    if spoken_to > A_GUIDE * len(seen):
        return []
    cases = [k for k, one in enumerate(seen) if one.is_case]
    paragraphs = {seen[k].sentence.paragraph for k in cases}
    found = []
    for k, one in enumerate(seen):
        near = one.sentence.paragraph
        if not one.claim or paragraphs & {near - 1, near, near + 1}:
            continue
        if any(beside.may_be_case for beside in seen[max(k - BESIDE, 0) : k + BESIDE + 1]):
            continue
        distance = min((abs(k - case) for case in cases), default=len(seen))
        if distance > NEIGHBOURS:
            found.append((-distance, k, Noticed("no_case", one.sentence)))
    return [noticed for _far, _k, noticed in sorted(found, key=lambda f: f[:2])]


def hard_left(seen: Sequence[Seen]) -> list[Noticed]:
    """Difficulties of the writer's own after which the text goes on to something else."""
    found = []
    for k, one in enumerate(seen):
        after = seen[k + 1 : k + 1 + AFTER]
        taken_up = any(_answers(o) or o.may & TAKEN_UP for o in after)
        if one.hard and not taken_up and not _answers(one) and "will" not in one.may:
            found.append(Noticed("hard_left", one.sentence))
    return found


def _answers(one: Seen) -> bool:
    return cues.of(one.sentence.language).answers(cues.folded(one.sentence.words))


def question_open(seen: Sequence[Seen]) -> list[Noticed]:
    """Questions that the writer asks of themselves and leaves, at the end of a paragraph."""
    found = []
    for k, one in enumerate(seen):
        sentence = one.sentence
        known, said = cues.of(sentence.language), cues.folded(sentence.words)
        last = k + 1 == len(seen) or seen[k + 1].sentence.paragraph != sentence.paragraph
        asks = said.rstrip("*)） ").endswith(("?", "？"))
        # What somebody else asked, or an exercise asks, is no question to oneself.
        anothers = known.moves["view"](said) or _SPOKEN.search(said)
        own = moves.is_first_person(sentence) and not known.rhetorical(said)
        if last and asks and own and not anothers and not sentence.listed:
            found.append(Noticed("question_open", sentence))
    return found


def feeling_bare(seen: Sequence[Seen]) -> list[Noticed]:
    """Feelings of a moment whose cause is not near: no reason said, no case before or after."""
    found = []
    for k, one in enumerate(seen):
        known = cues.of(one.sentence.language)
        said = cues.folded(one.sentence.words)
        beside = [o for o in seen[max(k - 1, 0) : k + 2] if o is not one]
        least, most = SHORT[one.sentence.language]
        plain = known.felt_then(said) and not known.reason(said) and not one.concrete
        fits = least <= words.count(one.sentence.words) <= most
        if one.felt and plain and fits and not any(o.may_be_case for o in beside):
            found.append(Noticed("feeling_bare", one.sentence))
    return found


def no_when(seen: Sequence[Seen]) -> list[Noticed]:
    """Plans with no time in them, nor in the sentences beside them."""
    return [
        Noticed("no_when", one.sentence)
        for k, one in enumerate(seen)
        if one.plan and not any(beside.dated for beside in seen[max(k - 1, 0) : k + 2])
    ]


def stock_phrases(seen: Sequence[Seen], changes: Phrases) -> list[Noticed]:
    """Worn phrases, but for those in quotation marks and those that are filled with
    something concrete, in their sentence or in the next one."""
    found = []
    for k, one in enumerate(seen):
        sentence = one.sentence
        following = seen[k + 1] if k + 1 < len(seen) else None
        same = following is not None and following.sentence.paragraph == sentence.paragraph
        if sentence.quoted or one.concrete or (same and following and following.concrete):
            continue
        span = phrases.find(sentence.words, changes)
        if span and not _in_marks(sentence.words, *span) and not _led_on(sentence.words, span[1]):
            phrase = sentence.words[slice(*span)]
            found.append(Noticed("stock_phrase", sentence, phrase=phrase))
    return found


def _led_on(said: str, end: int) -> bool:
    """Whether what is meant comes at once, behind a colon or a dash."""
    return said[end:].lstrip(" ，,").startswith((":", "：", "—", "–", "-"))


def _in_marks(said: str, start: int, end: int) -> bool:
    return said[max(start - 1, 0) : start] in set("“「『\"‘'《") and end < len(said)


def copied(
    draft: Draft, read: Sequence[SourcePassage], earlier: Sequence[SourcePassage]
) -> list[Noticed]:
    """Sentences that stand nearly so in a text read or in an earlier piece of one's own.

    A sentence in quotation marks is none where its source is named in the draft;
    nor is one that takes up again what the draft quotes.
    """
    # Our own words, on lines of their own: marks of the Markdown are no words.
    candidates = [
        s
        for s in draft.sentences[:MOST_COMPARED]
        if words.count(s.words) >= COPIED_SIZE[s.language] and not s.quoted
    ]
    text, places = "", {}
    for sentence in candidates:
        places[len(text), len(text) + len(sentence.words)] = sentence
        text += sentence.words + "\n"
    named = {passage.id: passage for passage in _within(read, earlier)}
    own = {passage.id for passage in earlier} - {passage.id for passage in read}
    quoted = cues.folded(" ".join(q.words for q in draft.quotations)[:20_000])
    found = []
    for match in near_copies(text, list(places), named.values()):
        source, sentence = named[match.source_id], places[match.span]
        theirs = source.text[slice(*match.source_span)]
        if match.share < COPIED_SHARE or (quoted and cues.folded(theirs)[:40] in quoted):
            continue
        whose = "own" if source.id in own else "read"
        if whose == "read" and _says_whose(sentence):
            continue
        found.append(Noticed("copied", sentence, source=source.source, about=source.id, form=whose))
    return found


def _says_whose(sentence: Sentence) -> bool:
    """Whether the sentence itself names the text it has its words from: "the chapter says"."""
    return cues.of(sentence.language).text_read(cues.folded(sentence.words))


def _within(
    read: Iterable[SourcePassage], earlier: Iterable[SourcePassage]
) -> Iterable[SourcePassage]:
    left = MOST_SOURCE
    for passage in [*read, *earlier]:
        left -= len(passage.text)
        if left < 0:
            return
        yield passage


def too_long(seen: Sequence[Seen]) -> list[Noticed]:
    """Sentences of many parts, far longer than this writer's others; the longest first.

    Counted from semicolon to semicolon: a list is long and easy to follow.
    """
    found = []
    for language in cues.LANGUAGES:
        of_it = [one.sentence for one in seen if one.sentence.language == language]
        sizes = sorted(words.count(s.words) for s in of_it)
        usual = sizes[len(sizes) // 2] if sizes else 0
        most, joins = LONG[language]
        for sentence in of_it:
            size, parts = _largest_piece(sentence)
            enough = size >= most and parts >= joins
            if enough and size > BEYOND_USUAL * usual and not _SPOKEN_MARKS.search(sentence.words):
                found.append((-size, sentence.span[0], Noticed("too_long", sentence)))
    return [noticed for _size, _at, noticed in sorted(found, key=lambda f: f[:2])]


def _largest_piece(sentence: Sentence) -> tuple[int, int]:
    """Words and joins of the largest piece between semicolons."""
    joins = cues.of(sentence.language).joins
    said = sentence.words[: cues.LONGEST * 3]
    for mark in PART_ENDS[sentence.language]:
        said = said.replace(mark, "\n")
    pieces = [(words.count(piece), piece) for piece in said.split("\n")]
    size, piece = max(pieces, key=lambda found: found[0])
    return size, len(joins.findall(piece.casefold()))
