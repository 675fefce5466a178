"""What proposals, sources, outcomes and changes are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from corpus import starter
from corpus.records import FileRecord, Proposal
from webapp import languages
from webapp.readings import labels


def how_sure(word: str) -> str:
    names = {"sure": _("sure"), "likely": _("likely"), "perhaps": _("perhaps")}
    return names[word]


def field(name: str) -> str:
    names = {
        "title": _("Title"),
        "author": _("Author"),
        "year": _("Year"),
        "language": _("Language"),
        "themes": _("Themes"),
        "roles": _("For which roles"),
        "level": _("Level"),
        "minutes": _("Minutes"),
        "licence": _("Licence"),
        "rights": _("What may be shown"),
        "version_of": _("Version of"),
        "withdrawn": pgettext("text", "Withdrawn"),
    }
    return names.get(name, name)


def origin(value: str | None) -> str:
    """Where a value comes from; "" where it has no source."""
    names = {
        "file": _("said by the file"),
        "heading": _("from the first heading"),
        "name": _("from the name of the file"),
        "words": _("worked out from the words"),
    }
    return names.get(value or "", "")


def reason(proposal: Proposal) -> str:
    """Why something is proposed, in a sentence; "" where the why is not known to us."""
    why = proposal.why
    match why.get("kind"):
        case "description":
            return _described(proposal)
        case "like_text":
            return _("It is close to a text that has been confirmed:")
        case "subject":
            return _("The file names this subject itself:")
        case "readability":
            return _readability(why)
    return ""


def _described(proposal: Proposal) -> str:
    if "sentence" not in proposal.why:
        if proposal.field == "role":
            return _("It is close to the duties of the role.")
        return _("It is close to the description of the theme.")
    if proposal.field == "role":
        return _("A sentence of it is close to the duties of the role:")
    return _("A sentence of it is close to the description of the theme:")


def evidence(proposal: Proposal) -> str:
    """The sentence, title or subject that `reason` speaks of."""
    why = proposal.why
    for name in ("sentence", "title", "subject"):
        if isinstance(why.get(name), str):
            return str(why[name])
    return ""


def _readability(why: Mapping[str, Any]) -> str:
    parts = []
    if "sentence_words" in why:
        words = round(float(why["sentence_words"]))
        parts.append(ngettext("sentences of %(num)s word", "sentences of %(num)s words", words))
    if "sentence_chars" in why:
        characters = round(float(why["sentence_chars"]))
        parts.append(
            ngettext(
                "sentences of %(num)s character", "sentences of %(num)s characters", characters
            )
        )
    if "long_words" in why:
        parts.append(_("%(share)s %% long words", share=round(100 * float(why["long_words"]))))
    if "rare_chars" in why:
        parts.append(_("%(share)s %% rare characters", share=round(100 * float(why["rare_chars"]))))
    if why.get("classical"):
        parts.append(_("Classical Chinese"))
    joined = list_of(parts)
    return _("Readability: %(parts)s", parts=joined) if joined else ""


def left_out(name: str) -> str:
    names = {
        "cover": _("the cover"),
        "contents": _("the table of contents"),
        "licence": _("the licence"),
        "colophon": _("the colophon"),
        "index": _("the index"),
        "navigation": _("the navigation of the page"),
        "running heads": _("running heads"),
        "page numbers": _("page numbers"),
        "advertisement": _("advertisements"),
    }
    return names.get(name, name)


def outcome(name: str) -> str:
    names = {
        "imported": _("Brought in"),
        "duplicate": _("Duplicate"),
        "refused": _("Refused"),
        "gone": _("File is gone"),
        "same": _("As before"),
    }
    return names.get(name, name)


def language(code: str) -> str:
    """A language inside a sentence of the page."""
    names = {"en": pgettext("language", "English"), "zh": pgettext("language", "Chinese")}
    return names.get(code, code)


def form(name: str | None) -> str:
    """What kind of text it is: an essay, a letter."""
    names = {
        "case": pgettext("form of a text", "case"),
        "dialogue": pgettext("form of a text", "dialogue"),
        "essay": pgettext("form of a text", "essay"),
        "guide": pgettext("form of a text", "guide"),
        "history": pgettext("form of a text", "history"),
        "letter": pgettext("form of a text", "letter"),
        "speech": pgettext("form of a text", "speech"),
        "story": pgettext("form of a text", "story"),
        "article": pgettext("form of a text", "article"),
        "book": pgettext("form of a text", "book"),
    }
    return names.get(name or "", name or "")


def kind_of_file(kind: str) -> str:
    """What people call a kind of file: EPUB, PDF, Word."""
    names = {
        "epub": "EPUB",
        "pdf": "PDF",
        "docx": "Word",
        "html": "HTML",
        "md": "Markdown",
        "markdown": "Markdown",
        "txt": _("plain text"),
        "text": _("plain text"),
        "plain": _("plain text"),
        "zip": "ZIP",
    }
    return names.get(kind, kind.upper())


def place(file: FileRecord, own: Path) -> str:
    """Where a file lies, in a word or two, without the server's paths. `own`: the
    folder of the organisation's own texts."""
    folder = Path(file.folder) if file.folder else None
    if folder == starter.folder():
        return _("starter library")
    if folder == own:
        below = Path(file.path).parent
        inside = below.relative_to(own).parts if below.is_relative_to(own) else ()
        return " / ".join((_("own texts"), *inside))
    return folder.name if folder else ""


def size(count: int) -> str:
    """A size of a file as people read it: 340 kB, 1.2 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000)) if count else 0} kB"
    return f"{count / 1_000_000:.1f} MB"


def version_why(why: str) -> str:
    names = {
        "edition": _("the words are nearly the same"),
        "translation": _("found to be a translation"),
        "file": _("said by the file"),
        "organizer": _("decided by an organizer"),
    }
    return names.get(why, "")


def value(name: str, given: Any, named: Mapping[str, str]) -> str:
    """A value of a decision as a history shows it. `named`: names of themes and roles."""
    if given is None or given == "" or given == []:
        return _("nothing")
    if name in ("themes", "roles"):
        return list_of([named.get(str(v), str(v)) for v in given])
    if name == "level":
        return labels.level(given) or str(given)
    if name == "language":
        return labels.language(str(given))
    if name == "rights":
        return rights(str(given))
    if name == "withdrawn":
        return _("yes") if given else _("no")
    return str(given)


def rights(given: str) -> str:
    return _("one passage at a time") if given == "passages" else _("may be shown in full")


def change(kind: str, count: int) -> str:
    """What a change was, of so many texts."""
    match kind:
        case "confirm":
            return ngettext(
                "Confirmed what was proposed for %(num)s text",
                "Confirmed what was proposed for %(num)s texts",
                count,
            )
        case "withdraw":
            return ngettext("Withdrew %(num)s text", "Withdrew %(num)s texts", count)
        case "restore":
            return ngettext("Restored %(num)s text", "Restored %(num)s texts", count)
        case "version":
            return ngettext(
                "Changed what %(num)s text is a version of",
                "Changed what %(num)s texts are versions of",
                count,
            )
        case "undo":
            return ngettext(
                "Took a change back, of %(num)s text",
                "Took a change back, of %(num)s texts",
                count,
            )
    return ngettext("Changed %(num)s text", "Changed %(num)s texts", count)


def list_of(parts: list[str]) -> str:
    """Some names in a sentence."""
    return ("、" if languages.current() == "zh" else ", ").join(parts)
