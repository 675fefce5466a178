"""What the coach can say of a draft, and what its author does not want to hear. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Protocol

Span = tuple[int, int]

MOST = 3  # remarks at a time

# What it can notice, the most useful first. An author's "never again" is kept by
# these names, so a name is never used for something else.
KINDS = (
    "copied",  # the words of a text, or of one's earlier piece, without a source
    "goal_open",  # an open goal that this may be about
    "no_own_practice",  # no day, place or person of one's own
    "no_event",  # nothing that happened
    "no_outcome",  # what came of it
    "no_meaning",  # what the writer makes of it
    "no_hard",
    "no_other_view",
    "no_condition",  # where else it would hold
    "no_address",  # a speech that asks nothing of its listeners
    "no_intention",
    "passage_unanswered",  # the text read is not met by words of one's own
    "hard_left",  # a difficulty, and not what was done about it
    "question_open",  # a question to oneself that is left
    "no_case",  # a general claim, and no case near it
    "no_when",  # a plan without a time
    "feeling_bare",  # a feeling, and nothing near it that it came from
    "stock_phrase",
    "too_long",
    "opening",  # nothing is written yet, or nearly
)
# What speaks of the whole. One at a time, or two where there is nothing else to ask: three
# of them read as a verdict.
OF_THE_WHOLE = frozenset(
    {
        "no_own_practice",
        "no_event",
        "no_outcome",
        "no_meaning",
        "no_hard",
        "no_other_view",
        "no_condition",
        "no_address",
        "no_intention",
    }
)
# Both ask for a case: the second waits until the first is answered or sent away.
INSTEAD = {"no_case": frozenset({"no_own_practice", "no_event"})}


@dataclass(frozen=True)
class Remark:
    """One thing noticed and one question. For the draft's author only."""

    key: str  # stable while its sentence stands unchanged, wherever it is moved
    kind: str  # of KINDS
    span: Span | None  # characters of the body it points at; None: the whole
    sentence: str  # those words; "" for the whole
    noticed: str
    question: str
    why: str
    about: str | None = None  # the goal or the reading that it was drawn from


@dataclass(frozen=True)
class Quiet:
    """What this author does not want to hear."""

    dismissed: frozenset[str] = frozenset()  # keys, of this draft
    never: frozenset[str] = frozenset()  # kinds, everywhere

    def allows(self, key: str, kind: str) -> bool:
        return key not in self.dismissed and kind not in self.never


@dataclass(frozen=True)
class SourcePassage:
    """Words that a draft may stand near: of a passage, or of the author's earlier piece."""

    id: str
    source: str  # what a person calls it: "Title · Heading"
    text: str
    language: str


class Goal(Protocol):
    """What the coach reads of an open goal."""

    @property
    def id(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def by(self) -> date | None: ...
    @property
    def reading_id(self) -> str | None: ...


@dataclass(frozen=True)
class Looked:
    """What was seen in a draft; `kept` goes back into the next look and nowhere else."""

    remarks: tuple[Remark, ...] = ()
    kept: bytes = b""
    by_rules_only: bool = False  # the text model is not the one that the classifier knows


def key_of(kind: str, words: str) -> str:
    """A name for a remark that depends on its kind and its sentence alone."""
    said = " ".join(words.split())
    digest = blake2b(f"{kind}\n{said}".encode("utf-8", "surrogatepass"), digest_size=6)
    return f"{kind}:{digest.hexdigest()}"


def chosen(found: Sequence[Remark], quiet: Quiet) -> tuple[Remark, ...]:
    """At most MOST, one of a kind; one of the whole, or two alone. The most useful first.

    Of a kind the first that stands apart from those before it; never two at one
    sentence. What the author does not want to hear is left out first, so that
    others come up.
    """
    wanted = [remark for remark in found if quiet.allows(remark.key, remark.kind)]
    kept: list[Remark] = []
    for kind in KINDS:
        of_kind = [remark for remark in wanted if remark.kind == kind]
        kinds = {remark.kind for remark in kept}
        if not of_kind or len(kept) == MOST or INSTEAD.get(kind, frozenset()) & kinds:
            continue
        if kind in OF_THE_WHOLE and kinds & OF_THE_WHOLE:
            continue
        spans = {remark.span for remark in kept if remark.span}
        elsewhere = [remark for remark in of_kind if remark.span not in spans]
        kept += [r for r in elsewhere if _apart(r, kept)][:1] or elsewhere[:1]
    if len(kept) == 1 and kept[0].kind in OF_THE_WHOLE:
        others = [k for k in KINDS if k in OF_THE_WHOLE and k != kept[0].kind]
        kept += [r for k in others for r in wanted if r.kind == k][:1]
    return tuple(kept)


def _apart(remark: Remark, others: Sequence[Remark]) -> bool:
    """Whether it points at no sentence that another one points at, nor at its neighbour."""
    if remark.span is None:
        return True
    start, end = remark.span
    spans = [other.span for other in others if other.span]
    return all(end + 1 < a or start > b + 1 for a, b in spans)
