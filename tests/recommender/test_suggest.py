"""What a member is offered, and that the reasons are true."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    Index,
    factors,
    prepare_evidence,
    put_readings,
    search,
    suggest,
    sync_library,
)
from recommender.readings import Evidence, Profile
from tests.recommender.readings_for_tests import TEXTS, published, small_library

DAY = dt.date(2026, 3, 14)
BENCH = Evidence(
    "working_on",
    "working_on",
    "Now",
    "The weather was fine on Sunday. I want to ask the residents what the bench is for.",
    date=dt.date(2026, 3, 10),
)
CHAIR = Evidence(
    "role:chair", "role", "Chair", "Chairs the meeting and gives quiet members the floor."
)
INTEGRITY = Evidence(
    "interest:integrity",
    "interest",
    "Integrity",
    "Gifts, receipts and public money.",
    ref="integrity",
)
HARD_BOOK = Evidence(
    "reflection:1",
    "reflection",
    "读书",
    "这本难书我读不下去。学习小组帮我列了提纲。",
    date=dt.date(2026, 2, 1),
    language="zh",
)
EVERYTHING = (BENCH, CHAIR, INTEGRITY, HARD_BOOK)
MEMBER = Profile("maria", EVERYTHING, themes=("integrity",))


def by_row(suggestions):
    rows = {}
    for suggestion in suggestions:
        rows.setdefault(suggestion.row, []).append(suggestion)
    return rows


def test_a_member_sees_their_own_sentence_beside_the_passages_sentence(index, model):
    wrote = by_row(suggest(index, model, MEMBER, day=DAY))["because_you_wrote"]
    found = {s.reading.group: s.reasons[0] for s in wrote}
    reason = found["listening"]
    assert reason.own_sentence == "I want to ask the residents what the bench is for."
    assert reason.reading_sentence == "Ask the residents what the bench is for."


def test_a_chinese_reflection_leads_to_a_chinese_passage(index, model):
    only = Profile("li", (HARD_BOOK,), languages=("zh", "en"))
    best = max(suggest(index, model, only, day=DAY), key=lambda s: s.score)
    assert best.reading.group == "nandu-zh"
    assert best.reasons[0].own_sentence in HARD_BOOK.text


def test_a_role_and_an_interest_have_their_own_rows_and_quote_the_clause(index, model):
    rows = by_row(suggest(index, model, MEMBER, day=DAY))
    assert rows["for_your_role"][0].reading.group == "meetings"
    assert rows["your_interests"][0].reading.group == "budget"
    assert rows["for_your_role"][0].reasons[0].evidence == CHAIR
    duty, theme = (rows[row][0].reasons[0] for row in ("for_your_role", "your_interests"))
    assert duty.own_sentence == "Chairs the meeting and gives quiet members the floor"
    assert theme.own_sentence in INTEGRITY.text


@pytest.mark.parametrize("evidence", EVERYTHING, ids=lambda e: e.id)
def test_taking_the_named_evidence_away_lowers_the_score_by_its_part(index, model, evidence):
    with_it = {s.reading.id: s for s in suggest(index, model, MEMBER, day=DAY)}
    less = replace(MEMBER, evidence=tuple(e for e in EVERYTHING if e != evidence))
    without = {s.reading.id: s for s in suggest(index, model, less, day=DAY)}
    both = [i for i in with_it if i in without and with_it[i].parts and without[i].parts]
    assert both
    for reading_id in both:
        part = next(p for p in with_it[reading_id].parts if p.evidence == evidence.id)
        assert without[reading_id].score == pytest.approx(
            with_it[reading_id].score - part.value, rel=1e-5, abs=1e-5
        )


def test_the_reason_is_the_largest_part_of_its_row(index, model):
    for suggestion in suggest(index, model, MEMBER, day=DAY):
        if suggestion.row == "for_your_role":
            role_parts = [p for p in suggestion.parts if p.kind == "role"]
            assert suggestion.reasons[0].part == role_parts[0]


def test_a_reading_of_the_second_language_needs_to_be_closer(index, model):
    def score(languages):
        found = suggest(index, model, Profile("m", (HARD_BOOK,), languages=languages), day=DAY)
        return next(s.score for s in found if s.reading.group == "nandu-zh")

    assert score(("en", "zh")) == pytest.approx(factors.OTHER_LANGUAGE * score(("zh", "en")))


def test_what_is_near_the_members_own_words_is_not_given_to_their_role_first(index, model):
    same = replace(CHAIR, text=f"{BENCH.text} {CHAIR.text}")
    rows = by_row(suggest(index, model, Profile("m", (BENCH, same), languages=("en",)), day=DAY))
    assert rows["because_you_wrote"][0].reading.group == "listening"
    assert all(len(cards) <= 3 for row, cards in rows.items() if row != "different")


def test_a_published_experience_has_its_place(folder, model, index):
    text = "We asked the residents and moved the bench into the shade. Now people sit there."
    put_readings(folder, model, [published(1, text, "experience")])
    practice = by_row(suggest(index, model, MEMBER, day=DAY))["practice"]
    assert practice[0].reading.id == "experience/1"
    assert practice[0].reasons[0].evidence == BENCH


def test_someone_of_whom_nothing_is_known_gets_no_invented_reason(index, model):
    suggestions = suggest(index, model, Profile("new"), day=DAY)
    assert len(suggestions) >= 5
    assert {s.row for s in suggestions} == {"different"}
    assert all(r.kind == "different" and r.part is None for s in suggestions for r in s.reasons)


def test_the_different_row_is_of_none_of_the_members_themes(index, model):
    for name in "abcdefgh":
        stretch = by_row(suggest(index, model, replace(MEMBER, member=name), day=DAY))["different"]
        assert [s for s in stretch if "integrity" in s.reading.themes] == []


def test_the_different_row_changes_from_day_to_day(index, model):
    days = [DAY + dt.timedelta(days=n) for n in range(30)]
    lists = [by_row(suggest(index, model, MEMBER, day=day, count=3)) for day in days]
    seen = {rows["different"][0].reading.id for rows in lists}
    assert len(seen) > 1


def test_a_text_is_offered_in_the_language_the_member_reads_first(index, model):
    def versions(languages):
        profile = Profile("m", (BENCH,), languages=languages)
        groups = [s.reading.group for s in suggest(index, model, profile, day=DAY)]
        return [g for g in groups if g in ("listening", "tingqu-zh")]

    assert versions(("en", "zh")) == ["listening"]
    assert versions(("zh", "en")) == ["tingqu-zh"]


def test_a_language_the_member_does_not_read_is_never_offered(index, model):
    found = suggest(index, model, replace(MEMBER, languages=("zh",)), day=DAY)
    assert {s.reading.language for s in found} == {"zh"}


def test_a_text_that_was_read_is_not_offered_in_its_other_language(index, model):
    read = replace(MEMBER, excluded_groups=frozenset({"listening"}))
    assert "tingqu-zh" not in {s.reading.group for s in suggest(index, model, read, day=DAY)}


def test_everything_dismissed_leaves_nothing(index, model):
    done = replace(MEMBER, excluded_groups=frozenset(TEXTS))
    assert suggest(index, model, done, day=DAY) == []


def test_a_library_of_three_texts_is_not_padded(tmp_path, model):
    sync_library(tmp_path, small_library(("listening", "budget", "systems")), model)
    index = Index.open(tmp_path, model)
    groups = [s.reading.group for s in suggest(index, model, MEMBER, day=DAY)]
    assert sorted(groups) == sorted(set(groups))
    assert 1 <= len(groups) <= 3
    index.close()


@pytest.mark.parametrize(
    "text",
    ["", " \n", "🎉🎉", "...", "x" * 10_000, "Asking the residents. " * 500, "難書要慢讀。" * 2000],
    ids=["empty", "blank", "emoji", "dots", "one word", "10,000 characters", "Chinese"],
)
def test_odd_evidence_is_no_accident(index, model, text):
    odd = Evidence("note:1", "note", "", text, date=DAY)
    for language in ("en", "zh", "fr"):
        found = suggest(index, model, Profile("m", (replace(odd, language=language),)), day=DAY)
        assert 1 <= len(found) <= 7
        for suggestion in found:
            for reason in suggestion.reasons:
                assert reason.own_sentence is None or reason.own_sentence in text


def test_emoji_alone_are_no_reason(index, model):
    found = suggest(index, model, Profile("m", (replace(BENCH, text="🎉 🙂"),)), day=DAY)
    assert {s.row for s in found} == {"different"}


def test_evidence_in_a_third_language_is_matched_by_meaning_only(index, model):
    french = replace(
        BENCH, text="Je veux demander aux residents ce que fait le bench.", language="fr"
    )
    for suggestion in suggest(index, model, Profile("m", (french,)), day=DAY):
        assert all(part.words == 0 for part in suggestion.parts)


def test_older_writing_counts_less(index, model):
    def part(day):
        parts = [
            p
            for s in suggest(index, model, MEMBER, day=day)
            for p in s.parts
            if s.reading.group == "listening" and p.evidence == "working_on"
        ]
        return parts[0].value

    assert part(dt.date(2026, 5, 9)) == pytest.approx(part(dt.date(2026, 3, 10)) / 2)


def test_prepared_evidence_gives_the_same_list_without_encoding(index, model):
    ready = tuple(
        replace(e, prepared=prepare_evidence(model, e.text, e.language)) for e in EVERYTHING
    )
    fresh = suggest(index, model, MEMBER, day=DAY)
    before = model.texts_encoded
    prepared = suggest(index, model, replace(MEMBER, evidence=ready), day=DAY)
    assert model.texts_encoded == before
    assert [(s.reading.id, s.score) for s in prepared] == [(s.reading.id, s.score) for s in fresh]


@pytest.mark.parametrize("damage", [b"", b"junk", b"\x00" * 500])
def test_prepared_evidence_of_other_words_or_damaged_is_made_anew(index, model, damage):
    stale = prepare_evidence(model, "Something else entirely.", "en")
    fresh = suggest(index, model, Profile("m", (BENCH,)), day=DAY)
    for prepared in (stale, damage, stale[:-3]):
        again = suggest(index, model, Profile("m", (replace(BENCH, prepared=prepared),)), day=DAY)
        assert [s.reasons[0].own_sentence for s in again] == [
            s.reasons[0].own_sentence for s in fresh
        ]


words = st.sampled_from(
    [
        "residents",
        "bench",
        "meeting",
        "question",
        "gift",
        "receipt",
        "loop",
        "mentor",
        "难书",
        "居民",
    ]
)
sentence = st.lists(words, min_size=1, max_size=8).map(" ".join)
evidence = st.builds(
    Evidence,
    id=st.text("abcdef", min_size=1, max_size=6),
    kind=st.sampled_from(["working_on", "interest", "role", "reflection", "note", "saved"]),
    label=st.just("label"),
    text=st.lists(sentence, min_size=1, max_size=4).map(". ".join),
    weight=st.floats(0.1, 2),
    date=st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)),
    language=st.sampled_from(["en", "zh", "fr"]),
)
profiles = st.builds(
    Profile,
    member=st.text("xyz", max_size=3),
    evidence=st.lists(evidence, max_size=5, unique_by=lambda e: e.id).map(tuple),
    languages=st.sampled_from([("en", "zh"), ("zh", "en"), ("en",), ("zh",)]),
    themes=st.lists(st.sampled_from(["integrity", "discussion", "service"]), unique=True).map(
        tuple
    ),
    excluded_groups=st.frozensets(st.sampled_from(sorted(TEXTS)), max_size=6),
)


def shape(suggestions):
    return [(s.reading.id, s.row, s.score, s.parts, s.reasons) for s in suggestions]


@settings(max_examples=60, deadline=None)
@given(profile=profiles, randomly=st.randoms(use_true_random=False), count=st.integers(1, 9))
def test_the_list_keeps_its_promises(lasting_index, model, profile, randomly, count):
    first = suggest(lasting_index, model, profile, day=DAY, count=count)
    shuffled = list(profile.evidence)
    randomly.shuffle(shuffled)
    again = suggest(
        lasting_index, model, replace(profile, evidence=tuple(shuffled)), day=DAY, count=count
    )
    assert shape(again) == shape(first)
    assert len(first) <= count
    texts = [s.reading.version_group or s.reading.group for s in first]
    assert len(set(texts)) == len(texts)
    for suggestion in first:
        assert suggestion.reading.group not in profile.excluded_groups
        assert suggestion.reading.language in profile.languages
        assert suggestion.reasons
        assert sum(part.value for part in suggestion.parts) == suggestion.score
        assert list(suggestion.parts) == sorted(suggestion.parts, key=lambda p: -p.value)
        for part in suggestion.parts:
            assert part.words + part.meaning == pytest.approx(part.value)


def test_a_passage_that_is_only_a_stage_direction_is_searched_and_never_suggested(folder, model):
    library = small_library()
    said = "Silence falls and the residents ask what the bench is for."
    library.add(
        "scene",
        "en",
        "A scene",
        "F. Stage",
        ("discussion",),
        None,
        [f"*({said})*", "Ana speaks first and the others listen to her."],
    )
    sync_library(folder, library, model)
    index = Index.open(folder, model)
    asks = Evidence("working_on", "working_on", "", said, date=DAY)
    found = suggest(index, model, Profile("m", (asks,), languages=("en",)), day=DAY)
    assert "scene/1.1" not in {s.reading.id for s in found}
    assert search(index, model, said)[0].reading.id == "scene/1.1"
    index.close()
