"""SQL of browsing: submitted pieces by what they are about, by whom, when and with
which words, as far as the actor may read them. The newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus import words
from webapp import clock
from webapp.access import Actor
from webapp.community import named_by, one_of
from webapp.reflections.filters import Filter
from webapp.reflections.published import WORDS
from webapp.reflections.store import Mark, Shown, open_to, selected, shown
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme
from webapp.units.tables import Appointment, MemberRole, Membership, StudyRole, Unit

MOST_QUERY_WORDS = 64
NOTHING = Filter()


def newest(
    session: Session,
    actor: Actor,
    wanted: Filter = NOTHING,
    *,
    after: Mark | None = None,
    limit: int = 20,
) -> list[Shown]:
    """Submitted pieces that the actor may read and that have all that is wanted.

    Those found by words too are the newest first, not the most relevant: the weight
    of a word would depend on pieces that the actor may not read, and change the order
    with them.
    """
    query = selected(actor, whole=False).where(open_to(actor), *_has(session, actor, wanted))
    if after is not None:
        at, last = after
        query = query.where(
            sa.or_(
                Reflection.shown_at < at,
                sa.and_(Reflection.shown_at == at, Reflection.id < last),
            )
        )
    query = query.order_by(Reflection.shown_at.desc(), Reflection.id.desc()).limit(limit)
    return [shown(row) for row in session.execute(query)]


def among(
    session: Session, actor: Actor, ids: Collection[str], wanted: Filter = NOTHING
) -> dict[str, Shown]:
    """Of these, the submitted pieces that the actor may read and that have what is
    wanted (words left out), whole, by id."""
    if not ids:
        return {}
    rows = session.execute(
        selected(actor, whole=True).where(
            open_to(actor),
            Reflection.id.in_(list(ids)),
            *_has(session, actor, wanted, with_words=False),
        )
    )
    return {row[0]: shown(row) for row in rows}


def citing(session: Session, actor: Actor, text_slug: str, limit: int = 10) -> list[Shown]:
    """Submitted pieces about a text or citing a passage of it, newest first."""
    return newest(session, actor, Filter(text=text_slug), limit=limit)


def cited_passages(session: Session, actor: Actor, text_slug: str) -> dict[str, int]:
    """Passages of a text that pieces cite which the actor may read, with how many."""
    rows = session.execute(
        sa.select(Citation.passage_id, sa.func.count(Citation.reflection_id.distinct()))
        .join(
            Reflection,
            named_by(Reflection, Citation.reflection_id),
        )
        .where(
            Citation.organisation_id == actor.organisation,
            Citation.text_slug == text_slug,
            open_to(actor),
        )
        .group_by(Citation.passage_id)
    )
    return {row[0]: int(row[1]) for row in rows}


# By what one can narrow down


def themes_in_use(session: Session, actor: Actor) -> list[tuple[str, int]]:
    """Themes of the pieces that the actor may read, with how many, most first."""
    if actor.member is None:
        return []
    # As `open_to` has it: what others may read is counted in an index alone; to it come
    # the own pieces that are not open to oneself as a reader: hidden, or for a unit that
    # one has left.
    theirs = (
        sa.select(ReflectionTheme.theme, sa.func.count())
        .where(
            ReflectionTheme.organisation_id == actor.organisation,
            ReflectionTheme.readers.in_(("", *sorted(actor.units))),
        )
        .group_by(ReflectionTheme.theme)
    )
    own = sa.select(Reflection.themes).where(
        Reflection.organisation_id == actor.organisation,
        Reflection.member_id == actor.member,
        Reflection.status == "submitted",
        sa.or_(
            Reflection.hidden_at.is_not(None),
            sa.and_(Reflection.audience == "unit", Reflection.unit_id.not_in(sorted(actor.units))),
        ),
    )
    found: Counter[str] = Counter()
    for theme, number in session.execute(theirs):
        found[theme] += number
    for themes in session.scalars(own):
        found.update(themes)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def units_in_use(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Units (id, name) by which a piece is found that the actor may read."""
    # Asked unit by unit, each until its first piece: all that is readable would be
    # everything there is.
    of_audience = sa.exists().where(
        Reflection.organisation_id == actor.organisation,
        Reflection.unit_id == Unit.id,
        open_to(actor),
        Reflection.audience == "unit",
    )
    of_author = sa.exists().where(
        Membership.organisation_id == actor.organisation,
        Membership.unit_id == Unit.id,
        Membership.until.is_(None),
        Reflection.organisation_id == Membership.organisation_id,
        Reflection.member_id == Membership.member_id,
        Reflection.audience == "organisation",
        open_to(actor),
    )
    # A piece for a unit is read in it, or by its author.
    read_in = sa.or_(
        Unit.id.in_(sorted(actor.units)),
        Unit.id.in_(
            sa.select(Reflection.unit_id).where(
                Reflection.organisation_id == actor.organisation,
                Reflection.member_id == actor.member,
                Reflection.unit_id.is_not(None),
            )
        ),
    )
    rows = session.execute(
        sa.select(Unit.id, Unit.name)
        .where(
            Unit.organisation_id == actor.organisation,
            sa.or_(of_author, sa.and_(read_in, of_audience)),
        )
        .order_by(Unit.name, Unit.id)
    )
    return [(id, name) for id, name in rows]


def roles_in_use(session: Session, actor: Actor) -> list[tuple[str, str, str]]:
    """Roles (id, English, Chinese name) of the named authors whose pieces the actor may read."""
    named = sa.and_(Reflection.audience != "anonymous", open_to(actor))
    chosen = sa.exists().where(MemberRole.role_id == StudyRole.id, _of_author(MemberRole), named)
    given = sa.exists().where(
        Appointment.role_id == StudyRole.id, _of_author(Appointment), _seen_given(actor), named
    )
    rows = session.execute(
        sa.select(StudyRole.id, StudyRole.name_en, StudyRole.name_zh)
        .where(StudyRole.organisation_id == actor.organisation, sa.or_(chosen, given))
        .order_by(StudyRole.position, StudyRole.id)
    )
    return [(id, en, zh) for id, en, zh in rows]


# What is wanted, in SQL


def _has(
    session: Session, actor: Actor, wanted: Filter, *, with_words: bool = True
) -> list[sa.ColumnElement[bool]]:
    organisation = actor.organisation
    found: list[sa.ColumnElement[bool]] = []
    if wanted.q and with_words:
        found.append(_has_words(session, organisation, wanted.q))
    if wanted.theme:
        found.append(
            sa.exists().where(
                ReflectionTheme.organisation_id == Reflection.organisation_id,
                ReflectionTheme.reflection_id == Reflection.id,
                ReflectionTheme.theme == wanted.theme,
            )
        )
    if wanted.text:
        found.append(_of_text(organisation, wanted.text))
    if wanted.passage:
        cites_it = sa.select(Citation.reflection_id).where(
            Citation.organisation_id == organisation, Citation.passage_id == wanted.passage
        )
        found.append(Reflection.id.in_(cites_it))
    if wanted.unit:
        found.append(_of_unit(wanted.unit))
    if wanted.role:
        found.append(_of_role(actor, wanted.role))
    if wanted.genre:
        found.append(Reflection.genre == wanted.genre)
    since, until = wanted.days(clock.today())
    if since:
        found.append(Reflection.shown_at >= _begins(since))
    if until:
        found.append(Reflection.shown_at < _begins(until, 1))
    return found


def _of_text(organisation: str, text_slug: str) -> sa.ColumnElement[bool]:
    # two index look-ups together; an "or" would walk through every piece
    about = sa.select(Reflection.id).where(
        Reflection.organisation_id == organisation, Reflection.text_slug == text_slug
    )
    citing_it = sa.select(Citation.reflection_id).where(
        Citation.organisation_id == organisation, Citation.text_slug == text_slug
    )
    return Reflection.id.in_(sa.union(about, citing_it))


def _of_unit(unit: str) -> sa.ColumnElement[bool]:
    """Read by the unit, or under the name of a present member of it. A piece without
    a name is found by neither: its author's unit would be told."""
    belongs = sa.exists().where(
        Membership.organisation_id == Reflection.organisation_id,
        Membership.member_id == Reflection.member_id,
        Membership.unit_id == unit,
        Membership.until.is_(None),
    )
    return sa.or_(
        sa.and_(Reflection.audience == "unit", Reflection.unit_id == unit),
        sa.and_(Reflection.audience == "organisation", belongs),
    )


def _of_role(actor: Actor, role: str) -> sa.ColumnElement[bool]:
    """Under the name of somebody who has the role; never without a name."""
    chosen = sa.exists().where(MemberRole.role_id == role, _of_author(MemberRole))
    given = sa.exists().where(
        Appointment.role_id == role, _of_author(Appointment), _seen_given(actor)
    )
    return sa.and_(Reflection.audience != "anonymous", sa.or_(chosen, given))


def _of_author(table: type[MemberRole | Appointment]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.organisation_id == Reflection.organisation_id,
        table.member_id == Reflection.member_id,
    )


def _seen_given(actor: Actor) -> sa.ColumnElement[bool]:
    """Roles given now, of which the actor may know: who has which in a unit is seen by its
    members and by whoever organizes it."""
    now = clock.now()
    holds = sa.and_(
        Appointment.organisation_id == actor.organisation,
        Appointment.since <= now,
        sa.or_(Appointment.until.is_(None), Appointment.until > now),
    )
    if actor.organizer:
        return holds
    return sa.and_(holds, one_of(Appointment.unit_id, actor.units | actor.organizes))


def _begins(day: dt.date, later: int = 0) -> dt.datetime:
    """When a day begins here; the last days of the calendar have none after them."""
    try:
        day += dt.timedelta(days=later)
        return dt.datetime.combine(day, dt.time(), clock.zone()).astimezone(dt.UTC)
    except OverflowError:
        edge = dt.datetime.max if day.year > 1 else dt.datetime.min
        return edge.replace(tzinfo=dt.UTC)


def _has_words(session: Session, organisation: str, query: str) -> Any:
    wanted = list(dict.fromkeys(words.tokens(query)))[:MOST_QUERY_WORDS]
    if not wanted:
        return sa.false()
    if session.get_bind().dialect.name == "sqlite":
        expression = " ".join(f'"{word}"' for word in wanted)  # tokens hold no quotes
        return Reflection.id.in_(
            sa.select(WORDS.c.reflection_id).where(
                sa.literal_column("reflection_words").op("match")(expression),
                WORDS.c.organisation_id == organisation,
            )
        )
    simple: sa.ColumnElement[str] = sa.literal_column("'simple'")
    return sa.func.to_tsvector(simple, Reflection.search_text).op("@@")(
        sa.func.plainto_tsquery(simple, " ".join(wanted))
    )
