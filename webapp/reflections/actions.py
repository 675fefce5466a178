"""Changes to reflections: each function is one change in one transaction.

A change that others may notice raises `published_version` in that transaction;
the caller then asks for the index to be looked at (`webapp.jobs.queue.look_again`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus.languages import detect
from webapp import clock, resources
from webapp.access import Actor
from webapp.audit.actions import record_by_author
from webapp.community import change
from webapp.ids import new_id
from webapp.members.once import carried_out
from webapp.reflections import (
    experiences,
    lifecycle,
    publication,
    published,
    store,
    subjects,
    versions,
)
from webapp.reflections.experiences import Details
from webapp.reflections.genres import Genre
from webapp.reflections.lifecycle import Obstacle
from webapp.reflections.subjects import Subjects
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme, ReflectionVersion
from webapp.suggestions.due import new_list_due, published_words_changed
from webapp.units import store as units


class Unknown(Exception):
    """There is no such piece of this actor."""


class Stale(Exception):
    """The draft has moved on since the page that sends this was opened."""

    def __init__(self, version: int, title: str, body: str, saved_at: dt.datetime) -> None:
        super().__init__(f"the draft is at version {version}")
        self.version, self.title, self.body, self.saved_at = version, title, body, saved_at


class Hindered(Exception):
    """The piece cannot be submitted as it is."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


@dataclass(frozen=True)
class Saved:
    id: str
    version: int
    at: dt.datetime


# Writing


def start(
    session: Session,
    actor: Actor,
    *,
    title: str,
    body: str,
    now: dt.datetime,
    text_slug: str | None = None,
    key: str | None = None,
    reflection_id: str | None = None,
    genre: Genre = "reflection",
    goal_id: str | None = None,
) -> str:
    """A new draft with its first words; its id. The same key starts one draft,
    however often it comes. An unknown `text_slug` is left out. `goal_id`: the
    author's own goal whose outcome it tells.

    Raises Unknown when the draft that this key started was deleted since.
    """
    text = resources.library().text(text_slug) if text_slug else None
    with change(session):

        def work() -> dict[str, str]:
            piece = Reflection(
                organisation_id=actor.organisation,
                id=reflection_id or new_id(),
                member_id=str(actor.member),
                genre=genre,
                goal_id=goal_id,
                text_slug=text.slug if text else None,
                text_title=text.title[:300] if text else None,
                title=title,
                body=body,
                version=1,
                status="draft",
                themes=[],
                language=detect(f"{title}\n{body}"),
                created_at=now,
                updated_at=now,
            )
            session.add(piece)
            session.flush()
            new_list_due(session, actor)
            return {"id": piece.id}

        result, _now = carried_out(session, actor, key or new_id(), ("start",), work, now=now)
        piece = store.own(session, actor, result.get("id", ""))
        if piece is None:
            raise Unknown
        return piece.id


def save(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    title: str,
    body: str,
    base_version: int,
    now: dt.datetime,
) -> Saved:
    """Keep what was written on top of `base_version`.

    Raises Stale, and changes nothing, when another tab or device saved since.
    Words that stand there already are saved already.
    """
    with change(session):
        piece = _own(session, actor, reflection_id)
        if (piece.title, piece.body) == (title, body):
            return Saved(piece.id, piece.version, piece.updated_at)
        if piece.version != base_version:
            raise Stale(piece.version, piece.title, piece.body, piece.updated_at)
        if versions.is_worth_keeping(saved_at=piece.updated_at, now=now):
            _keep_version(session, piece, cause="pause")
        _write(session, actor, piece, title=title, body=body, now=now)
        return Saved(piece.id, piece.version, piece.updated_at)


def settle(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    title: str,
    body: str,
    other_title: str,
    other_body: str,
    base_version: int,
    now: dt.datetime,
) -> Saved:
    """End a conflict: `title` and `body` become the draft, and what they replace
    (the stored draft and the `other_` words) stays among the versions."""
    with change(session):
        piece = _own(session, actor, reflection_id)
        if piece.version != base_version:
            raise Stale(piece.version, piece.title, piece.body, piece.updated_at)
        if (piece.title, piece.body) != (title, body):
            _keep_version(session, piece, cause="conflict")
            _write(session, actor, piece, title=title, body=body, now=now)
        if (other_title, other_body) not in ((title, body), (piece.title, piece.body)):
            _keep_words(session, piece, other_title, other_body, cause="conflict", at=now)
        return Saved(piece.id, piece.version, piece.updated_at)


def restore(
    session: Session, actor: Actor, reflection_id: str, version_id: str, *, now: dt.datetime
) -> Saved:
    """Make a kept version the draft again; what it replaces is kept too."""
    with change(session):
        piece = _own(session, actor, reflection_id)
        wanted = store.version(session, piece, version_id)
        if wanted is None:
            raise Unknown
        if (piece.title, piece.body) != (wanted.title, wanted.body):
            _keep_version(session, piece, cause="restored")
            _write(session, actor, piece, title=wanted.title, body=wanted.body, now=now)
        return Saved(piece.id, piece.version, piece.updated_at)


# Submitting


def submit(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    audience: str | None,
    unit_id: str | None,
    key: str,
    now: dt.datetime,
    title: str = "",
    draft_version: int | None = None,
) -> bool:
    """Publish the draft to the audience; whether it was done now.

    A repeated key changes nothing. `title` replaces the draft's, "" leaves it.
    Raises Stale when the draft is no longer at `draft_version` (None: whatever
    it is at), Hindered when something stands in the way, Unknown.
    """
    draft = store.own(session, actor, reflection_id)
    if draft is None:
        raise Unknown
    seen = draft.version
    about = subjects.of_draft(draft.body, draft.text_slug, resources.library)
    with change(session):

        def work() -> dict[str, str]:
            piece = _own(session, actor, reflection_id)
            if piece.version != seen or draft_version not in (None, seen):
                raise Stale(piece.version, piece.title, piece.body, piece.updated_at)
            chosen = title or piece.title
            problem = lifecycle.obstacle(
                title=chosen,
                body=piece.body,
                audience=audience,
                unit=unit_id,
                units=units.open_units(session, actor.organisation, actor.units),
            )
            if problem:
                raise Hindered(problem)
            if chosen != piece.title:
                _write(session, actor, piece, title=chosen, body=piece.body, now=now)
            _keep_submitted(session, piece, now=now)
            _publish(session, piece, about, now=now)
            _log_opening(session, piece, str(audience), unit_id, now=now)
            _open_to(piece, str(audience), unit_id, now=now)
            lesson = store.details_of(session, piece).lesson
            open_words = (
                None if audience == "unit" else publication.own_text(piece.published_body, lesson)
            )
            published_words_changed(session, piece.organisation_id, piece.id, words=open_words)
            new_list_due(session, actor)
            return {"id": piece.id}

        what = ("submit", reflection_id, str(draft_version), str(audience), str(unit_id))
        _result, done_now = carried_out(session, actor, key, what, work, now=now)
        return done_now


def change_audience(
    session: Session,
    actor: Actor,
    reflection_id: str,
    *,
    audience: str | None,
    unit_id: str | None,
    now: dt.datetime,
) -> None:
    """Open a submitted piece to another audience, its words as they are."""
    with change(session):
        piece = _own(session, actor, reflection_id)
        if piece.status != "submitted":
            raise Unknown
        problem = lifecycle.obstacle(
            title=piece.published_title,
            body=piece.published_body,
            audience=audience,
            unit=unit_id,
            units=units.open_units(session, actor.organisation, actor.units),
        )
        if problem:
            raise Hindered(problem)
        if (audience, unit_id if audience == "unit" else None) == (piece.audience, piece.unit_id):
            return
        _log_opening(session, piece, str(audience), unit_id, now=now)
        _open_to(piece, str(audience), unit_id, now=now)
        piece.published_version += 1
        if audience == "unit":
            published_words_changed(session, piece.organisation_id, piece.id, words=None)


def describe(session: Session, actor: Actor, reflection_id: str, details: Details) -> bool:
    """Keep where, who, the lesson and for whom of an experience; whether others may
    notice. Raises Unknown, for a piece of another genre too."""
    about: Subjects | None = None
    draft = store.own(session, actor, reflection_id)
    if draft is not None and draft.status == "submitted":
        about = subjects.of_draft(draft.published_body, draft.text_slug, resources.library)
    with change(session):
        piece = _own(session, actor, reflection_id)
        if piece.genre != "experience":
            raise Unknown
        if store.details_of(session, piece) == details:
            return False
        store.keep_details(session, piece, details)
        if piece.status != "submitted":
            return False
        piece.published_version += 1
        if about is not None:
            piece.themes = experiences.themes_with(details.themes, about.themes)
            session.execute(
                sa.delete(ReflectionTheme).where(
                    ReflectionTheme.organisation_id == piece.organisation_id,
                    ReflectionTheme.reflection_id == piece.id,
                )
            )
            keys = {"organisation_id": piece.organisation_id, "reflection_id": piece.id}
            session.add_all(ReflectionTheme(**keys, theme=theme) for theme in piece.themes)
        said = experiences.found_by(piece.published_title, piece.published_body, details)
        published.set_words(session, piece, said)
        if piece.audience != "unit":
            words = publication.own_text(piece.published_body, details.lesson)
            published_words_changed(session, piece.organisation_id, piece.id, words=words)
        return True


def withdraw(session: Session, actor: Actor, reflection_id: str, *, now: dt.datetime) -> None:
    """From now on only the author reads it. May be repeated."""
    with change(session):
        piece = _own(session, actor, reflection_id)
        if piece.status == "draft":
            raise Unknown
        if piece.status == "withdrawn":
            return
        piece.status = "withdrawn"
        piece.published_version += 1
        piece.updated_at = now
        piece.themes = []
        _forget_publication(session, piece)
        _log(session, piece, "piece.withdrawn", now=now)
        published_words_changed(session, piece.organisation_id, piece.id, words=None)
        new_list_due(session, actor)


def delete(session: Session, actor: Actor, reflection_id: str) -> bool:
    """Delete a draft or a withdrawn piece with all its versions.

    False, and nothing is changed, while it is submitted or while the index may
    still hold it: without its row nobody would know to take it out.
    """
    with change(session):
        piece = _own(session, actor, reflection_id)
        if piece.status == "submitted":
            return False
        if piece.published_version and piece.indexed_version != piece.published_version:
            return False
        _forget_publication(session, piece)
        session.flush()
        session.delete(piece)
        new_list_due(session, actor)
        return True


# Steps, each part of the caller's transaction


def _own(session: Session, actor: Actor, reflection_id: str) -> Reflection:
    piece = store.own(session, actor, reflection_id, to_change=True)
    if piece is None:
        raise Unknown
    return piece


def _write(
    session: Session, actor: Actor, piece: Reflection, *, title: str, body: str, now: dt.datetime
) -> None:
    if body != piece.body:
        piece.prepared = None  # the vectors of words that are gone
        new_list_due(session, actor)
    piece.title, piece.body = title, body
    piece.version += 1
    piece.updated_at = now


def _keep_version(session: Session, piece: Reflection, *, cause: str) -> None:
    _keep_words(session, piece, piece.title, piece.body, cause=cause, at=piece.updated_at)


def _keep_submitted(session: Session, piece: Reflection, *, now: dt.datetime) -> None:
    """The state that is submitted, by the moment of that: the record of the piece tells it."""
    _keep_words(session, piece, piece.title, piece.body, cause="submitted", at=now)


def _keep_words(
    session: Session, piece: Reflection, title: str, body: str, *, cause: str, at: dt.datetime
) -> None:
    """Keep a state of the draft, unless it is empty or the newest kept one is the same."""
    newest = session.scalars(
        sa.select(ReflectionVersion)
        .where(
            ReflectionVersion.organisation_id == piece.organisation_id,
            ReflectionVersion.reflection_id == piece.id,
        )
        .order_by(ReflectionVersion.number.desc(), ReflectionVersion.at.desc())
        .limit(1)
    ).first()
    if not (title.strip() or body.strip()):
        return
    if newest is not None and (newest.title, newest.body) == (title, body):
        if cause == "submitted" and newest.cause != cause:
            newest.cause, newest.at = cause, at
        return
    session.add(
        ReflectionVersion(
            organisation_id=piece.organisation_id,
            id=new_id(),
            reflection_id=piece.id,
            number=piece.version,
            title=title,
            body=body,
            cause=cause,
            at=at,
        )
    )
    session.flush()


def _publish(session: Session, piece: Reflection, about: Subjects, *, now: dt.datetime) -> None:
    """Take the copy that others read, with what it is found by."""
    piece.published_title, piece.published_body = piece.title, piece.body
    piece.published_draft = piece.version
    piece.published_version += 1
    piece.language = detect(f"{piece.title}\n{piece.body}")
    details = store.details_of(session, piece)
    piece.themes = experiences.themes_with(details.themes, about.themes)
    piece.submitted_at = now
    _forget_publication(session, piece)
    keys = {"organisation_id": piece.organisation_id, "reflection_id": piece.id}
    for theme in piece.themes:
        session.add(ReflectionTheme(**keys, theme=theme))
    for position, citation in enumerate(about.cited):
        session.add(
            Citation(
                **keys,
                position=position,
                passage_id=citation.passage_id,
                text_slug=citation.text_slug,
                quote=citation.quote,
                source=citation.source,
            )
        )
    said = experiences.found_by(piece.published_title, piece.published_body, details)
    published.set_words(session, piece, said)


def _forget_publication(session: Session, piece: Reflection) -> None:
    """Take away what a piece is found by in browsing and search."""
    for table in (ReflectionTheme, Citation):
        session.execute(
            sa.delete(table).where(
                table.organisation_id == piece.organisation_id, table.reflection_id == piece.id
            )
        )
    published.set_words(session, piece, "")


def _log_opening(
    session: Session, piece: Reflection, audience: str, unit: str | None, *, now: dt.datetime
) -> None:
    """That it is opened to these readers, unless they are those it is open to already."""
    to = {"audience": audience, "unit": unit if audience == "unit" else None}
    if piece.status != "submitted":
        _log(session, piece, "piece.opened", now=now, **to)
    elif (audience, to["unit"]) != (piece.audience, piece.unit_id):
        _log(session, piece, "piece.reopened", now=now, before=str(piece.audience), **to)


def _log(
    session: Session, piece: Reflection, what: str, *, now: dt.datetime, **details: str | None
) -> None:
    of, zone = piece.organisation_id, clock.zone()
    record_by_author(session, of, what, reflection=piece.id, at=now, zone=zone, **details)


def _open_to(piece: Reflection, audience: str, unit: str | None, *, now: dt.datetime) -> None:
    unit = unit if audience == "unit" else None
    same = piece.status == "submitted" and (audience, unit) == (piece.audience, piece.unit_id)
    piece.shown_at = lifecycle.shown_at(
        now,
        audience=audience,
        zone=clock.zone(),
        before=piece.shown_at if same else None,
        audience_before=piece.audience if same else None,
    )
    piece.status, piece.audience, piece.unit_id = "submitted", audience, unit
