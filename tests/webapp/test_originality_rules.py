"""Which sentences of a draft are its writer's own, how two are shown side by side, and
where a quotation is put."""

from __future__ import annotations

import time

import pytest

from webapp.originality import citing, comparing
from webapp.originality.checking import close_places
from webapp.originality.gathering import Known
from webapp.originality.own_sentences import own_sentences
from webapp.reflections import citations

SAID = "On Tuesday the clerk took a notebook and knocked at five doors in Mill Street."
GESAGT = "学习小组每次只读三页，把不懂的句子抄下来，下回再读一遍。"
TEXT = Known(
    "going-to-see/1.1", f"Leaks were rare. {SAID} Nobody asked.", "en", "text:going-to-see",
    "Going to see", "Test library", "passage", "Going to see · Five doors",
)  # fmt: skip
ZH = Known(
    "nandu/1", f"难书要慢读。{GESAGT}", "zh", "text:nandu", "读难书", "", "passage", "读难书"
)


def sentences(body: str) -> list[str]:
    own = own_sentences(body)
    return [" ".join(own.text[a:b].split()) for a, b in own.spans]


def told(body: str) -> list[str]:
    return [p.source_id for p in close_places(own_sentences(body), [TEXT, ZH])]


# Own sentences


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("# Heading\n\nWords.", ["Words."]),
        ("> Quoted.\n>\n> — [T](reading:a/1)\n\nWords.", ["Words."]),
        ("> 引文。\n> ——《荀子》\n\n我的话。", ["我的话。"]),
        ("> Marked and no source.\n\nWords.", ["Marked and no source.", "Words."]),
        ("- [x] done so far\n- [ ] not yet", ["done so far", "not yet"]),
        ("A line that is\nbroken in two.", ["A line that is broken in two."]),
        ("```\nprint(1)\n```\nWords.", ["Words."]),
        ("See [the page](https://example.org/a-b) now.", ["See [the page] now."]),
        ("读了《荀子》以后，我想。", ["读了 以后，我想。"]),
        ("", []),
        ("***\n\n…", []),
    ],
)
def test_own_sentences_are_the_writers_words_at_their_places(body, expected):
    assert sentences(body) == expected
    assert len(own_sentences(body).text) == len(body)


# Citations are no copies


@pytest.mark.parametrize("said", [SAID, GESAGT])
@pytest.mark.parametrize(
    "form",
    [
        "I read this. {block}My own thought.",
        "As Rivers writes, “{said}”",
        "“{said}” (Rivers 2019, p. 4)",
        "“{said}” ([Going to see](reading:going-to-see/1.1)) moved me.",
        'The author puts it like this: "{said}"',
        "《看一看》里说：“{said}”",
        "作者写道：「{said}」我同意。",
        "> {said}\n> — Rivers, Going to see",
        "{block}\n\n{said} I say it after them.",
    ],
)
def test_a_quotation_with_its_source_is_no_copy(said, form):
    block = "\n\n" + citations.block(said, "T", "going-to-see/1.1")
    assert told(form.format(said=said, block=block)) == []


@pytest.mark.parametrize("said", [SAID, GESAGT])
@pytest.mark.parametrize(
    "form", ["{said}", "- {said}", "> {said}", "My own.\n{said}", "I was there and “{said}” too."]
)
def test_the_same_words_without_a_source_are_told(said, form):
    assert told(form.format(said=said)) == [TEXT.id if said == SAID else ZH.id]


def test_what_the_draft_was_asked_is_no_copy():
    asked = "What did the clerk of the housing office find behind the five doors in Mill Street?"
    piece = Known("reflection/1", asked, "en", "piece:1", "A", "Li", "piece")
    own = own_sentences(f"# {asked}\n\n{asked} I think she found buckets.")
    assert close_places(own, [piece]) == []


@pytest.mark.parametrize(
    "unit", ["word ", "字", "😀", '"a', "“他说", "> ", "[a](", "`", "《", "# ", "- [ ] "], ids=ascii
)
def test_a_hostile_draft_is_divided_in_time(unit):
    start = time.process_time()
    own_sentences(unit * (40_000 // len(unit)))
    assert time.process_time() - start < 1.5


# Side by side


def test_words_that_differ_are_marked_and_marks_are_not():
    text = "On Friday, our clerk — knocked."
    same = [(0, 2), (15, 20), (23, 30)]
    found = comparing.stretches(text, [(0, len(text))], same)
    assert [s.words for s in found if s.differs] == ["Friday, our"]
    assert "".join(s.words for s in found) == text


def test_a_long_side_is_cut():
    text = "word " * 400
    found = comparing.stretches(text, [(0, len(text))], [(0, len(text))])
    assert len("".join(s.words for s in found)) <= comparing.LONGEST + 1
    assert found[-1].words.endswith("…")


# Citing


def test_the_quotation_stands_behind_the_sentence_and_nothing_is_lost():
    body = f"Before. {SAID} After.\n\nEnd."
    start = TEXT.text.index("On Tuesday")
    block = citing.block(TEXT, start, start + len(SAID))
    done = citing.inserted(body, block, body.index(" After"))
    assert done == (
        f"Before. {SAID}\n\n> {SAID}\n>\n> — [Going to see · Five doors](reading:going-to-see/1.1)"
        "\n\nAfter.\n\nEnd."
    )
    assert [c.quote for c in citations.parse(done)] == [SAID]
    assert told(done) == []


@pytest.mark.parametrize("place", [(-1, 4), (4, 4), (5, 2), (0, 10_000)])
def test_only_words_of_the_source_are_quoted(place):
    assert citing.block(TEXT, *place) is None


def test_a_source_that_may_not_be_cited_gives_no_quotation():
    of_unit = Known("reflection/abc", SAID, "en", "piece:abc", "T", "Li", "piece", label="")
    assert citing.block(of_unit, 0, 10) is None


@pytest.mark.parametrize("at", [0, 9_999])
def test_a_place_outside_of_the_draft_is_none(at):
    assert citing.inserted("Words.", "> q", at) is None
