"""Makes the shared index agree with what is published. Reads the truth each time."""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from flask import current_app

from recommender.indexing import put_readings, remove_readings
from webapp.community import change, db
from webapp.reflections import published
from webapp.reflections.publication import as_reading
from webapp.resources import resources

log = structlog.get_logger("xinde.jobs")

TRIES = 3


def reflection(organisation: str, reflection_id: str) -> None:
    """Compare one reflection with its index entry and make them agree.

    The vectors are computed outside any transaction. If the author changed the
    audience meanwhile, the truth is read once more and the index follows.
    """
    folder = current_app.config["XINDE"].index_folder
    for _try in range(TRIES):
        truth = published.publication(db.session, organisation, reflection_id)
        db.session.rollback()
        reading = as_reading(truth) if truth else None
        if reading is None:
            remove_readings(folder, [f"reflection/{reflection_id}"])
        else:
            put_readings(folder, resources().model, [reading])
        if truth is None:
            return
        with change(db.session) as session:
            if published.note_indexed(session, organisation, reflection_id, truth.version):
                return
    log.warning("reflection keeps changing; the sweep will look again", reflection=reflection_id)


def sweep() -> int:
    """Find reflections whose index entry is behind the truth, and look at each.

    One that fails does not keep the others from being looked at.
    """
    behind = published.behind_index(db.session)
    db.session.rollback()
    done = 0
    for organisation, reflection_id in behind:
        try:
            reflection(organisation, reflection_id)
            done += 1
        except Exception as problem:
            db.session.rollback()
            said = type(problem).__name__  # a database's message may quote the row
            if not isinstance(problem, sa.exc.SQLAlchemyError):
                said = f"{said}: {problem}"
            log.error("reflection not indexed", reflection=reflection_id, problem=said)
    return done
