"""The coach's rules: what it notices, when it is silent, and how it asks. No web, no database."""

from __future__ import annotations

import datetime as dt
import re
import time
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.hashing import HashingModel
from recommender.coaching import SentenceClassifier, weights
from tests.recommender.counting_model import CountingModel
from webapp.coach import (
    cues,
    genres,
    manner,
    moves,
    noticing,
    own_words,
    phrases,
    points,
    whole,
    wording,
)
from webapp.coach.looking import look
from webapp.coach.noticing import Noticed
from webapp.coach.phrases import Phrases
from webapp.coach.remarks import KINDS, MOST, OF_THE_WHOLE, Quiet, SourcePassage, chosen, key_of

VISITS = SourcePassage(
    "visits/1.1",
    "Visiting families · Before you speak",
    "When you visit a family, ask before you speak. A question that is asked at the door opens "
    "more than a report that is read in an office. It takes time. Write down what people say.",
    "en",
)
SLOGANS_ZH = """通过这次学习，我深受启发，受益匪浅，思想得到了升华。我们必须始终牢记初心使命，要不断加强理论学习，提高自身素质。

作为一名党员，要时刻严格要求自己，坚持全心全意为人民服务，要始终把群众放在心中最高位置。只有不断学习，才能跟上时代的步伐。

学习是进步的阶梯，是我们战胜困难的重要法宝。每个党员都应当自觉学习，积极思考，把理论转化为实践。

在今后的工作和学习中，我将继续努力，不断提升自身能力，以更加饱满的热情投入到工作中，再创佳绩，谱写新篇章。我们要团结一心，真抓实干，把各项工作落到实处。要加强学习型组织建设，要不断创新工作方法，要切实转变工作作风。"""
SLOGANS_EN = """Reading this chapter was a truly inspiring experience. It is important that every member takes learning seriously. We must always put the needs of the people first, because the people are the foundation of everything.

Everyone should strive for excellence in daily work. Leaders must lead by example and members should follow. Organisations that do not learn will fall behind. Learning is the key to progress, and progress is the key to a better life for everyone.

In the future I will study harder and continue to improve myself. I will work with full enthusiasm and make my own modest contribution. We must all unite and move forward together. All of us should remember that knowledge is power and that hard work pays off. It is necessary to keep an open mind, to listen to others, and to support each other in every situation, so that our organisation can grow and serve society better."""
EVENTS_EN = """On Tuesday I went to the Novak family on Hill Street with our caretaker. We arrived at ten in the morning. The door was open and the grandmother sat in the kitchen. She gave us tea and put a plate of bread on the table. The caretaker looked at the pipes under the sink for an hour. I wrote down the numbers of the meters on a sheet of paper. Then we walked up to the third floor. There were two boys on the stairs and they carried a bicycle. On the third floor nobody opened. We put a letter under the door and went down again. At noon we ate soup in the canteen of the depot. In the afternoon I typed the list on the computer in the office and sent it to the secretary. The secretary printed it and hung it on the board beside the entrance. At five I took the bus home. It rained the whole evening and the bus was full."""
GOOD_EN = """On Monday I sat with Mrs. Novak for an hour. She said that nobody had ever asked her what she thinks about the new timetable. I had come with a form of twenty questions and I did not use one of them.

The chapter says that a question at the door opens more than a report. I used to think that a visit is for telling people something. Why did it take me three years to see that? Perhaps because a form makes me feel safe.

It is still hard for me to keep silent. Next Thursday I will go to the Brown family without the form, and write down only what they say."""
GOOD_ZH = """七月里我跟着老支书把全村142户走了一遍，鞋底磨穿了一双。三组的李大娘当面跟我讲：“你们年轻人问来问去，问完就走，没有下文。”这话我琢磨了好几个晚上，也许我下去的时候心里装的本来就只有那张表格。

书里说，调查不是填表，是交朋友。对照这一句，我脸上发烫。我以前以为跑得多就是深入，现在明白了，人家看的是事情办没办。

李大娘家门口那段烂路，修路的钱从哪儿出，眼下我还没有门路。秋收前我要把这件事弄出个准信来，行不行都回去告诉她一声。"""
EXPERIENCE_EN = """Last spring our branch in the north of the town started a reading hour for the drivers of the bus depot. I asked the foreman for the small room beside the workshop. Every Thursday at four we met there with seven drivers. We read one page aloud and then everybody said one sentence. The first time nobody wanted to begin, and it was hard for me to keep silent. Mister Brown said that he had not read a book since school. I brought tea and a clock. We moved the chairs into a circle. In the third week we read a story about a ferryman. I learned that a question is better than an explanation. The drivers talked about their passengers, about the old lady who always counts her coins and about the boys who sing. I wrote their sentences on cards and put the cards on the wall of the room."""
CLASSICAL = (
    "子曰：學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？其為人也孝弟，而好犯上者，鮮矣；不好犯上，而好作亂者，未之有也。君子務本，本立而道生。孝弟也者，其為仁之本與！"
    * 4
)
VERSE = (
    "The sun goes down behind the hill\nand all the birds are silent now\nthe river runs and it is still\nthe apples fall from every bough\n\n"
    * 6
)
FRENCH = "Nous devons toujours apprendre les uns des autres, parce que la vie est courte. " * 25


@dataclass(frozen=True)
class AGoal:
    id: str
    what: str
    by: dt.date | None = None
    reading_id: str | None = None


@pytest.fixture(scope="module", autouse=True)
def english():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        yield


def ask(body, *, genre="reflection", quiet=None, **more):
    given_ = {"cited": (), "about": (), "goals": (), "own_earlier": (), "phrases": Phrases()}
    given_ |= {"kept": None, "model": HashingModel()}
    return look(
        body,
        genre=genre,
        quiet=quiet or Quiet(),
        **(given_ | more),
    )


def kinds(body, **more):
    return [remark.kind for remark in ask(body, **more).remarks]


def every_kind(body, **more):
    """All that comes up when what is said is sent away again and again."""
    dismissed, found = frozenset(), []
    for _ in range(20):
        remarks = ask(body, quiet=Quiet(dismissed=dismissed), **more).remarks
        if not remarks:
            break
        found += remarks
        dismissed |= {remark.key for remark in remarks}
    return found


# What is read


def test_sentences_stand_where_their_spans_say():
    body = (
        "# Heading\n\nI *went* to the [hall](http://x.y/z) on Monday,\nand we met. It was **hard**!\n\n"
        "- one thing\n- [x] another. And more\n\n> A quotation.\n>\n> — [T · H](reading:abc/1.2)\n\n"
        "我昨天**去了**\n社区。这是我们的。\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n"
    )
    read = own_words.read(body)
    assert [s.words for s in read.sentences] == [
        "I went to the hall on Monday, and we met.",
        "It was hard!",
        "one thing",
        "another.",
        "And more",
        "我昨天去了社区。",
        "这是我们的。",
    ]
    assert body[slice(*read.sentences[0].span)] == (
        "I *went* to the [hall](http://x.y/z) on Monday,\nand we met."
    )
    assert body[slice(*read.sentences[5].span)] == "我昨天**去了**\n社区。"
    assert [s.language for s in read.sentences] == ["en"] * 5 + ["zh"] * 2
    assert [s.paragraph for s in read.sentences] == [0, 0, 1, 1, 1, 2, 2]
    assert {s.heading for s in read.sentences} == {"Heading"}
    assert [(q.words, q.reading_id, q.paragraph) for q in read.quotations] == [
        ("A quotation.", "abc/1.2", 2)
    ]
    assert (read.english, read.chinese) == (18, 12)


def test_what_stands_in_quotation_marks_is_somebody_elses():
    read = own_words.read("He said: “We must go. We must all go now.” I stayed.")
    assert [s.quoted for s in read.sentences] == [True, False]


@pytest.mark.parametrize("body", [CLASSICAL, VERSE, FRENCH])
def test_of_what_is_no_prose_of_today_nothing_is_said(body):
    assert kinds(body) == []
    assert kinds(body, genre="experience") == []


def test_a_dialogue_is_left_alone():
    body = "\n\n".join(f"Anna: We must always begin. {n}\n\nPeter: Why must we?" for n in range(20))
    assert not manner.is_known(own_words.read(body).sentences)


# What is noticed


def test_slogans_are_asked_for_a_moment_a_day_and_what_is_behind_them():
    for body in (SLOGANS_ZH, SLOGANS_EN):
        assert kinds(body) == ["no_own_practice", "no_when", "stock_phrase"]
        assert "no_case" in {r.kind for r in every_kind(body)}


@pytest.mark.parametrize("body", [GOOD_EN, GOOD_ZH])
@pytest.mark.parametrize("genre", ["reflection", "speech"])
def test_a_text_that_does_its_job_is_left_alone(body, genre):
    assert not set(kinds(body, genre=genre)) - {"no_address"}
    assert kinds(body) == []


def test_what_only_happened_is_asked_what_it_means():
    assert kinds(EVENTS_EN) == ["no_meaning", "no_other_view"]


SLOGAN_EN = (
    "I was deeply inspired by this chapter and by all the great ideas in it. I will study harder "
    "in the future and make a contribution to our organisation with all my strength."
)
SLOGAN_ZH = (
    "学习以后，我深受教育。今后我将继续努力，全心全意为人民服务，在平凡的岗位上作出应有的贡献。"
)


@pytest.mark.parametrize("body", [SLOGAN_EN, SLOGAN_ZH])
def test_a_few_words_are_asked_what_is_behind_them(body):
    assert kinds(body) == ["no_when", "stock_phrase"]
    assert kinds(body, about=[VISITS]) == ["no_when", "stock_phrase", "opening"]


@pytest.mark.parametrize(
    "body",
    [
        "The meetings in our union branch do not work. We talk and nothing is decided. The members "
        "of the board do not listen. We are tired of it. " * 4,
        "我们支部的学习越来越流于形式。大家坐着不说话，念完就散。上面要台账，我们就补台账。" * 5,
    ],
)
def test_a_complaint_that_names_no_moment_is_asked_for_one(body):
    assert kinds(body)[0] == "no_own_practice"


def test_a_list_of_doings_is_asked_which_of_them_matters():
    doings = " ".join(
        f"On May {n} we went to the hall and I carried {n} chairs." for n in range(3, 13)
    )
    [first, *_others] = ask(doings, genre="summary").remarks
    assert (first.kind, first.question) == ("no_outcome", "Which of these things brought a change?")
    [first, *_others] = ask(doings, genre="experience").remarks
    assert (first.kind, first.question) == ("no_outcome", "What was different afterwards?")


def test_a_reflection_with_one_view_is_asked_for_another():
    alone = (
        "I joined the fire brigade in September. At the drill on Tuesday I connected the hose to "
        "the wrong valve and we lost four minutes. I was ashamed. Why did I do that? I had learned "
        "the order from a sheet, never with my hands. The sheet shows them from above, and at the "
        "truck one stands in front of them. I was too proud to ask for help. It is still difficult "
        "for me. I will practise with the valves before the next drill on Friday, and before that "
        "I will draw them as they are seen from the front."
    )
    assert kinds(alone) == ["no_other_view"]
    assert kinds(alone + " My trainer said that he had done the same.") == []


def test_a_heading_says_what_stands_below_it():
    below = EVENTS_EN.replace("The secretary printed", "\n\n## Next steps\n\nThe secretary printed")
    assert "no_intention" in {r.kind for r in every_kind(EVENTS_EN)}
    assert "no_intention" not in {r.kind for r in every_kind(below)}


def test_a_form_of_lists_is_asked_nothing_of_the_whole():
    form = "\n".join(f"- {s}." for s in EVENTS_EN.split(". "))
    assert not OF_THE_WHOLE & {r.kind for r in every_kind(form)}


def test_an_experience_is_asked_for_its_outcome():
    assert kinds(EXPERIENCE_EN, genre="experience") == ["no_outcome", "no_condition"]
    assert "no_outcome" not in kinds(
        EXPERIENCE_EN + " In the end five of them borrowed a book.", genre="experience"
    )


@pytest.mark.parametrize(
    ("body", "claim"),
    [
        ("We must always listen to the members.", True),
        ("It is important that every unit learns.", True),
        ("我们必须始终把群众放在第一位。", True),
        ("只有不断学习，才能跟上时代。", True),
        ("I should have asked her.", False),
        ("She said we must go.", False),
        ("Must we always listen?", False),
        ("We must finish this lab before Friday.", False),
        ("我们应该在9月前完成。", False),
        ("“We must always listen to the members.”", False),
        ("- We must always listen to the members.", False),
    ],
)
def test_which_sentence_is_a_general_claim(body, claim):
    assert [one.claim for one in _seen(body)] == [claim]


def test_a_claim_with_a_case_beside_it_is_left_alone():
    claim = "We must always listen to the members."
    filler = "The weather is part of the world. Trees are green. Water is wet. Stones are hard. Air is thin."
    alone = noticing.no_case(_seen(f"{filler}\n\n{claim}\n\n{filler}"))
    assert [n.sentence.words for n in alone] == [claim]
    for case in ("On Tuesday Mrs. Brown waited for an hour.", "I forgot to ask them."):
        assert not noticing.no_case(_seen(f"{filler}\n\n{case} {claim}\n\n{filler}"))
    guide = " ".join(f"You can try step {word}." for word in ("one", "two", "three"))
    assert not noticing.no_case(_seen(f"{guide} {claim}"))


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("I will visit the families on our street.", True),
        ("今后我将更多地走访居民。", True),
        ("I will visit the families next week.", False),
        ("I will visit the families. On Monday I begin.", False),
        ("I will never forget it.", False),
        ("If they ask, I will visit them.", False),
        ("下周我将走访居民。", False),
        ("我们不需要把它写下来。", False),
        ("## December\n\nI will visit the families on our street.", False),
    ],
)
def test_which_plan_is_asked_for_its_day(body, asked):
    assert bool(noticing.no_when(_seen(body))) == asked


@pytest.mark.parametrize(
    ("body", "phrase"),
    [
        ("I was Deeply  Touched by it.", "Deeply Touched"),
        ("這次學習讓我受益匪淺。", "受益匪淺"),
        ("我们统一思想，提高认识。", "统一思想，提高认识"),
        ("He calls it “deeply touched” in the text.", None),
        ("I was deeply touched. At ten on Monday she called me.", None),
        ("这让我受益匪浅：先问再说。", None),
        ("undeeply touchedly", None),
    ],
)
def test_worn_phrases_are_found_whole_and_only_where_nothing_fills_them(body, phrase):
    assert [n.phrase for n in noticing.stock_phrases(_seen(body), Phrases())] == (
        [phrase] if phrase else []
    )


def test_an_organizer_adds_and_removes_phrases():
    changes = Phrases(added=frozenset({"low-hanging fruit"}), removed=frozenset({"Deeply touched"}))
    assert phrases.find("We took the Low-Hanging Fruit.", changes)
    assert not phrases.find("I was deeply touched.", changes)
    assert phrases.from_lines(["  a   b ", "", "x" * 200]) == {"a b"}


def test_the_shipped_lists_are_long_and_each_phrase_is_there_once():
    for language, least in (("zh", 60), ("en", 40)):
        listed = [phrases.folded(p) for p in phrases.shipped(language)]
        assert len(listed) == len(set(listed)) >= least


def test_copied_words_are_named_and_honest_quotations_are_not():
    source = replace(VISITS, text=VISITS.text)
    words = (
        "A question that is asked at the door opens more than a report that is read in an office."
    )
    own = " I thought about it on the way home and told my wife about the letter." * 4
    for kind in ("about", "cited"):
        found = ask(words + own, **{kind: [source]}).remarks[0]
        assert (found.kind, found.sentence, found.about) == ("copied", words, source.id)
    block = f"> {words}\n>\n> — [Visiting families](reading:visits/1.1)\n\n"
    said = f"The chapter says: {words}"
    for honest in (block + own, f"“{words}” (Visiting families)" + own, block + words + own, said):
        assert "copied" not in kinds(honest, cited=[source])


def test_ones_own_earlier_words_are_asked_about_in_another_way():
    earlier = SourcePassage(
        "reflection/1",
        "In May",
        "Since then I knock twice and wait for a while before I speak.",
        "en",
    )
    body = earlier.text + " I told my wife about the letter." * 12
    found = ask(body, own_earlier=[earlier]).remarks[0]
    assert found.kind == "copied"
    assert "You wrote almost the same" in found.noticed


def test_a_long_sentence_is_one_of_many_thoughts_and_no_list():
    short = "I went home. She stayed there. We wrote a letter. It was late. " * 3
    knot = (
        "The report that was written by the office which had been asked by the board, although nobody "
        "knew whether the members who were there when it was decided had agreed, because the list that "
        "was kept by the secretary was lost, says that we were late while others, who came after us, "
        "were not counted unless they signed."
    )
    items = "We bought " + ", ".join(["bread and some other things"] * 16) + "."
    assert [n.sentence.words for n in noticing.too_long(_seen(short + knot))] == [knot]
    assert noticing.too_long(_seen(short + items)) == []
    assert noticing.too_long(_seen(f"{knot} {knot} {knot}")) == []  # it is how this writer writes


def test_a_difficulty_that_is_left_and_one_that_is_taken_up():
    left = "I did not know how to begin. The room is on the second floor. It has six windows. The floor is wooden."
    assert [n.kind for n in noticing.hard_left(_seen(left))] == ["hard_left"]
    assert (
        noticing.hard_left(_seen("I did not know how to begin. Then I asked my neighbour.")) == []
    )
    assert noticing.hard_left(_seen("How she did it I cannot say. The room is large.")) == []
    assert [n.kind for n in noticing.hard_left(_seen("怎么跟家长解释，我还没有想好。"))] == [
        "hard_left"
    ]


def test_a_question_to_oneself_that_ends_a_paragraph():
    assert noticing.question_open(_seen("We left. Why did I not ask her?\n\nThe hall is large."))
    assert not noticing.question_open(_seen("Why did I not ask her? I was afraid."))
    assert not noticing.question_open(_seen("Is the hall large?"))
    assert not noticing.question_open(_seen("难道我们不是一家人吗？"))


# The passage read, and goals


def test_an_empty_page_is_asked_by_the_passage_alone():
    [found] = ask("", about=[VISITS]).remarks
    assert found.kind == "opening"
    assert found.about == VISITS.id
    assert "“When you visit a family, ask before you speak”." in found.noticed
    assert ask("").remarks == ()
    assert kinds("We must always listen to everybody.", about=[VISITS]) == ["opening"]


def test_the_point_of_a_passage_is_a_clause_of_its_own():
    cut = points.spans(VISITS)
    clause = points.point(VISITS, cut, ())
    assert clause in VISITS.text
    assert points.point(VISITS, cut, (0.1, 0.9, 0.9, 0.1)).startswith("A question")
    assert (
        points.point(replace(VISITS, text="It is so. And this, too."), ((0, 9), (10, 24)), ()) == ""
    )


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("A question opens more than a report.", True),
        ("It opens more than a report does.", False),
        ("Therefore a question opens more than a report.", False),
        ("What opens more than a report?", False),
        ("A question also opens more than both of them.", False),
        ("你也可以先问一句再开口说话。", False),
        ("调查不是填表，是交朋友。", True),
        ("这不是填表，是交朋友。", False),
        ("“A question opens more than a report.", False),
    ],
)
def test_which_sentence_stands_alone(said, alone):
    assert points.stands_alone(said) == alone


def test_the_question_for_ones_own_practice_is_drawn_from_the_passage():
    [found] = [r for r in every_kind(SLOGANS_EN, about=[VISITS]) if r.kind == "no_own_practice"]
    assert found.about == VISITS.id
    assert "ask before you speak" in found.noticed


def test_the_words_that_the_member_quoted_are_asked_about_first():
    body = "> Write down what people say.\n>\n> — [Visits](reading:visits/1.1)\n\n" + SLOGANS_EN
    found = every_kind(body, about=[VISITS], cited=[VISITS])
    assert "“Write down what people say”." in {r.kind: r for r in found}["no_own_practice"].noticed


def test_a_passage_that_nothing_comes_back_to_and_one_that_is_answered():
    weather = replace(
        VISITS,
        source="Clouds",
        text="Rain falls from heavy clouds when warm air rises. Snow needs cold air.",
    )
    events = EVENTS_EN.replace("It rained", "It was dark")
    said = [r for r in every_kind(events, about=[weather]) if r.kind == "passage_unanswered"]
    assert [r.about for r in said] == [weather.id]
    for answered in (" The text made me think.", " Heavy clouds and falling snow came back to me."):
        found = every_kind(events + answered, about=[weather])
        assert "passage_unanswered" not in {r.kind for r in found}


def test_a_quotation_after_which_nothing_was_written_yet():
    block = "> Ask before you speak.\n>\n> — [Visiting families](reading:visits/1.1)\n\n"
    remarks = ask(EVENTS_EN + "\n\n" + block, cited=[VISITS]).remarks
    found = [r for r in remarks if r.kind == "passage_unanswered"]
    assert [r.about for r in found] == ["visits/1.1"]
    assert (EVENTS_EN + "\n\n" + block)[slice(*found[0].span)].startswith("> Ask")
    assert "passage_unanswered" not in kinds(EVENTS_EN + "\n\n" + block + "I did not ask.")
    assert "passage_unanswered" not in kinds(EVENTS_EN + " It says:\n\n" + block)
    loss = EVENTS_EN.replace("\n\n", " ") + " That week my father died."
    assert "passage_unanswered" not in kinds(loss + "\n\n" + block)


def test_an_open_goal_is_asked_about_until_the_text_tells_of_it():
    goal = AGoal("g1", "Ask the drivers of the bus depot about the timetable", dt.date(2026, 5, 3))
    found = ask(EVENTS_EN, genre="summary", goals=[goal]).remarks[0]
    assert (found.kind, found.about, found.span) == ("goal_open", "g1", None)
    assert "May 3, 2026" in found.noticed
    assert "Ask the drivers" in found.noticed
    told = EVENTS_EN + " On Friday I asked three drivers about the timetable at the depot."
    assert "goal_open" not in kinds(told, genre="summary", goals=[goal])
    assert "goal_open" not in kinds(GOOD_ZH, goals=[goal])  # another subject
    read = AGoal("g2", "Plant a tree", reading_id="visits/1.1")
    assert kinds("", goals=[read], about=[VISITS]) == ["goal_open", "opening"]


# What is chosen


def test_at_most_three_of_different_kinds_and_one_of_the_whole_or_two_alone():
    for body in (SLOGANS_EN, SLOGANS_ZH, EVENTS_EN, EXPERIENCE_EN):
        for genre in genres.NAMES:
            found = kinds(body, genre=genre, about=[VISITS], goals=[AGoal("g", "Drink tea")])
            assert len(found) == len(set(found)) <= MOST
            of_the_whole = OF_THE_WHOLE & set(found)
            assert len(of_the_whole) <= 1 or len(of_the_whole) == len(found) == 2
            assert found == sorted(found, key=KINDS.index)


def test_what_is_not_wanted_makes_room_for_something_else():
    first = ask(SLOGANS_EN).remarks
    sent_away = Quiet(dismissed=frozenset({first[0].key}), never=frozenset({"stock_phrase"}))
    second = ask(SLOGANS_EN, quiet=sent_away).remarks
    assert first[0].key not in {r.key for r in second}
    assert "stock_phrase" not in {r.kind for r in second}
    assert "no_case" in {r.kind for r in second}


def test_a_remark_keeps_its_key_while_its_sentence_stands_and_loses_it_with_it():
    def of(body):
        return {r.kind: r.key for r in ask(body).remarks}

    before = of(SLOGANS_EN)
    moved = of("We met in the hall of the school.\n\n" + SLOGANS_EN.replace("\n\n", "\n\n\n"))
    assert before["stock_phrase"] == moved["stock_phrase"]
    assert before["no_when"] == moved["no_when"]
    assert before["no_when"] != of(SLOGANS_EN.replace("study harder", "study more"))["no_when"]
    drawn = {r.kind: r.key for r in ask(SLOGANS_EN, about=[VISITS]).remarks}
    assert before["no_own_practice"] == drawn["no_own_practice"]  # dismissed is dismissed
    assert key_of("a", "x  y") == key_of("a", "x y") != key_of("b", "x y")


def test_two_remarks_never_point_at_one_sentence_and_stand_apart_where_they_can():
    first, beside, far = (
        wording.remark(replace(_any("no_case"), sentence=s))
        for s in own_words.read("Here it begins. Here it goes on.\n\nHere it ends.").sentences
    )
    when = replace(first, kind="no_when")
    others = [replace(r, kind="stock_phrase", key=r.key + "s") for r in (first, beside, far)]
    assert chosen([when, *others], Quiet()) == (when, others[2])
    assert chosen([when, *others[:2]], Quiet()) == (when, others[1])
    assert chosen([when, others[0]], Quiet()) == (when,)


# How it is said


def test_every_remark_is_one_question_without_praise_blame_or_number():
    said = [wording.remark(_any(kind)) for kind in KINDS]
    said += [
        wording.remark(replace(_any("copied"), form="own")),
        wording.remark(_any("passage_unanswered")),
    ]
    for remark in said:
        assert remark.question.count("?") == 1
        assert remark.question.endswith("?")
        assert "?" not in remark.noticed + remark.why
        text = f"{remark.noticed} {remark.question} {remark.why}".lower()
        assert not re.search(
            r"\b(good|bad|great|well done|wrong|poor|weak|should|score|error|fault|mistake)\b", text
        )
        assert not re.search(r"\d", text.replace("may 3, 2026", ""))
        assert remark.noticed
        assert remark.why


def test_every_kind_has_a_name():
    assert len({wording.name_of(kind) for kind in KINDS}) == len(KINDS)


def test_the_rules_name_what_the_code_knows():
    known = {m for language in cues.LANGUAGES for m in cues.of(language).moves} | {"own"}
    for name in genres.NAMES:
        genre = genres.of(name)
        assert set().union(*genre.job) | set(genre.ask) <= known
        assert set(genre.ask) <= set(whole.KIND_OF)
        assert genre.begins.en < genre.whole.en
        assert genre.begins.zh < genre.whole.zh
    assert set(whole.KIND_OF.values()) == OF_THE_WHOLE
    assert genres.of("unheard of") == genres.of("reflection")
    for rules in (files("webapp.coach") / "rules").iterdir():
        assert tomllib.loads(rules.read_text("utf-8"))


# The classifier, and what is kept


def test_with_another_model_only_rules_are_followed_and_that_is_said():
    looked = ask(SLOGANS_EN, about=[VISITS])
    assert looked.by_rules_only
    assert looked.kept == b""


def test_an_edited_sentence_alone_is_encoded_again(small_classifier):
    model = CountingModel()

    def again(body, kept):
        return ask(body, about=[VISITS], model=model, classifier=small_classifier, kept=kept)

    first = again(EVENTS_EN, None)
    size = len(own_words.read(EVENTS_EN).sentences)
    assert not first.by_rules_only
    assert model.texts_encoded == size + 1  # and the passage
    assert again(EVENTS_EN, first.kept) == first
    assert model.texts_encoded == size + 1
    again(EVENTS_EN.replace("the bus was full", "the bus was late"), first.kept)
    assert model.texts_encoded == size + 2


@pytest.fixture(scope="module")
def small_classifier():
    random = np.random.default_rng(7)
    dim = CountingModel.dim

    def made(*shape):
        return random.normal(size=shape).astype(np.float32)

    return SentenceClassifier(
        replace(
            weights.load(),
            whole=made(dim, 9),
            ask=made(1, dim, 2),
            value=made(1, 2, dim, 3),
            value_bias=made(1, 2, 3),
            out=made(1, 6, 9),
            out_mean=made(1, dim, 9),
            out_bias=made(1, 2, 9),
            sure=np.array([0.5, 0.5]),
            fingerprint=np.array(CountingModel().fingerprint),
        )
    )


# Hostile drafts

HOSTILE = [
    "a " * 60_000,
    "We must always listen to everybody. " * 3_400,
    "我们必须始终坚持。" * 13_000,
    "> " * 60_000,
    "[a](b" * 24_000,
    "“" * 120_000,
    "I will " * 17_000,
    "- x\n" * 15_000,
    "\x00\ud800\u202e" * 20_000,
    "?!" * 60_000,
    "word-" * 24_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_huge_draft_takes_a_bounded_time(body):
    start = time.process_time()
    found = ask(
        body,
        about=[VISITS],
        own_earlier=[replace(VISITS, id="r", text=body[:20_000].replace("\ud800", ""))],
    )
    assert len(found.remarks) <= MOST
    assert time.process_time() - start < 10


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(
        alphabet=st.sampled_from(
            '我们必须学习。，？“” \n\n>*_[]()#-`a bI will must go.!?"1\u202e\x00😀'
        ),
        max_size=400,
    ),
    st.sampled_from(genres.NAMES),
)
def test_any_draft_gets_a_few_remarks_whose_spans_are_its_own_words(body, genre):
    body = body + "\n\n" + SLOGANS_EN[:400]
    for remark in ask(body, genre=genre, about=[VISITS]).remarks:
        assert remark.kind in KINDS
        if remark.span and remark.kind != "passage_unanswered":
            start, end = remark.span
            assert 0 <= start < end <= len(body)
            assert body[start] == remark.sentence[0]
            assert body[end - 1] == remark.sentence[-1]


def test_the_order_of_what_is_found_does_not_matter():
    found = [wording.remark(_any(kind)) for kind in KINDS]
    assert chosen(found, Quiet()) == chosen(found[::-1], Quiet())


def _seen(body):
    read = own_words.read(body).sentences
    return moves.seen(read, [None] * len(read), [()] * len(read))


def _any(kind):
    sentence = own_words.read("Some words of the member.").sentences[0]
    goal = AGoal("g", "Visit the depot", dt.date(2026, 5, 3))
    return Noticed(
        kind, sentence, clause="Ask before you speak.", source="Visits", goal=goal, phrase="x y"
    )
