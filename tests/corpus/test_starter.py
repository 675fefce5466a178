"""The starter library is complete, and every text says of itself what is true."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest
import yaml
from markdown_it import MarkdownIt

from corpus import starter, words
from corpus.formats import metadata, read

FILES = sorted(starter.folder().rglob("*.md"))
TEXTS = {path.stem: read(path) for path in FILES}
FORMS = {"essay", "case", "guide", "dialogue", "history", "letter"}
FIELDS = {
    "title",
    "author",
    "language",
    "year",
    "themes",
    "roles",
    "level",
    "minutes",
    "form",
    "licence",
    "sources",
}


def of(language):
    return [t for t in TEXTS.values() if t.language == language]


def length(text):
    return sum(words.count(b.text) for s in text.sections for b in s.blocks)


def each(names=tuple(TEXTS)):
    return pytest.mark.parametrize("name", names)


def test_there_are_enough_texts_in_both_languages():
    assert len(of("en")) >= 40
    assert len(of("zh")) >= 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_at_least_twelve_themes_are_read_about(language):
    assert len({theme for t in of(language) for theme in t.themes}) >= 12


def test_every_theme_and_role_has_texts():
    assert {theme.id for theme in starter.themes()} == {x for t in TEXTS.values() for x in t.themes}
    assert {role.id for role in starter.roles()} == {x for t in TEXTS.values() for x in t.roles}


def test_at_least_eight_pairs_are_versions_of_each_other():
    groups = defaultdict(list)
    for text in TEXTS.values():
        if text.version_of:
            groups[text.version_of].append(text.language)
    assert all(sorted(languages) == ["en", "zh"] for languages in groups.values())
    assert len(groups) >= 8


def test_slugs_are_unique_and_as_the_files_are_named():
    assert len({t.slug for t in TEXTS.values()}) == len(FILES)
    assert all(t.slug == path.stem for path, t in zip(FILES, TEXTS.values(), strict=True))


def test_titles_are_not_repeated():
    assert [t for t, n in Counter(t.title for t in TEXTS.values()).items() if n > 1] == []


def test_the_places_in_a_series_are_1_2_3():
    series = defaultdict(list)
    for text in TEXTS.values():
        if text.series:
            series[text.series].append(text.series_position)
    assert {name: sorted(places) for name, places in series.items()} == {
        name: list(range(1, len(places) + 1)) for name, places in series.items()
    }


@each()
def test_front_matter_is_complete(name):
    (path,) = [p for p in FILES if p.stem == name]
    values = yaml.safe_load(path.read_text("utf-8").split("---\n")[1])
    assert FIELDS - values.keys() == set()
    text = TEXTS[name]
    assert text.author
    assert 1 <= len(text.themes) <= 3
    assert 1 <= len(text.roles) <= 4
    assert text.form in FORMS
    assert text.licence == "CC0-1.0"
    assert path.parent.name == text.language


@each()
def test_length_and_minutes_are_right(name):
    text = TEXTS[name]
    low, high = (600, 1500) if text.language == "en" else (1000, 2500)
    assert low <= length(text) <= high
    assert abs(text.minutes - length(text) / metadata.PER_MINUTE[text.language]) <= 0.75


@each()
def test_the_body_is_plain_markdown(name):
    (path,) = [p for p in FILES if p.stem == name]
    body = path.read_text("utf-8").split("---\n", 2)[2]
    tokens = MarkdownIt("commonmark").parse(body)
    flat = [inner for token in tokens for inner in [token, *(token.children or [])]]
    assert not [t for t in flat if t.type in ("html_block", "html_inline", "link_open", "image")]
    assert not [t for t in tokens if t.type == "heading_open" and t.tag == "h1"]
    assert not re.search(r"https?://|www\.", body)
    assert "\r" not in body


def test_themes_and_roles_are_named_and_described_in_both_languages():
    for label in [*starter.themes(), *starter.roles()]:
        for language in ("en", "zh"):
            assert label.name(language)
            assert label.description(language)
    assert len(starter.themes()) >= 12
    assert {"member", "new-member", "secretary", "group-leader", "organizer"} <= {
        r.id for r in starter.roles()
    }
