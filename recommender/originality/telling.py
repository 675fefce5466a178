"""Which matches are worth telling, and as how many places. Pure.

Words that stand in many works belong to nobody: a proverb, a name, the questions
of a form that everybody filled in. Sentences in a row that are close to one
source are one place; a short sentence counts only in such a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from recommender.originality.matching import (
    Match,
    SourceText,
    Span,
    all_matches,
    rank,
)
from recommender.originality.rules import rules_for

MANY = 3  # works that hold the same sentence: it is an expression
GAP = 1  # sentences of one's own within a place
NEAR = 120  # characters between the two sentences of the source


@dataclass(frozen=True)
class Place:
    """Sentences of the draft beside the sentences of one source that they are close to."""

    source_id: str
    matches: tuple[Match, ...]  # in the order of the draft, at least one

    @property
    def span(self) -> Span:
        return self.matches[0].span[0], self.matches[-1].span[1]

    @property
    def source_span(self) -> Span:
        spans = [match.source_span for match in self.matches]
        return min(a for a, _b in spans), max(b for _a, b in spans)

    @property
    def is_copy(self) -> bool:
        return all(match.kind == "copy" for match in self.matches)

    @property
    def weight(self) -> float:
        return sum(match.weight for match in self.matches)


def near_copies(
    text: str,
    spans: Sequence[Span],
    sources: Iterable[SourceText],
    *,
    aside: Sequence[Span] = (),
) -> list[Match]:
    """For each span the source it is closest to, if it is close to any; in the order of the text.

    spans: the sentences that are the writer's own words. aside: what counts for
    nothing within them, such as a quotation that names its source. The order of
    sources makes no difference.
    """
    matches = all_matches(text, spans, sources, aside=aside)
    best: dict[Span, Match] = {}
    for row in _rows(text, spans, matches):
        for match in row:
            before = best.get(match.span)
            if before is None or rank(match) < rank(before):
                best[match.span] = match
    return [best[span] for span in sorted(best)]


def places(
    text: str,
    spans: Sequence[Span],
    matches: Sequence[Match],
    work_of: Callable[[str], str],
) -> list[Place]:
    """Places in the order of the draft. `work_of`: what a source is a piece of (versions
    of one text are one work)."""
    everybodys = expressions(matches, work_of)
    rare = [match for match in matches if match.span not in everybodys]
    found: list[Place] = []
    taken: set[Span] = set()
    for row in _rows(text, spans, rare):
        left = [match for match in row if match.span not in taken]
        if left:
            taken.update(match.span for match in left)
            found.append(Place(left[0].source_id, tuple(left)))
    return sorted(found, key=lambda place: place.span)


def expressions(matches: Sequence[Match], work_of: Callable[[str], str]) -> set[Span]:
    """The spans that stand in many works."""
    works: dict[Span, set[str]] = defaultdict(set)
    for match in matches:
        works[match.span].add(work_of(match.source_id))
    return {span for span, found in works.items() if len(found) >= MANY}


def _rows(text: str, spans: Sequence[Span], matches: Sequence[Match]) -> list[list[Match]]:
    """Matches of neighbouring spans with one source, the weightiest row first.

    Short sentences that do not come to enough together are left out.
    """
    order = {span: place for place, span in enumerate(sorted(set(spans)))}
    by_source: dict[str, dict[int, Match]] = defaultdict(dict)
    for match in matches:
        by_source[match.source_id][order[match.span]] = match
    rows = []
    for of_source in by_source.values():
        row: list[Match] = []
        for place in sorted(of_source):
            if row and not _goes_on(order, row[-1], of_source[place]):
                rows.append(row)
                row = []
            row.append(of_source[place])
        rows.append(row)
    enough = [row for row in rows if _is_enough(text, row)]
    return sorted(
        enough,
        key=lambda row: (-sum(m.weight * m.share for m in row), row[0].source_id, row[0].span),
    )


def _goes_on(order: dict[Span, int], before: Match, after: Match) -> bool:
    """Whether two matches are neighbours, in the draft and in the source."""
    (a, b), (c, d) = before.source_span, after.source_span
    near = max(a, c) - min(b, d) <= NEAR
    return near and order[after.span] - order[before.span] <= 1 + GAP


def _is_enough(text: str, row: Sequence[Match]) -> bool:
    if any(match.alone for match in row):
        return True
    least = rules_for(text[row[0].span[0] : row[0].span[1]]).least
    return len(row) > 1 and sum(match.weight for match in row) >= least
