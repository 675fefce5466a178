"""What is asked in a unit on a day, of its own or from above, and what stands in for what. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from webapp.requirements.asking import Required, Says, says_on
from webapp.requirements.holding import Plan
from webapp.requirements.spans import Span, of_requirement

State = Literal["holds", "comes", "over", "withdrawn"]
ORDER: tuple[State, ...] = ("holds", "comes", "over", "withdrawn")


@dataclass(frozen=True)
class PlanLine:
    """One requirement as it stands in the plan of a unit."""

    required: Required
    says: Says  # now; else as it will be, or was at last
    state: State
    inherited: bool  # from a unit above
    replaced_by: Required | None = None  # here, by one of this unit or between
    replaces: Required | None = None  # one from above
    coming: Says | None = None  # what it says from a later day on
    ends: dt.date | None = None  # withdrawn from this coming day on
    span: Span | None = None  # in which it is asked now, or next


def lines(plan: Plan, unit_id: str, today: dt.date) -> list[PlanLine]:
    above = plan.paths[unit_id]
    found = [
        _line(required, plan, unit_id, above, today)
        for required in plan.required
        if required.unit_id in above
    ]
    return sorted(
        found,
        key=lambda line: (
            ORDER.index(line.state),
            line.says.ends_on or dt.date.max,
            line.says.title,
            line.required.id,
        ),
    )


def _line(
    required: Required, plan: Plan, unit_id: str, above: tuple[str, ...], today: dt.date
) -> PlanLine:
    now = says_on(required, today)
    says = now or required.newest
    later = [one for one in required.versions if one.from_day > today and one != says]
    ends = required.withdrawn_from
    by_id = {one.id: one for one in plan.required}
    return PlanLine(
        required=required,
        says=says,
        state=_state(required, says, today),
        inherited=required.unit_id != unit_id,
        replaced_by=_stands_in(required, says, plan, above, today),
        replaces=by_id.get(required.replaces_id or ""),
        coming=later[-1] if later else None,
        ends=ends if ends is not None and ends > today else None,
        span=_span(required, says, today),
    )


def _span(required: Required, says: Says, today: dt.date) -> Span | None:
    every = of_requirement(required, until=today)
    return next((span for said, span in every if said == says and span.due >= today), None)


def _state(required: Required, says: Says, today: dt.date) -> State:
    if required.withdrawn_from is not None and required.withdrawn_from <= today:
        return "withdrawn"
    if says.ends_on is not None and says.ends_on < today:
        return "over"
    return "comes" if max(says.starts_on, says.from_day) > today else "holds"


def _stands_in(
    required: Required, says: Says, plan: Plan, above: tuple[str, ...], today: dt.date
) -> Required | None:
    if not says.may_replace:
        return None
    return next(
        (
            other
            for other in plan.standing_in.get(required.id, ())
            if other.unit_id in above and says_on(other, today) is not None
        ),
        None,
    )
