"""What the page of a piece shows of its answers: paragraphs, threads, the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from corpus.languages import detect
from webapp import languages
from webapp.access import Actor
from webapp.answers import anchors, limits, reports, store, threads
from webapp.answers.counting import Counted, counts_as_study
from webapp.answers.paragraphs import Paragraph, paragraphs
from webapp.answers.threads import Said
from webapp.ids import new_id
from webapp.reflections import wording
from webapp.reflections.store import Shown


@dataclass(frozen=True)
class Form:
    """What stands in the form for an answer, or in that for a reply `to` one."""

    kind: str = "echo"
    body: str = ""
    paragraph: int | None = None  # None: to the whole
    to: str = ""
    problem: str = ""


@dataclass(frozen=True)
class About:
    """The paragraph that an answer speaks to."""

    words: str
    number: int | None  # where it stands now; None: it was changed since


@dataclass(frozen=True)
class Line:
    """One answer or reply."""

    said: Said
    lang: str
    why_hidden: str = ""  # for whoever wrote it


@dataclass(frozen=True)
class Thread:
    answer: Line
    replies: list[Line]
    about: About | None
    key: str  # of the form for a reply

    @property
    def id(self) -> str:
        return self.answer.said.id


@dataclass(frozen=True)
class Par:
    """A paragraph of the piece, and what was said to it."""

    number: int
    source: str
    words: str  # the beginning; "" where it cannot be answered
    answers: int = 0
    first: str = ""  # id of the first answer to it


@dataclass(frozen=True)
class Section:
    threads: list[Thread]
    paragraphs: list[Par]
    open: bool  # whether it can be answered, or replied, now
    form: Form | None  # None: no answer of one's own, as the author
    key: str = ""
    counted: Counted | None = None  # for the author
    why_hidden: tuple[str, str] | None = None  # reason and organizer, for the author
    limit: int = limits.BODY_LIMIT

    @property
    def asked(self) -> Par | None:
        """The paragraph that the form speaks to."""
        number = self.form.paragraph if self.form else None
        return next((p for p in self.paragraphs if p.number == number and p.words), None)


def of(
    session: Session, actor: Actor, piece: Shown, form: Form, *, zone: ZoneInfo
) -> Section:  # fmt: skip
    """The answers to a piece that the actor may read."""
    there = paragraphs(piece.body)
    said = store.of_piece(session, actor, piece.id)
    hidden = [one.id for one in said if one.hidden and one.mine]
    why = reports.why_hidden(session, actor, hidden + ([piece.id] if piece.hidden else []))
    found = _threads(piece, said, there, {id: reason for id, (reason, _by) in why.items()}, zone)
    counted = None
    if piece.mine:
        answered = store.answered(session, actor, [piece.id]).get(piece.id, [])
        counted = counts_as_study(status=piece.status, hidden=piece.hidden, answers=answered)
    return Section(
        threads=found,
        paragraphs=_paragraphs(there, found),
        open=piece.status == "submitted",
        form=None if piece.mine and not form.to else form,
        key=new_id(),
        counted=counted,
        why_hidden=why.get(piece.id),
    )


def for_preview(session: Session, reader: Actor, piece: Shown, *, zone: ZoneInfo) -> Section:
    """The answers as a reader sees them, for the author: what is hidden from the
    author stays hidden, also where the reader wrote it."""
    there = paragraphs(piece.body)
    said = [replace(one, mine=False) for one in store.of_piece(session, reader, piece.id) if not one.hidden]  # fmt: skip
    found = _threads(piece, said, there, {}, zone)
    return Section(found, _paragraphs(there, found), open=False, form=None)


def _threads(
    piece: Shown, said: Iterable[Said], there: list[Paragraph], why: dict[str, str], zone: ZoneInfo
) -> list[Thread]:
    def line(one: Said) -> Line:
        return Line(one, languages.HTML_LANG.get(detect(one.body), "en"), why.get(one.id, ""))

    return [
        Thread(
            answer=line(thread.answer),
            replies=[line(reply) for reply in thread.replies],
            about=_about(thread.answer, there),
            key=new_id(),
        )
        for thread in threads.threads(said, nameless=piece.audience == "anonymous", zone=zone)
    ]


def _about(answer: Said, there: list[Paragraph]) -> About | None:
    if not answer.quote:
        return None
    found = anchors.find(answer.quote, [p.words for p in there], was=answer.paragraph)
    words = wording.shortened(answer.quote, anchors.SHOWN)
    return About(words, found.number if found else None)


def _paragraphs(there: list[Paragraph], found: list[Thread]) -> list[Par]:
    to: dict[int, list[str]] = {}
    for thread in found:
        if thread.about and thread.about.number and not thread.answer.said.taken_back:
            to.setdefault(thread.about.number, []).append(thread.id)
    return [
        Par(
            number=p.number,
            source=p.source,
            words=anchors.quote_of(p.words) if p.answerable else "",
            answers=len(to.get(p.number, ())),
            first=to.get(p.number, [""])[0],
        )
        for p in there
    ]
