"""Plain Markdown out of what other programs write around it. Pure.

Jekyll and Eleventy put template tags into their Markdown, kramdown and pandoc
attributes, Carpentries and Docusaurus fences, MkDocs indented boxes. The words
stay, the marks go; what stands in fenced code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ >]{0,12}(`{3,}|~{3,})([^`]*)$")


def plain_markdown(source: str) -> str:
    """Markdown with nothing in it that a reader of CommonMark does not know."""
    # Each step is a walk over all lines, and most files need none of them.
    if "{%" in source or "{{" in source:
        source = _outside_code(source, _without_templates)
    if "<table" in source.casefold():
        source = _outside_code(source, _with_html_tables)
    for signs, step in (
        ((":::", "`{", "~{"), _unwrapped),
        (("!!! ", "??? ", "???+"), _without_boxes),
        (("[^", "^["), _with_notes_apart),
        (("\n: ", "\n:\t", "\n~ ", "\n : ", "\n  : "), _with_terms_as_items),
        (("\n| ",), _with_line_blocks),
        (("|-", "| -", "|:-", "| :-", "-|"), _with_wide_headers),
    ):
        if any(sign in source for sign in signs):
            source = "\n".join(step(source.split("\n")))
    if _MARKS.search(source):
        source = _outside_code(source, _without_attributes)
    return source.replace("\\ ", "\u00a0")


def _outside_code(source: str, change: Callable[[str], str]) -> str:
    """A change to everything but fenced code."""
    parts: list[str] = []
    waiting: list[str] = []
    fence = ""
    for line in source.split("\n"):
        found = _FENCE.match(line)
        if not fence and found:
            parts.append(change("\n".join(waiting)) if waiting else "")
            waiting, fence = [line], found[1]
        elif fence and found and found[1].startswith(fence) and not found[2].strip():
            parts.append("\n".join([*waiting, line]))
            waiting, fence = [], ""
        else:
            waiting.append(line)
    if waiting:
        parts.append("\n".join(waiting) if fence else change("\n".join(waiting)))
    return "\n".join(part for i, part in enumerate(parts) if part or i)


def replaced(
    text: str, opening: re.Pattern[str], closing: re.Pattern[str], change: Callable[[str], str]
) -> str:
    """Each stretch from an opening to the next closing, changed. In one walk: a
    pattern for both would look for a closing that is not there again and again."""
    kept: list[str] = []
    at = 0
    while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
        kept += [text[at : start.start()], change(text[start.end() : end.start()])]
        at = end.end()
    return "".join([*kept, text[at:]])


# Templates

_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_IN_LINK = re.compile(r"(?<=\]\()\s*(?:\{\{[^{}]{0,500}\}\}|\{%[^%]{0,500}%\})[^()\s]*\s*(?=\))")
_TAG = re.compile(
    r"\{%-?\s*(?P<name>[\w-]*)(?P<rest>[^%{]{0,2000}(?:[%{](?!\})[^%{]{0,200}){0,9})%\}"
)
_VALUE = re.compile(r"\{\{[^{}]{0,2000}\}\}")
# Tags that steer a template; others may say a word in its place.
_SILENT = frozenset({
    "include", "include_relative", "if", "elsif", "else", "endif", "unless", "endunless", "for",
    "endfor", "assign", "capture", "endcapture", "case", "when", "endcase", "raw", "endraw",
    "highlight", "endhighlight", "image", "img", "figure", "link", "post_url", "page", "render",
    "layout", "set", "block", "endblock", "extends", "import", "macro", "endmacro", "gist",
    "youtube", "video", "asset", "css", "js",
})  # fmt: skip


def _without_templates(text: str) -> str:
    if "{%" not in text and "{{" not in text:
        return text
    text = replaced(text, _COMMENT, _COMMENT_END, lambda _: "")
    text = _IN_LINK.sub("#", text)
    return _VALUE.sub("", _TAG.sub(_said_by_tag, text))


def _said_by_tag(tag: re.Match[str]) -> str:
    """The last words in quotes: {% channel "pifs" "PIFs" %} -> PIFs."""
    quoted = re.findall(r"\"([^\"]*)\"|'([^']*)'", tag["rest"])
    if tag["name"] in _SILENT or not quoted:
        return ""
    words = next(filter(None, quoted[-1]), "")
    return "" if re.search(r"[/<>]|\.\w{2,4}$", words) else words


# Tables in HTML

_TABLE = re.compile(r"<table\b[^<>]{0,2000}>", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")


def _with_html_tables(text: str) -> str:
    """Tables of HTML as tables of Markdown; one that is only a box, as what is in it."""
    return replaced(text, _TABLE, _TABLE_END, _table)


def _table(inside: str) -> str:
    rows = [
        re.split(r"<t[dh]\b[^<>]*>", row, flags=re.IGNORECASE)[1:]
        for row in re.split(r"<tr\b[^<>]*>", inside, flags=re.IGNORECASE)[1:]
    ]
    width = max(map(len, rows), default=0)
    if width < 2:
        return "\n\n" + "\n\n".join(f"<div>{cell}</div>" for row in rows for cell in row) + "\n\n"
    cells = [[" ".join(_TAGS.sub(" ", c).split()).replace("|", "\\|") for c in row] for row in rows]
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in cells if row]
    return "\n\n" + "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]) + "\n\n"


_DIVIDER = re.compile(r"[ ]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")


def _with_wide_headers(lines: list[str]) -> list[str]:
    """A table's header as wide as its widest row: a reader of Markdown leaves out
    the cells that have no header."""
    kept = list(lines)
    at = 1
    while at < len(lines):
        line, header = lines[at], lines[at - 1]
        at += 1
        if not ("-" in line and "|" in line and _DIVIDER.fullmatch(line)):
            continue
        width = widest = _cells(line)
        divider = at - 1
        while at < len(lines) and "|" in lines[at]:
            widest = max(widest, _cells(lines[at]))
            at += 1
        if width < widest <= width + 20 and _cells(header) == width:
            kept[divider - 1] = header.rstrip().removesuffix("|") + "|" + " |" * (widest - width)
            kept[divider] = line.rstrip().removesuffix("|") + "|" + " --- |" * (widest - width)
    return kept


def _cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))) + 1


# Attributes and marks

_ATTRIBUTES = re.compile(
    r"[ \t]*\{:?\s*[#.:][^{}\n]{0,300}\}|[ \t]*\{:\s?[^{}\n]{0,300}\}|\{[a-z][\w-]*=[\"'][^{}\n]{0,1000}\}"
)
_CONTENTS_HERE = re.compile(
    r"^[ \t]*(?:[-*][ \t]+TOC[ \t]*\n[ \t]*\{:?\s*:?toc[^}\n]*\}|\[\[?_?TOC_?\]\]?|\{:toc\})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]")
_WIKI = re.compile(r"\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[!\w+\][+-]?[ \t]*(.*)$", re.MULTILINE)
_TASK = re.compile(r"^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX]\][ \t]+", re.MULTILINE)
_SPAN = re.compile(r"\[([^\[\]\n]{1,300})\](?=\{[#.][^{}\n]{0,300}\})")


_MARKS = re.compile(r"\{|\[\[|\[[!xX ]\]?|\[TOC", re.IGNORECASE)


def _without_attributes(text: str) -> str:
    text = _CONTENTS_HERE.sub("", text)
    text = _TASK.sub(r"\1", text)
    text = _CALLOUT.sub(
        lambda m: m[1] + (f"**{m[2].strip()}**\n{m[1]}" if m[2].strip() else ""), text
    )
    text = _WIKI.sub(lambda m: m[2] or m[1], _EMBEDDED.sub("", text))
    return _ATTRIBUTES.sub("", _SPAN.sub(r"\1", text))


# Fences around boxes

_COLONS = re.compile(
    r"[ \t]*:{3,}[ \t]*(?:\{(?P<braced>[^}\n]*)\}|(?P<name>[\w-]*))[ \t]*(?P<title>[^:\n]*?)[ \t:]*$"
)
_DIRECTIVE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>.*)$")
_BOXES = frozenset({
    "admonition", "note", "warning", "tip", "hint", "important", "attention", "caution", "danger",
    "error", "seealso", "sidebar", "margin", "epigraph", "topic", "exercise", "solution",
    "dropdown", "card", "objectives", "discussion",
})  # fmt: skip


def _unwrapped(lines: list[str]) -> list[str]:
    """Without `:::` lines and without the fences of MyST boxes, whose titles become
    bold lines."""
    kept: list[str] = []
    code = box = ""
    for line in lines:
        fence = _FENCE.match(line)
        directive = _DIRECTIVE.match(line)
        if not code and not box and directive and directive["name"] in _BOXES:
            box = directive[1]
            kept += _title(directive["title"])
        elif box and line.strip() == box:
            box = ""
            kept.append("")
        elif box and re.match(r"[ \t]*:[\w-]+:", line):
            continue  # an option of the box
        elif fence and not code:
            code = fence[1]
            kept.append(line)
        elif fence and code and fence[1].startswith(code) and not fence[2].strip():
            code = ""
            kept.append(line)
        elif not code and line.lstrip().startswith(":::") and (colons := _COLONS.fullmatch(line)):
            kept += _title(colons["title"])
        else:
            kept.append(line)
    return kept


def _title(words: str) -> list[str]:
    """The title of a box. The comment keeps the lists before and after it apart."""
    return ["", f"**{words.strip()}**", ""] if words.strip() else ["", "<!-- -->", ""]


_BOX = re.compile(
    r"([ ]{0,12})(?:!!!|\?\?\?\+?)[ \t]*[\w-]+(?:[ \t]+[\w-]+)*[ \t]*(?:\"([^\"]*)\")?[ \t]*$"
)


def _without_boxes(lines: list[str]) -> list[str]:
    """MkDocs' `!!! note "Title"` and the indented lines below it, as plain text."""
    kept: list[str] = []
    inside = -1
    for line in lines:
        if box := _BOX.fullmatch(line):
            inside = len(box[1])
            kept += _title(box[2] or "")
            continue
        if inside >= 0 and line.strip():
            depth = len(line) - len(line.lstrip(" "))
            if depth < inside + 2:
                inside = -1
            else:
                line = line[:inside] + line[min(depth, inside + 4) :]
        kept.append(line)
    return kept


# Notes, terms, line blocks

_NOTE = re.compile(r"[ ]{0,3}\[\^([^\]\s]{1,80})\]:[ \t]*(.*)$")
_INLINE_NOTE = re.compile(r"\^\[([^\[\]]{1,2000})\]")


def _with_notes_apart(lines: list[str]) -> list[str]:
    """Each footnote a paragraph that begins `[^1]`, and pandoc's `^[notes]` after
    the paragraph they stand in."""
    kept: list[str] = []
    waiting: list[str] = []
    in_note = False
    count = 0
    for line in _lines_outside_code(lines, kept):
        if note := _NOTE.fullmatch(line):
            in_note = True
            kept += ["", f"\\[^{note[1]}\\] {note[2]}".rstrip()]
            continue
        if in_note and line.startswith(("    ", "\t")):
            line = line.strip()
        elif line.strip():
            in_note = False
        for found in list(_INLINE_NOTE.finditer(line)):
            count += 1
            waiting += ["", f"\\[^{count}\\] {found[1]}"]
            line = line.replace(found[0], f"\\[^{count}\\]", 1)
        if not line.strip() and waiting:
            kept += waiting
            waiting = []
        kept.append(line)
    return kept + waiting


def _lines_outside_code(lines: list[str], kept: list[str]) -> Iterator[str]:
    """Lines one by one; those of fenced code go to `kept` as they are."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            kept.append(line)
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found:
            fence = found[1]
            kept.append(line)
        else:
            yield line


def _with_terms_as_items(lines: list[str]) -> list[str]:
    """A term and, below it, `: ` and what it means, as an item of a list."""
    kept: list[str] = []
    for line in _lines_outside_code(lines, kept):
        meaning = re.fullmatch(r"[ ]{0,3}[:~][ \t]+(\S.*)", line)
        if (
            meaning
            and kept
            and not kept[-1].strip()
            and len(kept) > 1
            and kept[-2].startswith("- ")
        ):
            kept.pop()  # a second meaning, or one after a blank line
        if meaning and kept and kept[-1].startswith("- **") and "**: " in kept[-1]:
            kept[-1] += f" {meaning[1]}"
        elif meaning and kept and re.match(r"[^\s>#|\-*+:]", kept[-1]) and len(kept[-1]) <= 200:
            kept[-1] = f"- **{kept[-1].strip().strip('*')}**: {meaning[1]}"
        else:
            kept.append(line)
    return kept


def _with_line_blocks(lines: list[str]) -> list[str]:
    """Pandoc's `| ` before each line of verse, as lines with a break at their end."""
    kept: list[str] = []
    in_verse = False
    for line in _lines_outside_code(lines, kept):
        verse = re.fullmatch(r"\|[ ]([^|]*)", line)
        words = verse[1].strip() if verse else ""
        if in_verse and words:
            kept[-1] += "\\"
        in_verse = bool(words)
        kept.append(words if verse else line)
    return kept
