"""What the coach notices of a draft as a whole, of the passage read, and of open goals. Pure.

Nothing is missing from a text that does its job; and a move is missing only
where no sentence may be doing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus import words
from recommender.originality.small_words import SMALL
from webapp.coach import cues, moves
from webapp.coach.genres import Genre
from webapp.coach.moves import Seen
from webapp.coach.noticing import Noticed
from webapp.coach.own_words import Draft, Quotation
from webapp.coach.remarks import Goal, SourcePassage

NEAR = 2.5  # spreads from which on a sentence speaks of a passage
SHARED = 2  # rare words that a sentence and a goal or a passage both have
PERSONAL = 0.25  # of the sentences say "I" or "we": from there on a text speaks of its writer
A_FORM = 0.6  # of the sentences are items of lists: nothing is said of what a form lacks
OWN = 3  # sentences of one's own work or life: such a text has so many
TOLD = 0.2  # of the sentences tell of it: what was done can be followed by what will be
MOSTLY = 0.5  # of the sentences say "I" or "we": then one moment is enough
KIND_OF = {
    "own": "no_own_practice",
    "happened": "no_event",
    "outcome": "no_outcome",
    "meaning": "no_meaning",
    "learned": "no_meaning",
    "hard": "no_hard",
    "view": "no_other_view",
    "use": "no_condition",
    "address": "no_address",
    "will": "no_intention",
}


def lacks(seen: Sequence[Seen], genre: Genre, clause: str, about: str | None) -> list[Noticed]:
    """What is asked for, in the genre's order. `clause` of the passage read goes with
    the question for one's own practice."""
    found = frozenset[str]().union(*(one.may | one.surely for one in seen))
    listed = sum(one.sentence.listed for one in seen)
    if genre.does_its_job(found) or listed > A_FORM * len(seen):
        return []
    missing = [move for move in genre.ask if move not in found]
    if "happened" not in found:  # nothing yet of which to ask why it went as it did
        missing = [move for move in missing if KIND_OF[move] not in ("no_meaning", "no_outcome")]
    if genre.goals == "near" and not _is_personal(seen):
        # A treatise, a description: its writer's troubles and plans are no part of it.
        # What it came from may be.
        missing = [move for move in missing if move in ("own", "happened", "address")]
    if genre.passage and _own(seen) < TOLD * len(seen):
        missing = [move for move in missing if move != "will"]
    return [
        Noticed(KIND_OF[move], clause=clause, about=about)
        if clause and move == "own"
        else Noticed(KIND_OF[move], form="many" if genre.many else "")
        for move in missing
    ]


def _is_personal(seen: Sequence[Seen]) -> bool:
    mine = sum(moves.is_first_person(one.sentence) for one in seen)
    least = 1 if mine >= MOSTLY * len(seen) else OWN
    return _own(seen) >= least and mine >= PERSONAL * len(seen)


def _own(seen: Sequence[Seen]) -> int:
    """How many sentences tell of the writer's own work or life."""
    return sum("own" in one.may for one in seen)


def last_quotation(draft: Draft, body: str) -> Quotation | None:
    """A quotation after which its writer has written nothing yet, unless it was led up to."""
    if not draft.quotations or draft.quotations[-1].paragraph < draft.paragraphs:
        return None
    last = draft.quotations[-1]
    led_up_to = body[: last.span[0]].rstrip().endswith((":", "：", "——", "—"))
    return None if led_up_to or not last.reading_id else last


def unanswered(
    draft: Draft, seen: Sequence[Seen], passages: Sequence[SourcePassage], source_words: str
) -> bool:
    """Whether surely no sentence comes back to the passages read: none is near them, none
    has rare words of theirs, none speaks of a text at all."""
    if not passages or draft.quotations:
        return False
    theirs = rare(" ".join(p.text for p in passages)) | rare(source_words)
    for one in seen:
        said = cues.folded(one.sentence.words)
        if one.near >= NEAR or cues.of(one.sentence.language).text_read(said):
            return False
        if len(rare(one.sentence.words) & theirs) >= SHARED:
            return False
    return True


def goals_to_ask(
    seen: Sequence[Seen], goals: Sequence[Goal], genre: Genre, read: frozenset[str]
) -> list[Noticed]:
    """Open goals that belong to this text and of which it does not tell; in their order."""
    found = []
    said = [rare(one.sentence.words) for one in seen] if goals else []
    for goal in goals:
        wanted = rare(goal.what)
        beside = [
            one for one, theirs in zip(seen, said, strict=True) if len(theirs & wanted) >= SHARED
        ]
        told = any({"happened", "outcome", "own"} & (one.may | one.surely) for one in beside)
        belongs = genre.goals == "any" or goal.reading_id in read or bool(beside)
        if belongs and not told:
            found.append(Noticed("goal_open", goal=goal, about=goal.id))
    return found


def rare(text: str) -> frozenset[str]:
    """The words of a text that say what it is about; of Chinese the pairs."""
    return frozenset(
        token for token in words.tokens(text) if token not in SMALL and not _is_small(token)
    )


def _is_small(token: str) -> bool:
    if "\u3400" <= token[0] <= "\u9fff":
        return len(token) == 1 or any(char in SMALL for char in token)
    return len(token) < 3


def names(passages: Iterable[SourcePassage]) -> str:
    return " ".join(p.source for p in passages)
