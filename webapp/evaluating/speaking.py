"""The report in words, for a command: in the language asked for, with or without an organisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, g
from flask_babel import force_locale

from webapp import languages

if TYPE_CHECKING:
    from webapp.settings import Settings


@contextmanager
def speaking(language: str) -> Iterator[str]:
    """Inside an app's context: what is said is said in `en` or `zh`. Gives HTML's name of it."""
    before = g.get("language")
    g.language = language
    try:
        with force_locale(languages.LOCALES[language]):
            yield languages.HTML_LANG[language]
    finally:
        if before is None:
            g.pop("language")
        else:
            g.language = before


def without_organisation(settings: Settings, folder: Path) -> Flask:
    """An app that translates and renders the report and can nothing else: no database.

    `folder` is where the translations are compiled.
    """
    app = Flask("webapp")
    app.config["XINDE"] = settings
    languages.init_app(app, folder)
    return app
