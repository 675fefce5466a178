"""Loading an organisation from a file: read, checked as a whole, written in one transaction.

docs/load-format.md is the description for people.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from flask import Flask
    from sqlalchemy.orm import Session

    from corpus.library import Library
    from webapp.loading.readings import Brought
    from webapp.loading.references import World
    from webapp.loading.shape import Document, Problems

MOST_SHOWN = 100


class LoadError(Exception):
    """A file cannot be loaded. `problems` has every one of them, by path."""

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


@dataclass
class LoadReport:
    """What a load did."""

    sections: dict[str, Any] = field(default_factory=dict)
    texts_written: int = 0
    links: list[dict[str, str]] = field(default_factory=list)
    only_checked: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "sections": {name: asdict(n) for name, n in self.sections.items()},
            "texts_written": self.texts_written,
            "links": self.links,
            "only_checked": self.only_checked,
        }

    def lines(self) -> list[str]:
        if self.only_checked:
            return ["The file is right. Nothing was changed."]
        out = [
            f"{name}: {n.new} new, {n.changed} changed, {n.same} as before"
            for name, n in self.sections.items()
            if n.new or n.changed or n.same or n.left_alone
        ]
        if self.texts_written:
            out.append(f"readings: {self.texts_written} written to the data folder")
        for name, n in self.sections.items():
            out += [f"left alone, changed in Xinde since: {name} {key}" for key in n.left_alone]
        if self.links:
            out.append("These members have no password yet. Give each of them their own link:")
            out += [f"  {link['name']} <{link['email']}>  {link['link']}" for link in self.links]
        return out or ["The file holds nothing to load."]


def load_file(path: Path, *, check_only: bool = False) -> LoadReport:
    """Load a file. Needs an app context, a founded organisation and a built library."""
    from webapp.loading import sources

    try:
        source = sources.read(path)
    except sources.Unreadable as problem:
        raise LoadError(str(problem)) from None
    return load(source, name=path.name, check_only=check_only)


def load(source: Any, *, name: str, check_only: bool = False) -> LoadReport:
    """Load what a file says. All of it is written, or (LoadError) nothing."""
    from flask import current_app

    from corpus.library import Library
    from webapp.loading import answers, readings, references, shape

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = app.config["XINDE"]
    problems = shape.Problems()
    document = shape.document(source, problems)
    brought = readings.read_all(document["readings"], problems)
    with Library.open(settings.library_path) as library:
        world = _world(document, library, brought, settings.data / "texts")
        _moments(document, problems)
        found = references.resolve(document, world, problems)
        answers.resolve(document, world, found, problems)
        _refuse(name, problems)
        if check_only:
            return LoadReport(only_checked=True)
        hashes = _hashes(document)
        written = readings.put(settings.data / "texts", brought)
        report = _write(app, document, world, found, hashes)
    report.texts_written = written
    return report


def _refuse(name: str, problems: Problems) -> None:
    lines = problems.lines()
    if not lines:
        return
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    shown = [f"  {line}" for line in lines[:MOST_SHOWN]]
    if len(lines) > MOST_SHOWN:
        shown.append(f"  and {len(lines) - MOST_SHOWN} more")
    raise LoadError("\n".join([f"{name} has {count}; nothing was loaded.", *shown]), lines)


def _moments(document: Document, problems: Problems) -> None:
    """Nothing was written tomorrow."""
    from webapp import clock

    now = clock.now()
    for section in document.sections.values():
        for item in section:
            for name in ("submitted_at", "written_at", "joined_at", "at"):
                value = item.values.get(name)
                if value is not None and (value - now).total_seconds() > 86_400:
                    problems.add(
                        f"{item.path}.{name}", f"is {value:%Y-%m-%d}, which is still to come"
                    )


def _world(document: Document, library: Library, brought: dict[str, Brought], own: Path) -> World:
    """What there is already, asked of the database and the library once."""
    import sqlalchemy as sa

    from corpus import starter
    from webapp import setup
    from webapp.community import db
    from webapp.ids import derived_id
    from webapp.loading.references import KnownText, World
    from webapp.members.tables import Member, User
    from webapp.reflections.tables import Reflection
    from webapp.units.tables import Membership, StudyRole, Unit

    session: Session = db.session
    organisation_id = setup.organisation(_app())
    units = _pairs(
        session, sa.select(Unit.name, Unit.id).where(Unit.organisation_id == organisation_id)
    )
    member_units: dict[str, list[str]] = {
        id: []
        for id in session.scalars(
            sa.select(Member.id).where(Member.organisation_id == organisation_id)
        )
    }
    for member_id, unit_id in session.execute(
        sa.select(Membership.member_id, Membership.unit_id).where(
            Membership.organisation_id == organisation_id, Membership.until.is_(None)
        )
    ):
        member_units[member_id].append(unit_id)
    accounts = _pairs(
        session,
        sa.select(sa.func.lower(User.email), Member.id).outerjoin(
            Member, Member.account_id == User.id
        ),
    )

    @cache
    def text(slug: str) -> KnownText | None:
        if slug in brought:
            return KnownText(brought[slug].text.title, brought[slug].text.themes)
        record = library.text(slug, withdrawn=True)
        return KnownText(record.title, record.themes) if record else None

    @cache
    def passages(slug: str) -> list[Any]:
        return brought[slug].passages if slug in brought else library.passages(slug)

    world = World(
        unit_names=units,
        unit_ids=set(units.values()),
        role_ids=set(
            session.scalars(
                sa.select(StudyRole.id).where(StudyRole.organisation_id == organisation_id)
            )
        ),
        theme_ids={theme.id for theme in starter.themes()},
        member_units=member_units,
        reflection_ids=set(
            session.scalars(
                sa.select(Reflection.id).where(Reflection.organisation_id == organisation_id)
            )
        )
        if document["deeds"] or document["answers"]
        else set(),
        account_of=accounts,
        text=text,
        passages=passages,
        derived=derived_id,
        taken_slugs={
            slug
            for slug in brought
            if library.text(slug, withdrawn=True) and not (own / f"{slug}.md").exists()
        },
    )
    session.rollback()
    return world


def _pairs(session: Session, query: Any) -> dict[str, Any]:
    return {str(name): value for name, value in session.execute(query)}


def _app() -> Flask:
    from flask import current_app

    return current_app._get_current_object()  # type: ignore[attr-defined]


def _hashes(document: Document) -> dict[str, str]:
    """Password hashes by key of the members that may need one. Slow on purpose, so
    before the transaction. Who brings no password gets one that nobody knows."""
    import secrets

    import sqlalchemy as sa

    from webapp.community import db
    from webapp.ids import derived_id
    from webapp.members.actions import hashed_password
    from webapp.members.tables import Member, Organisation
    from webapp.progress import bar

    organisation = db.session.scalar(sa.select(Organisation.id).limit(1))
    nobody_knows = ""
    hashes: dict[str, str] = {}
    with bar("Accounts", "member") as shown:
        for item in document["members"]:
            member = db.session.get(Member, (organisation, derived_id("member", item.key)))
            if item.values["email"] is None or (member and member.account_id):
                continue
            if item.values["password"]:
                hashes[item.key] = hashed_password(item.values["password"])
            else:
                nobody_knows = nobody_knows or hashed_password(secrets.token_urlsafe(32))
                hashes[item.key] = nobody_knows
            shown.step(1)
    db.session.rollback()
    return hashes


def _write(
    app: Flask, document: Document, world: World, found: Any, hashes: dict[str, str]
) -> LoadReport:
    from webapp import clock
    from webapp.community import change, db
    from webapp.loading.links import password_link
    from webapp.loading.writing import Writer
    from webapp.members import store

    with change(db.session) as session:
        organisation = store.organisation(session)
        assert organisation is not None
        writer = Writer(
            session=session,
            organisation=organisation,
            root_unit=_root_unit(session, organisation.id),
            now=clock.now(),
            zone=clock.zone(),
            salt=app.config["ID_SALT"],
            hashes=hashes,
            text=world.text,
            found=found,
        )
        writer.write(document)
        _tell(session, organisation.id, writer.numbers, now=writer.now)
    links = [
        {
            "name": member.name,
            "email": next(
                i.values["email"]
                for i in document["members"]
                if world.derived("member", i.key) == member.id
            ),
            "link": password_link(app, member),
        }
        for member in writer.to_welcome
    ]
    return LoadReport(sections=writer.numbers, links=links)


def _tell(
    session: Session, organisation_id: str, numbers: dict[str, Any], *, now: dt.datetime
) -> None:
    """One line in the audit log for a load that wrote anything. It counts people, units
    and roles alone: how many pieces, goals and notes there are is nobody's to know."""
    from webapp.audit.actions import record

    if any(n.new or n.changed for n in numbers.values()):
        counts = {
            f"{section}_{what}": getattr(numbers[section], what)
            for section in ("units", "roles", "members")
            for what in ("new", "changed")
        }
        record(session, organisation_id, "import.file", by=None, at=now, **counts)


def _root_unit(session: Session, organisation_id: str) -> str | None:
    """The unit that stands for the whole organisation, below which new ones go."""
    import sqlalchemy as sa

    from webapp.units.tables import Unit

    return session.scalars(
        sa.select(Unit.id)
        .where(
            Unit.organisation_id == organisation_id,
            Unit.parent_id.is_(None),
            Unit.kind == "organisation",
        )
        .order_by(Unit.created_at, Unit.id)
        .limit(1)
    ).first()


__all__ = ["LoadError", "LoadReport", "load", "load_file"]
