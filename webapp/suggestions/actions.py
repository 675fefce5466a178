"""Making a member's list of the day: once a day, and again when the member has
changed what it is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from corpus.library import Library
from recommender import prepare_evidence, suggest
from recommender.readings import Profile, Suggestion
from webapp.community import change
from webapp.members.tables import Member
from webapp.resources import Resources
from webapp.suggestions import cards, profile, store
from webapp.suggestions.cards import Kept

COUNT = 7
TRIES = 3


def profile_for(session: Session, member: Member, resources: Resources) -> Profile:
    """The member's profile with the vectors of their own words."""
    found = profile.profile_of(
        session,
        member,
        themes=resources.library.themes(),
        passage_words=lambda ids: passage_words(resources.library, ids),
    )
    model = resources.model
    return profile.with_prepared(
        session, member, found, lambda text, language: prepare_evidence(model, text, language)
    )


def passage_words(library: Library, ids: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Title, words and language of readings of the library, by id.

    A whole text stands for itself by its first passage. What is not in the
    library (a member's reflection, a withdrawn text) has no words here.
    """
    texts = library.texts_by_slug({i.partition("/")[0] for i in ids})
    passages = library.passages_by_id(ids)
    found: dict[str, tuple[str, str, str]] = {}
    for reading in ids:
        text = texts.get(reading.partition("/")[0])
        passage = passages.get(reading)
        if text is not None and passage is None and "/" not in reading:
            passage = next(iter(library.passages(text.slug)), None)
        if text is not None and passage is not None:
            found[reading] = (text.title, passage.text, text.language)
    return found


def make(
    session: Session, member: Member, resources: Resources, *, day: dt.date
) -> list[Suggestion]:
    """The member's suggestions for this day, from the truth as it is now."""
    found = profile_for(session, member, resources)
    session.rollback()
    return suggest(resources.index, resources.model, found, day=day, count=COUNT)


def todays(
    session: Session, member: Member, resources: Resources, *, day: dt.date, now: dt.datetime
) -> list[Kept]:
    """The list of the day: the kept one, or a new one that is kept from now on.

    A list is kept only if nothing that it was made from has changed meanwhile:
    it quotes the member's words, and they may be gone.
    """
    fingerprint = resources.model.fingerprint
    made: list[dict[str, Any]] = []
    for _try in range(TRIES):
        stamp = member.profile_stamp
        present = store.day_list(session, member, day)
        if present and (present.profile_stamp, present.model) == (stamp, fingerprint):
            return cards.from_json(present.cards)
        made = cards.to_json(make(session, member, resources, day=day))
        with change(session):
            newest = store.stamp_to_change(session, member)
            # another tab may have made it meanwhile: the first one stays
            other = store.day_list(session, member, day)
            if other and (other.profile_stamp, other.model) == (newest, fingerprint):
                return cards.from_json(other.cards)
            if newest == stamp:
                store.keep_day_list(
                    session, member, day=day, stamp=stamp, model=fingerprint, cards=made, now=now
                )
                return cards.from_json(made)
        session.refresh(member)
    return cards.from_json(made)
