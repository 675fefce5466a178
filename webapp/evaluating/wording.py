"""What the report says. Praise only where chance would hardly do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from recommender.evaluation.intervals import FEWEST, Interval

if TYPE_CHECKING:
    from recommender.evaluation.comparing import Comparison, Row
    from recommender.evaluation.earning import Earned
    from recommender.evaluation.report import Findings

SHARES = ("recall", "coverage", "diversity", "calibration")  # shown as percentages


def measure(name: str) -> str:
    return {
        "recall": _("found in the list (recall)"),
        "ndcg": _("found early (NDCG)"),
        "coverage": _("coverage of the library"),
        "diversity": _("variety inside a list"),
        "calibration": _("likeness to the member’s own mix of subjects"),
        "novelty": _("novelty, in bits"),
    }[name]


def group(name: str) -> str:
    return {
        "all": _("everybody"),
        "new": _("new members (at most one text known)"),
        "few": _("members with 2 to 5 texts known"),
        "many": _("members with more than 5 texts known"),
        "en": _("readers of English"),
        "zh": _("readers of Chinese"),
    }[name]


def method(name: str) -> str:
    """A model without words of its own keeps its name."""
    known = {
        "learned": _("learned (all together)"),
        "together": _("content, and what is written about together"),
        "content": _("content alone"),
        "popular": _("written about most"),
        "text ridge, wide": _("what texts say"),
        "words, BM25": _("shared words (BM25)"),
        "EASE 200": _("what readers share (EASE)"),
        "neighbours": _("neighbouring texts"),
        "popularity": _("read most"),
    }
    return known.get(name, name)


# One's own past


def past(found: Earned) -> list[str]:
    """From what was learned, and how it was tried."""
    from recommender.evaluation.past import DEPTH

    return [
        _(
            "Learned from %(acts)s acts on %(texts)s texts of the library. All of them can be seen by everybody in the organisation: reflections submitted to all under their author’s name, the passages cited in them, and reading lists open to all. What members read, save or set aside, notes, drafts, and pieces for a unit or without a name are not among them.",
            acts=found.acts,
            texts=found.texts,
        ),
        _(
            "On some past days we hid what authors wrote about next, made their lists from what lay before, and looked for the hidden texts in the first %(depth)s places: %(authors)s authors, %(questions)s lists. Bars show the mean over authors; thin lines show where it would lie in 95 of 100 cases if other authors of the same kind had been asked.",
            depth=DEPTH,
            authors=found.authors,
            questions=found.questions,
        ),
    ]


def decision(found: Earned) -> str:
    """Whether what is written about together is used, and why."""
    from recommender.evaluation.earning import ENOUGH_ACTS, ENOUGH_AUTHORS

    if found.why == "too few acts":
        return _(
            "There is too little to learn from: %(acts)s visible acts, and at least %(least)s are needed. Suggestions come from content alone.",
            acts=found.acts,
            least=ENOUGH_ACTS,
        )
    if found.why == "too few authors" or found.judged is None:
        return _(
            "There is too little to learn from: %(authors)s authors can be asked about their past, and at least %(least)s are needed. Suggestions come from content alone.",
            authors=found.authors,
            least=ENOUGH_AUTHORS,
        )
    numbers = _between("ndcg", found.judged, points=True)
    if found.why == "better":
        return _(
            "What members write about together finds what came next better than content alone: NDCG changes by %(mean)s (between %(low)s and %(high)s, for authors on whom the weight was not chosen). It is worth the weight %(weight)s.",
            weight=f"{found.weight:g}",
            **numbers,
        )
    if found.why == "worse":
        return _(
            "With what members write about together, what came next is found less well: NDCG changes by %(mean)s (between %(low)s and %(high)s). Its weight is 0: suggestions come from content alone.",
            **numbers,
        )
    return _(
        "What members write about together changes NDCG by %(mean)s (between %(low)s and %(high)s): that is inside the noise, and nothing can be claimed from it. Its weight is 0: suggestions come from content alone.",
        **numbers,
    )


# Data in the benchmark's form


def data(found: Findings) -> list[str]:
    from recommender.evaluation.measures import DEPTH

    return [
        _(
            "%(name)s: %(members)s members ask, %(texts)s texts, %(candidates)s may be offered, %(fresh)s of them read by nobody yet.",
            name=found.name,
            members=found.members,
            texts=found.texts,
            candidates=found.candidates,
            fresh=found.new_candidates,
        ),
        _(
            "Part of what members read was hidden. A method is good if it puts the hidden texts into the first %(depth)s places. Bars show the mean over members; thin lines show where it would lie in 95 of 100 cases if other members of the same kind had been asked.",
            depth=DEPTH,
        ),
    ]


# Both


def verdict(row: Row, comparison: Comparison) -> list[str]:
    """How much is found for a group, and whether the other method does as well."""
    if row.members < FEWEST:
        return [_("Only %(members)s members: too few to say anything.", members=row.members)]
    return [
        _(
            "Of what was hidden from %(members)s members, %(mean)s stood in the list (between %(low)s and %(high)s).",
            members=row.members,
            **_between("recall", row.of["recall"]),
        ),
        beside(comparison, "recall"),
        beside(comparison, "ndcg"),
    ]


def beside(comparison: Comparison, name: str) -> str:
    """One measure against the other method, in a sentence."""
    apart = comparison.of[name]
    said: Mapping[str, str] = {
        "measure": measure(name),
        "other": method(comparison.other),
        **_between(name, apart, points=True),
    }
    if not apart.apart_from_zero:
        return _(
            "%(measure)s: the difference to “%(other)s” is inside the noise (%(low)s to %(high)s); nothing can be claimed from it.",
            **said,
        )
    if apart.mean > 0:
        return _(
            "%(measure)s: %(mean)s against “%(other)s” (between %(low)s and %(high)s), which is more than chance would do.",
            **said,
        )
    return _(
        "%(measure)s: %(mean)s against “%(other)s” (between %(low)s and %(high)s). The other is higher here.",
        **said,
    )


def shown(name: str, value: float, *, points: bool = False) -> str:
    """A number of a measure; with `points` a difference of two, with its sign and no unit."""
    if points:
        return f"{100 * value:+.1f}" if name in SHARES else f"{value:+.3f}"
    return f"{100 * value:.1f}%" if name in SHARES else f"{value:.3f}"


def _between(name: str, found: Interval, *, points: bool = False) -> dict[str, str]:
    mean, low, high = (shown(name, v, points=points) for v in (found.mean, found.low, found.high))
    if points and name in SHARES:
        mean = _("%(number)s percentage points", number=mean)
    return {"mean": mean, "low": low, "high": high}
