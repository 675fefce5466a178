"""The visible past of the organisation: acts, and what their authors could be known by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from corpus.languages import detect
from recommender.readings import Evidence
from recommender.together import Act
from webapp import clock
from webapp.evaluating import store
from webapp.suggestions.profile import WEIGHTS, own_words

if TYPE_CHECKING:
    from recommender.evaluation.replaying import Evidences


@dataclass(frozen=True)
class History:
    """All of it is open to every member of the organisation."""

    written: tuple[Act, ...]
    listed: tuple[Act, ...]

    @property
    def acts(self) -> tuple[Act, ...]:
        return self.written + self.listed

    @property
    def authors(self) -> frozenset[str]:
        return frozenset(act.who for act in self.written)


def of(session: Session, organisation: str) -> History:
    return History(
        tuple(store.written(session, organisation)), tuple(store.listed(session, organisation))
    )


def evidence_of(session: Session, organisation: str) -> Evidences:
    """What `suggest` would have been given of an author's visible pieces: their own
    words in each, and the text that it is about (`suggestions.profile`)."""

    def found(authors: Sequence[str]) -> dict[str, list[Evidence]]:
        evidence: dict[str, list[Evidence]] = defaultdict(list)
        rows = store.pieces(session, organisation, authors)
        session.rollback()
        for id, author, text, body, shown_at in rows:
            day = shown_at.astimezone(clock.zone()).date()
            if words := own_words(body):
                evidence[author].append(_of_words(id, words, day))
            if text:
                evidence[author].append(_of_text(text, day))
        return evidence

    return found


def _of_words(id: str, words: str, day: dt.date) -> Evidence:
    return Evidence(
        id=f"reflection:{id}",
        kind="reflection",
        label="",
        text=words,
        weight=WEIGHTS["reflection"],
        date=day,
        language=detect(words),
    )


def _of_text(text: str, day: dt.date) -> Evidence:
    """Of several with one id the newest counts."""
    return Evidence(
        id=f"written:{text}",
        kind="written",
        label="",
        text="",
        weight=WEIGHTS["written"],
        date=day,
        group=text,
    )
