"""What themes, roles, levels, lengths and languages are called on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from corpus.records import Label
from webapp.languages import HTML_LANG, LANGUAGES

LEVELS = ("introductory", "intermediate", "advanced")


def level(value: str | None) -> str:
    """ "" where a text has no level."""
    if value == "introductory":
        return _("Introductory")
    if value == "intermediate":
        return _("Intermediate")
    return _("Advanced") if value == "advanced" else ""


def minutes_band(value: str) -> str:
    names = {
        "up-to-5": _("Up to 5 minutes"),
        "6-10": _("6 to 10 minutes"),
        "11-20": _("11 to 20 minutes"),
        "over-20": _("Over 20 minutes"),
    }
    return names.get(value, value)


def language(value: str) -> str:
    """In its own words: English, 中文."""
    return LANGUAGES.get(value, value)


def html_lang(value: str, script: str | None = None) -> str:
    """For the `lang` of an element. A Chinese text in Traditional characters says
    so: they share their codes with the Simplified ones, and are drawn otherwise."""
    if value == "zh" and script:
        return f"zh-{script}"
    return HTML_LANG.get(value, value)


def named(ids: Iterable[str], labels: Mapping[str, Label], lang: str) -> list[tuple[str, str]]:
    """Ids with their names in `lang`; a theme nobody described is called by its id."""
    return [(i, labels[i].name(lang) if i in labels else i) for i in ids]
