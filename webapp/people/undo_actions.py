"""Taking back a whole import: what it made goes, what has lived since stays.

Who has come in with the account that the import made remains a member, with all
that was given to them; so does whoever was put into another unit since. Of somebody
who has not, but of whom anything else speaks
(a piece that an organizer entered, an attendance), nothing is deleted: they leave.
A unit stays while anybody or anything else is in it. Names, kinds and addresses
that were changed get their old value, unless they were changed again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.access import Actor
from webapp.audit.actions import record
from webapp.community import change, named_by
from webapp.members.tables import Invitation, Member, User
from webapp.people import store
from webapp.people.tables import ImportedThing
from webapp.suggestions.due import new_lists_due
from webapp.units import standing
from webapp.units import store as units
from webapp.units.tables import Appointment, Membership, StudyRole, Unit, UnitKind

AT_ONCE = 500  # ids in one statement


class Unknown(Exception):
    """There is no such import that was brought in."""


@dataclass(frozen=True)
class Fates:
    """What undoing does: ids of people and units, and how many ends."""

    people_go: frozenset[str] = frozenset()
    people_leave: frozenset[str] = frozenset()  # something else speaks of them
    people_stay: frozenset[str] = frozenset()  # they have come in, or were placed anew since
    units_go: tuple[str, ...] = ()
    units_stay: frozenset[str] = frozenset()
    back: tuple[ImportedThing, ...] = ()  # changes that are taken back
    changed_again: frozenset[str] = frozenset()  # people and units that were changed since


def fates(session: Session, organisation: str, import_id: str) -> Fates:
    """What undoing it would do now."""
    spoken_of = store.told_of(session, organisation, import_id, "member")
    placed = _placed_since(session, organisation, import_id)
    go, leave, stay = set(), set(), set()
    for id, password, left in session.execute(
        sa.select(Member.id, User.password.is_not(None), Member.left_at.is_not(None))
        .outerjoin(User, User.id == Member.account_id)
        .where(
            Member.organisation_id == organisation,
            Member.id.in_(store.made(organisation, import_id, "member")),
        )
    ):
        if password or id in placed:
            stay.add(id)
        elif id in spoken_of or left:
            leave.add(id)
        else:
            go.add(id)
    gone, kept = _units(session, organisation, import_id, stay | leave)
    back, again = _changes(session, organisation, import_id)
    return Fates(
        frozenset(go), frozenset(leave), frozenset(stay), gone, frozenset(kept), back, again
    )


def _placed_since(session: Session, organisation: str, import_id: str) -> set[str]:
    """People whom somebody has put anywhere since, or taken out of where they were put."""
    found: set[str] = set()
    for table, kind in ((Membership, "membership"), (Appointment, "appointment")):
        found.update(
            session.scalars(
                sa.select(table.member_id)
                .where(
                    table.organisation_id == organisation,
                    table.member_id.in_(store.made(organisation, import_id, "member")),
                    sa.or_(
                        table.id.not_in(store.made(organisation, import_id, kind)),
                        table.until.is_not(None),
                    ),
                )
                .distinct()
            )
        )
    return found


def _units(
    session: Session, organisation: str, import_id: str, people_stay: set[str]
) -> tuple[tuple[str, ...], set[str]]:
    """Units that go, children before their parents, and those that stay."""
    made: set[str] = set(session.scalars(store.made(organisation, import_id, "unit")))
    alive = store.told_of(session, organisation, import_id, "unit") & made
    alive |= _in_use(session, organisation, import_id, people_stay) & made
    above: dict[str, str | None] = {}
    for id, parent, *others in session.execute(
        sa.select(
            Unit.id, Unit.parent_id, Unit.merged_into, Unit.leading_group_id, Unit.office_id
        ).where(Unit.organisation_id == organisation)
    ):
        above[id] = parent
        if id not in made:
            alive |= made.intersection({parent, *others})
        elif others[0] is not None:
            alive.add(id)  # it was merged: its people read there what was written
    waiting = list(alive)
    while waiting:  # whatever stands above a unit that stays, stays
        parent = above.get(waiting.pop())
        if parent in made and parent not in alive:
            alive.add(str(parent))
            waiting.append(str(parent))
    depth = {id: _depth(id, above) for id in made if id in above}
    go = sorted((id for id in depth if id not in alive), key=lambda id: (-depth[id], id))
    return tuple(go), {id for id in alive if id in above}


def _depth(id: str, above: dict[str, str | None]) -> int:
    depth, at = 0, above.get(id)
    while at is not None and depth < 100:
        depth, at = depth + 1, above.get(at)
    return depth


def _in_use(session: Session, organisation: str, import_id: str, people_stay: set[str]) -> set[str]:
    """Units in which there are or were others than the import put there, or people who stay."""
    found: set[str] = set()
    for table, kind in ((Membership, "membership"), (Appointment, "appointment")):
        made = store.made(organisation, import_id, kind)
        for unit, member, ours in session.execute(
            sa.select(table.unit_id, table.member_id, table.id.in_(made)).where(
                table.organisation_id == organisation,
                table.unit_id.in_(store.made(organisation, import_id, "unit")),
            )
        ):
            if not ours or member in people_stay:
                found.add(unit)
    return found


def _changes(
    session: Session, organisation: str, import_id: str
) -> tuple[tuple[ImportedThing, ...], frozenset[str]]:
    changed = list(
        session.scalars(
            sa.select(ImportedThing).where(
                ImportedThing.organisation_id == organisation,
                ImportedThing.import_id == import_id,
                ImportedThing.before.is_not(None),
            )
        )
    )
    now_units = {
        u.id: {"kind": u.kind}
        for u in session.scalars(sa.select(Unit).where(Unit.organisation_id == organisation))
    } if any(c.kind == "unit" for c in changed) else {}  # fmt: skip
    now_people = _people_now(
        session, organisation, [c.thing_id for c in changed if c.kind == "member"]
    )
    back, again = [], set()
    for each in changed:
        now = (now_units if each.kind == "unit" else now_people).get(each.thing_id)
        after = each.after or {}
        if now is not None and all((now.get(of) or "") == value for of, value in after.items()):
            back.append(each)
        else:
            again.add(each.thing_id)
    return tuple(back), frozenset(again)


def _people_now(session: Session, organisation: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for at in range(0, len(ids), AT_ONCE):
        for member, email, password in session.execute(
            sa.select(Member, User.email, User.password)
            .outerjoin(User, User.id == Member.account_id)
            .where(Member.organisation_id == organisation, Member.id.in_(ids[at : at + AT_ONCE]))
        ):
            if password is None:  # who has come in since has chosen for themselves
                found[member.id] = {
                    "name": member.name, "number": member.number, "language": member.language,
                    "email": email,
                }  # fmt: skip
    return found


def undo(session: Session, actor: Actor, import_id: str, *, now: dt.datetime) -> Fates:
    """Take it back. Sent twice it is done once (and the second finds nothing to do).
    Raises Unknown."""
    with change(session):
        units.hold(session, actor.organisation)
        found = store.one_import(session, actor.organisation, import_id, to_change=True)
        if found is not None and found.status == "undone":
            return Fates()
        if found is None or found.status != "done":
            raise Unknown
        made = session.scalars(store.made(actor.organisation, import_id, "member"))
        for some in _parts(set(made)):  # who is just coming in has come in, or waits
            store.hold_members(session, actor.organisation, some)
        fate = fates(session, actor.organisation, import_id)
        fate = _take_back(session, actor.organisation, import_id, fate, now)
        found.status, found.ended_at = "undone", now
        record(
            session, actor.organisation, "import.people_undone", by=actor.member, at=now,
            about=("people_import", import_id), people=len(fate.people_go),
            left=len(fate.people_leave), stayed=len(fate.people_stay), units=len(fate.units_go),
        )  # fmt: skip
        return fate


def _take_back(
    session: Session, organisation: str, import_id: str, fate: Fates, now: dt.datetime
) -> Fates:
    """What was really done."""
    gone: set[str] = set()
    for some in _parts(fate.people_go):
        gone |= _delete_people(session, organisation, some)
    stay = fate.people_stay | (fate.people_go - gone)
    fate = replace(fate, people_go=frozenset(gone), people_stay=stay)
    _end_places(session, organisation, import_id, fate)
    for some in _parts(fate.people_leave):
        _leave(session, organisation, some, now)
    for some in _parts(fate.units_go):
        where = (Invitation.organisation_id == organisation, Invitation.unit_id.in_(some))
        session.execute(sa.delete(Invitation).where(*where))
        session.execute(
            sa.delete(Unit).where(Unit.organisation_id == organisation, Unit.id.in_(some))
        )
    for some in _parts([each.thing_id for each in fate.back if each.kind == "member"]):
        of = (Member.organisation_id == organisation, Member.id.in_(some))
        session.scalars(sa.select(Member).where(*of)).all()  # at once; then they are at hand
    for each in fate.back:
        _set_back(session, organisation, each, now)
    _unused_lists(session, organisation, import_id)
    return fate


def _delete_people(session: Session, organisation: str, members: list[str]) -> set[str]:
    """Ids of those who are gone, with account and invitation: who has a password by the
    time of the statement itself has come in, and stays."""
    come_in = sa.exists().where(User.id == Member.account_id, User.password.is_not(None))
    deleted = session.execute(
        sa.delete(Member)
        .where(Member.organisation_id == organisation, Member.id.in_(members), ~come_in)
        .returning(Member.id, Member.account_id)
        .execution_options(synchronize_session=False)
    ).all()
    gone = {id for id, _account in deleted}
    where = (Invitation.organisation_id == organisation, Invitation.member_id.in_(gone))
    session.execute(sa.delete(Invitation).where(*where))
    accounts = [account for _id, account in deleted if account is not None]
    session.execute(sa.delete(User).where(User.id.in_(accounts), User.password.is_(None)))
    return gone


def _end_places(session: Session, organisation: str, import_id: str, fate: Fates) -> None:
    """Memberships and roles that the import gave are gone, but for those of people who
    stay (nobody loses a place in which they may have written) or leave (theirs end)."""
    left_alone = fate.people_stay | fate.people_leave
    touched: set[str] = set()
    for table, kind in ((Appointment, "appointment"), (Membership, "membership")):
        rows = session.execute(
            sa.select(table.id, table.member_id)
            .outerjoin(
                Member,
                named_by(Member, table.member_id),
            )
            .where(
                table.organisation_id == organisation,
                table.id.in_(store.made(organisation, import_id, kind)),
                table.until.is_(None),
            )
        ).all()
        gone = [id for id, member in rows if member not in left_alone]
        touched |= {member for _id, member in rows if member not in left_alone}
        for some in _parts(gone):
            session.execute(
                sa.delete(table).where(table.organisation_id == organisation, table.id.in_(some))
            )
    new_lists_due(session, organisation, sorted(touched - fate.people_go))


def _leave(session: Session, organisation: str, members: list[str], now: dt.datetime) -> None:
    for table in (Membership, Appointment):
        session.execute(
            sa.update(table)
            .where(
                table.organisation_id == organisation,
                table.member_id.in_(members),
                sa.or_(table.until.is_(None), table.until > now),
            )
            .values(until=now)
        )
    session.execute(
        sa.update(Member)
        .where(
            Member.organisation_id == organisation,
            Member.id.in_(members),
            Member.left_at.is_(None),
        )
        .values(left_at=now)
    )


def _set_back(session: Session, organisation: str, thing: ImportedThing, now: dt.datetime) -> None:
    before = dict(thing.before or {})
    key = (organisation, thing.thing_id)
    if thing.kind == "unit":
        standing.stand(session, organisation, {thing.thing_id: {"kind": before["kind"]}}, now=now)
        return
    member = session.get(Member, key)
    if member is None:
        return
    if "email" in before and member.account_id is not None:
        account, member.account_id = session.get(User, member.account_id), None
        session.flush()
        if account is not None:
            session.delete(account)
    for of in ("name", "language"):
        if of in before:
            setattr(member, of, before[of])
    if "number" in before:
        member.number = before["number"] or None


def _unused_lists(session: Session, organisation: str, import_id: str) -> None:
    """Kinds and roles that the import added go where nothing names them."""
    kinds = sa.select(Unit.kind).where(Unit.organisation_id == organisation)
    session.execute(
        sa.delete(UnitKind).where(
            UnitKind.organisation_id == organisation,
            UnitKind.id.in_(store.made(organisation, import_id, "kind")),
            UnitKind.id.not_in(kinds),
        )
    )
    used = store.told_of(session, organisation, import_id, "role")
    session.execute(
        sa.delete(StudyRole).where(
            StudyRole.organisation_id == organisation,
            StudyRole.id.in_(store.made(organisation, import_id, "role")),
            StudyRole.id.not_in(used),
        )
    )


def _parts(ids: Any) -> list[list[str]]:
    """In the order given, so many as one statement takes."""
    whole = list(ids) if isinstance(ids, (tuple, list)) else sorted(ids)
    return [whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE)]
