"""The plan of a unit: what is asked there and why; setting, changing, withdrawing."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from corpus import starter
from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.members import store as members
from webapp.reflections.sent import form_key
from webapp.requirements import (
    actions,
    form_page,
    list_store,
    naming_texts,
    plan_page,
    setting,
    store,
    texts_store,
    tree_store,
    wording,
)
from webapp.requirements.actions import Hindered, Unknown
from webapp.requirements.asking import METHODS, Required, says_on
from webapp.requirements.plan_page import ClashShown, Link
from webapp.requirements.setting import Chosen, Known, Sent, Wanted
from webapp.requirements.views.blueprint import (
    RAW_LIMIT,
    STATUS,
    Answer,
    bp,
    not_yours,
    organized,
    sent_for,
)


@bp.get("/units/<unit_id>/requirements")
@needs("requirements.read")
def plan(unit_id: str) -> Answer:
    page = plan_page.of_unit(db.session, g.actor, unit_id, clock.today())
    if page is None:
        abort(404)
    return pages.render(page)


@bp.get("/requirements/<requirement_id>")
@needs("requirements.read")
def show(requirement_id: str) -> Answer:
    """One requirement, and everything it has said."""
    page = plan_page.one(db.session, g.actor, requirement_id, clock.today())
    if page is None:
        abort(404)
    return pages.render(page)


# Setting one


@bp.get("/units/<unit_id>/requirements/new")
@needs("requirements.set")
def new(unit_id: str) -> Answer:
    unit = organized(unit_id)
    above = _replaced(unit, request.args.get("replaces", ""))
    today = clock.today()
    if above is not None:
        says = says_on(above, today) or above.newest
        begins = max(today, says.starts_on).isoformat()
        sent = replace(setting.sent_of(says), starts_on=begins, may_replace=False)
    else:
        sent = Sent(starts_on=today.isoformat(), counts={"write": "1"})
    return pages.render(_new_form(unit, Wanted(sent), above, key=new_id()))


@bp.post("/units/<unit_id>/requirements/new")
@needs("requirements.set")
def create(unit_id: str) -> Answer:
    key, sent = form_key(), _sent()
    unit = sent_for(unit_id)
    if unit is None:
        return not_yours()
    above = _replaced(unit, request.form.get("replaces", ""))
    wanted = setting.wanted(sent, _known_for(unit, sent, replaces=above))
    clashes = _clashes(unit, wanted, replaces=above)
    if wanted.says is None or not _looked_at(clashes):
        page = _new_form(unit, wanted, above, key=key, clashes=clashes)
        return pages.render(page, 422)
    try:
        actions.set_one(
            db.session,
            g.actor,
            unit_id,
            wanted.says,
            replaces=above.id if above else None,
            key=key,
            today=clock.today(),
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return hindered_by(hindered, _new_form(unit, wanted, above, key=key, hindered=hindered))
    flash(_("Set. It holds from now on, and the members it is for see it."))
    return redirect(url_for(".plan", unit_id=unit_id), 303)


def _new_form(
    unit: Link,
    wanted: Wanted,
    above: Required | None,
    *,
    key: str,
    clashes: list[ClashShown] | None = None,
    hindered: Hindered | None = None,
) -> form_page.FormPage:
    return form_page.form(
        db.session,
        g.actor,
        unit,
        wanted,
        action=url_for(".create", unit_id=unit[0]),
        back=url_for(".plan", unit_id=unit[0]),
        key=key,
        replaces=above,
        clashes=clashes,
        obstacle=wording.obstacle(hindered.obstacle) if hindered else "",
    )


def _replaced(unit: Link, requirement_id: str) -> Required | None:
    """The requirement of a unit above that a new one is to stand in for."""
    if not requirement_id:
        return None
    found = store.required(db.session, g.actor.organisation, requirement_id[:32])
    tree = tree_store.way_up(db.session, g.actor.organisation, [unit[0]])
    if found is None or found.unit_id not in tree or found.unit_id == unit[0]:
        abort(404)
    return found


# Changing one


@bp.get("/requirements/<requirement_id>/edit")
@needs("requirements.set")
def edit(requirement_id: str) -> Answer:
    required, unit = mine_to_change(requirement_id)
    day = form_page.next_span(required, clock.today())
    sent = replace(setting.sent_of(required.newest), from_day=day.isoformat())
    apart = list_store.stands_apart(db.session, g.actor, required.newest)
    if apart and request.args.get("list") != "newest":
        sent = replace(sent, list_id=setting.KEPT)  # nothing changes by itself
    return pages.render(_edit_form(required, unit, Wanted(sent), key=new_id()))


@bp.post("/requirements/<requirement_id>/edit")
@needs("requirements.set")
def change(requirement_id: str) -> Answer:
    key, sent = form_key(), _sent()
    required = store.required(db.session, g.actor.organisation, requirement_id)
    unit = sent_for(required.unit_id) if required else None
    if required is None or unit is None:
        return not_yours()
    wanted = setting.wanted(sent, _known_for(unit, sent, before=required))
    clashes = _clashes(unit, wanted, changes=required)
    if wanted.says is None or not _looked_at(clashes):
        page = _edit_form(required, unit, wanted, key=key, clashes=clashes)
        return pages.render(page, 422)
    seen = request.form.get("seen", "")
    try:
        actions.alter(
            db.session,
            g.actor,
            requirement_id,
            wanted.says,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,
            key=key,
            today=clock.today(),
            now=clock.now(),
        )
    except Unknown:
        abort(404)
    except Hindered as hindered:
        page = _edit_form(required, unit, wanted, key=key, hindered=hindered)
        return hindered_by(hindered, page)
    flash(_("Changed. What was due before that day stays as it was."))
    return redirect(url_for(".show", requirement_id=requirement_id), 303)


def _edit_form(
    required: Required,
    unit: Link,
    wanted: Wanted,
    *,
    key: str,
    clashes: list[ClashShown] | None = None,
    hindered: Hindered | None = None,
) -> form_page.FormPage:
    changed = hindered is not None and hindered.obstacle == "changed"
    # Who is told of the change may keep what was typed all the same: it is a newer version.
    seen = "" if changed else request.form.get("seen", "")
    seen = seen or str(required.newest.number)
    return form_page.form(
        db.session,
        g.actor,
        unit,
        wanted,
        action=url_for(".change", requirement_id=required.id),
        back=url_for(".show", requirement_id=required.id),
        key=key,
        changes=required,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,
        clashes=clashes,
        obstacle=wording.obstacle(hindered.obstacle) if hindered else "",
        newest=url_for(".show", requirement_id=required.id) if changed else "",
    )


# What these share


def mine_to_change(requirement_id: str) -> tuple[Required, Link]:
    required = store.required(db.session, g.actor.organisation, requirement_id)
    if required is None:
        abort(404)
    if required.withdrawn_from is not None and required.withdrawn_from <= clock.today():
        abort(404)
    return required, organized(required.unit_id)


def hindered_by(hindered: Hindered, page: pages.Page) -> Answer:
    return pages.render(page, STATUS.get(hindered.obstacle, 409))


def _sent() -> Sent:
    form = request.form

    def line(name: str, limit: int = 400) -> str:
        return pages.field(form, name, limit=limit)

    return Sent(
        title=line("title", RAW_LIMIT),
        guidance=pages.body(form, "guidance", limit=RAW_LIMIT).strip(),
        unit_kind=line("unit_kind"),
        role_id=line("role_id"),
        starts_on=line("starts_on"),
        ends_on=line("ends_on"),
        pace=line("pace"),
        content=line("content"),
        themes=tuple(form.getlist("theme")[:100]),
        readings=pages.body(form, "readings", limit=RAW_LIMIT),
        list_id=line("list_id"),
        genres=tuple(form.getlist("genre")[:10]),
        counts={method: line(f"count_{method}") for method in METHODS},
        answered_by=line("answered_by"),
        accepted_when=line("accepted_when"),
        may_replace=form.get("may_replace") == "1",
        from_day=line("from_day"),
        reason=pages.body(form, "reason", limit=RAW_LIMIT).strip(),
    )


def _known_for(
    unit: Link, sent: Sent, *, before: Required | None = None, replaces: Required | None = None
) -> Known:
    session, organisation = db.session, g.actor.organisation
    tree = tree_store.way_up(session, organisation, [unit[0]])
    lines = setting.lines_of(sent.readings) if sent.content == "readings" else []
    chosen = _list_for(unit, sent, before)
    texts = naming_texts.named(lines[: setting.MOST_READINGS])
    slugs = {slug for slug in (*texts.values(), *(chosen.readings if chosen else ())) if slug}
    known = texts_store.of(session, g.actor, slugs)
    return Known(
        today=clock.today(),
        kinds=frozenset(store.kinds_below(session, organisation, unit[0])),
        roles=frozenset(role.id for role in members.study_roles(session, organisation)),
        themes=frozenset(theme.id for theme in starter.themes()),
        list=chosen,
        texts=texts,
        works={slug: text.work for slug, text in known.items()},
        has_leading_group=store.leads_somebody(session, organisation, tree, unit[0]),
        somebody_enters=store.somebody_organizes(session, organisation, list(tree)),
        before=before,
        gives_reason=replaces is not None,
    )


def _list_for(unit: Link, sent: Sent, before: Required | None) -> Chosen | None:
    says = before.newest if before else None
    if sent.list_id == setting.KEPT and says is not None and says.list_id is not None:
        return Chosen(says.list_id, says.list_title, says.readings)
    return list_store.chosen(db.session, g.actor, unit[0], sent.list_id) if sent.list_id else None


def _clashes(
    unit: Link,
    wanted: Wanted,
    *,
    replaces: Required | None = None,
    changes: Required | None = None,
) -> list[ClashShown]:
    """What the organizer should know before it is kept, and decides about; said with what
    is wrong in the form, so that both are mended at once."""
    if wanted.read is None:
        return []
    found = plan_page.visible_plan(db.session, g.actor, unit[0])
    if found is None:
        return []
    below = store.required_in(
        db.session,
        g.actor.organisation,
        store.open_below(db.session, g.actor.organisation, unit[0]) | set(found.tree),
    )
    tree = tree_store.way_up(db.session, g.actor.organisation, {one.unit_id for one in below})
    saved = Required(
        changes.id if changes else "",
        unit[0],
        (wanted.read,),
        replaces_id=replaces.id if replaces else changes.replaces_id if changes else None,
    )
    everything = replace(found, tree={**found.tree, **tree}, required=tuple(below))
    return plan_page.clashes_of(saved, wanted.read, everything, clock.today())


def _looked_at(clashes: list[ClashShown]) -> bool:
    seen = request.form.get("sure", "").split()
    return {clash.key for clash in clashes} <= set(seen)
