"""SQL of what a report counts: pieces, questions and entered pieces of some days.

What may be counted at all is said here: submitted and not hidden, and of a piece
without a name not its author. Who may read it is asked afterwards, of the columns
(`facts.Reader`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.answers.tables import Answer
from webapp.community import named_by
from webapp.desk import acts_store as desk
from webapp.desk.tables import Review
from webapp.reflections.subjects import OF_MEMBERS
from webapp.reflections.tables import Citation, Reflection, ReflectionTheme
from webapp.reports.facts import (
    GENRES,
    Asking,
    Codes,
    Entered,
    Facts,
    Pieces,
    Several,
    numbers,
)
from webapp.requirements.tables import EnteredPiece

DAY = 86_400
GENRE = {genre: place for place, genre in enumerate(GENRES)}
NAMELESS = Reflection.audience == "anonymous"


def found(
    session: Session, organisation: str, first: dt.date, last: dt.date, codes: Codes
) -> Facts:
    """All of these days, the first and the last with them."""
    begins = dt.datetime.combine(first, dt.time(), dt.UTC)
    ends = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC)
    return Facts(
        _pieces(session, organisation, begins, ends, codes),
        _asking(session, organisation, begins, ends, codes),
        _entered(session, organisation, first, last, codes),
    )


def _seconds(moment: Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.extract("epoch", moment), sa.BigInteger)


def _counted(organisation: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        Reflection.organisation_id == organisation,
        Reflection.status == "submitted",
        Reflection.hidden_at.is_(None),
    )


def _author() -> sa.ColumnElement[str | None]:
    return sa.case((NAMELESS, None), else_=Reflection.member_id)


def _unit() -> sa.ColumnElement[str | None]:
    return sa.case((Reflection.audience == "unit", Reflection.unit_id), else_=None)


def _by_a_reader() -> sa.ColumnElement[bool]:
    """As `answers.counting` has it."""
    return sa.and_(
        Answer.organisation_id == Reflection.organisation_id,
        Answer.reflection_id == Reflection.id,
        Answer.kind != "reply",
        Answer.member_id != Reflection.member_id,
        Answer.taken_back_at.is_(None),
        Answer.hidden_at.is_(None),
    )


# Pieces


def _pieces(
    session: Session, organisation: str, begins: dt.datetime, ends: dt.datetime, codes: Codes
) -> Pieces:
    # What the index of the newest has; a piece is looked up where more is asked of it.
    in_time = sa.and_(
        Reflection.organisation_id == organisation,
        Reflection.status == "submitted",
        Reflection.shown_at >= begins,
        Reflection.shown_at < ends,
    )
    said_last = (
        sa.select(Review.kind)
        .where(
            Review.organisation_id == Reflection.organisation_id,
            Review.reflection_id == Reflection.id,
            desk.standing(),
        )
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(1)
        .correlate(Reflection)
    ).scalar_subquery()
    rows = session.execute(
        sa.select(
            Reflection.id,
            _seconds(Reflection.shown_at),
            _author(),
            _unit(),
            Reflection.genre,
            Reflection.text_slug,
            # kept by the database: "first" is a piece to which nobody said anything
            sa.func.coalesce(Reflection.desk, "") != "first",
            sa.func.coalesce(said_last, "") == "accepted",
        )
        .where(in_time, Reflection.hidden_at.is_(None))
        .order_by(Reflection.shown_at, Reflection.id)
    ).all()
    id, shown, author, unit, genre, about, said, accepted = _columns(rows, 8)
    many = len(id)
    row_of = {piece: row for row, piece in enumerate(id)}

    def of_pieces(select: Any) -> list[Any]:
        """Of (piece, ...) each with the row of its piece, of those that are counted."""
        found = session.execute(select.where(in_time)).all()
        return [(row_of[piece], *values) for piece, *values in found if piece in row_of]

    said_by = of_pieces(
        sa.select(Reflection.id, Answer.member_id, _seconds(Answer.at)).join(Answer, _by_a_reader())
    )
    accepted_at = of_pieces(  # without a word, too
        sa.select(Reflection.id, _seconds(Review.at)).join(
            Review, sa.and_(_of_piece(Review), Review.kind == "accepted")
        )
    )
    first: dict[int, int] = {}
    for row, *_by, at in (*said_by, *accepted_at):
        first[row] = min(at, first.get(row, at))
    named = [one for one in said_by if author[one[0]] is not None]
    cited = of_pieces(
        # a piece of a member is cited as a whole
        sa.select(
            Reflection.id,
            sa.case(
                (Citation.text_slug == OF_MEMBERS, Citation.passage_id), else_=Citation.text_slug
            ),
        ).join(Citation, _of_piece(Citation))
    )
    texts = {*cited, *((row, slug) for row, slug in enumerate(about) if slug is not None)}
    themes = of_pieces(
        sa.select(Reflection.id, ReflectionTheme.theme).join(
            ReflectionTheme, _of_piece(ReflectionTheme)
        )
    )
    return Pieces(
        shown=numbers(shown),
        author=codes.all_of(author),
        unit=codes.all_of(unit),
        genre=numbers([GENRE[one] for one in genre]),
        wait=numbers(
            [
                max(first[row] - since, 0) // DAY if row in first else -1
                for row, since in enumerate(shown)
            ]
        ),
        said=np.array(said, bool),
        accepted=np.array(accepted, bool),
        texts=_several(sorted(texts), many, codes),
        themes=_several(themes, many, codes),
        answerers=_several([one[:2] for one in named], many, codes),
        answered_at=Several.of(
            numbers([row for row, *_rest in named]), numbers([at for *_rest, at in named]), many
        ),
    )


def _of_piece(
    table: type[Citation] | type[ReflectionTheme] | type[Review],
) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.organisation_id == Reflection.organisation_id, table.reflection_id == Reflection.id
    )


def _several(found: Sequence[tuple[int, str]], many: int, codes: Codes) -> Several:
    rows, names = _columns(found, 2)
    return Several.of(numbers(rows), codes.all_of(names), many)


def _columns(rows: Any, many: int) -> list[Any]:
    return list(zip(*rows, strict=True)) if rows else [()] * many


# Questions


def _asking(
    session: Session, organisation: str, begins: dt.datetime, ends: dt.datetime, codes: Codes
) -> Asking:
    reply = sa.alias(Answer.__table__, "reply")
    # Replies are looked for among the answers to the piece, which are few, whatever the
    # statistics of the database say.
    replied = sa.exists().where(
        reply.c.organisation_id == Answer.organisation_id,
        reply.c.reflection_id == Answer.reflection_id,
        reply.c.parent_id == Answer.id,
        reply.c.taken_back_at.is_(None),
        reply.c.hidden_at.is_(None),
        reply.c.member_id != Answer.member_id,
    )
    # It waits for the piece to be handed in anew, and not for a reply.
    asked_back = sa.exists().where(
        Review.organisation_id == Answer.organisation_id,
        Review.reflection_id == Answer.reflection_id,
        Review.answer_id == Answer.id,
        Review.kind == "asked_back",
    )
    rows = session.execute(
        sa.select(_seconds(Answer.at), Answer.id, _author(), _unit(), ~replied)
        .join(
            Reflection,
            named_by(Reflection, Answer.reflection_id),
        )
        .where(
            Answer.organisation_id == organisation,
            Answer.kind == "question",
            ~asked_back,
            Answer.taken_back_at.is_(None),
            Answer.hidden_at.is_(None),
            Answer.at >= begins,
            Answer.at < ends,
            _counted(organisation),
        )
        .order_by(Answer.at, Answer.id)
    ).all()
    at, id, author, unit, open_ones = _columns(rows, 5)
    return Asking(
        numbers(at), np.array(id, object), codes.all_of(author), codes.all_of(unit),
        np.array(open_ones, bool),
    )  # fmt: skip


# Pieces by people without an account


def _entered(
    session: Session, organisation: str, first: dt.date, last: dt.date, codes: Codes
) -> Entered:
    """Whoever is no member belongs to no figure."""
    rows = session.execute(
        sa.select(
            EnteredPiece.day,
            EnteredPiece.member_id,
            EnteredPiece.unit_id,
            EnteredPiece.genre,
            EnteredPiece.text_slug,
            EnteredPiece.answered_on.is_not(None),
        )
        .where(
            EnteredPiece.organisation_id == organisation,
            EnteredPiece.member_id.is_not(None),
            EnteredPiece.day >= first,
            EnteredPiece.day <= last,
            EnteredPiece.objected_at.is_(None),
            EnteredPiece.taken_back_at.is_(None),
        )
        .order_by(EnteredPiece.day, EnteredPiece.id)
    ).all()
    day, author, unit, genre, text, answered = _columns(rows, 6)
    return Entered(
        numbers([one.toordinal() for one in day]), codes.all_of(author), codes.all_of(unit),
        numbers([GENRE[one] for one in genre]), codes.all_of(text), np.array(answered, bool),
    )  # fmt: skip
