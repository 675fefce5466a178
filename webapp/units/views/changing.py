"""Adding, changing, moving, merging, closing and reopening units.

A form carries what it was made from (`seen`): where somebody changed the unit
since, or the right to change it is gone, nothing is done, the reason is said and
what was typed stands in the form again.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.ids import new_id
from webapp.units import actions, change_pages, rules, store, wording
from webapp.units.actions import Hindered, Unknown
from webapp.units.change_pages import Option
from webapp.units.rules import Obstacle, Rights, Tree
from webapp.units.views.blueprint import (
    Answer,
    bp,
    kept_words,
    key_sent,
    sent_id,
    the_rights,
    the_tree,
    to_work_on,
    zh,
)

Form = Callable[[Tree, Rights, str], pages.Page]  # made anew, with what stands in the way


def kinds() -> list[Option]:
    found = store.kinds(db.session, g.actor.organisation)
    return [(kind.id, kind.name_zh if zh() else kind.name_en) for kind in found]


@bp.route("/units/new", methods=["GET", "POST"])
@needs("units.change")
def add() -> Answer:
    if request.method == "GET":
        tree, below = the_tree(), request.args.get("below", "")[:32]
        given = {"parent": below, "kind": rules.usual_kind(tree, below)}
        return pages.render(
            change_pages.add(tree, the_rights(), kinds(), key=new_id(), given=given)
        )
    name = pages.field(request.form, "name", limit=rules.NAME_LIMIT)
    kind, parent = sent_id("kind"), sent_id("parent")

    def form(tree: Tree, rights: Rights, problem: str) -> pages.Page:
        given = {"name": name, "kind": kind, "parent": parent}
        return change_pages.add(tree, rights, kinds(), key=new_id(), given=given, problem=problem)

    try:
        made = actions.add(
            db.session, g.actor, name=name, kind=kind, parent=parent or None, key=key_sent(),
            now=clock.now(),
        )  # fmt: skip
    except Hindered as hindered:
        return again(hindered.obstacle, form)
    flash(_("The unit “%(name)s” is there.", name=name), "info")
    return redirect(url_for(".show", unit_id=made), 303)


@bp.route("/units/<unit_id>/change", methods=["GET", "POST"])
@needs("units.change")
def change(unit_id: str) -> Answer:
    """Name, kind, leading group and office."""
    if request.method == "GET":
        tree = the_tree()
        node = tree[to_work_on(tree, the_rights(), unit_id)]
        given = {
            "name": node.name, "kind": node.kind, "leading_group": node.leading_group or "",
            "office": node.office or "",
        }  # fmt: skip
        return pages.render(changing(tree, unit_id, given, ""))
    name = pages.field(request.form, "name", limit=rules.NAME_LIMIT)
    kind, leading, office = sent_id("kind"), sent_id("leading_group"), sent_id("office")
    given = {"name": name, "kind": kind, "leading_group": leading, "office": office}
    try:
        actions.alter(
            db.session, g.actor, unit_id, seen=sent_id("seen"), name=name, kind=kind,
            leading_group=leading or None, office=office or None, key=key_sent(), now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(
            hindered.obstacle, lambda tree, _r, said: changing(tree, unit_id, given, said), unit_id
        )
    flash(_("Saved."), "info")
    return redirect(url_for(".show", unit_id=unit_id), 303)


def changing(tree: Tree, unit_id: str, given: dict[str, str], problem: str) -> pages.Page:
    node = tree[unit_id]
    others = [id for id in tree if id != unit_id and not tree[id].closed]
    known = kinds()
    if node.kind not in {id for id, _name in known}:
        known.append((node.kind, node.kind))
    return change_pages.ChangePage(
        unit=node, seen=node.seen, kinds=known, others=change_pages.options(tree, others),
        key=new_id(), given=given, problem=problem,
    )  # fmt: skip


@bp.route("/units/<unit_id>/move", methods=["GET", "POST"])
@needs("units.change")
def move(unit_id: str) -> Answer:
    if request.method == "GET":
        return placing(unit_id, merging=False)
    to = sent_id("to")
    try:
        actions.move(
            db.session, g.actor, unit_id, seen=sent_id("seen"),
            parent=None if to == "top" else to, key=key_sent(), now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(hindered.obstacle, place_form(unit_id, merging=False), unit_id)
    flash(_("Moved. From now on those who organize its new place may work on it."), "info")
    return redirect(url_for(".show", unit_id=unit_id), 303)


@bp.route("/units/<unit_id>/merge", methods=["GET", "POST"])
@needs("units.change")
def merge(unit_id: str) -> Answer:
    if request.method == "GET":
        return placing(unit_id, merging=True)
    into = sent_id("to")
    try:
        actions.merge(
            db.session, g.actor, unit_id, seen=sent_id("seen"), into=into, key=key_sent(),
            now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(hindered.obstacle, place_form(unit_id, merging=True), unit_id)
    flash(_("Merged. Its people and the units below it are here now."), "info")
    return redirect(url_for(".show", unit_id=into), 303)


def place_form(unit_id: str, *, merging: bool) -> Form:
    given = {"to": sent_id("to")}

    def form(tree: Tree, rights: Rights, problem: str) -> pages.Page:
        return change_pages.place(
            tree, rights, unit_id, merging=merging, key=new_id(), seen=tree[unit_id].seen,
            given=given, problem=problem,
        )  # fmt: skip

    return form


def placing(unit_id: str, *, merging: bool) -> Answer:
    tree, rights = the_tree(), the_rights()
    to_work_on(tree, rights, unit_id)
    return pages.render(place_form(unit_id, merging=merging)(tree, rights, ""))


@bp.route("/units/<unit_id>/close", methods=["GET", "POST"])
@needs("units.change")
def close(unit_id: str) -> Answer:
    if request.method == "GET":
        tree, rights = the_tree(), the_rights()
        seen = tree[to_work_on(tree, rights, unit_id)].seen
        return pages.render(change_pages.close(tree, rights, unit_id, key=new_id(), seen=seen))

    def form(tree: Tree, rights: Rights, problem: str) -> pages.Page:
        return change_pages.close(
            tree, rights, unit_id, key=new_id(), seen=tree[unit_id].seen, problem=problem
        )

    try:
        actions.close(
            db.session, g.actor, unit_id, seen=sent_id("seen"),
            units_go_up=request.form.get("units_go_up") == "1", key=key_sent(), now=clock.now(),
        )  # fmt: skip
    except Unknown:
        abort(404)
    except Hindered as hindered:
        return again(hindered.obstacle, form, unit_id)
    flash(_("Closed. What was written for it stays with its authors, and it can be opened again."), "info")  # fmt: skip
    return redirect(url_for(".show", unit_id=unit_id), 303)


@bp.post("/units/<unit_id>/reopen")
@needs("units.change")
def reopen(unit_id: str) -> Answer:
    try:
        actions.reopen(
            db.session, g.actor, unit_id, seen=sent_id("seen"), key=key_sent(), now=clock.now()
        )
    except Unknown:
        abort(404)
    except Hindered as hindered:
        if hindered.obstacle == "not_yours":
            abort(404)
        flash(wording.obstacle(hindered.obstacle), "error")
        return redirect(url_for(".show", unit_id=unit_id), 303)
    flash(_("Open again. Its people join it anew."), "info")
    return redirect(url_for(".show", unit_id=unit_id), 303)


# Steps


def again(obstacle: Obstacle, form: Form, unit_id: str = "") -> Answer:
    """The form once more, with the reason and what was sent; where the right to it is
    gone, the reason and the words."""
    said = wording.obstacle(obstacle)
    tree, rights = the_tree(), the_rights()
    if obstacle == "not_yours" and unit_id and not rights.over(unit_id):
        return kept_words(said, 404, unit_id)
    return pages.render(form(tree, rights, said), 409 if obstacle == "changed" else 422)
