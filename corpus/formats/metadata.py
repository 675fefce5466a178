"""Whether what a file says of itself is complete and of the right kind."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from typing import Any, get_args

from corpus import languages, words
from corpus.texts import Language, Level, Section, Text, TextRefused

MAX_TITLE = 300
MAX_LINE = 500  # author, licence, a source...
MAX_ITEMS = 50
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RUN = "and run: xinde library build"

# Words; Chinese characters without marks (350 with them, as Chinese counts length).
PER_MINUTE: dict[Language, int] = {"en": 200, "zh": 300}


def minutes(count: int, language: Language) -> int:
    """Reading time of so many words (Chinese: characters), at least 1."""
    return max(1, round(count / PER_MINUTE[language]))


def text(values: Mapping[str, Any], sections: tuple[Section, ...], *, slug: str, name: str) -> Text:
    """A Text from front matter `values` and its sections, or `TextRefused`.

    `name` is the file's name, for messages. Unknown fields are left alone:
    other programs keep theirs in the same place.
    """
    title = _title(values, name)
    body = "\n\n".join(b.text for s in sections for b in s.blocks)
    if not any(c.isalnum() for c in body):
        raise TextRefused(f"{name} has a title and no text under it. Add the text {_RUN}")
    language = _language(values, body, name)
    series = _line(values, "series", name)
    position = _whole(values, "series_position", name, 1, 10_000)
    if series and position is None:
        raise TextRefused(
            f'{name} is in a series and has no "series_position:" line. Add its number {_RUN}'
        )
    return Text(
        slug=slug,
        title=title,
        author=_line(values, "author", name) or "",
        language=language,
        sections=sections,
        year=_whole(values, "year", name, -5000, 2200),
        themes=_ids(values, "themes", name),
        roles=_ids(values, "roles", name),
        level=_one_of(values, "level", get_args(Level), name),
        minutes=_whole(values, "minutes", name, 1, 100_000) or minutes(words.count(body), language),
        form=_line(values, "form", name),
        series=series,
        series_position=position,
        version_of=_id(values, "version_of", name),
        licence=_line(values, "licence", name) or _line(values, "license", name),
        sources=_lines(values, "sources", name),
    )


def _title(values: Mapping[str, Any], name: str) -> str:
    if values.get("title") is None or values["title"] == "":
        raise TextRefused(f'{name} has no "title:" line. Add one {_RUN}')
    title = values["title"]
    if not isinstance(title, str):
        raise TextRefused(
            f'The title of {name} is not text ({_shown(title)}). Put it in quotes: title: "..."'
        )
    title = " ".join(_clean(title).split())
    if not title:
        raise TextRefused(f'{name} has an empty "title:" line. Write a title {_RUN}')
    if len(title) > MAX_TITLE:
        raise TextRefused(
            f"The title of {name} has {len(title):,} characters; {MAX_TITLE} is the most. "
            f"Shorten it {_RUN}"
        )
    return title


def _language(values: Mapping[str, Any], body: str, name: str) -> Language:
    stated = _line(values, "language", name)
    if stated is None:
        if other := languages.other_language(body):
            raise TextRefused(
                f"{name} seems to be written in {other}; the library holds English and Chinese. "
                'If that is wrong, add front matter with "language: en" or "language: zh".'
            )
        return languages.detect(body)
    known: dict[str, Language] = {
        "en": "en", "eng": "en", "english": "en",
        "zh": "zh", "zho": "zh", "chi": "zh", "chinese": "zh", "中文": "zh",
    }  # fmt: skip
    language = known.get(stated.casefold()) or known.get(re.split("[-_]", stated.casefold())[0])
    if language is None:
        raise TextRefused(
            f'{name} says "language: {_shown(stated)}"; the library knows en and zh. '
            f"Correct it or leave it out {_RUN}"
        )
    return language


def _one_of(values: Mapping[str, Any], key: str, allowed: tuple[Any, ...], name: str) -> Any:
    value = values.get(key)
    if value is None or value in allowed:
        return value
    raise TextRefused(
        f'{name} says "{key}: {_shown(value)}"; it must be one of {", ".join(allowed)}. '
        f"Correct it or leave it out {_RUN}"
    )


def _line(values: Mapping[str, Any], key: str, name: str) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TextRefused(
            f'"{key}:" of {name} is not text ({_shown(value)}). Put it in quotes {_RUN}'
        )
    return _short(" ".join(_clean(value).split()), key, name) or None


def _lines(values: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
        raise TextRefused(
            f'"{key}:" of {name} is not a list of texts ({_shown(value)}). '
            f"Put each on a line of its own, with a dash {_RUN}"
        )
    if len(items) > MAX_ITEMS:
        raise TextRefused(
            f'"{key}:" of {name} has {len(items):,} entries; {MAX_ITEMS} is the most. Shorten it {_RUN}'
        )
    return tuple(_short(" ".join(_clean(i).split()), key, name) for i in items if i.strip())


def _ids(values: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    ids = _lines(values, key, name)
    for value in ids:
        _check_id(value, key, name)
    return tuple(dict.fromkeys(ids))


def _id(values: Mapping[str, Any], key: str, name: str) -> str | None:
    value = _line(values, key, name)
    if value is not None:
        _check_id(value, key, name)
    return value


def _check_id(value: str, key: str, name: str) -> None:
    if len(value) > 80 or not _ID.fullmatch(value):
        raise TextRefused(
            f'"{_shown(value)}" in "{key}:" of {name} is not an id. '
            f"Ids are small letters, digits and hyphens, as in field-investigation. Correct it {_RUN}"
        )


def _whole(values: Mapping[str, Any], key: str, name: str, least: int, most: int) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise TextRefused(
            f'"{key}: {_shown(value)}" of {name} is not a whole number '
            f"from {least} to {most}. Correct it or leave it out {_RUN}"
        )
    return value


def _short(value: str, key: str, name: str) -> str:
    if len(value) > MAX_LINE:
        raise TextRefused(
            f'"{key}:" of {name} has {len(value):,} characters; {MAX_LINE} is the most. Shorten it {_RUN}'
        )
    return value


def _clean(value: str) -> str:
    """Without control characters, which no page or feed can show."""
    return "".join(c if c.isprintable() or c.isspace() else " " for c in value)


def _shown(value: object) -> str:
    """A value short enough for a message, however large or deep it is."""
    text = value if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
