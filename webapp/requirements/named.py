"""What themes, roles, kinds of unit and texts are called in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy.orm import Session

from corpus import starter
from webapp import languages, resources
from webapp.members import store as members
from webapp.requirements.asking import Says
from webapp.units import store as units


@dataclass(frozen=True)
class Named:
    themes: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)  # of texts, by slug


@lru_cache
def theme_names(lang: str) -> Mapping[str, str]:
    """Read once: they come with the program."""
    return {theme.id: theme.name(lang) for theme in starter.themes()}


def named(session: Session, organisation: str, asked: Iterable[Says]) -> Named:
    """Everything that these requirements may name."""
    lang = languages.current()
    slugs = {slug for says in asked for slug in says.readings if "/" not in slug}
    texts = resources.library().texts_by_slug(slugs, withdrawn=True) if slugs else {}
    return Named(
        themes=theme_names(lang),
        roles={
            role.id: role.name_zh if lang == "zh" else role.name_en
            for role in members.study_roles(session, organisation)
        },
        kinds={
            kind.id: kind.name_zh if lang == "zh" else kind.name_en
            for kind in units.kinds(session, organisation)
        },
        titles={slug: record.title for slug, record in texts.items()},
    )
