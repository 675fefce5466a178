"""What a plain text file says: its title and its text.

Nothing in such a file is marked. `headings.py` finds its headings, `lines.py`
its paragraphs, verse and lists; here everything around the text is taken off.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from corpus.formats import decoding, headings, lines, matter, metadata, naming, people
from corpus.formats.decoding import tidy
from corpus.formats.lines import Group
from corpus.texts import Block, LeftOut, Section, Text


def read(path: Path) -> Text:
    """The text in a plain text file, or `TextRefused`."""
    source = decoding.decode(path.read_bytes(), path.name, keep_pages=True)
    source, gutenberg = _without_gutenberg(source)
    source, pages = _without_pages(source)
    groups, numbers = _without_page_numbers(_groups(source))
    groups, said = _without_header(groups)
    title, groups = _title(groups)
    sections, left_out = matter.without(_sections(groups))
    return metadata.described(
        path,
        sections,
        said={**gutenberg, **said},
        heading=title,
        left_out=(*(["licence"] if gutenberg else []), *pages, *numbers, *left_out),
    )


def _groups(source: str) -> list[Group]:
    """Lines that stand together, between blank ones; without what only decorates."""
    groups: list[Group] = [[]]
    for line in map(_without_tags, source.split("\n")):
        if line.strip():
            groups[-1].append(line.rstrip().expandtabs(8))
        elif groups[-1]:
            groups.append([])
    parts = (part for group in groups if any(group) for part in headings.apart(group))
    return [part for part in parts if any(part) and not _is_decoration(part)]


_TAG = re.compile(
    r"</?(?:strong|b|em|i|p|br|hr|span|div|font|center|u|sup|sub)\b[^<>\n]{0,200}>", re.IGNORECASE
)
_STRONG = re.compile(r"(\s*)<(?:strong|b|h[1-6])>([^<>]*)</(?:strong|b|h[1-6])>\s*", re.IGNORECASE)


def _without_tags(line: str) -> str:
    """A line without the HTML that some archives leave in their text files."""
    if "<" not in line:
        return line
    if strong := _STRONG.fullmatch(line):
        return f"{strong[1]}{headings.MARKED}{strong[2].strip()}"
    return _TAG.sub("", line)


_END_MARK = re.compile(
    r"[〔（(【[*\s]*(?:全[文書书]完|全文完[结結]|本[書书]完|the end|end of file)[〕）)】\]*\s.。]*|[（(【]完[)）】]"
    r"|\[(?:illustration|image|blank page)s?(?::[^\]]*)?\]",
    re.IGNORECASE,
)


def _is_decoration(group: Group) -> bool:
    """* * *, -----, 〔全文完〕, [Illustration: ...]: no words of the text."""
    line = " ".join(group)
    if len(line) > 300:
        return False
    says_nothing = not any(c.isalnum() or unicodedata.category(c) == "So" for c in line)
    return says_nothing or _END_MARK.fullmatch(line) is not None


# What a program or an archive put around the text

_START = re.compile(r"^\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*$", re.M | re.I)
_END = re.compile(
    r"^(?:\*{3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the |this )?Project Gutenberg)[^\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_PRODUCED = re.compile(
    r"\A\s*(?:produced|e-?text prepared|transcribed|this e-?book was produced)\b[^\n]*(?:\n[^\n]+){0,5}\n\s*\n",
    re.IGNORECASE,
)
_FIELD = re.compile(r"([A-Za-z][A-Za-z -]{1,30}|[\u4e00-\u9fff]{2,4})\s*[:：][ \t]*(\S.{0,500})")
_FIELDS = {
    "title": "title", "subject": "title", "标题": "title", "標題": "title", "题目": "title",
    "題目": "title", "书名": "title", "書名": "title",
    "author": "author", "authors": "author", "from": "author", "by": "author", "作者": "author",
    "著者": "author",
    "language": "language", "语言": "language", "語言": "language",
    "date": "year", "year": "year", "日期": "year", "出版年": "year",
    "source": "sources", "来源": "sources", "來源": "sources",
    "licence": "licence", "license": "licence", "isbn": "identifiers", "doi": "identifiers",
    # Known, and nothing that a text's record holds.
    "publisher": "", "to": "", "cc": "", "sent": "", "reply-to": "", "message-id": "",
    "translator": "", "译者": "", "譯者": "", "editor": "", "release date": "", "posting date": "",
    "last updated": "", "credits": "", "illustrator": "", "character set encoding": "",
    "original publication": "", "ebook": "", "出版社": "", "keywords": "", "关键词": "",
}  # fmt: skip


def _without_gutenberg(source: str) -> tuple[str, dict[str, object]]:
    """What stands between Project Gutenberg's marks, and what its header says."""
    start, said = _START.search(source), {}
    if start:
        said = _fields(source[: start.start()][-20_000:].split("\n"))
        said.pop("year", None)  # of the e-book
        source = source[start.end() :]
    end = _END.search(source, len(source) // 3)
    if end:
        source = source[: end.start()]
    if not start and not end:
        return source, {}
    return _PRODUCED.sub("", source), {"sources": ["Project Gutenberg"], **said}


def _fields(group: Iterable[str]) -> dict[str, object]:
    said: dict[str, object] = {}
    for line in group:
        field = _FIELD.fullmatch(line.strip())
        if field and (key := _FIELDS.get(field[1].casefold())):
            said.setdefault(key, field[2].strip())
    return said


def _without_header(groups: list[Group]) -> tuple[list[Group], dict[str, object]]:
    """Fields at the top (From: ..., 标题：...) as a record; lines that begin
    with # and are no heading, about the file itself, are left out."""
    said: dict[str, object] = {}
    while groups and all(re.match(r"#(?![#\s])\S*.{0,200}[:：]", line) for line in groups[0]):
        groups = groups[1:]
    for _ in range(3):
        if not groups or not _is_header(groups[0], begun=bool(said)):
            break
        said = {**_fields(groups[0]), **said}
        groups = groups[1:]
    return groups, said


def _is_header(group: Group, *, begun: bool) -> bool:
    """All lines are known fields, and there are two of them or a title."""
    found = [_FIELD.fullmatch(line.strip()) for line in group]
    names = [field[1].casefold() for field in found if field]
    if len(names) < len(group) or not all(name in _FIELDS for name in names):
        return False
    return begun or len(names) > 1 or _FIELDS[names[0]] == "title"


# Pages

_PAGE_NUMBER = re.compile(
    r"\W*(?:page\s+|第\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?\s*页?\W*",
    re.IGNORECASE,
)


def _without_pages(source: str) -> tuple[str, list[LeftOut]]:
    """One text out of pages parted by form feeds, without the line at their head
    or foot that many share and without their numbers."""
    if source.count("\x0c") < 2:
        return source.replace("\x0c", "\n\n"), []
    pages = [[line.rstrip() for line in page.split("\n")] for page in source.split("\x0c")]
    edges = Counter(edge for page in pages for edge in {_same(o) for o in _outer_lines(page)})
    found: dict[LeftOut, None] = {}
    for page in pages:
        for at in (0, -1):
            for _ in range(2):  # a running head and a number
                places = [i for i, line in enumerate(page) if line.strip()]
                line = page[places[at]].strip() if places else ""
                if line and len(line) <= 100 and _PAGE_NUMBER.fullmatch(line):
                    found["page numbers"] = None
                elif line and len(line) <= 100 and edges[_same(line)] >= max(3, len(pages) / 3):
                    found["running heads"] = None
                else:
                    break
                page[places[at]] = ""
    return _pages_joined(pages), list(found)


def _outer_lines(page: list[str]) -> list[str]:
    full = [line for line in page if line.strip()]
    return full[:2] + full[-2:]


def _same(line: str) -> str:
    """A running head, whichever page it is on."""
    return re.sub(r"\d+", "#", line.strip())


def _pages_joined(pages: list[list[str]]) -> str:
    joined: list[str] = []
    for page in pages:
        text = "\n".join(page).strip("\n")
        if joined and text:
            ended = joined[-1].rstrip()[-1:] in tuple(".!?。！？”」』…")
            joined.append("\n\n" if ended or text[0] in " \t\u3000" else "\n")
        joined += [text] if text else []
    return "".join(joined)


_LONE_NUMBER = re.compile(r"[-–—\[ ]*(?:page )?(\d{1,4})[-–—\] ]*", re.IGNORECASE)


def _without_page_numbers(groups: list[Group]) -> tuple[list[Group], list[LeftOut]]:
    """Numbers alone on a line that count up and cut sentences in two were pages'.
    Those between whole paragraphs are chapters."""
    lone = [
        (at, int(found[1]))
        for at, group in enumerate(groups)
        if len(group) == 1 and (found := _LONE_NUMBER.fullmatch(group[0].strip()))
    ]
    counting = [
        (at, n) for (at, n), (_, after) in pairwise([*lone, (0, -1)]) if after in (n + 1, -1)
    ]
    cutting = {at for at, _ in counting if 0 < at < len(groups) - 1 and _goes_on(groups, at)}
    if len(counting) < 3 or len(cutting) * 3 < len(counting):
        return groups, []
    kept: list[Group] = []
    places = {at for at, _ in counting}
    for at, group in enumerate(groups):
        if at in places:
            continue
        if at - 1 in cutting and kept:
            kept[-1] = [*kept[-1], *group]
        else:
            kept.append(group)
    return kept, ["page numbers"]


def _goes_on(groups: list[Group], at: int) -> bool:
    """Whether a sentence goes on from before a group to behind it."""
    before, after = groups[at - 1][-1].rstrip(), groups[at + 1][0].strip()
    return before[-1:] not in tuple(".!?:。！？：”」』…\"'") and (
        after[:1].islower() or not after.isascii()
    )


# The title


def _title(groups: list[Group]) -> tuple[str | None, list[Group]]:
    """The first lines where they look like a title, and what follows them."""
    for at, group in enumerate(groups[:4]):
        if boxed := headings.ruled(group, boxed=True):
            own = [line for line in boxed if len(boxed) == 1 or not headings.says_so(line)]
            return tidy(" ".join(own)), groups[:at] + groups[at + 1 :]
    if not groups or not (count := _title_lines(groups[0], groups[1:])):
        return None, groups
    title = tidy(" ".join(groups[0][:count]))
    if hashes := headings.HASHES.fullmatch(title):
        title = hashes[2]
    rest = [line for line in groups[0][count:] if not headings.is_rule(line)]
    return title.strip(headings.MARKED), [rest, *groups[1:]] if rest else groups[1:]


def _title_lines(first: Group, rest: Sequence[Group]) -> int:
    """How many of the first lines are the title."""
    line = first[0].strip()
    if not rest and len(first) < 3:
        return 0
    if headings.HASHES.fullmatch(line[:400]) or (len(first) > 1 and headings.is_rule(first[1])):
        return 1
    if len(first) == 1 and len(line) <= 100 and people.author_of_line(" ".join(rest[0])[:100]):
        return 1  # whatever it looks like, its author stands below it
    if not _may_be_title(line):
        return 0
    below = [other.strip() for other in first[1:]]
    if not below or (len(below) <= 2 and people.author_of_line(below[0], under_title=True)):
        return 1
    if len(first) <= 5 and all(o.isupper() or o.startswith(" " * 8) for o in first):
        authors = (at for at, other in enumerate(below, 1) if people.author_of_line(other))
        count = next(authors, len(first))
        return count if all(map(_may_be_title, below[: count - 1])) else 0
    return 0


def _may_be_title(line: str) -> bool:
    text = tidy(line[:400])
    if lines.columns(text) > 100 or not any(c.isalpha() for c in text):
        return False
    if text.endswith(tuple(".,;:。，；：、”」』")) or text[0] in "“\"'「『[(（":
        return False
    return not (lines.ITEM.match(text) or headings.says_so(text) or people.author_of_line(text))


# Sections


def _sections(groups: list[Group]) -> list[Section]:
    outline, shape = headings.outline(groups), lines.shape(groups)
    sections: list[Section] = []
    trail: list[tuple[int, str]] = []
    blocks: list[Block] = []
    said = Counter(h.text for h in outline.headings if h)
    for at, group in enumerate(groups):
        if outline.second_lines[at]:
            continue
        heading = outline.heading(at)
        if heading is None:
            blocks += lines.blocks([line.replace(headings.MARKED, "") for line in group], shape)
            continue
        rank = outline.rank(heading.style)
        if not blocks and trail and _is_second_line(*trail[-1], rank, heading):
            # Two lines of one heading, with a blank one between.
            trail[-1] = (trail[-1][0], _one_heading(trail[-1][1], heading.text))
            continue
        if not blocks and trail and trail[-1][0] >= rank and said[trail[-1][1]] == 1:
            # Nothing stands under it: a line of text after all. Said twice, it is
            # an entry in a table of contents.
            *trail, (_, text) = trail
            blocks = [] if headings.is_bare_number(text) else [Block("paragraph", text)]
        sections.append(_section(trail, blocks))
        blocks = []
        trail = [(r, text) for r, text in trail if r < rank]
        trail.append((rank, heading.text))
    sections.append(_section(trail, blocks))
    return [section for section in sections if section.blocks]


def _is_second_line(rank: int, text: str, next_rank: int, heading: headings.Heading) -> bool:
    if heading.style not in headings.UNMARKED:
        return False
    return rank == next_rank or text.split()[-1].casefold() in naming.SMALL_WORDS


def _one_heading(first: str, second: str) -> str:
    ends = (first.split()[-1].casefold(), second.split()[0].casefold())
    return f"{first} {second}" if naming.SMALL_WORDS.intersection(ends) else f"{first}: {second}"


_NOTES = re.compile(r"(?:foot|end)?notes|注[释釋]|註釋|[尾脚腳]注", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"\[?\d{1,4}[.\])]")
_NO_BULLET = re.compile(r"[^-*•·‣◦]")


def _section(trail: list[tuple[int, str]], blocks: Sequence[Block]) -> Section:
    """Blocks under their headings: items that blank lines part become one list,
    a single one without a bullet a paragraph, and those under "Notes" are notes."""
    path = tuple(text for _, text in trail)
    kept: list[Block] = []
    for block in blocks:
        if path and _NOTES.fullmatch(path[-1]) and _LEADING_NUMBER.match(block.text):
            block = Block("note", block.text)
        before = kept[-1] if kept else None
        if before and before.kind == block.kind == "list" and len(block.text) < 300:
            items = f"{before.text}\n{block.text}".split("\n")
            kept[-1] = Block("list", "\n".join(map(lines.as_item, items)))
        else:
            kept.append(block)
    return Section(path, tuple(map(_single_as_paragraph, kept)))


def _single_as_paragraph(block: Block) -> Block:
    if block.kind != "list" or "\n" in block.text:
        return block
    single = _NO_BULLET.match(block.text) is not None
    return Block("paragraph", block.text) if single else Block("list", lines.as_item(block.text))
