"""What members write about together, learned anew: every night with its weight, and
without those who took something back as soon as they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import current_app

from recommender import together
from webapp import clock, setup
from webapp.community import db
from webapp.evaluating import history
from webapp.resources import resources

if TYPE_CHECKING:
    from recommender.evaluation.earning import Earned
    from recommender.evaluation.replaying import Report

log = structlog.get_logger("xinde.evaluating")

TRIES = 3


def nightly() -> None:
    """Measure the past and use what it earns."""
    found = measure()
    renew(found)
    log.info(
        "measured what members write about together",
        why=found.why,
        weight=found.weight,
        acts=found.acts,
        authors=found.authors,
    )


def measure(*, authors: int | None = None, report: Report = lambda line: None) -> Earned:
    """The organisation's own past as a test; changes nothing. `authors`: how many are
    asked at most, if not the usual number: a second or less for each of their pieces."""
    from recommender.evaluation.by_time import MOST_ASKED
    from recommender.evaluation.earning import earn

    organisation = setup.organisation(current_app)
    past = history.of(db.session, organisation)
    db.session.rollback()
    return earn(
        resources().index,
        resources().model,
        past.acts,
        past.authors,
        history.evidence_of(db.session, organisation),
        most=authors or MOST_ASKED,
        report=report,
    )


def renew(found: Earned) -> None:
    """Learn from all that is visible now, and use it with the weight it earned."""
    _learn(found.weight)


def look_again() -> None:
    """Somebody wrote, took back or opened something: learn from what is visible now,
    with the weight there is. Nothing to do while that is 0: then nothing is kept."""
    present = resources().together
    if present is not None and present.weight > 0:
        _learn(present.weight)


def in_use() -> bool:
    """Whether suggestions are made with it now."""
    present = resources().together
    return present is not None and present.weight > 0


def _learn(weight: float) -> None:
    """Asks again after writing: what was taken back meanwhile is not kept till tomorrow."""
    organisation = setup.organisation(current_app)
    for _try in range(TRIES):
        past = history.of(db.session, organisation)
        db.session.rollback()
        texts = together.texts_in(resources().index.snapshot())
        pairs = together.weighted(together.fit(past.acts, texts, made_on=clock.today()), weight)
        present = resources().together
        if present is None or not together.same(pairs, present):
            together.save(pairs, resources().together_path)
        if history.of(db.session, organisation) == past:
            break
    db.session.rollback()
