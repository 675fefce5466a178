"""How texts are cut, and that what passages are called survives edits."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Library, ids, passages, starter
from corpus.formats import read
from corpus.texts import Block, Section, Text
from tests.corpus.conftest import text_of

VOCABULARY = [
    "people",
    "read",
    "aloud",
    "before",
    "the",
    "meeting",
    "and",
    "wrote",
    "down",
    "what",
    "they",
    "had",
    "seen",
    "in",
    "the",
    "village",
    "while",
    "others",
    "counted",
    "bags",
    "asked",
    "questions",
    "kept",
    "silent",
    "argued",
    "about",
    "water",
    "money",
    "time",
    "trust",
    "work",
]


def sentence(rng, words=None):
    chosen = [
        rng.choice(VOCABULARY) + rng.choice(["", "", "s", "ly"])
        for _ in range(words or rng.randint(4, 30))
    ]
    return " ".join(chosen).capitalize() + "."


def paragraph(rng, least=1, most=9):
    return " ".join(sentence(rng) for _ in range(rng.randint(least, most)))


def starter_texts():
    return [read(p) for p in sorted(starter.folder().rglob("*.md"))]


def body(text):
    return [re.sub(r"\s", "", b.text) for s in text.sections for b in s.blocks]


def test_the_starter_texts_are_cut_without_losing_a_letter():
    for text in starter_texts():
        made = "".join(re.sub(r"\s", "", p.text) for p in passages.cut(text))
        assert made == "".join(body(text)), text.slug


def test_passages_of_the_starter_texts_have_the_right_size():
    sizes = {"en": [], "zh": []}
    for text in starter_texts():
        sizes[text.language] += [p.words for p in passages.cut(text)]
    assert max(sizes["en"]) <= 230
    assert max(sizes["zh"]) <= 410
    assert sorted(sizes["en"])[len(sizes["en"]) // 10] >= 80
    assert sorted(sizes["zh"])[len(sizes["zh"]) // 10] >= 120


def test_a_passage_ends_where_a_sentence_or_its_section_ends():
    for text in starter_texts():
        section_ends = tuple(s.blocks[-1].text[-12:] for s in text.sections)
        for p in passages.cut(text):
            if p.blocks[-1].kind == "paragraph" and not p.text.endswith(section_ends):
                assert re.search(r"[.!?:。！？：…][”’」』）)*\"]*$", p.text), p.text[-30:]


def test_a_passage_never_crosses_a_heading():
    text = Text(
        "t",
        "T",
        "",
        "en",
        (
            Section(("A",), (Block("paragraph", "One."),)),
            Section(("B",), (Block("paragraph", "Two."),)),
        ),
    )
    assert [(p.path, p.text, p.position) for p in passages.cut(text)] == [
        (("A",), "One.", 0),
        (("B",), "Two.", 1),
    ]


def test_short_paragraphs_are_joined_and_long_ones_divided():
    rng = random.Random(4)
    short = text_of(*(sentence(rng, 12) for _ in range(8)))
    assert len(passages.cut(short)) == 1
    long = text_of(" ".join(sentence(rng, 20) for _ in range(40)))
    made = passages.cut(long)
    assert 4 <= len(made) <= 8
    assert all(p.text.endswith(".") for p in made)


def test_a_list_stays_with_the_line_that_announces_it():
    rng = random.Random(9)
    blocks = [
        Block("paragraph", " ".join(sentence(rng, 15) for _ in range(9))),
        Block("paragraph", "She asked two things:"),
    ]
    blocks += [
        Block("list", "1. Who was there?\n2. What was left?"),
        Block("paragraph", " ".join(sentence(rng, 15) for _ in range(9))),
    ]
    made = passages.cut(Text("t", "T", "", "en", (Section((), tuple(blocks)),)))
    (holder,) = [p for p in made if "She asked two things:" in p.text]
    assert "1. Who was there?" in holder.text


def test_sentence_spans_fit_the_passage_and_leave_list_marks_out():
    text = Text(
        "t",
        "T",
        "",
        "en",
        (Section((), (Block("paragraph", "One. Two."), Block("list", "- x here\n- y there"))),),
    )
    (p,) = passages.cut(text)
    assert [p.text[a:b] for a, b in p.sentences] == ["One.", "Two.", "x here", "y there"]


@given(st.lists(st.text(max_size=300), max_size=12), st.sampled_from(["en", "zh"]))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_text_is_cut_and_spans_are_inside(paragraphs, language):
    made = passages.cut(text_of(*paragraphs, language=language))
    assert len({p.id for p in made}) == len(made)
    for p in made:
        assert all(0 <= a < b <= len(p.text) for a, b in p.sentences)


@pytest.mark.parametrize(
    ("block", "language"),
    [
        ("word " * 3_000, "en"),
        ("x" * 50_000, "en"),
        ("0f3a9c" * 3_000, "en"),
        ("一段没有句号的话，" * 400, "zh"),
        ("无标点" * 2_000, "zh"),
        ("1|2|" * 4_000, "en"),
        ("ж" * 20_000, "en"),
        ("same. " * 5_000, "en"),
    ],
)
def test_no_passage_is_longer_than_the_model_reads(block, language):
    made = passages.cut(text_of(block, language=language))
    assert len(made) > 1
    assert all(passages.size(p.text) <= passages.MOST * 1.02 for p in made)


@pytest.mark.parametrize(
    ("words", "tokens"), [("x" * 300, 300), ("people read aloud", 4), ("12.5", 3), ("ж" * 8, 4)]
)
def test_tokens_are_estimated_from_above(words, tokens):
    assert passages._tokens(words, 0) == tokens


def test_a_hundred_thousand_lines_do_not_take_for_ever():
    start = time.perf_counter()
    assert passages.cut(text_of("same line. " * 100_000))
    assert time.perf_counter() - start < 60


def test_ids_are_short_and_fit_an_address():
    for text in starter_texts():
        for p in passages.cut(text):
            assert re.fullmatch(
                re.escape(text.slug) + r"/(0|[a-z2-7]{4})\.[a-z2-7]{4}(-\d+)?", p.id
            )


def test_the_same_text_gives_the_same_ids_for_ever():
    made = passages.cut(text_of("It begins here and goes on.", slug="a", path=("In the garden",)))
    assert [p.id for p in made] == [PINNED]


PINNED = "a/qxvu.ads7"


def test_passages_that_begin_alike_are_told_apart():
    sections = tuple(Section(("Notes",), (Block("paragraph", "See above."),)) for _ in range(3))
    made = passages.cut(Text("t", "T", "", "en", sections))
    assert len({p.id for p in made}) == 3
    assert [p.id[-2:] for p in made[1:]] == ["-2", "-3"]


def test_content_hash_changes_with_title_path_and_text_only():
    base = passages.content_hash("T", ("a",), "x")
    assert base != passages.content_hash("U", ("a",), "x")
    assert base != passages.content_hash("T", ("b",), "x")
    assert base != passages.content_hash("T", ("a",), "y")
    assert base == passages.content_hash("T", ["a"], "x")


def test_mending_a_word_inside_a_passage_keeps_every_id():
    rng = random.Random(2)
    paragraphs = [paragraph(rng, 6, 9) for _ in range(30)]
    before = passages.cut(text_of(*paragraphs))
    words = paragraphs[14].split()
    words[-2] = "mended"
    after = passages.cut(text_of(*paragraphs[:14], " ".join(words), *paragraphs[15:]))
    assert [p.id for p in after] == [p.id for p in before]


EDITS = {
    "rewritten": lambda ps, i, rng: [*ps[:i], paragraph(rng), *ps[i + 1 :]],
    "removed": lambda ps, i, rng: [*ps[:i], *ps[i + 1 :]],
    "added": lambda ps, i, rng: [*ps[:i], paragraph(rng), *ps[i:]],
    "lengthened": lambda ps, i, rng: [*ps[:i], ps[i] + " " + sentence(rng), *ps[i + 1 :]],
    "joined": lambda ps, i, rng: [*ps[:i], " ".join(ps[i : i + 2]), *ps[i + 2 :]],
}


@pytest.mark.slow
@given(st.integers(0, 10**9), st.sampled_from(sorted(EDITS)), st.booleans())
@settings(max_examples=60, deadline=None)
def test_an_edit_changes_only_ids_near_it(seed, edit, short_paragraphs):
    """One long section, the worst case: of passages that hold nothing of the
    edited paragraph, at least 95 % keep their id when the library rebuilds."""
    rng = random.Random(seed)
    most = 3 if short_paragraphs else 9
    paragraphs = [paragraph(rng, 1, most) for _ in range(240 if short_paragraphs else 90)]
    before = passages.cut(text_of(*paragraphs))
    assert len(before) >= 40
    at = rng.randrange(len(paragraphs))
    after = passages.cut(text_of(*EDITS[edit](paragraphs, at, rng)))
    kept = {p.id for p in ids.keep([ids.Known(p.id, p.text, p.position) for p in before], after)}
    touched = set(paragraphs[at : at + 2])
    others = [
        p
        for p in before
        if not any((part and part in p.text) or p.text in part for part in touched)
    ]
    assert sum(p.id in kept for p in others) >= 0.95 * len(others)


@pytest.mark.slow
def test_without_the_old_library_too_almost_all_ids_stay():
    """Where library.db was lost, ids come from content alone. Over many edits
    of texts in one section: 97 of 100 other passages keep theirs."""
    rng = random.Random(1)
    kept = total = 0
    for _ in range(40):
        paragraphs = [paragraph(rng) for _ in range(90)]
        before = passages.cut(text_of(*paragraphs))
        at = rng.randrange(90)
        edit = rng.choice(sorted(EDITS))
        after = {p.id for p in passages.cut(text_of(*EDITS[edit](paragraphs, at, rng)))}
        others = [
            p for p in before if paragraphs[at] not in p.text and p.text not in paragraphs[at]
        ]
        kept += sum(p.id in after for p in others)
        total += len(others)
    assert kept >= 0.97 * total


def known(*made):
    return [ids.Known(p.id, p.text, p.position) for p in made]


def test_a_renamed_heading_keeps_the_ids_under_it():
    before = passages.cut(text_of("One thing after another.", path=("Old",)))
    after = passages.cut(text_of("One thing after another.", path=("New",)))
    assert before[0].id != after[0].id
    assert ids.keep(known(*before), after)[0].id == before[0].id


def test_an_edited_beginning_keeps_the_id():
    before = passages.cut(
        text_of(
            "The old gardener never pulled at a seedling. "
            + "She watered and wrote down the weather each day. " * 4
        )
    )
    after = passages.cut(
        text_of(
            "That old gardener never pulled at a seedling. "
            + "She watered and wrote down the weather each day. " * 4
        )
    )
    assert before[0].id != after[0].id
    assert ids.keep(known(*before), after)[0].id == before[0].id


def test_an_id_is_never_given_to_something_else():
    before = passages.cut(
        text_of(
            "Alpha beta gamma delta epsilon zeta eta theta one. " + "Old words about gardens. " * 9
        )
    )
    after = passages.cut(
        text_of(
            "Alpha beta gamma delta epsilon zeta eta theta one. "
            + "Quite different: money, trust and water. " * 9
        )
    )
    assert before[0].id == after[0].id
    assert ids.keep(known(*before), after)[0].id == before[0].id + "-2"


def test_a_passage_that_comes_back_gets_its_id_back():
    (p,) = passages.cut(text_of("Something that was taken out and put back."))
    gone = [ids.Known("t/0.aaaa", p.text, 3, withdrawn=True)]
    assert ids.keep(gone, [p])[0].id == "t/0.aaaa"


def test_the_library_and_the_cut_agree_about_a_starter_text(tmp_path):
    text = starter_texts()[0]
    with Library.create(tmp_path / "library.db") as library:
        library.put(text)
        assert library.passages(text.slug) == passages.cut(text)
