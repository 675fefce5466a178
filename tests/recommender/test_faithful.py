"""That a reason is a part of the score: property tests over members of every sort."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import candidates, profile, reasons, score_of, suggest
from recommender.embedding import sentences_of
from recommender.quoting import NEAR, quotable
from recommender.readings import OF_UNIT, Evidence, Profile
from recommender.rows import WRITTEN
from recommender.sentence_gains import SentenceGains, Told
from tests.recommender.readings_for_tests import TEXTS

DAY = dt.date(2026, 3, 14)
GROUPS = sorted(TEXTS)
EXACT = 1e-6  # relative to what all parts come to, whatever their sign


@dataclass(frozen=True)
class Neighbours:
    """Who wrote about one text wrote about the next in the alphabet, less about the one after."""

    weight: float = 0.8

    def gains(self, group, others):
        steps = {name: place for place, name in enumerate(GROUPS)}
        if group not in steps:
            return np.zeros(len(others))
        away = [abs(steps.get(other, 99) - steps[group]) for other in others]
        return np.array([{1: 1.0, 2: 0.4}.get(step, 0.0) for step in away])

    def nearest(self, group, limit):
        gains = self.gains(group, GROUPS)
        return [GROUPS[i] for i in np.argsort(-gains, kind="stable") if gains[i] > 0][:limit]


words = st.sampled_from(
    [
        "residents", "bench", "meeting", "question", "gift", "receipt", "loop", "mentor",
        "feedback", "survey", "quiet members", "public money", "a second counter",
        "难书", "居民", "理论", "提纲", "学习小组", "问题", "长椅",
    ]
)  # fmt: skip
sentence = st.lists(words, min_size=1, max_size=8).map(" ".join)
text = st.lists(sentence, max_size=5).map(". ".join)
own = st.builds(
    Evidence,
    id=st.text("abcdef", min_size=1, max_size=6),
    kind=st.sampled_from(
        ["working_on", "interest", "role", "reflection", "note", "question", "goal"]
    ),
    label=st.just("label"),
    text=text,
    weight=st.floats(0.05, 2),
    date=st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)),
    language=st.sampled_from(["en", "zh", "fr"]),
)
deed = st.builds(
    Evidence,
    id=st.text("ghijk", min_size=1, max_size=6),
    kind=st.sampled_from(["read", "saved", "written", "more", "less"]),
    label=st.just("label"),
    text=text | st.sampled_from([passages[0] for *_, passages in TEXTS.values()]),
    weight=st.floats(0.05, 2),
    date=st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)),
    language=st.sampled_from(["en", "zh"]),
    group=st.none() | st.sampled_from([*GROUPS, "withdrawn"]),
)
unit_list = st.builds(
    Evidence,
    id=st.text("lm", min_size=1, max_size=4),
    kind=st.sampled_from(sorted(OF_UNIT)),
    label=st.just("List"),
    text=st.just(""),
    weight=st.floats(0.1, 1),
    readings=st.lists(
        st.sampled_from([*GROUPS, *(f"{group}/1.1" for group in GROUPS), "gone/1.1"]), max_size=5
    ).map(tuple),
)
profiles = st.builds(
    Profile,
    member=st.text("xyz", max_size=3),
    evidence=st.lists(own | deed | unit_list, max_size=7, unique_by=lambda e: e.id).map(tuple),
    languages=st.sampled_from([("en", "zh"), ("zh", "en"), ("en",), ("zh",)]),
    themes=st.lists(st.sampled_from(["integrity", "discussion"]), unique=True).map(tuple),
    excluded_groups=st.frozensets(st.sampled_from(GROUPS), max_size=2),
    excluded_themes=st.frozensets(st.sampled_from(["mentoring", "service"]), max_size=1),
    newness=st.sampled_from([0.0, 0.3, 1.0]),
    minutes=st.sampled_from([None, 3, 20]),
    fresh=st.lists(st.sampled_from([*GROUPS, "gone"]), max_size=3, unique=True).map(tuple),
    next_parts=st.lists(st.sampled_from([*GROUPS, "gone"]), max_size=2).map(tuple),
    later_parts=st.lists(st.sampled_from([*GROUPS, "gone"]), max_size=2).map(tuple),
    experience=st.dictionaries(st.sampled_from(["discussion", "integrity"]), st.integers(0, 5)),
)
others = st.sampled_from([None, Neighbours(), Neighbours(0.0)])


def less(member, evidence_id):
    kept = tuple(e for e in member.evidence if e.id != evidence_id)
    return replace(member, evidence=kept)


@settings(max_examples=40, deadline=None)
@given(member=profiles, together=others)
def test_what_is_named_is_what_its_absence_costs(lasting_index, model, member, together):
    for card in suggest(lasting_index, model, member, day=DAY, together=together):
        assert card.reasons
        assert not card.parts or card.score > 0
        weight = sum(abs(part.value) for part in card.parts)
        for part in card.parts:
            without = score_of(
                lasting_index,
                model,
                less(member, part.evidence),
                card.reading.id,
                day=DAY,
                together=together,
            )
            assert without.score == pytest.approx(
                card.score - part.value, rel=0, abs=EXACT * weight
            )
        for reason in card.reasons:
            if reason.evidence is None:
                assert (card.parts, reason.part, card.score) == ((), None, 0)
                continue
            assert reason.part in card.parts
            assert reason.part.value > 0
            assert reason.kind == reason.evidence.kind == reason.part.kind != "less"


@settings(max_examples=25, deadline=None)
@given(member=profiles, together=others)
def test_a_reading_is_scored_alone_as_it_is_in_the_list(lasting_index, model, member, together):
    for card in suggest(lasting_index, model, member, day=DAY, together=together):
        alone = score_of(lasting_index, model, member, card.reading.id, day=DAY, together=together)
        if card.parts:
            assert alone.parts == card.parts
            assert alone.score == card.score
        for part in alone.parts:
            if part.kind not in OF_UNIT:
                assert part.words + part.meaning + part.together == pytest.approx(part.value)


@settings(max_examples=25, deadline=None)
@given(member=profiles, together=others)
def test_what_is_quoted_matched_best_on_both_sides(lasting_index, model, member, together):
    snapshot = lasting_index.snapshot()
    asked = profile.gather(model, member, day=DAY)
    found = candidates.find(snapshot, asked, member)
    lines = {piece.evidence.id: line for line, piece in enumerate(asked.pieces)}
    for card in suggest(lasting_index, model, member, day=DAY, together=together):
        row = lasting_index.row_of(snapshot, card.reading.id)
        kept = lasting_index.fetch(snapshot, [row])[row]
        for reason in card.reasons:
            quotes = (reason.own_sentence, reason.reading_sentence)
            if reason.evidence is None or quotes == (None, None):
                continue
            line = lines[reason.evidence.id]
            piece = asked.pieces[line]
            told = Told(list(asked.lines).index(line), piece.prepared)
            gains = SentenceGains(snapshot, found.closeness, [row], [kept], [told])
            spans = sentences_of(kept.reading)
            assert_the_best(reason.reading_sentence, kept.reading, spans, gains.of_reading(0, 0))
            if reason.own_sentence is not None:
                assert reason.kind in reasons.QUOTED
                assert reason.own_sentence in reason.evidence.text
            if reason.kind in WRITTEN and reason.own_sentence is not None:
                spans = [(int(a), int(b)) for a, b in piece.prepared.spans]
                assert_the_best(reason.own_sentence, reason.evidence, spans, gains.of_piece(0, 0))


def assert_the_best(quote, source, spans, gains):
    """Of what may stand alone, none gave more than the quotation, give or take 10 %.

    Nothing is quoted only where no sentence gave anything.
    """
    if quote is None:
        assert max(gains, default=0) <= 0
        return
    assert quote in source.text
    able = quotable(source.text, spans, source.language)
    given_by = [
        gain
        for span, gain, fit in zip(spans, gains, able, strict=True)
        if gain > 0 and (fit or not any(f and g > 0 for f, g in zip(able, gains, strict=True)))
    ]
    quoted = [
        gain
        for span, gain in zip(spans, gains, strict=True)
        if source.text[span[0] : span[1]] == quote
    ]
    assert max(quoted) > 0
    assert max(quoted) >= NEAR * max(given_by) - 1e-9


@settings(max_examples=25, deadline=None)
@given(member=profiles, together=others)
def test_the_order_of_the_evidence_changes_nothing(lasting_index, model, member, together):
    turned = replace(member, evidence=member.evidence[::-1])
    first = suggest(lasting_index, model, member, day=DAY, together=together)
    assert suggest(lasting_index, model, turned, day=DAY, together=together) == first
    texts = [card.reading.version_group or card.reading.group for card in first]
    assert len(set(texts)) == len(texts)
    for card in first:
        assert card.reading.group not in member.excluded_groups
        assert member.excluded_themes.isdisjoint(card.reading.themes)
        assert card.reading.language in member.languages


def test_a_sentence_gives_what_its_share_of_the_product_says(lasting_index, model):
    """The member's sentences add up to the product that the score is made of.

    On the reading's side its title gives the rest.
    """
    snapshot = lasting_index.snapshot()
    told = Evidence("n", "note", "", "Le banc est vide. Les gens ne viennent pas.", language="fr")
    member = Profile("m", (told,))
    asked = profile.gather(model, member, day=DAY)
    found = candidates.find(snapshot, asked, member)
    pools = found.closeness.pools
    for row in found.rows.tolist():
        kept = lasting_index.fetch(snapshot, [row])[row]
        told = Told(0, asked.pieces[0].prepared)
        own = SentenceGains(snapshot, found.closeness, [row], [kept], [told]).of_piece(0, 0)
        tag = pools.languages.index(kept.reading.language)
        scale = pools.meaning_scale[0, tag] * pools.meaning_weight[0, tag]
        product = found.closeness.measured.meaning[0, row] * scale
        assert sum(own) == pytest.approx(product, abs=0.05 * scale)
