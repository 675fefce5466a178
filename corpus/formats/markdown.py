"""What a Markdown file says: YAML front matter, then headings and blocks."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from corpus import languages, slugs
from corpus.formats import decoding, metadata
from corpus.texts import Block, BlockKind, Section, Text, TextRefused

MAX_FRONT_MATTER = 64 * 1024
_FENCE = re.compile(r"---[ \t]*\n")
_FENCE_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z!?][^<>]*>", re.S | re.I)


def read(path: Path) -> Text:
    """The text in a Markdown file, or `TextRefused`."""
    head, body = _divided(decoding.decode(path.read_bytes(), path.name), path.name)
    values = _front_matter(head, path.name)
    sections = _sections(body)
    if "title" not in values and sections and len(sections[0].path) == 1 and _starts_with_h1(body):
        # Most people's Markdown has no front matter; its first line is the title.
        values["title"] = sections[0].path[0]
        sections = [Section(s.path[1:], s.blocks) for s in sections]
    sections = [s for s in sections if s.blocks]
    return metadata.text(values, tuple(sections), slug=slugs.slug(path.stem), name=path.name)


def _divided(source: str, name: str) -> tuple[str | None, str]:
    """Front matter (None where there is none) and what follows it."""
    opening = _FENCE.match(source)
    if not opening:
        return None, source
    closing = _FENCE_END.search(source, opening.end())
    if not closing:
        raise TextRefused(
            f'The front matter of {name} is not closed. Put a line "---" after its last field.'
        )
    if closing.start() - opening.end() > MAX_FRONT_MATTER:
        raise TextRefused(
            f"The front matter of {name} is longer than 64 KB. "
            'Put a line "---" after its last field.'
        )
    return source[opening.end() : closing.start()], source[closing.end() :]


def _front_matter(head: str | None, name: str) -> dict[str, Any]:
    if head is None or not head.strip():
        return {}
    try:
        values = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" at line {line + 2}" if line is not None else ""
        raise TextRefused(
            f"The front matter of {name} is not valid YAML{where}: "
            f"{getattr(error, 'problem', None) or 'it cannot be read'}. "
            'Often a value with a colon needs quotes: title: "One: two".'
        ) from error
    if not isinstance(values, dict):
        raise TextRefused(
            f"The front matter of {name} is not a list of fields. "
            'Write one a line, as in "title: On patience".'
        )
    return {str(key): value for key, value in values.items()}


def _starts_with_h1(body: str) -> bool:
    first = body.lstrip().split("\n", 2)
    return first[0].startswith("# ") or (
        len(first) > 1 and bool(first[1]) and set(first[1].strip()) == {"="}
    )


def _sections(body: str) -> list[Section]:
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(body))
    trail: list[tuple[int, str]] = []
    sections: list[Section] = []
    blocks: list[Block] = []
    for node in tree.children:
        if node.type == "heading":
            sections.append(Section(tuple(title for _, title in trail), tuple(blocks)))
            blocks = []
            level = int(node.tag[1])
            trail = [(n, title) for n, title in trail if n < level]
            trail.append((level, " ".join(_inline(node).replace("*", "").split())))
        elif block := _block(node):
            blocks.append(block)
    sections.append(Section(tuple(title for _, title in trail), tuple(blocks)))
    if sections[0].path == () and not sections[0].blocks:
        del sections[0]
    return sections


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
    return Block(kind, text.strip()) if text.strip() else None


def _plain(node: SyntaxTreeNode) -> str:
    """Any node as plain text, inner blocks a line each."""
    if node.type in ("paragraph", "heading"):
        return _inline(node)
    if node.type in ("bullet_list", "ordered_list"):
        return "\n".join(_items(node, 0))
    if node.type in ("fence", "code_block"):
        return node.content.strip("\n")
    if node.type == "html_block":
        return " ".join(html.unescape(_TAG.sub(" ", node.content)).split())
    return "\n".join(part for child in node.children if (part := _plain(child)))


def _items(node: SyntaxTreeNode, depth: int) -> list[str]:
    lines = []
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for item in node.children:
        mark = "- " if number is None else f"{number}. "
        own = [c for c in item.children if c.type not in ("bullet_list", "ordered_list")]
        text = " ".join(" ".join(_plain(c).split("\n")) for c in own)
        lines.append("  " * depth + mark + text)
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                lines += _items(child, depth + 1)
        number = None if number is None else number + 1
    return lines


def _rows(table: SyntaxTreeNode) -> list[str]:
    return [
        " | ".join(_plain_cell(cell) for cell in row.children)
        for part in table.children
        for row in part.children
    ]


def _plain_cell(cell: SyntaxTreeNode) -> str:
    return " ".join(_inline(cell).split())


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_inline_parts(child) for child in node.children).strip()


def _inline_parts(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline" | "text_special":
            return str(node.content)
        case "softbreak":
            return "\v"
        case "hardbreak":
            return "\n"
        case "html_inline" | "image":
            return ""
    inner = "".join(_inline_parts(child) for child in node.children)
    if node.type == "inline":
        return languages.joined_lines(inner.split("\v"))
    if node.type in ("em", "strong") and inner.strip():
        mark = "*" if node.type == "em" else "**"
        return f"{mark}{inner}{mark}"
    return inner
