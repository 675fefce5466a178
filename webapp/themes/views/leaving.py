"""A reading list taken along: Markdown, CSV, a calendar, and a page to print."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, abort, g, request
from flask_babel import gettext as _

from corpus.records import TextRecord
from webapp import clock, languages, pages, sheets
from webapp.access import needs
from webapp.community import db
from webapp.readings.blocks import without_marks
from webapp.resources import library
from webapp.themes import booklet, leaving, list_pages, wording
from webapp.themes.booklet import Chapter
from webapp.themes.entries import Entry
from webapp.themes.list_pages import ListPage
from webapp.themes.views.blueprint import Answer, bp, readable

TYPES = {
    "md": "text/markdown",
    "csv": "text/csv",
    "ics": "text/calendar",
    "epub": "application/epub+zip",
}


@bp.get("/lists/<list_id>/take/<ending>")
@needs("list.read")
def take(list_id: str, ending: str) -> Answer:
    """The version that the page shows, with what this reader may see of it."""
    if ending not in TYPES:
        abort(404)
    wanted = request.args.get("version", "")
    page = list_pages.show(
        db.session, g.actor, library(), readable(list_id),
        wanted=int(wanted) if wanted.isdecimal() and len(wanted) < 6 else None,
    )  # fmt: skip
    if ending == "ics" and (page.kept.starts_on is None or not page.weeks):
        abort(404)
    return sent(page, ending, epub(page) if ending == "epub" else written(page, ending))


def written(page: ListPage, ending: str) -> bytes:
    kept, shown = page.kept, page.entries
    address = request.host_url.rstrip("/")
    if ending == "csv":
        return leaving.as_csv(
            shown, headings=wording.columns(), starts_on=kept.starts_on, address=address
        ).encode()
    if ending == "ics" and kept.starts_on is not None:
        return leaving.as_calendar(
            kept.id, kept.title, shown, starts_on=kept.starts_on, address=address,
            made_at=kept.shared_at or clock.now(), host=request.host.partition(":")[0],
        )  # fmt: skip
    words = {
        "minutes": _("%(minutes)s min"),
        "question": _("To think about:"),
        "week": _("Week %(number)s"),
    }
    return leaving.as_markdown(
        kept.title, kept.note, shown, words=words, starts_on=kept.starts_on, address=address
    ).encode()


def epub(page: ListPage) -> bytes:
    """Whole texts where their licence allows it, else the passage that is cited."""
    kept = page.kept
    here = {item.reading: item.reading.partition("/")[0] for item in page.entries}
    records = library().texts_by_slug(set(here.values()))
    chapters = [chapter(entry, records.get(here[entry.reading])) for entry in page.entries]
    words = booklet.Words(
        lang=languages.HTML_LANG[languages.current()],
        contents=_("Contents"),
        question=_("To think about:"),
        read_on=_("Read it in the library"),
    )
    return booklet.as_epub(
        kept.id, kept.title, kept.note, chapters, words=words,
        made_at=kept.shared_at or kept.changed_at,
    )  # fmt: skip


def chapter(entry: Entry, record: TextRecord | None) -> Chapter:
    said = [entry.author, _("%(minutes)s min", minutes=entry.minutes) if entry.minutes else ""]
    said.append(record.licence or "" if record else "")
    return Chapter(
        title=entry.title,
        lang=entry.lang,
        byline=" · ".join(one for one in said if one),
        why=entry.note,
        quote=entry.sentence,
        paragraphs=tuple(words_of(entry, record)) if record and entry.state == "open" else (),
        question=entry.question,
        address=f"{request.host_url.rstrip('/')}{entry.url}" if entry.url else "",
    )


def words_of(entry: Entry, record: TextRecord) -> Iterator[str]:
    """The text, or the part that is meant; of one that may not be copied, or a whole
    book, nothing beyond what is quoted. A member's piece is never copied: it may be
    withdrawn."""
    if not booklet.may_be_taken(record.licence, record.rights):
        return
    passages = library().passages(record.slug)
    meant = next((p for p in passages if p.id == entry.reading), None)
    if entry.part and meant is not None:
        passages = [p for p in passages if p.path == meant.path]
    elif record.words > booklet.MOST_WORDS:
        passages = [meant] if meant is not None else []
    for passage in passages:
        for part in passage.text.split("\n\n"):
            yield without_marks(" ".join(part.split()))[0]


def sent(page: ListPage, ending: str, body: bytes) -> Response:
    return pages.attachment(body, sheets.file_name(page.kept.title, ending), TYPES[ending])
