"""What a draft is compared with: passages, and pieces that its author may read now.

The index only names suspects. Their words are read from where they are true: the
library, and the database with the actor who asks. So what was withdrawn a moment
ago is compared with nothing, and no word of the draft is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.texts import Language
from webapp.access import Actor
from webapp.originality import store
from webapp.reflections import citations
from webapp.reflections.publication import own_text
from webapp.reflections.store import Shown

OF_MEMBERS = "reflection/"


@dataclass(frozen=True)
class Known:
    """A source and what its author may see of it."""

    id: str  # as readings are called: "text-slug/1.2", "reflection/<id>"
    text: str
    language: Language
    work: str  # what it is a piece of; versions of one text are one work
    title: str
    author: str  # "" where it is not shown
    kind: Literal["passage", "piece", "mine"]
    label: str = ""  # what stands under a quotation of it; "" where it cannot be cited

    @property
    def citable(self) -> bool:
        return bool(self.label) and citations.well_formed(self.id)


def gathered(
    session: Session, actor: Actor, library: Library, suspects: Iterable[str], *, draft: str
) -> list[Known]:
    """All that the draft is compared with; `suspects` are ids that the index named."""
    ids = list(suspects)
    pieces = [i.removeprefix(OF_MEMBERS) for i in ids if i.startswith(OF_MEMBERS)]
    passages = [i for i in ids if not i.startswith(OF_MEMBERS)]
    return [
        *of_library(library, passages),
        *of_pieces(store.of_others(session, actor, pieces)),
        *of_pieces(store.of_my_units(session, actor)),
        *of_pieces(store.of_mine(session, actor, besides=draft)),
    ]


def of_pieces(pieces: Iterable[Shown]) -> list[Known]:
    return [_of_piece(shown) for shown in pieces]


def of_library(library: Library, ids: Sequence[str]) -> list[Known]:
    """Passages that are there now, in the order of `ids`."""
    passages = library.passages_by_id(ids)
    texts = library.texts_by_slug(p.text_slug for p in passages.values())
    found = []
    for passage in (passages[i] for i in ids if i in passages):
        text = texts.get(passage.text_slug)
        if text is not None:
            found.append(
                Known(
                    id=passage.id,
                    text=passage.text,
                    language=text.language,
                    work=f"text:{text.version_of or text.slug}",
                    title=text.title,
                    author=text.author,
                    kind="passage",
                    label=citations.label(text.title, list(passage.path)),
                )
            )
    return found


def _of_piece(shown: Shown) -> Known:
    """A member's piece, quotations left out. What only a unit reads is not offered as
    a quotation: it would take the words to other readers."""
    quotable = shown.audience in ("organisation", "anonymous") and not shown.mine
    return Known(
        id=f"{OF_MEMBERS}{shown.id}",
        text=own_text(shown.body),
        language="zh" if shown.language == "zh" else "en",
        work=f"piece:{shown.id}",
        title=shown.title,
        author=shown.author,
        kind="mine" if shown.mine else "piece",
        label=citations.label(shown.title, []) if quotable else "",
    )
