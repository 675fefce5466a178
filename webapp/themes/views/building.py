"""Making theme lists: a theme in, a proposed list out, and the organizer's steps on it."""

from __future__ import annotations

import structlog
from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from models.text_model import ModelError
from recommender import IndexMissing, RecommenderError
from recommender.readings import Hit
from recommender.themes import Proposed
from webapp import clock, languages, pages
from webapp.access import needs
from webapp.community import db
from webapp.jobs import queue
from webapp.readings.which import well_formed
from webapp.resources import library, resources
from webapp.themes import builder_page, draft_actions, draft_store, drafts, proposing, sharing
from webapp.themes.actions import TooMany, Unknown
from webapp.themes.draft_actions import Stale
from webapp.themes.drafts import Brief, Draft, DraftItem, Written
from webapp.themes.giving_page import DeleteDraftPage
from webapp.themes.views.blueprint import Answer, bp, key_sent
from webapp.themes.wording import said_too_many

log = structlog.get_logger("xinde.themes")

STEPS = {"up": -1, "down": 1}
WITH_READING = {"up", "down", "drop", "replace", "pin", "unpin", "add", "place"}
ALONE = {"save", "search", "refill", "publish"}
MOST_SEARCHED = 300  # characters


@bp.get("/lists/build")
@needs("lists.build")
def begin() -> Answer:
    """The theme, and the lists that organizers are working on."""
    seeds = request.args.get("like", "")[:200]
    return pages.render(builder_page.begin(db.session, g.actor, library(), seeds=seeds))


@bp.post("/lists/build")
@needs("lists.build")
def propose() -> Answer:
    """A draft with what the library proposes; where it has nothing, the form again."""
    brief, seeds, problem = brief_sent()
    if problem:
        return begun_again(brief, seeds, problem)
    proposed: Proposed | None = None
    if request.form.get("empty") != "1":
        proposed = proposal(brief)
        if proposed is None:
            return begun_again(brief, seeds, _("Proposals cannot be made now. You can begin with an empty list and add readings by search."), 503)  # fmt: skip
        if not proposed.items:
            gaps = builder_page.gaps_of(proposed, library())
            said = {
                "no_words": _("There is no word in this theme. Say in a few words what the list is about."),
                "no_readings": _("There is no reading in the library yet."),
            }.get(proposed.why_empty or "", "")  # fmt: skip
            page = builder_page.begin(
                db.session, g.actor, library(), brief=brief, seeds=seeds, problem=said,
                nothing=proposed.why_empty == "nothing", gaps=gaps,
            )  # fmt: skip
            return pages.render(page, 422)
    items = proposing.items_of(db.session, g.actor, proposed.items) if proposed else []
    try:
        made = draft_actions.begin(
            db.session, g.actor, key=key_sent(), title=title_of(brief), brief=brief,
            items=items, now=clock.now(),
        )  # fmt: skip
    except TooMany:
        return said_too_many()  # type: ignore[no-any-return]
    except Unknown:
        abort(404)
    return redirect(url_for(".build", draft_id=made), 303)


@bp.post("/lists/<list_id>/build-copy")
@needs("lists.build")
def copy_to_build(list_id: str) -> Answer:
    """A draft of one's own of a theme list that some unit has."""
    found = draft_store.theme_list_to_copy(db.session, g.actor, list_id)
    if found is None:
        abort(404)
    title, note = found
    items = draft_store.items_to_copy(db.session, g.actor, list_id)
    open_now = [item for item in items if is_there(item)]
    try:
        made = draft_actions.begin(
            db.session, g.actor, key=key_sent(), title=title, note=note,
            brief=Brief(theme=title), items=open_now, now=clock.now(),
        )  # fmt: skip
    except TooMany:
        return said_too_many()  # type: ignore[no-any-return]
    except Unknown:
        abort(404)
    flash(_("Copied. Nobody but organizers sees it until you publish it."), "info")
    return redirect(url_for(".build", draft_id=made), 303)


@bp.get("/lists/<draft_id>/build")
@needs("lists.build")
def build(draft_id: str) -> Answer:
    found = draft(draft_id)
    query = request.args.get("q", "")[:MOST_SEARCHED].strip()
    page = builder_page.build(
        db.session, g.actor, library(), found, beside(found), query=query,
        hits=hits_of(query, found), focus=request.args.get("focus", "")[:200],
    )  # fmt: skip
    return pages.render(page)


@bp.post("/lists/<draft_id>/build")
@needs("lists.build")
def work(draft_id: str) -> Answer:
    """Every button keeps what was written; then it takes its step. Where somebody changed
    the draft meanwhile, nothing is written and both are shown."""
    found = draft(draft_id)
    what, _colon, rest = request.form.get("do", "save")[:240].partition(":")
    reading, _colon, place = rest.partition(":")
    if what not in WITH_READING | ALONE or (what in WITH_READING and not well_formed(reading)):
        abort(400)
    written = written_on(found)
    if request.form.get("version") != str(found.version):
        return changed_meanwhile(found, written)
    now = drafts.with_words(found, written)
    focus, brief = "", now.brief
    if what == "refill":
        brief, _seeds, problem = brief_sent()
        if problem:
            flash(problem, "error")
            brief = now.brief
    after = stepped(now, what, reading, place, brief)
    if after is None:
        gone = _("This text is no longer in the library.")
        flash(gone if what == "add" else _("There is no other reading for this place."), "info")
        after = now
    try:
        if after != found:
            draft_actions.save(db.session, g.actor, after, now=clock.now())
    except Stale:
        return changed_meanwhile(draft(draft_id), written)
    except Unknown:
        abort(404)
    if what in STEPS or what in ("pin", "unpin"):
        focus = f"{what}:{reading}"
    if what == "save":
        flash(_("Saved."), "info")
    if what == "publish":
        return redirect(url_for(".give_draft", draft_id=draft_id), 303)
    query = request.form.get("q", "")[:MOST_SEARCHED].strip() if what in ("search", "add") else ""
    anchor = None if focus else ("add" if what == "search" else "readings")
    return redirect(
        url_for(".build", draft_id=draft_id, q=query or None, focus=focus or None, _anchor=anchor),
        303,
    )


@bp.route("/lists/<draft_id>/build/delete", methods=["GET", "POST"])
@needs("lists.build")
def delete_draft(draft_id: str) -> Answer:
    found = draft(draft_id)
    if request.method == "GET":
        return pages.render(DeleteDraftPage(found))
    try:
        draft_actions.delete(db.session, g.actor, found.id)
    except Unknown:
        abort(404)
    queue.learn_again()
    flash(_("Deleted."), "info")
    return redirect(url_for(".begin"), 303)


# Steps


def stepped(now: Draft, what: str, reading: str, place: str, brief: Brief) -> Draft | None:
    """The draft after a step; None where there is no other reading to put in."""
    if what in STEPS:
        return drafts.moved(now, reading, STEPS[what])
    if what == "place":
        return drafts.put_at(now, reading, int(place) if place.isdecimal() else 0)
    if what in ("pin", "unpin"):
        return drafts.pinned(now, reading, what == "pin")
    if what == "drop":
        return drafts.without(now, reading)
    if what == "add":
        item = proposing.added(db.session, g.actor, library(), reading)
        return drafts.with_added(now, item) if item else None
    if what == "replace":
        return replaced(now, reading)
    if what == "refill":
        stay = [item.group for item in now.items if drafts.is_kept(item)]
        made = proposal(brief, kept=stay, dropped=now.dropped)
        if made is None or not made.items:
            return None
        items = proposing.items_of(db.session, g.actor, made.items)
        return drafts.refilled(now, brief, items)
    return now


def replaced(now: Draft, reading: str) -> Draft | None:
    try:
        other = proposing.instead(resources(), now, reading)
    except (RecommenderError, ModelError) as problem:
        log.error("cannot propose", problem=str(problem))
        return None
    items = proposing.items_of(db.session, g.actor, [other]) if other else []
    return drafts.replaced(now, reading, items[0]) if items else None


def is_there(item: DraftItem) -> bool:
    """Whether the organizer may read it now; of a text whose passage is gone, the text."""
    here = (item.reading, item.group)
    return any(proposing.added(db.session, g.actor, library(), one) for one in here)


def draft(draft_id: str) -> Draft:
    found = draft_store.draft(db.session, g.actor, draft_id)
    if found is None:
        abort(404)
    return found


def proposal(brief: Brief, *, kept: list[str] | None = None, dropped: tuple[str, ...] = ()) -> Proposed | None:  # fmt: skip
    """None where proposals cannot be made at this moment."""
    try:
        return proposing.for_brief(resources(), brief, kept=kept or [], dropped=dropped)
    except (RecommenderError, ModelError) as problem:
        log.error("cannot propose", problem=str(problem))  # never the theme's words
        return None


def beside(found: Draft) -> Proposed | None:
    try:
        return proposing.beside(resources(), found)
    except IndexMissing:
        return None
    except (RecommenderError, ModelError) as problem:
        log.error("cannot propose", problem=str(problem))
        return None


def hits_of(query: str, found: Draft) -> list[Hit]:
    if not query:
        return []
    try:
        return proposing.searched(db.session, g.actor, resources(), query, there=found.groups)
    except (RecommenderError, ModelError) as problem:
        log.error("cannot search", problem=str(problem))
        return []


def changed_meanwhile(found: Draft, written: Written) -> Answer:
    page = builder_page.build(db.session, g.actor, library(), found, beside(found), written=written)
    return pages.render(page, 409)


def written_on(found: Draft) -> Written:
    return Written(
        title=pages.field(request.form, "title", limit=sharing.TITLE_LIMIT),
        note=pages.body(request.form, "note", limit=sharing.NOTE_LIMIT).strip(),
        notes=_fields("note:", sharing.ITEM_NOTE_LIMIT),
        questions=_fields("question:", drafts.QUESTION_LIMIT),
    )


def _fields(start: str, limit: int) -> dict[str, str]:
    return {
        name.removeprefix(start): pages.body(request.form, name, limit=limit).strip()
        for name in request.form
        if name.startswith(start)
    }


def brief_sent() -> tuple[Brief, str, str]:
    """What was asked for, the seeds as they were written, and what is wrong with it."""
    theme = pages.body(request.form, "theme", limit=drafts.THEME_LIMIT).strip()
    lines = pages.body(request.form, "seeds", limit=2_000)
    seeds, unknown = proposing.seeds_of(library(), lines)
    spoken = tuple(one for one in languages.LANGUAGES if one in request.form.getlist("language"))
    roles = tuple(one for one in library().roles() if one in request.form.getlist("role"))
    minutes, count = request.form.get("minutes", "").strip(), request.form.get("count", "8")
    brief = Brief(
        theme=theme,
        seeds=seeds,
        languages=spoken or tuple(languages.LANGUAGES),
        roles=roles,
        minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 6 else None,
        count=int(count) if count.isdecimal() and int(count[:4]) in drafts.COUNTS else 8,
        told=request.form.get("told") == "1",
        anyway=request.form.get("anyway") == "1",
    )
    return brief, lines, _problem(brief, unknown, minutes)


def _problem(brief: Brief, unknown: tuple[str, ...], minutes: str) -> str:
    if unknown:
        return _(
            "No text of the library has this address or title: “%(line)s”. Copy the address of its page, or leave it out.",
            line=unknown[0],
        )
    if not brief.theme and not brief.seeds:
        return _("Say in a few words what the list is about, or name a text that it should be like.")  # fmt: skip
    if minutes and (brief.minutes is None or not 1 <= brief.minutes <= drafts.MOST_MINUTES):
        return _("The minutes are a whole number from 1 to %(most)s. Leave them empty for no limit.", most=drafts.MOST_MINUTES)  # fmt: skip
    return ""


def begun_again(brief: Brief, seeds: str, problem: str, status: int = 422) -> Answer:
    page = builder_page.begin(
        db.session, g.actor, library(), brief=brief, seeds=seeds, problem=problem
    )
    return pages.render(page, status)


def title_of(brief: Brief) -> str:
    """The theme itself, or what it should be like, until the organizer finds a better one."""
    first = " ".join(brief.theme.split())
    if not first:
        records = library().texts_by_slug(brief.seeds)
        first = ", ".join(records[slug].title for slug in brief.seeds if slug in records)
    if len(first) <= 80:
        return first
    return f"{first[:79].rstrip()}…"
