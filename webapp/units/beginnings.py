"""Which roles and kinds of units does a new organisation begin with?"""

from __future__ import annotations

from typing import Any

from corpus import starter


def roles() -> list[dict[str, Any]]:
    """The starter roles as columns of `StudyRole`."""
    organizing, leading = starter.roles_that("organizes"), starter.roles_that("leads")
    return [
        {
            "id": role.id,
            "name_en": role.name("en"),
            "name_zh": role.name("zh"),
            "duties_en": role.description("en"),
            "duties_zh": role.description("zh"),
            "organizes": role.id in organizing,
            "leads": role.id in leading,
        }
        for role in starter.roles()
    ]


def kinds() -> list[dict[str, str]]:
    """The starter kinds as columns of `UnitKind`."""
    return [
        {"id": kind.id, "name_en": kind.name("en"), "name_zh": kind.name("zh")}
        for kind in starter.unit_kinds()
    ]
