"""Whether what a file says of itself is right, and what is taken where it is not.

`text` is for our own Markdown, whose front matter people write for us: a wrong
field is refused by name. `described` is for strangers' files, whose fields were
written by programs: what is wrong, missing or junk is taken from the text's
heading, from the file's name or from the words, and the text says from where.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from corpus import languages, slugs, words
from corpus.formats import decoding, fields, headings, naming, people
from corpus.texts import Block, Language, Level, Origin, Section, Text, TextRefused

# Words; Chinese characters without marks (350 with them, as Chinese counts length).
PER_MINUTE: dict[Language, int] = {"en": 200, "zh": 300}


def minutes(count: int, language: Language) -> int:
    """Reading time of so many words (Chinese: characters), at least 1."""
    return max(1, round(count / PER_MINUTE[language]))


def described(
    path: Path,
    sections: Sequence[Section],
    *,
    said: Mapping[str, Any] = MappingProxyType({}),
    heading: str | None = None,
    left_out: Iterable[str] = (),
) -> Text:
    """A Text from a stranger's file, or `TextRefused` where there are no words in it.

    `said` is what the file's own metadata says (title, author, language, year,
    licence, identifiers, subjects, sources, form), `heading` the heading at the
    top of the text that is its title. Each value is taken from the first place
    that has a sensible one: the file's metadata, the heading, the file's name,
    the words themselves.
    """
    return _described(path, sections, said, heading, left_out, language=None)


def _described(
    path: Path,
    sections: Sequence[Section],
    said: Mapping[str, Any],
    heading: str | None,
    left_out: Iterable[str],
    *,
    language: Language | None,
) -> Text:
    """As `described`; a `language` that a person stated is believed whatever the words are."""
    named = naming.from_name(path.stem)
    title, title_from, heading_author = _best_title(said.get("title"), heading, named)
    author, author_from, sections = _best_author(
        said.get("author"), heading_author, named, sections, title
    )
    body = "\n\n".join(b.text for s in sections for b in s.blocks)
    if not any(c.isalnum() for c in body):
        raise TextRefused(
            f"{path.name} has a title and no text under it. Add the text and bring it again."
        )
    if title_from == "name":
        title = _as_the_text_writes_it(title, body)
    language_from: Origin = "file"
    if language is None:
        language, language_from = _best_language(said.get("language"), named, body, path.name)
    year, year_from = _best_year(said.get("year"), named)
    origins: dict[str, Origin | None] = {
        "title": title_from,
        "author": author_from,
        "language": language_from,
        "year": year_from,
        "minutes": "words",
    }
    return Text(
        slug=slugs.slug(path.stem),
        title=title,
        author=author,
        language=language,
        sections=tuple(sections),
        year=year,
        minutes=minutes(words.count(body), language),
        form=_lenient_line(said.get("form")),
        licence=_lenient_line(said.get("licence")),
        sources=_lenient_lines(said.get("sources")),
        script=languages.script(body) if language == "zh" else None,
        identifiers=_identifiers(said.get("identifiers")),
        subjects=_lenient_lines(said.get("subjects")),
        origins=tuple((field, origin) for field, origin in origins.items() if origin),
        left_out=tuple(dict.fromkeys(left_out)),
    )


def _best_title(said: Any, heading: str | None, named: naming.Named) -> tuple[str, Origin, str]:
    """A title, where it comes from, and the author that the heading names beside it."""
    own = decoding.tidy(decoding.printable(said[:4000])) if isinstance(said, str) else ""
    shown, author = naming.title_and_author(heading[:4000]) if heading else ("", "")
    # "Preface" is no title where the file's name says title and author.
    first_part = named.author != "" and headings.says_so(shown)
    usable = bool(shown) and not naming.is_junk(shown) and not first_part
    if own and not naming.is_junk(own) and not (usable and naming.is_weak(own)):
        return naming.short(naming.without_book_marks(own)), "file", author
    if usable:
        return naming.short(shown), "heading", author
    return named.title, "name", author


def _as_the_text_writes_it(title: str, body: str) -> str:
    """`Techfar Handbook` -> TechFAR Handbook, where the text writes it so: a file's
    name has lost its capitals."""
    seen = Counter(re.findall(r"[A-Za-z]\w+", body[:200_000]))
    forms: dict[str, str] = {}
    for form, _ in seen.most_common():
        forms.setdefault(form.casefold(), form)

    def form_of(word: re.Match[str]) -> str:
        form = forms.get(word[0].casefold(), "")
        return form if re.search(r"(?<=\w)[A-Z]", form) else word[0]

    return re.sub(r"[A-Za-z]\w+", form_of, title)


def _best_author(
    said: Any, beside_title: str, named: naming.Named, sections: Sequence[Section], title: str
) -> tuple[str, Origin | None, Sequence[Section]]:
    """An author, where the name comes from, and the sections without the line
    that said so."""
    own = people.people(said)
    line, rest = _byline(sections, title)
    if own:
        same = line and _same_name(line, own)
        return own, "file", rest if same else sections
    if line or beside_title:
        return line or beside_title, "heading", rest if line else sections
    return named.author, "name" if named.author else None, sections


def _byline(sections: Sequence[Section], title: str) -> tuple[str, Sequence[Section]]:
    """The author named in one of the first few lines, and the sections without
    that line and without the title said again before it."""
    seen = 0
    for at, section in enumerate(sections[:4]):
        for i, block in enumerate(section.blocks[:4]):
            if seen == 4 or len(block.text) > 300 or block.kind not in _LINES:
                return "", sections
            repeated = _same_name(block.text, title)
            if not repeated and (found := _author_within(block, under_title=seen == 0)):
                author, rest = found
                blocks = (*section.blocks[:i], *rest, *section.blocks[i + 1 :])
                changed = [*sections[:at], Section(section.path, blocks), *sections[at + 1 :]]
                return author, [s for s in changed if s.blocks]
            seen += not repeated
    return "", sections


_LINES = ("paragraph", "verse", "quote")


def _author_within(block: Block, *, under_title: bool) -> tuple[str, list[Block]] | None:
    """The author that a line of a block names, and what is left of the block."""
    lines = block.text.split("\n")
    for i, line in enumerate(lines[:4]):
        if author := people.author_of_line(line, under_title=under_title and len(lines) == 1):
            rest = "\n".join(lines[:i] + lines[i + 1 :])
            return author, [Block(block.kind, rest)] if rest.strip() else []
    return None


def _same_name(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(c for c in words.simplified(text.casefold()) if c.isalnum())


_LANGUAGES: dict[str, Language] = {
    "en": "en", "eng": "en", "english": "en", "英文": "en", "英语": "en",
    "zh": "zh", "zho": "zh", "chi": "zh", "cmn": "zh", "lzh": "zh", "yue": "zh", "chinese": "zh",
    "中文": "zh", "汉语": "zh", "漢語": "zh", "简体中文": "zh", "繁體中文": "zh",
}  # fmt: skip


def known_language(stated: str) -> Language | None:
    """`en-GB`, `English`, `zh_CN` -> en, en, zh; None for others."""
    tag = stated.strip().casefold()
    return _LANGUAGES.get(tag) or _LANGUAGES.get(re.split(r"[-_. (]", tag, maxsplit=1)[0])


def _best_language(said: Any, named: naming.Named, body: str, name: str) -> tuple[Language, Origin]:
    """The stated language where the words do not plainly contradict it."""
    if isinstance(said, list | tuple):
        said = next((s for s in said if isinstance(s, str)), None)
    stated = known_language(said) if isinstance(said, str) else None
    if stated and not languages.contradicts(stated, body):
        return stated, "file"
    if other := languages.other_language(body):
        raise TextRefused(_third_language(name, other))
    if named.language and not languages.contradicts(named.language, body):
        return named.language, "name"
    return languages.detect(body), "words"


def _third_language(name: str, language: str) -> str:
    if language == languages.NO_LANGUAGE:
        return (
            f"{name} seems to hold data, not words of a language. "
            'If that is wrong, add front matter with "language: en" or "language: zh".'
        )
    return (
        f"{name} seems to be written in {language}; the library holds English and Chinese. "
        'If that is wrong, add front matter with "language: en" or "language: zh".'
    )


_BEFORE_CHRIST = re.compile(
    r"(\d{1,4})\s*(?:b\.?\s?c\.?(?:\s?e\.?)?)(?![a-z])|(?:公元)?前\s*(\d{1,4})", re.I
)
_YEAR = re.compile(
    r"(?<!\d)(-?\d{4})(?!\d)|(?<!\d)((?:1[0-9]|20)\d\d)(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
)


def year_of(said: Any) -> int | None:
    """The year in a number, a date or a date's text: `c. 1590`, `1912-05-01`, `380 BC`."""
    if isinstance(said, datetime.date):
        return said.year
    if isinstance(said, int) and not isinstance(said, bool):
        return said if -5000 <= said <= 2200 and said else None
    if not isinstance(said, str):
        return None
    text = said[:100]
    if found := _BEFORE_CHRIST.search(text):
        return -int(found[1] or found[2])
    if re.fullmatch(r"\s*(?:c(?:a|irca)?\.?\s*)?\d{1,3}\s*(?:ad|ce|年)?\s*", text, re.I):
        return int(re.sub(r"\D", "", text)) or None
    if found := _YEAR.search(text):
        year = int(found[1] or found[2])
        # Programs that know no date write the year 101 or 1.
        return year if -5000 <= year <= 2200 and not 0 <= year <= 101 else None
    return None


def _best_year(said: Any, named: naming.Named) -> tuple[int | None, Origin | None]:
    if (year := year_of(said)) is not None:
        return year, "file"
    return named.year, "name" if named.year is not None else None


def _lenient_line(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        value = next((v for v in value if isinstance(v, str)), None)
    if not isinstance(value, str):
        return None
    line = decoding.tidy(decoding.printable(value[: fields.MAX_LINE * 2]))
    return (line if len(line) <= fields.MAX_LINE else line[: fields.MAX_LINE - 1] + "…") or None


def _lenient_lines(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    lines = (_lenient_line(v) for v in values[: fields.MAX_ITEMS * 4])
    return tuple(dict.fromkeys(line for line in lines if line))[: fields.MAX_ITEMS]


def _identifiers(value: Any) -> tuple[str, ...]:
    """Each as scheme and value, alike however the file writes it: isbn:9780141439518."""
    found = (_identifier(line) for line in _lenient_lines(value))
    return tuple(dict.fromkeys(i for i in found if i))


def _identifier(said: str) -> str | None:
    text = said.strip()
    bare = re.sub(r"^(?:urn:)?(?:isbn(?:-1[03])?|doi)\s*[:：]?\s*", "", text, flags=re.I)
    digits = re.sub(r"[\s\-–]", "", bare)
    if re.fullmatch(r"97[89]\d{10}|\d{9}[\dXx]", digits) and _isbn_adds_up(digits):
        return f"isbn:{digits.upper()}"
    if doi := re.search(r"10\.\d{4,9}/\S+", bare):
        return f"doi:{doi[0].casefold()}"
    if _NO_IDENTIFIER.fullmatch(text):
        return None
    if re.match(r"[a-z][a-z0-9+.\-]*:\S+$", text, re.I):
        return text if text.startswith("uri:") else f"uri:{text}"
    if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text, re.I):
        return f"uri:urn:uuid:{text.casefold()}"
    return f"id:{text}" if text else None


_NO_IDENTIFIER = re.compile(
    r"(?:urn:)?(?:(?:id|isbn|uri|uuid)\s*[:：]\s*)?"
    r"(?:unknown|none|null|undefined|untitled|n/?a|tbd|todo|test|book[_-]?id|uid|[\W_]*|未知|无|無)",
    re.IGNORECASE,
)


def _isbn_adds_up(digits: str) -> bool:
    if len(digits) == 13:
        return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0
    values = [10 if d in "Xx" else int(d) for d in digits]
    return sum((10 - i) * v for i, v in enumerate(values)) % 11 == 0


def text(
    path: Path,
    sections: Sequence[Section],
    values: Mapping[str, Any],
    *,
    heading: str | None = None,
    left_out: Iterable[str] = (),
) -> Text:
    """A Text from front matter that people wrote for this library, or `TextRefused`
    where a field of ours is wrong. What it leaves out is taken as from a stranger's
    file; fields that we do not know are left alone.
    """
    name = path.name
    title = fields.title(values, name)
    said = values.get("author")
    author = people.people(said) if isinstance(said, list) else fields.line(values, "author", name)
    year = fields.whole(values, "year", name, -5000, 2200)
    length = fields.whole(values, "minutes", name, 1, 100_000)
    series = fields.line(values, "series", name)
    position = fields.whole(values, "series_position", name, 1, 10_000)
    if series and position is None:
        raise TextRefused(
            f'{name} is in a series and has no "series_position:" line. '
            "Add its number and run: xinde library build"
        )
    base = _described(
        path,
        sections,
        {"title": title, "author": author, "year": values.get("date")},
        heading,
        left_out,
        language=_stated_language(values, name),
    )
    by_hand = {"title": title, "author": author, "year": year, "minutes": length}
    known: dict[str, Any] = {key: value for key, value in by_hand.items() if value is not None}
    origins: dict[str, Origin] = {**dict(base.origins), **dict.fromkeys(known, "file")}  # type: ignore[dict-item]
    return replace(
        base,
        **known,  # as they were written, even where they look odd
        themes=fields.ids(values, "themes", name),
        roles=fields.ids(values, "roles", name),
        level=fields.one_of(values, "level", get_args(Level), name),
        form=fields.line(values, "form", name),
        series=series,
        series_position=position,
        version_of=fields.id(values, "version_of", name),
        licence=fields.line(values, "licence", name) or fields.line(values, "license", name),
        sources=fields.lines(values, "sources", name),
        origins=tuple(origins.items()),
    )


def _stated_language(values: Mapping[str, Any], name: str) -> Language | None:
    said = fields.line(values, "language", name)
    if said is None:
        return None
    language = known_language(said)
    if language is None:
        raise TextRefused(
            f'{name} says "language: {fields.shown(said)}"; the library knows en and zh. '
            "Correct it or leave it out and run: xinde library build"
        )
    return language
