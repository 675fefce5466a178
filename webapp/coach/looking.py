"""What the coach says about a draft: from its Markdown to at most three remarks.

No clock, no database, no request; the words are in the language of the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.text_model import TextModel
from recommender.coaching import SentenceClassifier
from recommender.coaching.draft import DraftRead, Said, Words, read_draft
from webapp.coach import genres, manner, moves, noticing, own_words, points, whole, wording
from webapp.coach.genres import Genre
from webapp.coach.moves import Seen
from webapp.coach.noticing import Noticed
from webapp.coach.own_words import Draft
from webapp.coach.phrases import Phrases
from webapp.coach.remarks import Goal, Looked, Quiet, SourcePassage, chosen

MOST_PASSAGES = 3
MOST_SENTENCES = 2_000


def look(
    body: str,
    *,
    genre: str,
    cited: Sequence[SourcePassage],
    about: Sequence[SourcePassage],
    goals: Sequence[Goal],
    own_earlier: Sequence[SourcePassage],
    phrases: Phrases,
    quiet: Quiet,
    kept: bytes | None,
    model: TextModel,
    classifier: SentenceClassifier | None = None,
) -> Looked:
    """At most three remarks, the most useful first, and what to keep with the draft.

    `cited` are passages quoted in it, `about` those it was begun from, both in
    the order of their weight; `kept` is what the last look gave.
    """
    classifier = classifier or SentenceClassifier.load()
    draft = own_words.read(body)
    given = list({p.id: p for p in [*about, *cited]}.values())
    passages = given[:MOST_PASSAGES]
    cut = [points.spans(p) for p in passages]
    by_rules_only = not classifier.suits(model)
    if by_rules_only:
        read = _unread(draft, len(passages))
    else:
        read = read_draft(
            [Said(s.words, s.language) for s in draft.sentences[:MOST_SENTENCES]],
            [Words(p.text, p.language, c) for p, c in zip(passages, cut, strict=True)],
            kept=kept,
            model=model,
            classifier=classifier,
        )
    quoted = {q.reading_id: q.words for q in draft.quotations}
    clauses = [
        points.quoted(quoted.get(p.id, ""), p.language) or points.point(p, c, shares)
        for p, c, shares in zip(passages, cut, read.points, strict=True)
    ]
    found = _noticed(
        body, draft, read, genres.of(genre), given, clauses, goals, own_earlier, phrases
    )
    return Looked(
        remarks=chosen([wording.remark(noticed) for noticed in found], quiet),
        kept=read.kept,
        by_rules_only=by_rules_only,
    )


def _unread(draft: Draft, passages: int) -> DraftRead:
    """As if the classifier were sure of nothing: another model's vectors mean nothing to it."""
    size = len(draft.sentences[:MOST_SENTENCES])
    return DraftRead((None,) * size, ((),) * size, ((),) * passages, b"")


def _noticed(
    body: str,
    draft: Draft,
    read: DraftRead,
    genre: Genre,
    given: Sequence[SourcePassage],
    clauses: Sequence[str],
    goals: Sequence[Goal],
    own_earlier: Sequence[SourcePassage],
    phrases: Phrases,
) -> list[Noticed]:
    """Everything that could be said, of each kind the best first; `clauses` are of the
    first of the passages given."""
    seen = moves.seen(draft.sentences[:MOST_SENTENCES], read.judged, read.near)
    ids = frozenset(p.id for p in given)
    passages = given[: len(clauses)]
    clause, about = next(
        ((c, p.id) for c, p in zip(clauses, passages, strict=True) if c), ("", None)
    )
    found = whole.goals_to_ask(seen, goals, genre, ids)
    begun = draft.share_of(genre.begins.en, genre.begins.zh) >= 1
    if not begun and clause:
        found.append(Noticed("opening", clause=clause, about=about))
    if not manner.is_known([one.sentence for one in seen]):
        return [] if begun else found
    if not begun:  # a few words may be all there will be, and what is worn can be seen in them
        return found + noticing.stock_phrases(seen, phrases) + noticing.no_when(seen)
    found += noticing.copied(draft, given, own_earlier)
    found += noticing.hard_left(seen)
    found += noticing.question_open(seen)
    found += noticing.no_case(seen)
    found += noticing.no_when(seen)
    found += noticing.feeling_bare(seen)
    found += noticing.stock_phrases(seen, phrases)
    found += noticing.too_long(seen)
    last = whole.last_quotation(draft, body)
    asks_of_passage = not noticing.tells_of_loss(seen)
    if last and asks_of_passage:
        known = last.reading_id if last.reading_id in ids else None
        found.append(Noticed("passage_unanswered", quotation=last, about=known))
    if draft.share_of(genre.whole.en, genre.whole.zh) >= 1 and _is_read(read, seen):
        found += whole.lacks(seen, genre, clause if genre.passage else "", about)
        if (
            asks_of_passage
            and genre.passage
            and clause
            and whole.unanswered(draft, seen, passages, whole.names(passages))
        ):
            found.append(Noticed("passage_unanswered", clause=clause, about=about))
    return found


def _is_read(read: DraftRead, seen: Sequence[Seen]) -> bool:
    """Whether the whole was seen: of a very long draft the rest is read at the next looks."""
    return len(seen) < MOST_SENTENCES and (read.is_whole or not any(read.judged))
