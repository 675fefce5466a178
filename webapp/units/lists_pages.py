"""What the pages of the administrator's lists may use: kinds of units, and roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp import pages
from webapp.access import Actor
from webapp.members import store as members
from webapp.units import rules, store
from webapp.units.list_actions import RoleWords
from webapp.units.tables import StudyRole, Unit, UnitKind


@dataclass(frozen=True)
class KindsPage(pages.Page):
    template: ClassVar[str] = "units/kinds.html"

    kinds: list[UnitKind]
    used: dict[str, int]  # units of each kind
    problem: str = ""
    about: str = ""  # the kind that the problem is about; "" for a new one
    given: dict[str, str] = field(default_factory=dict)

    name_limit: ClassVar[int] = rules.KIND_NAME_LIMIT


def kinds(
    session: Session,
    actor: Actor,
    *,
    problem: str = "",
    about: str = "",
    given: dict[str, str] | None = None,
) -> KindsPage:
    counted = session.execute(
        sa.select(Unit.kind, sa.func.count())
        .where(Unit.organisation_id == actor.organisation)
        .group_by(Unit.kind)
    )
    return KindsPage(
        kinds=store.kinds(session, actor.organisation),
        used={row[0]: row[1] for row in counted},
        problem=problem,
        about=about,
        given=given or {},
    )


@dataclass(frozen=True)
class RolesPage(pages.Page):
    template: ClassVar[str] = "units/roles.html"

    roles: list[StudyRole]
    zh: bool


def roles(session: Session, actor: Actor, *, zh: bool) -> RolesPage:
    return RolesPage(members.all_roles(session, actor.organisation), zh)


@dataclass(frozen=True)
class RolePage(pages.Page):
    template: ClassVar[str] = "units/role.html"

    id: str  # "" for a new one
    words: RoleWords
    problem: str = ""

    name_limit: ClassVar[int] = rules.ROLE_NAME_LIMIT
    duties_limit: ClassVar[int] = rules.DUTIES_LIMIT
