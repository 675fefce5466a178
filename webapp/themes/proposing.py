"""What the library and its members have for a draft, and what of it may stand on one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from corpus.library import Library
from corpus.records import DeskFilter
from recommender import search
from recommender.readings import Hit
from recommender.themes import Proposed, ProposedItem, next_best, propose_list
from webapp.access import Actor
from webapp.readings.blocks import without_marks
from webapp.readings.which import which
from webapp.reflections import store as reflections
from webapp.resources import Resources
from webapp.themes.drafts import MOST_SEEDS, Brief, Draft, DraftItem
from webapp.themes.entries import REFLECTION

MORE = 3  # readings that could be added, shown beside a draft
FOUND = 8  # of a search
_ADDRESS = re.compile(r"(?:^|/)read/([A-Za-z0-9_-]+)")


def for_brief(
    found: Resources, brief: Brief, *, kept: Sequence[str], dropped: Sequence[str]
) -> Proposed:
    return propose_list(
        found.index, found.library, found.model, brief.theme, brief.as_options(),
        seeds=brief.seeds, kept=kept, dropped=dropped,
    )  # fmt: skip


def beside(found: Resources, draft: Draft) -> Proposed:
    """What the readings of a draft cover, and a few that could be added."""
    options = draft.brief.as_options(count=len(draft.items) + MORE)
    return propose_list(
        found.index, found.library, found.model, draft.brief.theme, options,
        seeds=draft.brief.seeds, kept=draft.groups, dropped=draft.dropped,
    )  # fmt: skip


def instead(found: Resources, draft: Draft, reading: str) -> ProposedItem | None:
    """The next best for one reading, given all the others and what was dropped."""
    item = draft.item(reading)
    if item is None:
        return None
    return next_best(
        found.index,
        found.library,
        found.model,
        draft.brief.theme,
        draft.brief.as_options(),
        seeds=draft.brief.seeds,
        kept=[group for group in draft.groups if group != item.group],
        dropped=[*draft.dropped, item.group],
    )


def items_of(session: Session, actor: Actor, proposed: Sequence[ProposedItem]) -> list[DraftItem]:
    """Without pieces that were closed since the index last looked."""
    told = [item.reading.id for item in proposed if item.reading.id.startswith(REFLECTION)]
    open_now = reflections.readable_among(
        session, actor, [reading.removeprefix(REFLECTION) for reading in told]
    )
    return [
        draft_item(item)
        for item in proposed
        if item.reading.id not in told or item.reading.id.removeprefix(REFLECTION) in open_now
    ]


def draft_item(item: ProposedItem) -> DraftItem:
    return DraftItem(
        reading=item.reading.id,
        group=item.reading.group,
        title=item.reading.title,
        sentence=without_marks(" ".join(item.sentence.split("\n")))[0],
        minutes=item.minutes,
        part=item.part,
        level=item.level or "",
    )


def added(session: Session, actor: Actor, library: Library, reading: str) -> DraftItem | None:
    """A reading that an organizer chose by hand; None where it is not there for them."""
    found = which(session, actor, library, reading)
    if found is None:
        return None
    if found.reading.startswith(REFLECTION):
        own_id = found.reading.removeprefix(REFLECTION)
        piece = reflections.readable_among(session, actor, [own_id])[own_id]
        return DraftItem(found.reading, found.group, piece.title, minutes=piece.minutes)
    record = library.texts_by_slug([found.group]).get(found.group)
    if record is None:
        return None
    return DraftItem(
        found.reading, found.group, record.title, minutes=record.minutes, level=record.level or ""
    )


def searched(
    session: Session, actor: Actor, found: Resources, words: str, *, there: Collection[str]
) -> list[Hit]:
    """The best passage of each text that is not on the list, and pieces open to the organizer."""
    hits = search(found.index, found.model, words, limit=60)
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.reading.group not in there:
            best.setdefault(hit.reading.group, hit)
    told = [group.removeprefix(REFLECTION) for group in best if group.startswith(REFLECTION)]
    open_now = reflections.readable_among(session, actor, told)
    present = found.library.texts_by_slug([g for g in best if not g.startswith(REFLECTION)])
    return [
        hit
        for group, hit in best.items()
        if group in present or group.removeprefix(REFLECTION) in open_now
    ][:FOUND]


def seeds_of(library: Library, written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts that are named by their address or title, one a line; and lines that name none."""
    seeds: list[str] = []
    unknown: list[str] = []
    for line in [line.strip() for line in written.splitlines() if line.strip()][:MOST_SEEDS]:
        address = _ADDRESS.search(line)
        slug = address.group(1) if address else line
        if slug in library.texts_by_slug([slug]):
            seeds.append(slug)
            continue
        named = [
            record.slug
            for record in library.desk(DeskFilter(q=line)).items
            if record.title.casefold() == line.casefold() and not record.withdrawn
        ]
        if named:
            seeds.append(named[0])
        else:
            unknown.append(line)
    return tuple(dict.fromkeys(seeds)), tuple(unknown)
