"""Versions of a draft: list, difference, restore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from webapp import clock, pages
from webapp.access import needs
from webapp.community import db
from webapp.reflections import (
    actions,
    store,
    versions,
)
from webapp.reflections.actions import Unknown
from webapp.reflections.views.blueprint import Answer, bp, own


@dataclass(frozen=True)
class VersionsPage(pages.Page):
    template: ClassVar[str] = "reflections/versions.html"

    id: str
    title: str
    updated_at: Any
    versions: list[store.VersionRow]


@bp.get("/reflections/<reflection_id>/versions")
@needs("reflection.write")
def kept_versions(reflection_id: str) -> Answer:
    piece = own(reflection_id)
    return pages.render(
        VersionsPage(piece.id, piece.title, piece.updated_at, store.versions(db.session, piece))
    )


@dataclass(frozen=True)
class ComparePage(pages.Page):
    template: ClassVar[str] = "reflections/compare.html"

    id: str
    version_id: str
    title: str
    version_title: str
    at: Any
    difference: list[versions.Stretch]

    @property
    def same(self) -> bool:
        return all(stretch.kind == "same" for stretch in self.difference)


@bp.get("/reflections/<reflection_id>/versions/<version_id>")
@needs("reflection.write")
def compare(reflection_id: str, version_id: str) -> Answer:
    piece = own(reflection_id)
    kept = store.version(db.session, piece, version_id)
    if kept is None:
        abort(404)
    return pages.render(
        ComparePage(
            id=piece.id,
            version_id=kept.id,
            title=piece.title,
            version_title=kept.title,
            at=kept.at,
            difference=versions.difference(kept.body, piece.body),
        )
    )


@bp.post("/reflections/<reflection_id>/versions/<version_id>/restore")
@needs("reflection.write")
def restore(reflection_id: str, version_id: str) -> Answer:
    try:
        actions.restore(db.session, g.actor, reflection_id, version_id, now=clock.now())
    except Unknown:
        abort(404)
    flash(_("Restored. What it replaced is among the versions."))
    return redirect(url_for(".edit", reflection_id=reflection_id), 303)
