"""Which words are close to a source's, and which are nobody's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import sentences, words
from recommender import Index, put_readings, sync_library
from recommender.originality import (
    Source,
    all_matches,
    near_copies,
    near_in_meaning,
    places,
    shingles,
    suspects,
)
from tests.recommender.readings_for_tests import TEXTS, published, small_library

DOORS = Source(
    "doors",
    "The housing office had a table that said leaks were rare. On Tuesday the clerk took a "
    "notebook and knocked at five doors in Mill Street. Nobody had asked her to.",
    "en",
)
BOOKS = Source(
    "books",
    "难书要慢读。先列提纲，再提问题。学习小组每次只读三页，把不懂的句子抄下来。没有人觉得可惜。",
    "zh",
)


def spans(text: str) -> list[tuple[int, int]]:
    return sentences.split(text, "zh" if words.han_share(text) > 0.3 else "en")


def found(text: str, *sources: Source, **more):
    return near_copies(text, spans(text), sources, **more)


def told(text: str, *sources: Source):
    each = spans(text)
    return places(text, each, all_matches(text, each, sources), lambda source: source)


# What is close


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (DOORS.text, "copy"),
        (
            "on tuesday — the clerk took a notebook, and KNOCKED at five doors in Mill Street!",
            "copy",
        ),
        (
            "On Tuesday our clerk took her notebook and knocked at five doors in Mill Street.",
            "edited",
        ),
        ("On Friday the clerk took a notebook and knocked at many doors in Mill Street.", "edited"),
        (
            "The clerk took a notebook on Tuesday, and in Mill Street knocked at five doors.",
            "edited",
        ),
        (
            "I know how it was: on Tuesday the clerk really took a notebook and knocked at five doors in Mill Street, and we laughed about it for weeks.",
            "edited",
        ),
        ("學習小組每次只讀三頁，把不懂的句子抄下來。", "copy"),
        ("学习小组每次只读三四页，把不懂的句子都抄下来。", "edited"),
        ("把不懂的句子抄下来，学习小组每次只读三页。", "edited"),
        ("我们的学习小组后来每次只读三页，把不懂的句子抄下来，效果不错。", "edited"),
    ],
)
def test_a_copy_and_a_light_edit_are_found(text, kind):
    matches = found(text, DOORS, BOOKS)
    assert matches
    assert {match.kind for match in matches} == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Our clerk knocked at doors, too, and found that leaks are rare only in the table.",
        "Nobody had asked her to.",
        "On Tuesday I took the bus to the housing office with a notebook under my arm.",
        "Two people count the cash of the tea kitchen every Friday.",
        "我们小组读《资本论》，每次由一个人讲自己不懂的地方。",
        "把问题写下来。",
        "",
    ],
)
def test_who_writes_of_the_same_things_in_own_words_has_copied_nothing(text):
    assert found(text, DOORS, BOOKS) == []


def test_a_match_says_which_words_both_have():
    text = "Last Tuesday the clerk took a red notebook and knocked at five doors in Mill Street."
    (match,) = found(text, DOORS)
    both = ["Tuesday the clerk took a", "notebook and knocked at five doors in Mill Street"]
    assert [text[a:b] for a, b in match.same] == both
    assert [DOORS.text[a:b] for a, b in match.source_same] == both
    assert DOORS.text[slice(*match.source_span)] == (
        "On Tuesday the clerk took a notebook and knocked at five doors in Mill Street."
    )


def test_short_sentences_count_only_in_a_row():
    assert found("难书要慢读。", BOOKS) == []
    row = found("难书要慢读。先列提纲，再提问题。", BOOKS)
    assert len(row) == 2


# What is nobody's


def test_what_stands_in_many_works_is_an_expression():
    saying = "Whoever wants to learn a trade must first learn to sweep the floor of the shop."
    sources = [Source(f"text-{n}", f"{saying} Number {n} thinks so.", "en") for n in range(3)]
    assert told(saying, *sources[:2])
    assert told(saying, *sources) == []


def test_versions_of_one_text_are_one_work():
    saying = "Whoever wants to learn a trade must first learn to sweep the floor of the shop."
    sources = [Source(f"text-{n}", saying, "en") for n in range(3)]
    each = spans(saying)
    assert places(saying, each, all_matches(saying, each, sources), lambda source: "one text")


def test_the_question_that_was_given_is_not_copied():
    question = "What was the greatest challenge for your team in the first week of the project?"
    answer = f"The greatest challenge for our team in the first week of the project was the bus. {DOORS.text}"
    other = Source(
        "other",
        "The greatest challenge for our team in the first week of the project was a bridge.",
        "en",
    )
    each = spans(answer)
    assert [m.span for m in all_matches(answer, each, [other]) if m.alone] == each[:1]
    assert all_matches(answer, each, [other], given=[question.replace("your", "our")]) == []


def test_a_quotation_set_aside_is_not_copied_but_what_stands_around_it_may_be():
    honest = f"As Rivers says, “{DOORS.text}”"
    quoted = (honest.index("“"), len(honest))
    assert found(honest, DOORS)
    assert found(honest, DOORS, aside=[quoted]) == []
    scene = Source(
        "scene",
        "“Never mind, it happens to everyone,” she said and took the telephone and put the date right.",
        "en",
    )
    assert found(scene.text, scene, aside=[(0, scene.text.index(" she"))])


# Properties


WORDS = st.sampled_from(
    [
        "river",
        "council",
        "ladder",
        "winter",
        "garden",
        "promise",
        "honest",
        "committee",
        "letter",
        "bridge",
        "market",
        "teacher",
        "question",
        "harvest",
        "window",
        "engine",
        "village",
        "listen",
        "carry",
        "mend",
        "borrow",
        "decide",
    ]
)
CHARACTERS = st.sampled_from("江河湖海春夏秋冬金木水火土学习工作问题讨论同志群众调查研究座谈记录")


@st.composite
def two_sentences(draw):
    if draw(st.booleans()):
        parts = [" ".join(draw(st.lists(WORDS, min_size=6, max_size=20))) for _ in range(2)]
        return " ".join(f"{part.capitalize()}." for part in parts)
    parts = ["".join(draw(st.lists(CHARACTERS, min_size=10, max_size=30))) for _ in range(2)]
    return "".join(f"{part}。" for part in parts)


@settings(max_examples=25, deadline=None)
@given(two_sentences(), st.data())
def test_an_exact_copy_of_two_sentences_is_always_found(copied, data):
    around = "Our tea kitchen has a new kettle since Monday."
    source = Source("source", f"{around[:10]} first. {copied} And last.", "en")
    own = data.draw(st.sampled_from(["", f"{around} ", f"{around}\n\n"]))
    text = f"{own}{copied}"
    covered = [match.span for match in found(text, source)]
    assert covered
    assert any(a >= len(own) for a, _b in covered)


@settings(max_examples=10, deadline=None)
@given(st.permutations([DOORS, BOOKS, Source("again", DOORS.text, "en")]), two_sentences())
def test_the_order_of_sources_makes_no_difference(sources, other):
    text = f"{other} {DOORS.text}\n{BOOKS.text}"
    more = Source("made", other, "en")
    assert found(text, *sources, more) == found(text, more, *reversed(sources))
    assert {m.source_id for m in found(text, *sources, more)} <= {
        "doors",
        "again",
        "books",
        "made",
    }


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "字" * 100_000, "a" * 100_000, "😀" * 50_000, "go to the square. " * 5_000, "\n." * 50_000],
    ids=["one word", "one character", "no spaces", "emoji", "one sentence", "marks"],
)  # fmt: skip
def test_a_hostile_draft_takes_no_longer_than_an_essay_may(text):
    start = time.process_time()
    all_matches(text, [(0, len(text)), *((i, i + 40) for i in range(0, 4_000, 40))], [DOORS, BOOKS])
    assert time.process_time() - start < 3


def test_shingles_fold_what_search_folds():
    assert set(shingles("爲人民服務的精神", "zh")) == set(shingles("为人民服务的精神", "zh"))
    assert set(shingles("The Clerks walked home", "en")) == set(
        shingles("the clerk walks HOME", "en")
    )
    assert len(shingles("", "en")) == 0


# Suspects


@pytest.fixture
def index(tmp_path, model):
    sync_library(tmp_path, small_library(), model)
    return Index.open(tmp_path, model)


@pytest.mark.parametrize("slug", TEXTS)
def test_the_index_names_the_passage_that_a_sentence_was_taken_from(index, slug):
    for place, passage in enumerate(TEXTS[slug][5], 1):
        text = f"Own words first. {passage}"
        assert f"{slug}/1.{place}" in {r.id for r in suspects(index, text, spans(text))}


def test_a_published_piece_is_a_suspect_until_it_is_taken_out(tmp_path, model, index):
    said = "The old lift at the harbour mill stops between two floors whenever it rains."
    assert suspects(index, said, spans(said)) == []
    put_readings(tmp_path, model, [published(7, said)])
    assert [r.id for r in suspects(index, said, spans(said))] == ["reflection/7"]


def test_nothing_is_looked_up_for_a_draft_without_words(index):
    assert suspects(index, "", []) == []
    assert suspects(index, "… ！", [(0, 3)]) == []


# The same thought in other words (the tests' model knows words alone)

TURNED = "A question needs a meeting, one question on the board, before the meeting."
CASH = "Always, of the cash, count: two people count the cash, always, and two people more."


def test_the_nearest_sentence_of_a_passage_is_asked_about_and_no_other(index, model):
    text = (
        f"{TURNED} {CASH} My neighbour has painted her garden fence in seven colours since Easter."
    )
    near = near_in_meaning(index, model, text, spans(text), languages=("en", "zh"))
    assert {(text[slice(*n.span)], n.reading.id) for n in near} == {(CASH, "budget/1.1")}
    (one,) = near
    assert one.reading.text[slice(*one.source_span)] == "Two people count the cash, always."
    assert not near_in_meaning(index, model, text, spans(text), languages=("zh",))
    without = near_in_meaning(
        index, model, text, spans(text), languages=("en",), without={"budget/1.1"}
    )
    assert "budget/1.1" not in {n.reading.id for n in without}


def test_a_thought_that_stands_in_many_works_is_nobodys(tmp_path, model):
    library = small_library()
    for n in range(4):
        library.add(
            f"cash{n}", "en", "Cash", "D. Moor", (), None, ["Two people count the cash, always."]
        )
    sync_library(tmp_path, library, model)
    near = near_in_meaning(Index.open(tmp_path, model), model, CASH, spans(CASH), languages=("en",))
    assert not near


FENCE = "Seven neighbours paint the fence on Easter day."


@pytest.mark.parametrize("member", [True, False])
def test_what_members_published_is_not_asked_about(tmp_path, model, member):
    library = small_library()
    if not member:
        library.add("fence", "en", "Fences", "D. Moor", (), None, [FENCE])
    sync_library(tmp_path, library, model)
    if member:
        put_readings(tmp_path, model, [published(1, FENCE)])
    text = "On Easter day the fence, by neighbours, seven, is painted: neighbours paint the fence."
    near = near_in_meaning(Index.open(tmp_path, model), model, text, spans(text), languages=("en",))
    assert [n.reading.id for n in near] == ([] if member else ["fence/1.1"])
