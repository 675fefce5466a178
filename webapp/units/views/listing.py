"""The administrator's lists: kinds of units, and roles with their duties."""

from __future__ import annotations

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.members import store as members
from webapp.units import list_actions, lists_pages, rules, wording
from webapp.units.actions import Hindered, Unknown
from webapp.units.list_actions import RoleWords
from webapp.units.views.blueprint import Answer, bp, sent_id, zh

STEPS = {"up": -1, "down": 1}


@bp.get("/units/kinds")
@needs("units.kinds")
def kinds() -> Answer:
    return pages.render(lists_pages.kinds(db.session, g.actor))


@bp.post("/units/kinds")
@needs("units.kinds")
def change_kinds() -> Answer:
    """Add one, call one otherwise, move it in the list, or take it off."""
    what, kind = request.form.get("do", "")[:20], sent_id("kind")
    limit = rules.KIND_NAME_LIMIT
    names = {n: pages.field(request.form, n, limit=limit) for n in ("name_en", "name_zh")}
    try:
        if what in STEPS:
            list_actions.order_kinds(db.session, g.actor, kind, STEPS[what])
        elif what == "remove":
            list_actions.remove_kind(db.session, g.actor, kind, now=clock.now())
        elif what in ("add", "rename"):
            list_actions.put_kind(
                db.session, g.actor, kind if what == "rename" else None, **names, now=clock.now()
            )
        else:
            abort(400)
    except Unknown:
        abort(404)
    except Hindered as hindered:
        page = lists_pages.kinds(
            db.session, g.actor, problem=wording.obstacle(hindered.obstacle),
            about=kind if what != "add" else "", given=names if what != "remove" else None,
        )  # fmt: skip
        return pages.render(page, 422)
    if what not in STEPS:
        flash(_("Saved."), "info")
    return redirect(url_for(".kinds"), 303)


@bp.get("/roles")
@needs("roles.change")
def roles() -> Answer:
    return pages.render(lists_pages.roles(db.session, g.actor, zh=zh()))


@bp.post("/roles")
@needs("roles.change")
def arrange_roles() -> Answer:
    """Move a role in the list, retire it, or let it be given again."""
    what, role = request.form.get("do", "")[:20], sent_id("role")
    try:
        if what in STEPS:
            list_actions.order_roles(db.session, g.actor, role, STEPS[what])
        elif what in ("retire", "take_up"):
            list_actions.retire_role(
                db.session, g.actor, role, retired=what == "retire", now=clock.now()
            )
        else:
            abort(400)
    except Unknown:
        abort(404)
    return redirect(url_for(".roles"), 303)


@bp.route("/roles/new", methods=["GET", "POST"])
@needs("roles.change")
def add_role() -> Answer:
    if request.method == "GET":
        return pages.render(lists_pages.RolePage("", RoleWords("", "", "", "")))
    return put("")


@bp.route("/roles/<role_id>", methods=["GET", "POST"])
@needs("roles.change")
def role(role_id: str) -> Answer:
    found = {r.id: r for r in members.all_roles(db.session, g.actor.organisation)}.get(role_id)
    if found is None:
        abort(404)
    if request.method == "POST":
        return put(role_id)
    words = RoleWords(
        found.name_en, found.name_zh, found.duties_en, found.duties_zh, found.organizes, found.leads
    )
    return pages.render(lists_pages.RolePage(role_id, words))


def put(role_id: str) -> Answer:
    form = request.form
    words = RoleWords(
        name_en=pages.field(form, "name_en", limit=rules.ROLE_NAME_LIMIT),
        name_zh=pages.field(form, "name_zh", limit=rules.ROLE_NAME_LIMIT),
        duties_en=pages.body(form, "duties_en", limit=rules.DUTIES_LIMIT).strip(),
        duties_zh=pages.body(form, "duties_zh", limit=rules.DUTIES_LIMIT).strip(),
        organizes=form.get("organizes") == "1",
        leads=form.get("leads") == "1",
    )
    try:
        list_actions.put_role(db.session, g.actor, role_id or None, words, now=clock.now())
    except Unknown:
        abort(404)
    except Hindered as hindered:
        page = lists_pages.RolePage(role_id, words, wording.obstacle(hindered.obstacle))
        return pages.render(page, 422)
    flash(_("Saved."), "info")
    return redirect(url_for(".roles"), 303)
