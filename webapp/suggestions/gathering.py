"""All that a member's suggestions are made from, read from the database and the library.

Of the words of others only what this member may read now; of everything at
most a bounded number, whatever the member did.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import DeskFilter, TextFilter
from recommender.readings import Evidence, Profile
from webapp.access import Actor
from webapp.community import change
from webapp.goals import store as goals
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.readings.which import group_of
from webapp.reflections import store as reflections
from webapp.reflections.publication import own_text
from webapp.requirements import progress as requirements
from webapp.requirements.progress import OpenReadings
from webapp.suggestions import leaders, profile, store
from webapp.suggestions.profile import OWN_WORDS, DeedWords, Known
from webapp.suggestions.tables import Steer
from webapp.themes import store as lists

NEWEST_PIECES = 6  # of reflections and of notes: older ones have led to their readings
NEWEST_DEEDS = 5  # read or saved
NEWEST_STEERS = 12  # of "more" and of "less" each
NEWEST_QUESTIONS = 6
NEWEST_GOALS = 8
NEWEST_LISTS = 8
NEWEST_OF_LEADERS = 8
MOST_FRESH = 30
MOST_OF_A_THEME = 24  # texts of a theme that is asked for
MOST_SERIES = 6
FRESH_FOR = dt.timedelta(days=14)
MOST_EXPERIENCE = 300  # readings read or saved, the newest, whose themes are counted
OF_AN_AUTHOR = 500  # texts looked at in one query
MOST_QUERIES = 20

REFLECTION = "reflection/"
Words = dict[str, tuple[str, str, str]]  # title, words, language of a reading, by its id


def known_of(session: Session, member: Member, library: Library, *, day: dt.date) -> Known:
    """Everything that is known of the member, on this day."""
    actor, language = members.actor_of(session, member), member.language
    roles = members.roles_of(session, member.organisation_id, member.id)
    essays = store.own_reflections(session, member, limit=NEWEST_PIECES)
    notes = store.own_notes(session, member, limit=NEWEST_PIECES)
    deeds = store.newest_deeds(session, member, ("read", "saved"), limit=MOST_EXPERIENCE)
    acted = deeds[:NEWEST_DEEDS]
    steers = store.steers(session, member)
    wanted = _newest(steers, "more") + _newest(steers, "less")
    words = words_of(
        session, actor, library, [d.reading_id for d in acted] + [s.target for s in wanted]
    )
    groups = store.deed_groups(session, member)
    read = [d.reading_group for d in deeds if d.kind == "read"]
    next_parts, later_parts = series_begun(library, read, groups["read"])
    own = {REFLECTION + i for i in store.own_reflection_ids(session, member)}
    own |= {essay.text_slug for essay in essays if essay.text_slug}
    return Known(
        member=member.id,
        evidence=tuple(
            profile.of_working_on(member)
            + profile.of_reflections(essays)
            + profile.of_written(essays)
            + profile.of_notes(notes)
            + profile.of_questions(lists.questions_of(session, member, limit=NEWEST_QUESTIONS))
            + profile.of_goals(
                goals.for_suggestions(
                    session,
                    member,
                    limit=NEWEST_GOALS,
                    closed_since=_start_of(day - profile.GOALS_FADE),
                ),
                day=day,
            )
            + profile.of_roles(roles, language)
            + profile.of_interests(member.interests, library.themes(), language)
            + profile.of_lists(
                lists.lists_for(session, actor, theme_lists_only=False, limit=NEWEST_LISTS),
                language,
            )
            + profile.of_requirements(asked(session, actor, library, day=day), language)
            + profile.of_leaders(leaders.pieces(session, actor, limit=NEWEST_OF_LEADERS))
            + profile.of_deeds(
                [_deed(d.kind, d.reading_id, d.at, words) for d in acted if d.reading_id in words]
                + [_deed(s.kind, s.target, s.at, words) for s in wanted]
            )
        ),
        languages=tuple(member.reads or [language]),
        done=frozenset(groups["read"] | groups["saved"] | own),
        set_aside=frozenset(groups["set_aside"]),
        lessened=frozenset(group_of(s.target) for s in steers if s.kind == "less"),
        by_unwanted=frozenset(
            by_authors(
                session, actor, library, {s.target for s in steers if s.kind == "not_author"}
            )
        ),
        unwanted_themes=frozenset(s.target for s in steers if s.kind == "not_theme"),
        newness=member.newness,
        minutes=member.minutes_today if member.minutes_day == day else None,
        fresh=tuple(fresh(session, actor, library, day=day)),
        experience=experience(library, read),
        next_parts=next_parts,
        later_parts=later_parts,
    )


def asked(session: Session, actor: Actor, library: Library, *, day: dt.date) -> list[OpenReadings]:
    """What the member's units ask to be read or written about, and is still open. Where a
    theme is asked, some texts of it that the member may not know yet."""
    found = []
    for one in requirements.open_readings(session, actor, day):
        readings = one.readings
        if not readings and one.themes:
            page = library.texts(TextFilter(themes=tuple(one.themes)), limit=MOST_OF_A_THEME)
            readings = [text.slug for text in page.items]
        found.append(one._replace(readings=readings))
    return found


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _newest(steers: Sequence[Steer], kind: str) -> list[Steer]:
    return [s for s in steers if s.kind == kind][:NEWEST_STEERS]


def _deed(kind: str, reading: str, at: dt.datetime, words: Words) -> DeedWords:
    return DeedWords(kind, reading, group_of(reading), *words.get(reading, ("", "", "en")), at=at)


def words_of(session: Session, actor: Actor, library: Library, readings: Collection[str]) -> Words:
    """Title, words and language of readings, by id; those that the actor may not
    read now are not there. A whole text stands for itself by its first passage."""
    in_library = [r for r in readings if not r.startswith(REFLECTION)]
    texts = library.texts_by_slug({group_of(r) for r in in_library})
    passages = library.passages_by_id(in_library)
    found: Words = {}
    for reading in in_library:
        text, passage = texts.get(group_of(reading)), passages.get(reading)
        if text is not None and passage is None and "/" not in reading:
            passage = next(iter(library.passages(text.slug)), None)
        if text is not None and passage is not None:
            found[reading] = (text.title, passage.text, text.language)
    essays = reflections.readable_among(
        session,
        actor,
        [r.removeprefix(REFLECTION) for r in readings if r.startswith(REFLECTION)],
        whole=True,
    )
    for id, essay in essays.items():
        found[REFLECTION + id] = (essay.title, own_text(essay.body, essay.lesson), essay.language)
    return found


def by_authors(
    session: Session, actor: Actor, library: Library, names: Collection[str]
) -> set[str]:
    """Groups that show one of these names as their author.

    Of reflections only those that show it: a piece without a name must not
    vanish with its author's others, which would say whose it is.
    """
    if not names:
        return set()
    found = {REFLECTION + i for i in store.named_reflections(session, actor.organisation, names)}
    for name in names:
        found |= _texts_by(library, name)
    return found


def _texts_by(library: Library, name: str) -> set[str]:
    # the library compares ASCII letters only without regard to their case
    words = " ".join(w for w in name.split() if w.isascii() or w.lower() == w.upper())
    found: set[str] = set()
    after: str | None = None
    for _query in range(MOST_QUERIES):
        page = library.desk(DeskFilter(q=words), after=after, limit=OF_AN_AUTHOR)
        found |= {text.slug for text in page.items if as_target(text.author) == name}
        after = page.next
        if after is None:
            break
    return found


def as_target(author: str) -> str:
    """An author's name as a steer keeps it."""
    return " ".join(author.split())[: store.LONGEST_TARGET]


def fresh(session: Session, actor: Actor, library: Library, *, day: dt.date) -> list[str]:
    """Groups that came in lately, the newest first: texts, and reflections that
    everybody may read. What came on one day stands in no order: a library that
    was brought in at once shall not begin with the letter A."""
    since = day - FRESH_FOR
    came = list(_fresh_texts(library, library.revision, since))
    came += [
        (on.isoformat(), REFLECTION + id)
        for id, on in store.open_reflections(session, actor, since=since, limit=MOST_FRESH)
    ]
    came.sort(key=lambda pair: blake2b(pair[1].encode()).digest())
    came.sort(key=lambda pair: pair[0], reverse=True)
    return [group for _at, group in came[:MOST_FRESH]]


@lru_cache(maxsize=8)
def _fresh_texts(library: Library, _revision: int, since: dt.date) -> tuple[tuple[str, str], ...]:
    """Day and slug; the same for every member, until the library changes."""
    return tuple(
        (text.added_at[:10], text.slug)
        for text in library.desk(limit=2 * MOST_FRESH).items
        if not text.withdrawn and text.added_at[:10] >= since.isoformat()
    )


def experience(library: Library, groups: Sequence[str]) -> dict[str, int]:
    """How many of these texts there are of each theme."""
    texts = library.texts_by_slug(g for g in groups if not g.startswith(REFLECTION))
    return dict(Counter(theme for text in texts.values() for theme in text.themes))


def series_begun(
    library: Library, newest: Sequence[str], read: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the series of what was read lately: the parts that come next, and those after them."""
    found = library.texts_by_slug(g for g in newest if not g.startswith(REFLECTION))
    names = [found[g].series for g in newest if g in found]
    following: list[str] = []
    waiting: list[str] = []
    for name in list(dict.fromkeys(name for name in names if name))[:MOST_SERIES]:
        unread = [text.slug for text in library.series(name) if text.slug not in read]
        following += unread[:1]
        waiting += unread[1:]
    return tuple(following), tuple(waiting)


def with_prepared(
    session: Session, member: Member, found: Profile, prepare: Callable[[str, str], bytes]
) -> Profile:
    """The profile with the vectors of the member's own words, computed where they
    are missing and kept beside the words: they live and die with them.

    Computed outside any transaction. A piece that was changed or deleted
    meanwhile is left alone: its old vectors are not written to it.
    """
    new: dict[str, bytes] = {}
    done: list[Evidence] = []
    for piece in found.evidence:
        if piece.kind in OWN_WORDS and piece.prepared is None:
            new[piece.id] = prepare(piece.text, piece.language)
            piece = replace(piece, prepared=new[piece.id])
        done.append(piece)
    if new:
        texts: dict[str, Any] = {piece.id: piece.text for piece in found.evidence}
        with change(session):
            store.keep_prepared(session, member, new, texts, profile.own_words)
    return replace(found, evidence=tuple(done))
