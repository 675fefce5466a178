"""Which language a page is in, and where its translations come from.

Two languages, named `en` and `zh` in our own words; Babel calls them `en_GB` and
`zh_Hans_CN`, under which Flask-Security keeps its catalogue too. Dates are written
the day first (`en_GB`): the texts are in that English.
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
HTML_LANG = {"en": "en", "zh": "zh-Hans"}
COOKIE = "language"
CATALOGUES = Path(__file__).parent / "translations"


def current() -> str:
    """`en` or `zh`: the member's choice, else the visitor's, else the browser's."""
    if "language" in g:
        return str(g.language)
    chosen = request.cookies.get(COOKIE, "") if request else ""
    if chosen in LANGUAGES:
        return chosen
    member = g.get("member")
    if member is not None:
        return str(member.language)
    best = (
        request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"]) if request else None
    )
    if best:
        return best[:2]
    from flask import current_app

    return str(current_app.config["XINDE"].language)


def init_app(app: Flask, folder: Path) -> None:
    """Compile the catalogues that changed into `folder`, and translate with them."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled(folder).resolve())
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    _Babel(
        app,
        locale_selector=lambda: LOCALES[current()],
        timezone_selector=lambda: app.config["XINDE"].time_zone,
    )


class _Phrases(Domain):
    """Flask-Babel makes the name of the locale anew at each phrase to look for its
    catalogue, which was a third of the time of a page with many sentences."""

    def __init__(self) -> None:
        super().__init__()
        self.of_locale: dict[Locale, Any] = {}

    def get_translations(self) -> Any:
        locale = get_locale()
        if locale is None:
            return super().get_translations()
        known = self.of_locale.get(locale)
        if known is None:
            known = self.of_locale[locale] = super().get_translations()
        return known


class _Babel(Babel):
    def __init__(self, *given: Any, **named: Any) -> None:
        self.domain_instance = _Phrases()
        super().__init__(*given, **named)


def compiled(folder: Path) -> Path:
    """The folder with a .mo for each .po; written only when a .po changed."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        content = source.read_bytes()
        stamp = hashlib.sha256(content).hexdigest()[:16]
        target = folder / "translations" / source.relative_to(CATALOGUES).with_suffix(".mo")
        mark = target.with_suffix(f".{stamp}")
        if target.exists() and mark.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        for old in target.parent.glob(f"{target.stem}.*"):
            old.unlink(missing_ok=True)
        buffer = BytesIO()
        write_mo(buffer, read_po(BytesIO(content)))
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(buffer.getvalue())
        part.replace(target)
        mark.touch()
    return folder / "translations"
