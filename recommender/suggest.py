"""What a member should read next: profile, candidates, scores, ranking, reasons."""

from __future__ import annotations

import datetime as dt

from models.text_model import TextModel
from recommender import candidates, ranking, scoring
from recommender import profile as profiles
from recommender.candidates import Candidates
from recommender.common_query import common_query
from recommender.index import Index, Snapshot
from recommender.profile import Asked
from recommender.readings import Profile, Reason, Row, Suggestion, Together
from recommender.reasons import Offered, explain
from recommender.rows import ROW_OF
from recommender.scoring import Scored

UNASKED: dict[Row, Reason] = {  # rows that no evidence led to
    "different": Reason("different", None, None, None, None),
    "newest": Reason("newest", None, None, None, None),
}


def suggest(
    index: Index,
    model: TextModel,
    profile: Profile,
    *,
    day: dt.date,
    count: int = 7,
    together: Together | None = None,
) -> list[Suggestion]:
    """At most `count` readings with their reasons, by row of cards.

    The same profile, readings and day give the same list, in whatever order
    the evidence comes. Never a text that is excluded, or of a theme that is;
    never two versions of one text, never what less-like-this outweighs, never
    more than can honestly be offered.
    """
    if count < 1:
        return []
    snapshot = index.snapshot()
    if not snapshot.size:
        return []
    asked, found, scored = _scored(index, snapshot, model, profile, day, together)
    picks = ranking.rank(snapshot, found, scored, asked, profile, day=day, count=count)
    kept = index.fetch(snapshot, [pick.row for pick in picks])
    picks = [pick for pick in picks if pick.row in kept]  # else taken out this moment
    columns = [pick.column for pick in picks if pick.column is not None]
    parts = iter(scoring.parts_of(scored, asked, columns))
    led = [
        Offered(pick.row, pick.label, kept[pick.row], next(parts))
        for pick in picks
        if pick.column is not None
    ]
    explained = iter(zip(led, explain(snapshot, found, asked, led), strict=True))
    suggestions = []
    for pick in picks:
        reading = kept[pick.row].reading
        if pick.column is None:
            suggestions.append(Suggestion(reading, pick.label, 0.0, (), (UNASKED[pick.label],)))
            continue
        card, reasons = next(explained)
        total = sum(part.value for part in card.parts)
        suggestions.append(Suggestion(reading, pick.label, total, card.parts, reasons))
    return suggestions


def score_of(
    index: Index,
    model: TextModel,
    profile: Profile,
    reading_id: str,
    *,
    day: dt.date,
    together: Together | None = None,
) -> Suggestion | None:
    """A reading with its score, parts and reasons for this member, offered or not.

    The score may be 0 or below. The row is that of its largest part,
    "different" where nothing speaks for it; a list that would offer it may show
    it in another. None where there is no such reading for this member: not in
    the index, excluded, or in a language that they do not read.
    """
    snapshot = index.snapshot()
    row = index.row_of(snapshot, reading_id)
    if row is None:
        return None
    asked, found, scored = _scored(index, snapshot, model, profile, day, together, also=row)
    kept = index.fetch(snapshot, [row]).get(row)
    if kept is None or found.blocked[row]:
        return None
    [parts] = scoring.parts_of(scored, asked, [int(scored.rows.searchsorted(row))])
    label: Row = "different"
    if parts and parts[0].value > 0:
        label = "practice" if kept.reading.kind != "passage" else ROW_OF[parts[0].kind]
    [reasons] = explain(snapshot, found, asked, [Offered(row, label, kept, parts)])
    total = sum(part.value for part in parts)
    return Suggestion(kept.reading, label, total, parts, reasons or (UNASKED["different"],))


def _scored(
    index: Index,
    snapshot: Snapshot,
    model: TextModel,
    profile: Profile,
    day: dt.date,
    together: Together | None,
    also: int | None = None,
) -> tuple[Asked, Candidates, Scored]:
    asked = profiles.gather(model, profile, day=day)
    found = candidates.find(
        snapshot,
        asked,
        profile,
        row_of=lambda reading: index.row_of(snapshot, reading),
        together=together,
        also=() if also is None else (also,),
        common=common_query(index, model, snapshot),
    )
    return asked, found, scoring.score(snapshot, found, asked, profile, together)
