"""What whoever imports may choose, what is proposed to them, and the plan that follows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from corpus.sheets import Sheet
from webapp.people import columns
from webapp.people.places import ADD
from webapp.people.plan import plan
from webapp.people.planned import Choices, Plan, There
from webapp.people.rows import rows

MOST_WORDS = 200  # unknown roles, kinds and names of units that are decided about at once


def kept(sheet: Sheet) -> dict[str, Any]:
    """A table as JSON; `sheet_of` gives it back."""
    return {
        "rows": sheet.rows,
        "lines": sheet.lines,
        "formulas": sorted(sheet.formulas),
        "title": sheet.title,
        "others": sheet.others,
    }


def sheet_of(kept: Mapping[str, Any]) -> Sheet:
    return Sheet(
        tuple(map(tuple, kept["rows"])),
        tuple(kept["lines"]),
        frozenset((row, column) for row, column in kept["formulas"]),
        kept["title"],
        tuple(kept["others"]),
    )


def proposed(sheet: Sheet, there: There, language: str) -> dict[str, Any]:
    """The choices with which a table is first shown."""
    found = columns.proposed(sheet.rows[0])
    tops = [unit.id for unit in there.units if unit.parent_id is None]
    return {
        "columns": found,
        "headed": bool(found),
        "below": tops[0] if len(tops) == 1 else "",
        "kind": _usual_kind(there),
        "language": language,
        "words": {},
        "rows": "whole",
    }


def _usual_kind(there: There) -> str:
    """The kind that most units below the top have; in a new organisation, a branch."""
    known = [kind.id for kind in there.kinds]
    found = Counter(u.kind for u in there.units if u.parent_id and u.kind in known)
    usual = found.most_common(1)[0][0] if found else "branch"
    return usual if usual in known else next(iter(known), "")


def given(
    form: Mapping[str, str], sheet: Sheet, before: Mapping[str, Any], there: There
) -> dict[str, Any]:
    """The choices of a form; what it cannot mean stays as it was before."""
    width = max(map(len, sheet.rows))
    units, kinds = {u.id for u in there.units}, {k.id for k in there.kinds}
    words = dict(before["words"])
    for number in range(MOST_WORDS):
        name, choice = form.get(f"word-{number}", "")[:200], form.get(f"choice-{number}", "")[:220]
        if name.startswith("unit:") and form.get("rest") == ADD:
            choice = choice or ADD
        if name.startswith(("role:", "kind:", "unit:", "who:")):
            words[name] = choice
    below, kind = form.get("below", ""), form.get("kind_else", "")
    language = form.get("language_else", "")
    return {
        "columns": columns.chosen(form, width),
        "headed": form.get("headed") == "1",
        "below": below if below in units else "",
        "kind": kind if kind in kinds else before["kind"],
        "language": language if language in ("en", "zh") else "",
        "words": {name: choice for name, choice in words.items() if choice},
        "rows": "leave" if form.get("rows") == "leave" else "whole",
    }


def planned(
    sheet: Mapping[str, Any], choices: Mapping[str, Any], there: There, new_id: Callable[[], str]
) -> Plan:
    return plan(
        rows(sheet_of(sheet), choices["columns"], headed=choices["headed"]),
        there,
        Choices(
            below=choices["below"] or None,
            kind=choices["kind"],
            language=choices["language"] or "en",
            words=choices["words"],
        ),
        new_id,
    )


def counts(planned: Plan) -> dict[str, int]:
    """How many of what an import makes, changes and leaves alone."""
    return {
        "people": len(planned.people),
        "people_changed": len(planned.people_changed),
        "people_left": planned.people_left,
        "units": len(planned.units),
        "units_changed": len(planned.units_changed),
        "units_left": planned.units_left,
        "memberships": len(planned.memberships),
        "roles_given": len(planned.appointments),
        "kinds": len(planned.kinds),
        "roles": len(planned.roles),
        "left_out": len(planned.left_out),
    }
