"""What a member does to their list: more, less, themes, the slider, time, lists of the unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from recommender import (
    Index,
    calibration,
    candidates,
    catalogue,
    decay,
    factors,
    newness,
    put_readings,
    ranking,
    remove_readings,
    score_of,
    scoring,
    suggest,
    sync_common_query,
    sync_library,
    weigh,
)
from recommender.common_query import FILE, common_query
from recommender.profile import HALF_LIFE, LEAST_DECAY, MOST, gather
from recommender.readings import OF_UNIT, Evidence, Profile
from recommender.scoring import LISTED, TOGETHER
from recommender.sentence_gains import SentenceGains, Told
from tests.recommender.readings_for_tests import TEXTS, SmallLibrary, published, small_library
from tests.recommender.test_faithful import Neighbours

DAY = dt.date(2026, 3, 14)
BENCH = Evidence(
    "working_on",
    "working_on",
    "",
    "I want to ask the residents what the bench is for before we write the plan.",
    date=DAY,
)
CHAIR = Evidence(
    "role:chair", "role", "Chair", "Chairs the meeting and gives quiet members the floor."
)
MEMBER = Profile("maria", (BENCH, CHAIR), languages=("en",))


def of_text(slug, kind, **more):
    """Evidence about a text of the library, with its first passage for words."""
    language, title, _, _, _, passages = TEXTS[slug]
    return Evidence(
        f"{kind}:{slug}", kind, title, passages[0], language=language, group=slug, **more
    )


def having(profile, *evidence, **more):
    return replace(profile, evidence=(*profile.evidence, *evidence), **more)


def groups(suggestions):
    return [s.reading.group for s in suggestions]


def rows(suggestions):
    found = {}
    for suggestion in suggestions:
        found.setdefault(suggestion.row, []).append(suggestion.reading.group)
    return found


# More and less


def test_less_takes_what_is_like_it_away_and_leaves_the_rest_as_it_was(index, model):
    before = {s.reading.id: s for s in suggest(index, model, MEMBER, day=DAY)}
    asked = having(MEMBER, of_text("listening", "less"))
    after = {s.reading.id: s for s in suggest(index, model, asked, day=DAY)}
    assert "listening" in groups(before.values())
    assert "listening" not in groups(after.values())
    meetings = next(i for i, s in before.items() if s.reading.group == "meetings")
    assert after[meetings].score == before[meetings].score
    assert after[meetings].parts == before[meetings].parts


def test_a_part_of_less_is_below_zero_and_no_reason(index, model):
    asked = having(MEMBER, of_text("listening", "less", weight=0.05))
    card = score_of(index, model, asked, "listening/1.1", day=DAY)
    against = next(p for p in card.parts if p.kind == "less")
    assert against.value < 0
    assert card.parts[-1] == against
    assert {r.kind for r in card.reasons} <= {"working_on", "role"}


def test_more_of_a_reading_brings_what_is_like_it(index, model):
    like = put_and_return_like(index, model)
    plain = score_of(index, model, MEMBER, like, day=DAY)
    more = having(MEMBER, of_text("budget", "more"), excluded_groups=frozenset({"budget"}))
    card = score_of(index, model, more, like, day=DAY)
    assert card.score > plain.score
    assert any(r.evidence.kind == "more" for r in card.reasons)


def put_and_return_like(index, model):
    text = "Two people always count the cash. A lost receipt is written down as lost."
    put_readings(index.folder, model, [published(1, text, "experience")])
    return "experience/1"


def test_more_and_less_of_one_reading_still_give_a_list(index, model):
    both = having(MEMBER, of_text("budget", "more"), of_text("budget", "less"))
    found = suggest(index, model, both, day=DAY)
    assert found
    assert "budget" not in groups(s for s in found if s.row != "different" and s.score <= 0)


def test_only_less_is_known_so_nothing_is_invented(index, model):
    found = suggest(index, model, Profile("m", (of_text("budget", "less"),)), day=DAY)
    assert {s.row for s in found} == {"different"}
    assert "budget" not in groups(found)


# Lists of the unit

LIST = Evidence("list:1", "list", "Spring", "", readings=("budget", "systems/1.1", "mentoring"))


def test_a_list_of_the_unit_comes_in_its_order_and_names_itself(index, model):
    found = suggest(index, model, having(MEMBER, LIST), day=DAY)
    listed = [s for s in found if s.row == "listed"]
    assert found[: len(listed)] == listed
    assert groups(listed) == ["budget", "systems", "mentoring"][: len(listed)]
    assert all(s.reasons[0].evidence == LIST for s in listed)
    assert [s.reasons[0].part.value for s in listed] == sorted(
        (s.reasons[0].part.value for s in listed), reverse=True
    )


def test_a_list_serves_someone_of_whom_nothing_is_known(index, model):
    found = suggest(index, model, Profile("new", (LIST,), languages=("en",)), day=DAY)
    assert rows(found)["listed"] == ["budget", "systems", "mentoring"]
    first = found[0]
    assert first.score == first.parts[0].value == pytest.approx(LISTED)
    assert first.reasons[0].kind == "list"
    assert first.reasons[0].reading_sentence is None
    assert set(rows(found)) == {"listed", "different"}


def test_the_first_unread_ones_of_a_list_are_offered(index, model):
    read = having(MEMBER, LIST, excluded_groups=frozenset({"budget"}))
    assert rows(suggest(index, model, read, day=DAY))["listed"][0] == "systems"


def test_a_listed_reading_has_its_other_reasons_too(index, model):
    listed = replace(LIST, readings=("listening",))
    found = suggest(index, model, having(MEMBER, listed), day=DAY)
    card = next(s for s in found if s.reading.group == "listening")
    assert [r.kind for r in card.reasons] == ["list", "working_on"]


def test_a_passage_on_a_list_is_meant_alone(index, model):
    alone = Profile("m", (replace(LIST, readings=("listening/1.2",)),), languages=("en",))
    first, second = (
        score_of(index, model, alone, f"listening/1.{n}", day=DAY).score for n in (1, 2)
    )
    assert (first, second) == (0, pytest.approx(LISTED))


def test_what_a_list_names_and_the_library_has_not_is_passed_over(folder, index, model):
    remove_readings(folder, ["budget/1.1", "budget/1.2"])
    gone = replace(LIST, readings=("nowhere", "budget", "budget/1.1", "mentoring"))
    found = suggest(index, model, Profile("m", (gone,), languages=("en",)), day=DAY)
    assert rows(found)["listed"] == ["mentoring"]


def test_a_listed_text_comes_in_the_language_the_member_reads(index, model):
    listed = replace(LIST, readings=("listening/1.1",))
    found = suggest(index, model, Profile("m", (listed,), languages=("zh",)), day=DAY)
    assert rows(found)["listed"] == ["tingqu-zh"]


def test_two_lists_take_turns(index, model):
    one = replace(LIST, id="a", readings=("budget", "mentoring"))
    two = replace(LIST, id="b", readings=("systems", "meetings"))
    found = suggest(index, model, Profile("m", (one, two), languages=("en",)), day=DAY)
    listed = rows(found)["listed"]
    assert set(listed[:2]) == {"budget", "systems"}


# What a member does not want


def test_a_theme_that_is_not_wanted_takes_every_text_that_names_it(index, model):
    """`service` is the second theme of "listening": any place counts."""
    found = suggest(
        index, model, replace(MEMBER, excluded_themes=frozenset({"service"})), day=DAY, count=9
    )
    assert found
    assert "listening" not in groups(found)
    assert "tingqu-zh" not in groups(found)


def test_a_theme_that_is_not_wanted_is_not_wanted_from_a_list_either(index, model):
    member = having(MEMBER, LIST, excluded_themes=frozenset({"integrity"}))
    assert "budget" not in groups(suggest(index, model, member, day=DAY))


# Nothing known


def test_nothing_known_gives_lists_then_the_newest_then_different_things(index, model):
    fresh = ("mentoring", "gone", "meetings")
    member = Profile("m", (replace(LIST, readings=("budget",)),), languages=("en",), fresh=fresh)
    found = suggest(index, model, member, day=DAY, count=5)
    assert list(rows(found)) == ["listed", "newest", "different"]
    assert rows(found)["newest"] == ["mentoring", "meetings"]
    newest = next(s for s in found if s.row == "newest")
    assert (newest.score, newest.parts) == (0, ())
    assert [r.kind for r in newest.reasons] == ["newest"]


def test_a_long_list_leaves_room_for_the_newest(index, model):
    member = Profile(
        "m",
        (replace(LIST, readings=("budget", "systems", "mentoring", "meetings")),),
        languages=("en",),
        fresh=("listening",),
    )
    found = suggest(index, model, member, day=DAY, count=4)
    assert rows(found) == {"listed": ["budget", "systems", "mentoring"], "newest": ["listening"]}


def test_the_newest_is_not_what_less_is_wanted_of(index, model):
    less = of_text("budget", "less")
    member = Profile("m", (less,), languages=("en",), fresh=("budget", "mentoring"))
    assert rows(suggest(index, model, member, day=DAY))["newest"] == ["mentoring"]


def test_the_newest_row_is_for_those_of_whom_nothing_is_known(index, model):
    member = replace(MEMBER, fresh=("mentoring",))
    assert "newest" not in rows(suggest(index, model, member, day=DAY))


# The slider


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, model):
    """90 texts over 15 themes; a text has words of its theme, of its neighbour, of its own."""
    library = SmallLibrary()
    choose = np.random.default_rng(5)
    for number in range(90):
        theme = number % 15
        words = [f"subject{theme}w{n}" for n in choose.integers(0, 8, 9)]
        words += [f"subject{(theme + 1) % 15}w{n}" for n in choose.integers(0, 8, 4)]
        words += [f"own{number}w{n}" for n in range(4)]
        choose.shuffle(words)
        text = ". ".join(" ".join(words[i : i + 6]) for i in range(0, len(words), 6)) + "."
        level = "advanced" if number % 2 else "introductory"
        minutes = 5 if number < 45 else 40
        library.add(
            f"text-{number:02}", "en", "A title", "A", (f"theme-{theme}",), None, [text],
            level=level, minutes=minutes,
        )  # fmt: skip
    folder = tmp_path_factory.mktemp("shelf")
    sync_library(folder, library, model)
    index = Index.open(folder, model)
    yield index
    index.close()


def about(*themes, kind="note"):
    """A sentence on each of some themes."""
    return tuple(
        Evidence(f"{kind}:{t}", kind, "", " ".join(f"subject{t}w{n}" for n in range(6)), date=DAY)
        for t in themes
    )


def test_the_slider_leads_from_the_familiar_to_the_new(shelf, model):
    def at(value):
        near, known, lists, stretch = [], [], [], []
        for name in "abcdef":
            place = ord(name) % 15
            own = about(place, (place + 4) % 15)
            member = Profile(name, own, languages=("en",), newness=value)
            cards = suggest(shelf, model, member, day=DAY)
            lists.append(groups(cards))
            alone = [score_of(shelf, model, member, c.reading.id, day=DAY) for c in cards]
            near.append(np.mean([c.score for c in alone]))
            mine = {f"theme-{place}", f"theme-{(place + 4) % 15}"}
            known.append(np.mean([bool(mine & set(c.reading.themes)) for c in cards]))
            stretch.append(sum(c.row == "different" for c in cards))
        return np.mean(near), np.mean(known), lists, stretch

    familiar, usual, new = at(0.0), at(0.3), at(1.0)
    assert familiar[0] > usual[0] > new[0]
    assert familiar[1] > usual[1] > new[1]
    for less, more in ((familiar, usual), (usual, new)):
        assert all(a != b for a, b in zip(less[2], more[2], strict=True))
    assert [set(found[3]) for found in (familiar, usual)] == [{0}, {1}]
    assert min(new[3]) >= 3


def test_every_number_of_the_slider_moves_one_way():
    steps = [newness.slider(value / 20, 7) for value in range(21)]
    for name, sign in {
        "stretch": 1, "likeness": 1, "balance": 1, "elsewhere": 1, "in_row": -1, "alone": -1,
    }.items():  # fmt: skip
        values = [sign * getattr(step, name) for step in steps]
        assert values == sorted(values)
    assert newness.slider(0.3, 2).stretch == 0
    assert newness.slider(-1, 7) == newness.slider(0, 7)
    assert newness.slider(9, 7) == newness.slider(1, 7)


def test_nothing_different_is_shown_where_more_of_the_same_is_asked(shelf, model):
    member = Profile("m", about(3), languages=("en",), newness=0.0)
    found = suggest(shelf, model, member, day=DAY)
    assert set(rows(found)) == {"because_you_wrote"}
    assert len(found) == 7


# Themes in the member's own shares


def test_the_mix_is_of_interests_deeds_and_own_words(shelf, model):
    evidence = (
        Evidence("i", "interest", "x", "unheard words", ref="theme-1", weight=1.0),
        Evidence("r", "read", "x", "unheard words", group="text-02", weight=1.0),
        *about(3),
    )
    member = Profile("m", evidence, languages=("en",))
    asked = gather(model, member, day=DAY)
    snapshot = shelf.snapshot()
    found = candidates.find(snapshot, asked, member)
    scored = scoring.score(snapshot, found, asked, member)
    mix = calibration.own_mix(snapshot, scored, asked)
    named = dict(zip(catalogue.of(snapshot).themes, mix, strict=True))
    assert sum(mix) == pytest.approx(1)
    assert named["theme-1"] == pytest.approx(1 / 3)
    assert named["theme-2"] >= 1 / 3
    assert named["theme-3"] > 0.2


def test_lists_are_nearer_to_the_members_mix_than_without_calibration(shelf, model, monkeypatch):
    def interest(theme, weight):
        words = " ".join(f"subject{theme}w{n}" for n in range(8))
        ref = f"theme-{theme}"
        return Evidence(f"interest:{theme}", "interest", "", words, weight, ref=ref)

    def away():
        found = []
        for theme in range(8):
            picked = (interest(theme, 1.0), interest(theme + 5, 0.6))
            member = Profile("m", picked, languages=("en",), newness=0.0)
            shown = [t for s in suggest(shelf, model, member, day=DAY) for t in s.reading.themes]
            wish = np.array([1.0, 0.6, 1e-9]) / (1.6 + 1e-9)
            mine = [shown.count(f"theme-{theme}"), shown.count(f"theme-{theme + 5}")]
            counts = np.array([[*mine, len(shown) - sum(mine)]], float)
            found.append(calibration.Astray(wish).of(counts)[0])
        return np.mean(found)

    with_it = away()
    plain = newness.slider
    monkeypatch.setattr(ranking, "slider", lambda *a: replace(plain(*a), balance=0.0))
    assert with_it < away()


def test_divergence_is_least_for_the_wanted_mix():
    wish = np.array([0.75, 0.25, 0.0])
    lists = np.array([[3, 1, 0], [2, 2, 0], [4, 0, 0], [0, 0, 4], [0, 0, 0]], float)
    found = calibration.Astray(wish).of(lists)
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found[0] < found[1] < found[2] < found[3]
    assert found[4] >= found[3]


def test_the_wanted_mix_goes_elsewhere_as_far_as_asked():
    own = np.array([0.8, 0.2, 0.0, 0.0])
    assert calibration.wanted(own, 0.0) == pytest.approx(own)
    assert calibration.wanted(own, 0.5) == pytest.approx([0.4, 0.1, 0.25, 0.25])
    assert calibration.wanted(np.zeros(4), 0.5) == pytest.approx([0.25] * 4)
    assert calibration.wanted(np.ones(1), 0.5) == pytest.approx([1])
    assert len(calibration.wanted(np.zeros(0), 0.5)) == 0


def test_a_near_experience_has_a_card_among_many_near_texts(folder, index, model):
    text = "We asked the residents what the bench is for before we wrote the plan."
    put_readings(folder, model, [published(1, text, "experience")])
    for value in (0.0, 0.3, 1.0):
        found = suggest(index, model, replace(MEMBER, newness=value), day=DAY, count=3)
        assert rows(found)["practice"] == ["experience/1"]


# Factors


@pytest.mark.parametrize(
    ("minutes", "available", "expected"),
    [
        (5, None, 1.0),
        (5, 10, 1.0),
        (10, 10, 1.0),
        (20, 10, 1 / 2**0.5),
        (900, 10, factors.LEAST_TIME),
        (5, 0, 1.0),  # no time said
    ],
)
def test_what_takes_longer_than_there_is_time_counts_less(minutes, available, expected):
    assert factors.for_time(np.array([minutes]), available)[0] == pytest.approx(expected)


def test_introductory_texts_come_first_and_those_that_lead_further_later():
    advanced = [factors.for_level(np.array([3]), np.array([read]))[0] for read in range(5)]
    introductory = [factors.for_level(np.array([1]), np.array([read]))[0] for read in range(5)]
    assert advanced == sorted(advanced)
    assert introductory == sorted(introductory, reverse=True)
    assert advanced[0] < introductory[0]
    assert advanced[3] > introductory[3]
    assert factors.for_level(np.array([0, 2]), np.array([0, 4])).tolist() == [1, 1]


def test_factors_multiply():
    found = factors.factors(
        np.array([20, 5]),
        np.array([3, 1]),
        np.array([0, 0]),
        np.array([False, True]),
        np.array([True, False]),
        available=10,
        newness=0.3,
    )
    fresh = 1 + factors.FRESHNESS * 0.3
    language, level = factors.OTHER_LANGUAGE, factors.ADVANCED[0]
    assert found == pytest.approx([language * level * fresh / 2**0.5, 1.0])


def test_all_parts_of_a_reading_have_the_same_factor(index, model):
    plain = score_of(index, model, MEMBER, "listening/1.1", day=DAY)
    member = replace(MEMBER, minutes=3)  # the text takes six
    hurried = score_of(index, model, member, "listening/1.1", day=DAY)
    for one, other in zip(plain.parts, hurried.parts, strict=True):
        assert other.value == pytest.approx(one.value / 2**0.5)
        assert other.words == pytest.approx(one.words / 2**0.5)


def test_a_long_text_is_offered_where_it_is_clearly_closer(shelf, model):
    member = Profile("m", about(3), languages=("en",), minutes=5)
    found = [s.reading for s in suggest(shelf, model, member, day=DAY) if s.parts]
    unhurried = replace(member, minutes=None)
    before = [s.reading for s in suggest(shelf, model, unhurried, day=DAY) if s.parts]
    assert sum(r.minutes > 5 for r in found) <= sum(r.minutes > 5 for r in before)
    own = " ".join(f"own83w{n}" for n in range(4))
    near = replace(member, evidence=(Evidence("n", "note", "", own, date=DAY),))
    assert suggest(shelf, model, near, day=DAY)[0].reading.group == "text-83"


def test_a_beginner_is_led_from_introductory_to_advanced(shelf, model):
    def advanced(read):
        found = 0
        for theme in range(15):
            member = Profile(
                "m", about(theme), languages=("en",), experience={f"theme-{theme}": read}
            )
            cards = suggest(shelf, model, member, day=DAY)
            found += sum(s.reading.level == "advanced" for s in cards if s.parts)
        return found

    assert advanced(0) < advanced(2) <= advanced(5)


def test_what_came_in_lately_counts_a_little_more(index, model):
    plain = score_of(index, model, MEMBER, "meetings/1.1", day=DAY)
    fresh = score_of(index, model, replace(MEMBER, fresh=("meetings",)), "meetings/1.1", day=DAY)
    assert fresh.score == pytest.approx(plain.score * (1 + factors.FRESHNESS * 0.3))


def test_the_next_part_of_a_series_counts_more_and_those_after_it_wait(index, model):
    plain = score_of(index, model, MEMBER, "meetings/1.1", day=DAY)
    following = replace(MEMBER, next_parts=("meetings",), later_parts=("meetings", "mentoring"))
    waiting = replace(MEMBER, next_parts=("mentoring",), later_parts=("meetings",))
    for member, factor in ((following, factors.NEXT_PART), (waiting, factors.LATER_PART)):
        found = score_of(index, model, member, "meetings/1.1", day=DAY)
        assert found.score == pytest.approx(plain.score * factor)
    assert factors.LATER_PART < 1 < factors.NEXT_PART


def test_a_goal_is_quoted_beside_the_passage_that_it_led_to(index, model):
    sentence = "I will let the quiet members speak first in the meeting."
    goal = Evidence("goal:1", "goal", "", sentence, date=DAY)
    found = suggest(index, model, Profile("m", (goal,), languages=("en",)), day=DAY)
    card = next(s for s in found if s.parts)
    assert card.row == "because_you_wrote"
    assert card.reasons[0].kind == "goal"
    assert card.reasons[0].own_sentence == sentence
    assert card.reasons[0].reading_sentence


# Members who wrote about both


def test_others_writing_adds_to_the_part_of_what_the_member_did(index, model):
    read = having(MEMBER, of_text("mentoring", "read", weight=0.5))
    alone = score_of(index, model, read, "meetings/1.1", day=DAY)
    shared = score_of(index, model, read, "meetings/1.1", day=DAY, together=Neighbours(0.8))
    part = next(p for p in shared.parts if p.kind == "read")
    assert part.together == pytest.approx(0.5 * 0.8 * TOGETHER)
    assert shared.score == pytest.approx(alone.score + part.together)


def test_a_reading_may_come_from_others_writing_alone(shelf, model):
    class Far:
        weight = 1.0

        def gains(self, group, others):
            return np.array([float(other == "text-77") for other in others])

        def nearest(self, group, limit):
            return ["text-77", "gone"][:limit]

    member = Profile(
        "m", (Evidence("read:1", "read", "A", "", group="withdrawn"),), languages=("en",)
    )
    card = suggest(shelf, model, member, day=DAY, together=Far())[0]
    assert card.reading.group == "text-77"
    assert card.row == "your_interests"
    part = card.reasons[0].part
    assert (part.kind, part.words, part.meaning) == ("read", 0, 0)
    assert part.together == part.value == card.score
    assert (card.reasons[0].own_sentence, card.reasons[0].reading_sentence) == (None, None)


def test_others_writing_without_weight_changes_nothing(index, model):
    read = having(MEMBER, of_text("mentoring", "saved"))
    plain = suggest(index, model, read, day=DAY)
    assert suggest(index, model, read, day=DAY, together=Neighbours(0.0)) == plain
    assert suggest(index, model, read, day=DAY, together=Neighbours(1.0)) != plain


# What Xinde knows


def test_weights_of_today_heaviest_first():
    old = replace(BENCH, id="old", date=DAY - dt.timedelta(days=HALF_LIFE["working_on"]))
    off = replace(BENCH, id="off", weight=0.0)
    less = of_text("budget", "less", weight=0.7)
    found = weigh(Profile("m", (off, old, less, BENCH)), day=DAY)
    assert [(e.id, w) for e, w in found] == [
        ("working_on", 1.0),
        ("less:budget", -0.7),
        ("old", 0.5),
        ("off", 0.0),
    ]


def test_decay_halves_and_stops():
    for kind, half in HALF_LIFE.items():
        evidence = replace(BENCH, kind=kind, date=DAY)
        assert decay(evidence, DAY) == 1
        assert decay(evidence, DAY - dt.timedelta(days=9)) == 1  # written tomorrow
        assert decay(evidence, DAY + dt.timedelta(days=half)) == pytest.approx(0.5)
        assert decay(evidence, DAY + dt.timedelta(days=5000)) == LEAST_DECAY
    assert decay(of_text("budget", "less", date=dt.date(2000, 1, 1)), DAY) == 1


def test_why_this_says_nothing_of_what_the_member_may_not_see(index, model):
    assert score_of(index, model, MEMBER, "nowhere/1.1", day=DAY) is None
    assert score_of(index, model, MEMBER, "nandu-zh/1.1", day=DAY) is None
    read = replace(MEMBER, excluded_groups=frozenset({"budget"}))
    assert score_of(index, model, read, "budget/1.1", day=DAY) is None
    nobody = score_of(index, model, Profile("m"), "budget/1.1", day=DAY)
    assert (nobody.score, nobody.parts, nobody.reasons[0].kind) == (0, (), "different")


# Too much, too little, too odd


def test_of_ten_thousand_pieces_the_heaviest_and_newest_take_part(index, model):
    many = tuple(
        replace(
            BENCH,
            id=f"{n:05}",
            weight=0.5 if n % 2 else 0.4,
            date=DAY - dt.timedelta(days=n % 40),
            kind=("note", "less", "note", *sorted(OF_UNIT), "note")[n % 7],
            readings=("budget",),
        )
        for n in range(10_000)
    )
    before = model.texts_encoded
    member = Profile("m", many)
    asked = gather(model, member, day=DAY)
    assert len(asked.pieces) == sum(MOST.values())
    assert model.texts_encoded - before <= MOST[""] + MOST["less"]
    notes = [p.evidence for p in asked.pieces if p.evidence.kind == "note"]
    assert {e.weight for e in notes} == {0.5}
    assert min(e.date for e in notes) >= DAY - dt.timedelta(days=3)
    assert suggest(index, model, member, day=DAY)


def test_ten_thousand_empty_pieces_are_nothing(index, model):
    many = tuple(replace(BENCH, id=str(n), text="🎉" if n % 2 else "") for n in range(10_000))
    before = model.texts_encoded
    found = suggest(index, model, Profile("m", many), day=DAY)
    assert {s.row for s in found} == {"different"}
    assert model.texts_encoded - before <= 100


def test_evidence_of_a_withdrawn_reading_still_has_its_words(folder, index, model):
    remove_readings(folder, ["listening/1.1", "listening/1.2"])
    member = Profile("m", (of_text("listening", "saved"),), languages=("en",))
    found = suggest(index, model, member, day=DAY)
    assert "listening" not in groups(found)
    assert found


def test_a_library_of_three_texts_gives_three_cards_at_most(tmp_path, model):
    sync_library(tmp_path, small_library(("listening", "budget", "systems")), model)
    index = Index.open(tmp_path, model)
    everything = having(
        MEMBER,
        LIST,
        of_text("budget", "less"),
        of_text("systems", "read"),
        fresh=("systems", "budget"),
        minutes=1,
        newness=1.0,
    )
    for member in (everything, Profile("m", fresh=("systems",)), Profile("m", (LIST,))):
        found = groups(suggest(index, model, member, day=DAY, together=Neighbours()))
        assert 1 <= len(found) <= 3
        assert len(set(found)) == len(found)
    index.close()


def test_everything_dismissed_leaves_nothing_of_any_sort(index, model):
    member = having(
        MEMBER,
        LIST,
        of_text("budget", "more"),
        fresh=tuple(TEXTS),
        excluded_groups=frozenset(TEXTS),
    )
    assert suggest(index, model, member, day=DAY, together=Neighbours()) == []


def test_pieces_of_one_name_count_once(index, model):
    twice = replace(MEMBER, evidence=(BENCH, BENCH))
    once = replace(MEMBER, evidence=(BENCH,))
    assert suggest(index, model, twice, day=DAY) == suggest(index, model, once, day=DAY)


# What all queries share


@pytest.fixture(scope="module")
def large(tmp_path_factory, model):
    """The shelf's texts with enough passages for queries to have a centre of their own."""
    library = SmallLibrary()
    choose = np.random.default_rng(3)
    for number in range(70):
        words = [f"subject{number % 7}w{n}" for n in choose.integers(0, 8, 12)]
        texts = [
            ". ".join(" ".join(choose.permutation(words)[:5]) for _ in range(3)) + "."
            for _ in range(3)
        ]
        library.add(
            f"text-{number:02}", "en", "A title", "A", (f"theme-{number % 7}",), None, texts
        )
    folder = tmp_path_factory.mktemp("large")
    sync_library(folder, library, model)
    index = Index.open(folder, model)
    yield index
    index.close()


def test_what_queries_share_is_made_once_of_the_librarys_own_sentences(large, model):
    member = Profile("m", about(2), languages=("en",))
    before = suggest(large, model, member, day=DAY)
    made = sync_common_query(large.folder, model)
    assert 0 < made <= 48
    assert sync_common_query(large.folder, model) == 0
    after = suggest(large, model, member, day=DAY)
    assert [s.score for s in after] != [s.score for s in before]
    (large.folder / FILE).write_bytes(b"junk")
    assert suggest(large, model, member, day=DAY) == before
    assert sync_common_query(large.folder, model) == made
    assert suggest(large, model, member, day=DAY) == after


def test_reasons_stay_parts_of_the_score_without_what_queries_share(large, model):
    sync_common_query(large.folder, model)
    own = Evidence(
        "n", "note", "", "subject2w1 subject2w2 subject2w3. subject5w1 subject5w4 subject5w6."
    )
    member = Profile("m", (own, *about(4, kind="reflection")), languages=("en",))
    snapshot = large.snapshot()
    asked = gather(model, member, day=DAY)
    common = common_query(large, model, snapshot)
    found = candidates.find(snapshot, asked, member, common=common)
    for line, piece in enumerate(asked.pieces):
        for row in found.rows[:20].tolist():
            pools = found.closeness.pools
            none_of_words = replace(pools, words_weight=np.zeros_like(pools.words_weight))
            closeness = replace(found.closeness, pools=none_of_words)
            kept = large.fetch(snapshot, [row])[row]
            told = Told(line, piece.prepared)
            own_gains = SentenceGains(snapshot, closeness, [row], [kept], [told]).of_piece(0, 0)
            if len(own_gains) > 1:
                scale = pools.meaning_scale[line, 0] * pools.meaning_weight[line, 0]
                product = found.closeness.measured.meaning[line, row] * scale
                assert sum(own_gains) == pytest.approx(product, abs=0.05 * scale)


def test_a_small_library_has_no_centre_of_queries(index, folder, model):
    assert sync_common_query(folder, model) == 0
    assert common_query(index, model, index.snapshot()) is None


def test_that_a_text_is_like_itself_says_nothing(index, model):
    liked = having(MEMBER, of_text("budget", "more"))
    card = score_of(index, model, liked, "budget/1.1", day=DAY)
    assert card is not None
    assert {part.kind for part in card.parts} <= {"working_on", "role"}
    saved = having(MEMBER, of_text("budget", "saved"))
    assert "saved" in {p.kind for p in score_of(index, model, saved, "budget/1.1", day=DAY).parts}
