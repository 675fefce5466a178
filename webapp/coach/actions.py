"""Changes of the coach: each function is one change in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from corpus.languages import detect
from webapp.access import Actor
from webapp.coach import stock, store
from webapp.coach.remarks import KINDS, Looked
from webapp.coach.tables import CoachPhrase
from webapp.community import change
from webapp.ids import new_id
from webapp.members.tables import Organisation
from webapp.reflections import store as reflections
from webapp.reflections.actions import Unknown
from webapp.reflections.tables import Reflection

MOST_KEYS = 400  # of one draft; the oldest are forgotten first


class Refused(Exception):
    """A phrase that cannot be added; `why` says which rule of `stock` it breaks."""

    def __init__(self, why: stock.Problem) -> None:
        super().__init__(why)
        self.why = why


# Beside a draft


def keep_look(
    session: Session, actor: Actor, reflection_id: str, looked: Looked, *, month: str
) -> None:
    """Keep what was seen in the draft, and count the remarks that are shown for the
    first time. Raises Unknown when the draft is gone."""
    with change(session):
        piece = _own(session, actor, reflection_id)
        row = store.draft_to_change(session, piece)
        row.kept = looked.kept or None
        new = [remark for remark in looked.remarks if remark.key not in row.shown]
        if new:
            row.shown = [*row.shown, *(remark.key for remark in new)][-MOST_KEYS:]
        for remark in new:
            store.count(
                session,
                actor.organisation,
                month=month,
                kind=remark.kind,
                genre=piece.genre,
                language=detect(piece.body),
                shown=1,
            )


def answer(
    session: Session, actor: Actor, reflection_id: str, key: str, what: str, *, month: str
) -> None:
    """The author puts a remark away ("later"), calls it wrong, or takes that back ("undo").

    May be repeated. Raises Unknown for a remark that was never shown there.
    """
    with change(session):
        piece = _own(session, actor, reflection_id)
        row = store.draft_to_change(session, piece)
        if key not in row.shown:
            raise Unknown
        before = row.answers.get(key)
        answers = {k: v for k, v in row.answers.items() if k != key}
        if what != "undo":
            answers[key] = what
        row.answers = dict(list(answers.items())[-MOST_KEYS:])
        wrong = (what == "wrong") - (before == "wrong")
        if wrong:
            store.count(
                session,
                actor.organisation,
                month=month,
                kind=kind_of(key),
                genre=piece.genre,
                language=detect(piece.body),
                wrong=wrong,
            )


def kind_of(key: str) -> str:
    return key.partition(":")[0]


def _own(session: Session, actor: Actor, reflection_id: str) -> Reflection:
    piece = reflections.own(session, actor, reflection_id, to_change=True)
    if piece is None:
        raise Unknown
    return piece


# Of a member


def switch(session: Session, actor: Actor, *, off: bool) -> None:
    with change(session):
        store.choice_to_change(session, actor).off = off


def never(session: Session, actor: Actor, kind: str, *, ask_again: bool = False) -> None:
    """A kind of question is not asked again, in any draft; or it is."""
    with change(session):
        row = store.choice_to_change(session, actor)
        others = [known for known in row.never if known != kind and known in KINDS]
        row.never = others if ask_again or kind not in KINDS else [*others, kind]


# Stock phrases


def add_phrase(session: Session, actor: Actor, phrase: str, *, now: dt.datetime) -> None:
    """Raises Refused. One of the shipped list that was taken out comes back."""
    with change(session):
        _lock_phrases(session, actor)
        rows = store.phrase_rows(session, actor.organisation)
        known = stock.among(phrase, stock.everything())
        if known and any(r.phrase == known and r.change == "removed" for r in rows):
            _forget(session, actor, known)
            return
        if problem := stock.problem(phrase, [r.phrase for r in rows if r.change == "added"]):
            raise Refused(problem)
        _note(session, actor, phrase, "added", now)


def remove_phrases(
    session: Session, actor: Actor, wanted: Sequence[str], *, now: dt.datetime
) -> None:
    """Take phrases out of the list; what is not in it is passed over."""
    with change(session):
        _lock_phrases(session, actor)
        for phrase in wanted:
            row = store.phrase_to_change(session, actor.organisation, phrase)
            if row is not None and row.change == "added":
                session.delete(row)
            elif row is None and phrase in stock.everything():
                _note(session, actor, phrase, "removed", now)


def restore_phrase(session: Session, actor: Actor, phrase: str) -> None:
    with change(session):
        _forget(session, actor, phrase)


def _lock_phrases(session: Session, actor: Actor) -> None:
    """One organizer after the other: a phrase stands in the list once."""
    session.get(Organisation, actor.organisation, with_for_update=True)


def _forget(session: Session, actor: Actor, phrase: str) -> None:
    row = store.phrase_to_change(session, actor.organisation, phrase)
    if row is not None and row.change == "removed":
        session.delete(row)


def _note(session: Session, actor: Actor, phrase: str, what: str, now: dt.datetime) -> None:
    session.add(
        CoachPhrase(
            organisation_id=actor.organisation,
            id=new_id(),
            phrase=phrase,
            change=what,
            at=now,
            by=actor.member,
        )
    )
    session.flush()
