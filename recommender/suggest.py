"""What a member should read next: profile, candidates, scores, ranking, reasons."""

from __future__ import annotations

import datetime as dt

from models.text_model import TextModel
from recommender import candidates, ranking, scoring
from recommender import profile as profiles
from recommender.index import Index
from recommender.readings import Profile, Reason, Suggestion
from recommender.reasons import explain

STRETCH = Reason("different", None, None, None, None)


def suggest(
    index: Index, model: TextModel, profile: Profile, *, day: dt.date, count: int = 7
) -> list[Suggestion]:
    """At most `count` readings with their reasons, by row of cards.

    The same profile, readings and day give the same list, in whatever order
    the evidence comes. Never a text that is excluded, never two versions of
    one text, never more than can honestly be offered.
    """
    if count < 1:
        return []
    snapshot = index.snapshot()
    if not snapshot.size:
        return []
    asked = profiles.gather(model, profile, day=day)
    found = scored = None
    if asked.queries is not None:
        found = candidates.find(snapshot, asked.queries, profile)
        scored = scoring.score(found, asked, profile.languages)
    picks = ranking.rank(snapshot, scored, asked, profile, day=day, count=count)
    kept = index.fetch(snapshot, [pick.row for pick in picks])
    suggestions = []
    for pick in picks:
        if pick.row not in kept:
            continue  # taken out of the index this moment
        reading = kept[pick.row].reading
        if pick.column is None or scored is None or found is None:
            suggestions.append(Suggestion(reading, pick.label, 0.0, (), (STRETCH,)))
            continue
        parts = scoring.parts_of(scored, asked, pick.column)
        reasons = explain(snapshot, found, asked, pick, kept[pick.row], parts)
        total = sum(part.value for part in parts)
        suggestions.append(Suggestion(reading, pick.label, total, parts, reasons))
    return suggestions
