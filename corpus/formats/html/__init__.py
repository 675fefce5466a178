"""What a saved web page says.

`page` makes a tree of its bytes, `main_text` finds the part that is text,
`tree` reads it, `edges` takes off lines that lead elsewhere, `about` and
`titles` know what the page says of itself. A whole book in one page loses
nothing.
"""

from __future__ import annotations

from pathlib import Path

from corpus.formats import matter, metadata, tree
from corpus.formats.html import about, edges, page, titles
from corpus.formats.html.main_text import main_text
from corpus.formats.tree import Element, Flow
from corpus.formats.tree import without_titles as without_titles
from corpus.texts import Block, Text, TextRefused


def read(path: Path) -> Text:
    """The text in a saved web page, or `TextRefused`."""
    source = page.utf8(path.read_bytes(), path.name)
    root = page.parsed(source)
    if root is None:
        raise TextRefused(f"{path.name} is empty: there is no text in it.")
    said = about.said(root, source)
    body = next(root.iter("body"), root)
    _strip_scripts(body)
    shown = titles.only_h1(body)
    main, left_out = main_text(body, source)
    told = tree.flow(main)
    items = edges.without(told)
    if len(items) < len(told):
        left_out = list(dict.fromkeys([*left_out, "navigation"]))
    items = tree.with_headings(edges.without_head(items, said, (said["title"], shown)))
    heading = shown or titles.top_heading(items) or (None if said["title"] else _first(items))
    own, said["title"] = said["title"], _title(said)
    sections = tree.without_titles(tree.outlined(items), (own, heading, said["title"]))
    kept, more = matter.without(sections)
    if not kept:
        raise TextRefused(_nothing(path.name, root))
    return metadata.described(path, kept, said=said, heading=heading, left_out=(*left_out, *more))


def _title(said: dict[str, object]) -> object:
    """The page's title, with its book's where alone it would say nothing."""
    title, book = said["title"], said["book"]
    return titles.in_book(str(book), str(title) if title else None) if book else title


def _first(items: Flow) -> str | None:
    """The first line of a page that has neither title nor heading, if it is short."""
    first = items[0] if len(items) > 1 else None
    short = (
        isinstance(first, Block)
        and first.kind in ("paragraph", "verse")
        and (len(first.text) <= 60 and first.text[-1] not in ".,;。，；")
    )
    return first.text.strip("* ") if isinstance(first, Block) and short else None


def _strip_scripts(body: Element) -> None:
    from lxml import etree

    etree.strip_elements(body, "script", "style", "template", "noscript", with_tail=False)


def _nothing(name: str, root: Element) -> str:
    if next(root.iter("frameset"), None) is not None:
        return f"{name} is only a frame around other pages. Save the page that holds the text."
    return (
        f"There is no text in {name}: the page fills itself with a script, or holds pictures "
        "only. Save it from the browser once it is shown, or copy its text into a .txt file."
    )
