"""Reading one reflection, and looking at one's own as another member."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from flask import abort, g, redirect, url_for

from corpus.library import Library
from recommender import RecommenderError, related
from webapp import clock, languages, pages
from webapp.access import Actor, needs
from webapp.answers import asked, section, who_reads
from webapp.answers.section import Section
from webapp.answers.who_reads import WhoReads
from webapp.community import db
from webapp.goals import chains, offers
from webapp.goals.chain import Step
from webapp.readings import store as deeds
from webapp.reflections import store
from webapp.reflections.experiences_cited import PIECE
from webapp.reflections.store import Shown
from webapp.reflections.views.blueprint import Answer, bp, log, own
from webapp.reflections.views.browsing import Item, ThemeChip, of_hits, theme_chips
from webapp.reflections.views.details import role_names
from webapp.resources import resources

RELATED = 4


@dataclass(frozen=True)
class CitedPassage:
    passage_id: str
    source: str
    present: bool  # still in the library; of a member's piece: open to this reader

    @property
    def by_member(self) -> bool:
        return self.passage_id.startswith(PIECE)


@dataclass(frozen=True)
class Article:
    """A piece as it is read."""

    piece: Shown
    lang: str
    themes: list[ThemeChip]
    cited: list[CitedPassage]
    about_present: bool
    for_roles: list[str]  # for whom an experience may be useful
    chain: list[Step]  # that it is part of, as this reader sees it


@dataclass(frozen=True)
class ShowPage(pages.Page):
    template: ClassVar[str] = "reflections/show.html"

    article: Article
    answers: Section
    related: list[Item]
    read: bool
    saved: bool
    intentions: list[tuple[str, str]]  # the reader's own, each with where it becomes a goal

    @property
    def piece(self) -> Shown:
        return self.article.piece


@bp.get("/reflections/<reflection_id>")
@needs("reflection.read")
def show(reflection_id: str) -> Answer:
    piece = store.readable(db.session, g.actor, reflection_id)
    if piece is None:
        abort(404)
    if piece.status == "draft":  # only its author gets here
        return redirect(url_for(".edit", reflection_id=reflection_id))
    return pages.render(show_page(piece, asked.for_form(piece)))


def show_page(piece: Shown, form: section.Form) -> ShowPage:
    """The page of a piece, with what was written into the form of its answers."""
    reading = f"reflection/{piece.id}"
    done = deeds.deeds_of(db.session, g.actor, groups=[reading]).get(reading, {})
    return ShowPage(
        article=_article(piece, g.actor),
        answers=section.of(db.session, g.actor, piece, form, zone=clock.zone()),
        related=_related(piece),
        read="read" in done,
        saved="saved" in done,
        intentions=offers.of_piece(db.session, g.actor, piece),
    )


def _article(piece: Shown, reader: Actor) -> Article:
    library = resources().library
    return Article(
        piece=piece,
        lang=languages.HTML_LANG.get(piece.language, "en"),
        themes=theme_chips(piece.themes),
        cited=_cited(library, piece.id, reader),
        about_present=bool(piece.text_slug and library.text(piece.text_slug)),
        for_roles=role_names(piece.roles),
        chain=chains.of_piece(db.session, reader, piece.id),
    )


def _cited(library: Library, reflection_id: str, reader: Actor) -> list[CitedPassage]:
    rows = store.citations(db.session, reader.organisation, reflection_id)
    sources = {row.passage_id: row.source for row in rows}
    pieces = [i.removeprefix(PIECE) for i in sources if i.startswith(PIECE)]
    open_now = store.readable_among(db.session, reader, pieces)
    present = {*library.passages_by_id(sources), *(PIECE + id for id in open_now)}
    return [CitedPassage(i, source, i in present) for i, source in sources.items()]


def _related(piece: Shown) -> list[Item]:
    """Reflections and experiences near this one, as far as they are open to the reader."""
    if piece.status != "submitted":
        return []
    try:
        hits = related(
            resources().index,
            f"reflection/{piece.id}",
            kinds=("reflection", "experience"),
            limit=3 * RELATED,
        )
    except RecommenderError as problem:
        log.warning("no related reflections", problem=str(problem))
        return []
    return [replace(item, sentence="", spans=()) for item in of_hits(hits)][:RELATED]


# The author looks at it as another member


@dataclass(frozen=True)
class ReadersPage(pages.Page):
    template: ClassVar[str] = "reflections/readers.html"

    id: str
    title: str
    submitted: bool
    who: WhoReads


@bp.get("/reflections/<reflection_id>/readers")
@needs("reflection.write")
def readers(reflection_id: str) -> Answer:
    """Who can read it; of one that is not submitted, who could for each audience."""
    piece = own(reflection_id)
    return pages.render(
        ReadersPage(
            id=piece.id,
            title=piece.title or piece.published_title,
            submitted=piece.status == "submitted",
            who=who_reads.of(db.session, g.actor, piece, audience=asked.audience()),
        )
    )


@dataclass(frozen=True)
class PreviewPage(pages.Page):
    template: ClassVar[str] = "reflections/preview.html"

    article: Article
    answers: Section
    reader: str  # the member's name
    audience: str  # the choice that is tried out; "" for the piece as it is submitted

    @property
    def piece(self) -> Shown:
        return self.article.piece


@bp.get("/reflections/<reflection_id>/as/<member_id>")
@needs("reflection.write")
def preview_as(reflection_id: str, member_id: str) -> Answer:
    """One's own piece as this member would see it.

    It is read with the reader's own actor, so that it cannot show more or less than
    they see; of the reader's own things (what they read, saved, what is related for
    them) nothing is fetched.
    """
    piece, audience = own(reflection_id), asked.audience()
    reader = who_reads.reader(db.session, g.actor, member_id)
    if reader is None:
        abort(404)
    shown = who_reads.as_seen_by(
        db.session, g.actor, reader, piece, audience=audience, now=clock.now()
    )
    if shown is None:
        abort(404)
    said = section.for_preview(db.session, reader, shown, zone=clock.zone())
    # What the reader's own goals have to do with the piece is theirs alone.
    article = replace(_article(shown, reader), chain=[])
    return pages.render(PreviewPage(article, said, reader.name, audience))
