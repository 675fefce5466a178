"""What suggestions would have scored on an earlier day, from what everybody could see then.

The steps are those of `suggest`, as far as scores go: profile, candidates,
scores. A text counts by its best passage, versions of a text are one text.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.text_model import TextModel
from recommender import candidates, scoring
from recommender import profile as profiles
from recommender.evaluation.by_time import Question, before
from recommender.index import Index
from recommender.prepared import prepare_evidence
from recommender.readings import Evidence, Profile, Together
from recommender.together import Act, Pairs, acted_on, fit, weighted

NEWEST = 6  # pieces of writing, and deeds, on one day: older ones have led to their readings
LATEST = 8  # of an author that are looked at for all days
LANGUAGES = ("en", "zh")

Report = Callable[[str], None]
Evidences = Callable[[Sequence[str]], Mapping[str, Sequence[Evidence]]]


@dataclass(frozen=True)
class Scores:
    """Of the texts worth scoring for one question, from two sources; the score is
    `content` + weight * `together`."""

    texts: tuple[str, ...]  # not those that the author knew
    content: np.ndarray  # (n,) float64
    together: np.ndarray  # (n,) float64, with weight 1
    language: str  # that the author wrote in most


@dataclass(frozen=True)
class Past:
    """All questions with their scores; columns number the texts."""

    asked: Sequence[Question]
    owners: np.ndarray  # (n_questions,) which author
    texts: tuple[str, ...]
    scores: Sequence[Scores]
    popular: Mapping[dt.date, Mapping[str, int]]  # text -> how many acted on it before the day
    people: Mapping[dt.date, int]  # who acted on any before the day


def replayed(
    index: Index,
    model: TextModel,
    acts: Collection[Act],
    asked: Sequence[Question],
    texts: Mapping[str, str],
    evidence_of: Evidences,
    *,
    report: Report = lambda line: None,
) -> Past:
    """Every question, each with a model learned from what lay before its day."""
    authors = sorted({question.author for question in asked})
    evidence = {author: list(found) for author, found in evidence_of(authors).items()}
    pairs: dict[dt.date, Pairs] = {}
    popular: dict[dt.date, Counter[str]] = {}
    people: dict[dt.date, int] = {}
    for day in sorted({question.day for question in asked}):
        past = before(acts, day)
        pairs[day] = weighted(fit(past, texts, made_on=day), 1.0)
        acted = acted_on(past, texts)
        popular[day] = Counter(text for found in acted.values() for text in found)
        people[day] = len(acted)
    scores: dict[Question, Scores] = {}
    for place, author in enumerate(authors):
        if place % 20 == 0:
            report(f"{place} of {len(authors)} authors asked")
        prepared = _prepared(model, evidence.pop(author, []))
        for one in asked:
            if one.author == author:
                scores[one] = replay(index, model, one, prepared, pairs[one.day])
    column = {author: k for k, author in enumerate(authors)}
    return Past(
        asked,
        np.array([column[question.author] for question in asked], np.int64),
        tuple(sorted(set(texts.values()))),
        [scores[question] for question in asked],
        popular,
        people,
    )


def _prepared(model: TextModel, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The newest pieces with their vectors, made once for all questions of an author.
    They are kept no longer than those are asked."""
    return [
        replace(e, prepared=prepare_evidence(model, e.text, e.language)) if e.text.strip() else e
        for e in _newest(evidence, LATEST)
    ]


def _newest(evidence: Sequence[Evidence], count: int) -> list[Evidence]:
    """The dated pieces, newest first; of deeds and of words the same number at most."""
    dated = sorted(
        (e for e in evidence if e.date is not None),
        key=lambda e: (e.date, e.id),
        reverse=True,
    )
    words = [e for e in dated if e.text.strip()][:count]
    deeds = [e for e in dated if not e.text.strip()][:count]
    return words + deeds


def replay(
    index: Index,
    model: TextModel,
    question: Question,
    evidence: Sequence[Evidence],
    together: Together,
) -> Scores:
    """`evidence` of the author, of any day; `together` with weight 1, learned before that day."""
    snapshot = index.snapshot()
    profile = profile_on(question, evidence)
    asked = profiles.gather(model, profile, day=question.day)
    found = candidates.find(snapshot, asked, profile, together=together)
    scored = scoring.score(snapshot, found, asked, profile, together)
    shared = scored.together.sum(axis=0)
    texts = np.array([snapshot.texts[code] for code in snapshot.group_of[found.rows]], object)
    library = ~snapshot.told[snapshot.group_of[found.rows]]
    best: dict[str, tuple[float, float]] = {}
    for text, content, gain in zip(
        texts[library], (scored.totals - shared)[library], shared[library], strict=True
    ):
        if text not in question.known:
            # the gain is of the text, the same for all its passages in one language
            before = best.get(text, (-np.inf, 0.0))
            best[text] = (max(content, before[0]), max(gain, before[1]))
    names = tuple(sorted(best))
    both = np.array([best[text] for text in names], np.float64).reshape(-1, 2)
    return Scores(names, both[:, 0], both[:, 1], profile.languages[0])


def profile_on(question: Question, evidence: Sequence[Evidence]) -> Profile:
    """The author's profile of that day: their newest visible pieces, in the languages
    they wrote in, the one they wrote in most first."""
    past = [e for e in evidence if e.date is not None and e.date < question.day]
    newest = _newest(past, NEWEST)
    spoken = [e.language for e in newest]
    languages = sorted(LANGUAGES, key=lambda name: (-spoken.count(name), name))
    return Profile(member=question.author, evidence=tuple(newest), languages=tuple(languages))
