"""What each sentence gave, for a whole list at once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from recommender import candidates, profile
from recommender.centring import uncentred
from recommender.closeness import meaning_gains, occurrences, sentence_gains, word_gains
from recommender.readings import Evidence, Profile
from recommender.sentence_gains import SentenceGains, Told

DAY = dt.date(2026, 3, 14)
WORDS = (
    "The quiet members of the group never ask a question. What would help them to ask?",
    "We paint the bench next week. The residents said nothing about it, and nobody asked them.",
    "居民不用那条长椅。我们没有问过他们。",
)


def test_a_list_at_once_gives_what_each_card_gives_alone(lasting_index, model):
    """Against the same sums written for one card and one piece."""
    evidence = tuple(
        Evidence(f"e{n}", "note", "", words, language="zh" if n == 2 else "en")
        for n, words in enumerate(WORDS)
    )
    snapshot = lasting_index.snapshot()
    asked = profile.gather(model, Profile("m", evidence), day=DAY)
    found = candidates.find(snapshot, asked, Profile("m", evidence))
    closeness, pools = found.closeness, found.closeness.pools
    rows = found.rows.tolist()
    fetched = lasting_index.fetch(snapshot, rows)
    kept = [fetched[row] for row in rows]
    told = [Told(n, piece.prepared) for n, piece in enumerate(asked.pieces)]
    gains = SentenceGains(snapshot, closeness, rows, kept, told)
    assert len(rows) > 5
    assert {one.reading.language for one in kept} == {"en", "zh"}
    for card, (row, one) in enumerate(zip(rows, kept, strict=True)):
        vector = snapshot.vectors(np.array([row]))[0]
        tag = pools.languages.index(one.reading.language)
        vocabulary = snapshot.vocabularies[one.reading.language]
        for piece, (query, prepared) in enumerate((t.query, t.prepared) for t in told):
            meant = pools.meaning_scale[query, tag] * pools.meaning_weight[query, tag]
            said = pools.words_scale[query, tag] * pools.words_weight[query, tag]
            other = closeness.queries.vectors[closeness.queries.starts[query]]
            theirs = meant * meaning_gains(
                one.shares, one.scales, uncentred(vector, snapshot.centre), other, snapshot.centre
            )
            own = meant * meaning_gains(
                prepared.shares, prepared.scales, prepared.vectors[0], vector, snapshot.centre
            )
            used, weights = (
                m[query] for m in (closeness.measured.terms, closeness.measured.weights)
            )
            if len(used):
                at = occurrences(one.terms, used)
                each = word_gains(vocabulary, len(one.terms), at, weights)
                theirs += said * sentence_gains(one.starts, at, each)[1:]
                each[at.counts == 0] = 0
                at = occurrences(prepared.terms, used)
                own += said * sentence_gains(prepared.term_starts, at, each)
            assert gains.of_reading(card, piece) == pytest.approx(theirs.tolist(), abs=1e-4)
            assert gains.of_piece(card, piece) == pytest.approx(own.tolist(), abs=1e-4)
