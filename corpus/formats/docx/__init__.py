"""What a Word document says.

`package` opens the archive and takes out of it the few parts that hold words,
`document` mends the words' own part (headings, tables of contents, text that
the next step would lose), mammoth makes HTML of it and `tree` reads that. No
macro is run and nothing outside the file is looked at.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpus.formats import matter, metadata, subtitles, tree
from corpus.formats.docx import document, package
from corpus.formats.docx.paragraphs import HEADING, QUOTE, VERSE
from corpus.formats.kinds import shown_name
from corpus.formats.tree import Flow, Heading
from corpus.texts import Block, Text, TextRefused

STYLES = "\n".join(
    [
        *(f"p.{HEADING}{n} => h{n}:fresh" for n in range(1, 7)),
        f"p.{QUOTE} => blockquote > p:fresh",
        f"p.{VERSE} => div.poem > p:fresh",
    ]
)


def read(path: Path) -> Text:
    """The text in a Word document, or `TextRefused`."""
    parts = package.opened(path)
    mended = document.mended(parts.main, parts.styles, parts.notes)
    items = _settled(tree.flow(_html(parts, shown_name(path))))
    title = mended.title
    if title is None:
        title, items = _title(items)
    said = parts.said
    sections = tree.without_titles(tree.outlined(items), (title, said.get("title")))
    kept, more = matter.without(sections)
    if not kept:
        raise TextRefused(
            f"There is no text in {shown_name(path)}: it is empty, or holds pictures only."
        )
    return metadata.described(
        path, kept, said=said, heading=title, left_out=(*mended.left_out, *more)
    )


def _html(parts: package.Parts, name: str) -> Any:
    import mammoth
    from lxml import html as lxml_html

    try:
        made = mammoth.convert_to_html(
            parts.packed(),
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=lambda image: [],
        )
    except RecursionError:
        raise TextRefused(
            f"{name} is nested too deeply. Open it in Word and save it again in a simpler form."
        ) from None
    except (KeyError, ValueError, AttributeError, IndexError, TypeError) as error:
        raise TextRefused(
            f"{name} is damaged: parts of it do not fit together. "
            "Open it in Word and save it again."
        ) from error
    root = lxml_html.document_fromstring(f"<html><body>{made.value}<p></p></body></html>")
    for block in root.xpath("//td//p | //td//li | //th//p | //th//li"):
        block.tail = f"{block.tail or ''}\n"  # in one cell they become one line, words apart
    return root


def _title(items: Flow) -> tuple[str | None, Flow]:
    """The heading at the very top, where it stands over all others, and the rest."""
    headings = [item for item in items if isinstance(item, Heading)]
    if not headings or items[0] is not headings[0] or tree.is_division(headings[0].text):
        return None, items
    if any(other.rank <= headings[0].rank for other in headings[1:]):
        return None, items
    return headings[0].text, items[1:]


def _settled(items: Flow) -> Flow:
    """Headings with the second lines that stand below them. A heading over
    nothing is a line of the text: its words must not be lost."""
    kept: Flow = []
    for item, after in zip(items, [*items[1:], None], strict=False):
        last = kept[-1] if kept else None
        if isinstance(item, Heading) and (
            after is None or (isinstance(after, Heading) and after.rank < item.rank)
        ):
            kept.append(Block("paragraph", item.text))
        elif (
            isinstance(last, Heading)
            and isinstance(item, Block)
            and item.kind == "paragraph"
            and isinstance(after, Block)
            and (both := subtitles.whole(last.text, item.text))
        ):
            kept[-1] = Heading(last.rank, both)
        else:
            kept.append(item)
    return kept
