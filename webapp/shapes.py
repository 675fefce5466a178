"""How values look on a page: dates, minutes, icons, and people's Markdown made safe."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import nh3
from babel import Locale, dates
from flask import Flask, g, request, url_for
from flask_babel import format_time, get_locale, ngettext
from flask_babel import gettext as _
from lucide.jinja import lucide
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from webapp import clock, languages, phrases
from webapp.community import db

MARKDOWN_LIMIT = 200_000  # characters; longer is shown as plain paragraphs
_READING_LINK = re.compile(r"\(reading:([^)\s]+)\)")
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h2",
    "h3",
    "h4",
    "a",
    "hr",
    "code",
    "pre",
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        ago=ago,
        minutes=minutes,
        prose=prose,
        mark=mark,
        reading_url=reading_url,
        text_lang=text_lang,
    )
    app.jinja_env.globals.update(icon=icon, languages=languages.LANGUAGES)
    phrases.init_app(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(
        lambda: {
            "actor": g.get("actor"),
            "me": g.get("member"),
            "lang": languages.current(),
            "gap": "" if languages.current() == "zh" else " ",  # between two sentences
            "html_lang": languages.HTML_LANG[languages.current()],
            "paper": request.cookies.get("paper", "auto") if request else "auto",
            "csp_nonce": g.get("csp_nonce", ""),
            "organisation": organisation_name,
            "today": clock.today,
        }
    )


def organisation_name() -> str:
    """The organisation's own name, for the page head; asked once a request."""
    if "organisation_name" not in g:
        from webapp.members import store

        g.organisation_name = store.organisation_name(db.session)
    return str(g.organisation_name)


@lru_cache(maxsize=512)
def icon(name: str, size: int = 20) -> Markup:
    """A line icon; hidden from screen readers, since words stand beside it.

    Kept once drawn: parsing the drawings took a third of a page of cards.
    """
    return Markup(lucide(name, size=size, aria_hidden="true", focusable="false"))


def day(value: dt.date | dt.datetime) -> str:
    if isinstance(value, dt.datetime):
        value = value.astimezone(clock.zone()).date()
    return _long(value, get_locale())


@lru_cache(maxsize=4096)
def _long(value: dt.date, locale: Locale | None) -> str:
    """Kept once written: a list has the same days again and again."""
    return str(dates.format_date(value, "long", locale=locale))


def moment(value: dt.datetime) -> str:
    """Day and time, the time as in `ago`."""
    return _("%(day)s, %(time)s", day=day(value), time=format_time(value, "HH:mm"))


def ago(value: dt.datetime) -> str:
    """Today the time, else the day."""
    if value.astimezone(clock.zone()).date() == clock.today():
        return format_time(value, "HH:mm")  # as people say it in both languages: 20:14
    return day(value)


def minutes(count: int) -> str:
    return ngettext("%(num)s min", "%(num)s min", count)


def reading_url(reading_id: str) -> str:
    """Where a reading is read: a text at its passage, or a reflection.

    Of a text that is shown one passage at a time the server must know which.
    """
    from webapp.readings.rights import one_passage_at_a_time

    head, _slash, tail = reading_id.partition("/")
    if head == "reflection":
        return url_for("reflections.show", reflection_id=tail)
    if not tail:
        return url_for("readings.read", slug=head)
    which = tail if one_passage_at_a_time(head) else None
    return url_for("readings.read", slug=head, p=which, _anchor=quote(f"p-{tail}"))


def text_lang(record: Any) -> str:
    """The `lang` of a text's own words, from its record."""
    from webapp.readings import labels

    return labels.html_lang(record.language, record.script)


def _markdown() -> MarkdownIt:
    # "zero" plus what an essay needs: no raw HTML, no images, no link reference tricks
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).disable(
        ["html_block", "html_inline", "image", "reference", "autolink"]
    )


_RENDERER = _markdown()


def prose(text: str, *, resolve: Callable[[str], str] | None = None) -> Markup:
    """A member's Markdown as safe HTML. `reading:` links lead to the passage.

    Bounded: nh3 is quadratic on deep nesting, so nesting is capped before it,
    and what is longer than an essay ever is comes out as plain paragraphs.
    """
    if len(text) > MARKDOWN_LIMIT or max(_depths(text), default=0) > 24:
        return Markup("").join(Markup("<p>{}</p>").format(p) for p in text.split("\n\n"))
    linked = _READING_LINK.sub(lambda m: f"({(resolve or reading_url)(m[1])})", text)
    html = _RENDERER.render(linked).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return Markup(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow",
        )
    )


def blocks(text: str) -> list[str]:
    """The Markdown of each paragraph, list, quotation or heading of a text; shown
    one by one with `prose` they look as the whole does. Asks no app."""
    if len(text) > MARKDOWN_LIMIT or max(_depths(text), default=0) > 24:
        return [part for part in text.split("\n\n") if part.strip()]
    lines = text.split("\n")
    spans = [t.map for t in _RENDERER.parse(text) if t.level == 0 and t.map and t.nesting >= 0]
    return ["\n".join(lines[start:end]).rstrip() for start, end in spans]


def _depths(text: str) -> list[int]:
    return [len(m[0].replace(" ", "")) for m in re.finditer(r"^(?: {0,3}>)+", text, re.M)]


def mark(text: str, spans: Any) -> Markup:
    """`text` with <mark> around the spans, given as sorted, separate (start, end)."""
    out, at = Markup(""), 0
    for start, end in spans:
        out += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return out + escape(text[at:])


__all__ = ["_", "ago", "day", "icon", "mark", "minutes", "moment", "prose", "reading_url"]
