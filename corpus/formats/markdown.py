"""What a Markdown file says: front matter, then headings and blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from corpus import languages
from corpus.formats import decoding, dialects, front_matter, headings, matter, metadata
from corpus.texts import Block, BlockKind, Section, Text


def read(path: Path) -> Text:
    """The text in a Markdown file, or `TextRefused`."""
    fields, body = front_matter.divided(decoding.decode(path.read_bytes(), path.name), path.name)
    found, level = _sections(dialects.plain_markdown(body))
    stated = (fields or {}).get("title")
    heading, found = _without_title(found, level, stated if isinstance(stated, str) else None)
    sections, left_out = matter.without([section for section in found if section.blocks])
    if fields is not None and front_matter.is_ours(fields):
        return metadata.text(path, sections, fields, heading=heading, left_out=left_out)
    return metadata.described(
        path,
        sections,
        said=front_matter.said(fields or {}),
        heading=heading,
        left_out=left_out,
    )


def _without_title(
    sections: list[Section], level: int, stated: str | None
) -> tuple[str | None, list[Section]]:
    """The heading at the top that names the whole text, and the sections without it.
    `level` is that of the first heading."""
    start = next((i for i, s in enumerate(sections) if s.path), None)
    if start is None or level > 1 or any(s.blocks for s in sections[:start]):
        return None, sections
    title = sections[start].path[0]
    same = stated is not None and _letters(stated) == _letters(title)
    chapters = [s.path for s in sections if len(s.path) == 1]
    if not same and (stated or (len(chapters) > 1 and headings.says_so(title))):
        return None, sections
    end = next((i for i, s in enumerate(sections) if i > start and s.path[:1] != (title,)), None)
    below = [Section(s.path[1:], s.blocks) for s in sections[start:end]]
    return title, [*below, *(sections[end:] if end is not None else [])]


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


# Headings and blocks


def _sections(body: str) -> tuple[list[Section], int]:
    """The sections, and the level of the first heading (7 where there is none)."""
    first = 7
    trail: list[tuple[int, str]] = []
    sections: list[Section] = []
    blocks: list[Block] = []
    for node in _nodes(body):
        if node.type == "heading":
            sections.append(Section(tuple(title for _, title in trail), tuple(blocks)))
            blocks = []
            level = int(node.tag[1])
            title = " ".join(_inline(node).replace("*", "").split())
            if title:
                first = level if first == 7 else first
                trail = [(n, above) for n, above in trail if n < level]
                trail.append((level, title))
        elif block := _block(node):
            blocks.append(block)
    sections.append(Section(tuple(title for _, title in trail), tuple(blocks)))
    if sections[0].path == () and not sections[0].blocks:
        del sections[0]
    return sections, first


def _nodes(body: str, *, within_html: bool = False) -> Iterator[SyntaxTreeNode]:
    """Blocks in reading order; those of HTML are read as Markdown once its tags are off."""
    for node in _tree(body).children:
        if node.type != "html_block":
            yield node
        elif not within_html:
            yield from _nodes(_markdown_of_html(node.content), within_html=True)


def _tree(body: str) -> SyntaxTreeNode:
    """The blocks of a text. What stands within lines stays a row of tokens: most
    nodes would be theirs, and `_inline` needs none."""
    tokens = _parser().parse(body)
    for token in tokens:
        if token.type == "inline":
            token.meta[_INLINE_TOKENS], token.children = token.children or [], None
    return SyntaxTreeNode(tokens)


_INLINE_TOKENS = "tokens"


@cache
def _parser() -> MarkdownIt:
    """Making it takes as long as reading a page with it."""
    return MarkdownIt("commonmark").enable("table").enable("strikethrough")


def _block(node: SyntaxTreeNode) -> Block | None:
    kind: BlockKind = "paragraph"
    if node.type in ("bullet_list", "ordered_list"):
        kind, text = "list", "\n".join(_items(node, 0))
    elif node.type == "blockquote":
        kind, text = "quote", "\n".join(_plain(child) for child in node.children)
    elif node.type == "table":
        kind, text = "table", "\n".join(_rows(node))
    elif node.type in ("fence", "code_block"):
        kind, text = "verse", node.content.strip("\n")  # its lines matter
    else:
        text = _plain(node)
        if node.type == "paragraph" and text.startswith("[^"):
            kind = "note"
        elif "\n" in text:
            kind = "verse"
    text = _NOTE_MARK.sub(r"[\1]", text)
    return Block(kind, text.strip()) if text.strip() else None


_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,80})\]")


def _plain(node: SyntaxTreeNode) -> str:
    """Any node as plain text, inner blocks a line each."""
    if node.type in ("paragraph", "heading"):
        return _inline(node)
    if node.type in ("bullet_list", "ordered_list"):
        return "\n".join(_items(node, 0))
    if node.type == "table":
        return "\n".join(_rows(node))
    if node.type in ("fence", "code_block"):
        return node.content.strip("\n")
    if node.type == "html_block":
        return " ".join(_markdown_of_html(node.content).split())
    return "\n".join(part for child in node.children if (part := _plain(child)))


def _items(node: SyntaxTreeNode, depth: int) -> list[str]:
    lines = []
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for item in node.children:
        mark = "- " if number is None else f"{number}. "
        own = [c for c in item.children if c.type not in ("bullet_list", "ordered_list")]
        text = " ".join(" ".join(_plain(c).split("\n")) for c in own)
        lines.append("  " * depth + mark + text.strip())
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                lines += _items(child, depth + 1)
        number = None if number is None else number + 1
    return lines


def _rows(table: SyntaxTreeNode) -> list[str]:
    return [
        " | ".join(_plain_cell(cell) for cell in row.children).rstrip(" |")
        for part in table.children
        for row in part.children
    ]


def _plain_cell(cell: SyntaxTreeNode) -> str:
    return " ".join(_inline(cell).split())


def _inline(node: SyntaxTreeNode) -> str:
    """The words of a block whose children are rows of inline tokens."""
    rows = (child.meta.get(_INLINE_TOKENS, ()) for child in node.children)
    return "".join(_joined(_words(row)) for row in rows).strip()


def _joined(words: str) -> str:
    return languages.joined_lines(words.split(_LINE_END)) if _LINE_END in words else words


_LINE_END = "\v"  # where a line of the file ends and the paragraph goes on
_EMPHASIS = {"em_open": "*", "strong_open": "**"}


def _words(tokens: Sequence[Token]) -> str:
    """The words of a row of tokens, with emphasis around those that have it."""
    around: list[tuple[str, list[str]]] = []  # emphasis that is open, and what stood before it
    parts: list[str] = []
    for token in tokens:
        match token.type:
            case "text":
                parts.append(_SPACES.sub(" ", token.content))
            case "code_inline" | "text_special":
                parts.append(token.content)
            case "softbreak":
                parts.append(_LINE_END)
            case "hardbreak":
                parts.append("\n")
            case "html_inline" if _BREAK.match(token.content):
                parts.append("\n")
            case "em_open" | "strong_open":
                around.append((_EMPHASIS[token.type], parts))
                parts = []
            case "em_close" | "strong_close":
                inner = "".join(parts)
                mark, parts = around.pop()
                parts.append(f"{mark}{inner}{mark}" if inner.strip() else inner)
    return "".join(parts)


_SPACES = re.compile("  +")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)


# HTML inside Markdown

_UNSEEN = (
    (re.compile("<!--"), re.compile("-->")),
    *(
        (re.compile(rf"<{name}\b", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE))
        for name in ("script", "style", "svg", "template")
    ),
)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]{0,2000})?/?>|<[!?][^<>]*>")
_STARTS = {"br": "\\\n", "li": "\n- ", **{f"h{n}": f"\n\n{'#' * n} " for n in range(1, 7)}}
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "img",
    "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub",
    "sup", "time", "u", "var", "wbr", "font", "tt", "button",
})  # fmt: skip


def _markdown_of_html(source: str) -> str:
    """HTML as the Markdown a person would have written: tags of blocks become
    blank lines, those inside lines go."""
    text = source
    for opening, closing in _UNSEEN:
        text = dialects.replaced(text, opening, closing, lambda _: "")
    text = _TAG.sub(_instead_of_tag, text)
    lines = [line.strip() for line in html.unescape(text).split("\n")]
    quoted = "> " if re.match(r"\s*<(?:aside|blockquote)\b", source, re.IGNORECASE) else ""
    return "\n".join(quoted + line for line in lines)


def _instead_of_tag(tag: re.Match[str]) -> str:
    name = (tag["name"] or "").casefold()
    if name in _INLINE or not name:
        return ""
    if tag["end"]:
        return "\n" if name == "li" else "\n\n"
    return _STARTS.get(name, "\n\n")
