"""The one sentence that a member wrote a year ago, or about so long, shown today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy.orm import Session

from models.text_model import TextModel
from recommender.summarising import OwnSentence
from webapp import clock
from webapp.access import Actor
from webapp.ids import new_id
from webapp.languages import HTML_LANG
from webapp.looking_back import chosen, days, silence, store
from webapp.looking_back.days import Back
from webapp.looking_back.own_words import own_sentences
from webapp.looking_back.store import Dated, Piece
from webapp.members.tables import Member

MOST_TRIED = 3  # pieces that are looked into before there is nothing today
MOST_SENTENCES = 40  # of a piece, its first


@dataclass(frozen=True)
class YearAgo:
    piece: str  # kind and id
    which: int  # of its hearts
    title: str
    url: str
    sentence: str
    lang: str
    day: dt.date
    back: Back
    key: str  # of the draft that may begin with it


def year_ago(
    session: Session, actor: Actor, me: Member, model: TextModel, *, today: dt.date
) -> YearAgo | None:
    """The same all day, as long as the piece stands as it is. Ends the session's
    transaction where it reads a piece: encoding must not hold one."""
    quiet = silence.of(me.switched_off or [], today)
    if quiet.quiet:
        return None
    zone = clock.zone()
    spans = [days.span(first, last, zone) for first, last in days.windows(today)]
    for dated, back in in_order(
        store.dates(session, actor, spans), quiet.pieces, today=today, zone=zone
    ):
        found = store.piece(session, actor, dated.name)
        session.rollback()
        said = hearts(model, found) if found else []
        if found and said:
            # The best on its own day, on the days beside it another: a member who comes
            # every day shall not read the same for a week.
            which = back.off % len(said)
            return YearAgo(
                piece=found.name,
                which=which,
                title=found.title,
                url=url_of(found),
                sentence=said[which].text,
                lang=HTML_LANG.get(said[which].language, "en"),
                day=found.day(zone),
                back=back,
                key=new_id(),
            )
    return None


def in_order(
    found: Sequence[Dated], unwanted: frozenset[str], *, today: dt.date, zone: ZoneInfo
) -> list[tuple[Dated, Back]]:
    """Those to be tried, the nearest to the day first; among equals by lot, the same
    lot all day."""
    able = [
        (dated, back)
        for dated in found
        if dated.name not in unwanted and (back := days.back_to(dated.day(zone), today))
    ]

    def lot(name: str) -> bytes:
        return blake2b(f"{today} {name}".encode(), digest_size=8).digest()

    able.sort(key=lambda pair: (pair[1].place, lot(pair[0].name)))
    return able[:MOST_TRIED]


def hearts(model: TextModel, piece: Piece) -> list[OwnSentence]:
    """The sentences that say best what the piece is about, the best first."""
    return chosen.hearts(model, own_sentences(piece.body, piece.name)[:MOST_SENTENCES])


def url_of(piece: Dated) -> str:
    if piece.kind == "note":
        return url_for("notes.edit", note_id=piece.id)
    return url_for("reflections.show", reflection_id=piece.id)
