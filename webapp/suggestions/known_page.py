"""The page "What Xinde knows about me": every piece that suggestions are made from, with
its weight, its date, what it led to today, a switch and a way to delete it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import url_for
from sqlalchemy.orm import Session

from recommender.profile import weigh
from recommender.readings import OF_UNIT, Evidence, Profile
from webapp import pages, shapes
from webapp.access import Actor
from webapp.looking_back.silenced import Silenced, silenced
from webapp.members import store as members
from webapp.members.tables import Member
from webapp.readings import kept_page
from webapp.readings import store as readings
from webapp.resources import Resources
from webapp.suggestions import for_you_page, gathering, profile, store, wording
from webapp.suggestions.cards import Card, Kept
from webapp.suggestions.for_you_page import Chip
from webapp.suggestions.profile import EVERYTHING, KEPT_AWAY, KINDS

ORDER = (
    "working_on",
    "reflection",
    "written",
    "note",
    "question",
    "goal",
    "role",
    "interest",
    "requirement",
    "list",
    "leader",
    "saved",
    "read",
    "more",
    "less",
    "not_author",
    "not_theme",
    "set_aside",
    "place",
)
# Steers are undone by their own id.
DELETABLE = ("working_on", "role", "interest", "saved", "read", "set_aside", "place")
STRONG, MEDIUM = 0.6, 0.35
BEGINNING = 160  # characters of the member's own words
NEWEST = 10  # of what is only kept: set aside, places
LONGEST_ID = 400


@dataclass(frozen=True)
class Piece:
    """One thing that is known of the member."""

    id: str
    kind: str
    label: str  # "" where it has no title
    beginning: str = ""  # of the member's own words
    date: dt.date | None = None
    weight: float | None = None  # what it weighs today; None where it has no weight
    led_to: tuple[Card, ...] = ()
    on: bool = True
    switchable: bool = True
    deletable: bool = False
    url: str | None = None  # the piece's own page
    steer: str = ""  # id, of a steer
    given_in: str = ""  # units in which a role was given, which one does not delete oneself

    @property
    def strength(self) -> str:
        """strong, medium or faint; "" where it has no weight."""
        if self.weight is None:
            return ""
        size = abs(self.weight)
        return "strong" if size >= STRONG else "medium" if size >= MEDIUM else "faint"


@dataclass(frozen=True)
class Group:
    """All pieces of one kind."""

    kind: str
    on: bool
    pieces: list[Piece]
    more: int = 0  # that are not shown here
    more_url: str | None = None

    @property
    def heading(self) -> str:
        return wording.kind(self.kind)

    @property
    def switchable(self) -> bool:
        return self.kind != "place"


@dataclass(frozen=True)
class KnownPage(pages.Page):
    template: ClassVar[str] = "suggestions/known.html"

    groups: list[Group]  # those with pieces
    empty: list[str]  # names of kinds of which nothing is known
    everything_off: bool
    reads: list[str]
    step: int
    minutes: int | None
    looking_back: Silenced

    all_minutes: ClassVar[tuple[int, ...]] = for_you_page.MINUTES


def known(
    session: Session,
    actor: Actor,
    me: Member,
    found: Resources,
    kept: Sequence[Kept],
    *,
    day: dt.date,
) -> KnownPage:
    off = set(me.switched_off)
    all_of_it = gathering.known_of(session, me, found.library, day=day)
    cards = for_you_page.present(session, actor, kept, found)
    led_to = led_to_by_piece(cards)
    weighed = weigh(Profile(member=me.id, evidence=all_of_it.evidence), day=day)
    chips = for_you_page.chips_of(session, actor, found, store.steers(session, actor))
    by_steer = {f"{chip.kind}:{chip.target}": chip for chip in chips}
    by_kind: dict[str, list[Piece]] = {kind: [] for kind in ORDER}
    for piece, weight in weighed:
        by_kind[piece.kind].append(of_evidence(piece, weight, off, led_to, by_steer))
    for chip in chips:
        if not any(piece.steer == chip.id for piece in by_kind[chip.kind]):
            by_kind[chip.kind].append(of_chip(chip, off))
    by_kind["role"] = as_given(session, actor, by_kind["role"])
    counts = readings.counts(session, actor)
    by_kind["set_aside"] = of_set_aside(session, actor, found)
    by_kind["place"] = of_places(session, me, found)
    shown = {"read": counts["read"], "saved": counts["saved"], "set_aside": counts["set_aside"]}
    groups = [
        Group(
            kind,
            kind not in off and not (EVERYTHING in off and kind in KINDS and kind not in OF_UNIT),
            pieces,
            more=max(0, shown.get(kind, 0) - len(pieces)),
            more_url=url_for("readings.saved", show=kind) if kind in shown else None,
        )
        for kind, pieces in by_kind.items()
    ]
    page = for_you_page.NEWNESS
    return KnownPage(
        groups=[group for group in groups if group.pieces or group.more],
        empty=[group.heading for group in groups if not (group.pieces or group.more)],
        everything_off=EVERYTHING in off,
        reads=list(me.reads or [me.language]),
        step=min(range(len(page)), key=lambda step: abs(page[step] - me.newness)),
        minutes=all_of_it.minutes,
        looking_back=silenced(session, actor, me),
    )


def led_to_by_piece(cards: Sequence[Card]) -> dict[str, list[Card]]:
    """Cards of today by the pieces that they name as a reason."""
    found: dict[str, list[Card]] = {}
    for card in cards:
        for why in (card.why, *card.also):
            if why.evidence and card not in found.setdefault(why.evidence, []):
                found[why.evidence].append(card)
    return found


def of_evidence(
    piece: Evidence,
    weight: float,
    off: set[str],
    led_to: Mapping[str, list[Card]],
    steers: Mapping[str, Chip],
) -> Piece:
    own = piece.kind in profile.OWN_WORDS
    gone = piece.kind in ("more", "less") and not piece.text
    chip = steers.get(piece.id)
    return Piece(
        id=piece.id,
        kind=piece.kind,
        label=chip.label if chip else "" if piece.kind in ("question", "goal") else piece.label,
        beginning=beginning(piece.text) if own else "",
        date=piece.date,
        weight=0.0 if gone else weight,
        led_to=tuple(led_to.get(piece.id, ())),
        on=piece.id not in off,
        switchable=piece.kind != "working_on",  # there is one: its kind's switch is its own
        deletable=piece.kind in DELETABLE,
        url=own_page(piece),
        steer=chip.id if chip else "",
    )


def as_given(session: Session, actor: Actor, roles: Sequence[Piece]) -> list[Piece]:
    """Roles with the units in which they were given; only what was chosen is deleted here."""
    me = str(actor.member)
    chosen = {f"role:{r.id}" for r in members.chosen_roles_of(session, actor.organisation, me)}
    units: dict[str, list[str]] = {}
    for role, unit in members.given_roles_of(session, actor.organisation, me):
        units.setdefault(f"role:{role.id}", []).append(unit)
    return [
        replace(
            piece,
            given_in=wording.listed(units.get(piece.id, [])),
            deletable=piece.id in chosen,
        )
        for piece in roles
    ]


def beginning(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= BEGINNING else flat[:BEGINNING].rstrip() + "…"


def own_page(piece: Evidence) -> str | None:
    if piece.kind == "note":
        return url_for("notes.edit", note_id=piece.ref)
    if piece.kind in ("reflection", "leader"):
        return url_for("reflections.show", reflection_id=piece.ref)
    if piece.kind in ("read", "saved", "more", "less") and piece.text and piece.ref:
        return shapes.reading_url(piece.ref)
    if piece.kind == "goal":
        return url_for("goals.show", goal_id=piece.ref)
    if piece.kind in ("question", "list"):
        return url_for("themes.show", list_id=piece.ref)
    if piece.kind == "written" and piece.ref:
        return shapes.reading_url(piece.ref)
    return None


def of_chip(chip: Chip, off: set[str]) -> Piece:
    """A steer that is no evidence: an author or theme left out, or an older one."""
    return Piece(
        id=f"{chip.kind}:{chip.target}",
        kind=chip.kind,
        label=chip.label,
        date=chip.at.date() if chip.at else None,
        on=f"{chip.kind}:{chip.target}" not in off,
        switchable=False,
        steer=chip.id,
    )


def of_set_aside(session: Session, actor: Actor, found: Resources) -> list[Piece]:
    rows = readings.deeds_by_kind(session, actor, "set_aside", limit=NEWEST)
    return [
        Piece(
            id=f"set_aside:{item.reading}",
            kind="set_aside",
            label=item.title,
            date=item.at.date(),
            switchable=False,
            deletable=True,
            url=item.url,
        )
        for item in kept_page.kept(session, actor, found.library, rows)
    ]


def of_places(session: Session, me: Member, found: Resources) -> list[Piece]:
    places = store.newest_places(session, me, limit=NEWEST)
    texts = found.library.texts_by_slug([place.text_slug for place in places])
    return [
        Piece(
            id=f"place:{place.text_slug}",
            kind="place",
            label=texts[place.text_slug].title if place.text_slug in texts else "",
            date=place.at.date(),
            switchable=False,
            deletable=True,
            url=shapes.reading_url(place.passage_id) if place.text_slug in texts else None,
        )
        for place in places
    ]


def anchor(what: str) -> str:
    """The part of the page that a kind or a piece stands in."""
    kind = what.partition(":")[0]
    return f"k-{kind}" if kind in ORDER else ""


def can_be_switched(
    session: Session, me: Member, found: Resources, what: str, *, day: dt.date
) -> bool:
    """Whether it is a kind, everything, or a piece that is there."""
    if what in (*KINDS, *KEPT_AWAY, EVERYTHING):
        return True
    if len(what) > LONGEST_ID:
        return False
    known = gathering.known_of(session, me, found.library, day=day)
    return any(piece.id == what for piece in known.evidence)


def can_be_deleted(what: str) -> bool:
    """Whether it names a thing of a kind that can be deleted on this page."""
    kind, colon, rest = what.partition(":")
    if kind == "working_on":
        return not colon
    return kind in DELETABLE and 0 < len(rest) <= LONGEST_ID
