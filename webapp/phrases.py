"""How is a phrase of a template said in the language of the page?

Flask-Babel and Jinja look for the language and its catalogue at each phrase and make each
anew into safe text, which was a fifth of the time of a page of cards. Here the catalogue
is found once, when a page begins, and a phrase without values is made safe once.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

MOST = 10_000  # phrases kept of a language; there are some thousands


class Spoken:
    """A catalogue, and those of its phrases that were made safe for HTML before."""

    def __init__(self, catalogue: Any) -> None:
        self.catalogue = catalogue
        self._safe: dict[str, Markup] = {}

    def safe(self, said: str) -> Markup:
        found = self._safe.get(said)
        if found is None:
            found = Markup(self.catalogue.ugettext(said))  # noqa: S704 - our own words
            if len(self._safe) < MOST:
                self._safe[said] = found
        return found


def init_app(app: Flask) -> None:
    spoken_by: dict[int, Spoken] = {}  # a catalogue lives as long as the app

    def begin() -> Spoken:
        catalogue = get_translations()
        found = spoken_by.get(id(catalogue))
        if found is None:
            found = spoken_by[id(catalogue)] = Spoken(catalogue)
        g.spoken = found
        return found

    def page_begins() -> dict[str, Any]:
        """What is said from here on is in the language of this moment."""
        begin()
        return {}

    def spoken() -> Spoken:
        return g.get("spoken") or begin()

    # Phrases are formats of their values, as in Jinja's own new style. Whether the template
    # is HTML is asked of the template; its variables, which make a copy of all, are not.

    @pass_eval_context
    def gettext(template: EvalContext, said: str, /, **values: Any) -> str:
        text = spoken().safe(said) if template.autoescape else spoken().catalogue.ugettext(said)
        return text % values if values or "%" in text else text  # type: ignore[no-any-return]

    @pass_eval_context
    def ngettext(template: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
        return filled(
            template, spoken().catalogue.ungettext(one, many, num), {"num": num, **values}
        )

    @pass_eval_context
    def pgettext(template: EvalContext, context: str, said: str, /, **values: Any) -> str:
        return filled(template, spoken().catalogue.upgettext(context, said), values)

    @pass_eval_context
    def npgettext(
        template: EvalContext, context: str, one: str, many: str, num: int, /, **values: Any
    ) -> str:
        text = spoken().catalogue.unpgettext(context, one, many, num)
        return filled(template, text, {"num": num, **values})

    def filled(template: EvalContext, text: str, values: dict[str, Any]) -> str:
        return (Markup(text) if template.autoescape else text) % values  # noqa: S704

    app.context_processor(page_begins)
    environment: Any = app.jinja_env
    environment.newstyle_gettext = True  # values of {% trans %} are handed on by name
    environment.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, pgettext=pgettext, npgettext=npgettext
    )
