"""`xinde members`: people and their ways in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from flask import Flask

    from webapp.members.tables import Member
    from webapp.units.tables import Unit


@click.group()
def members() -> None:
    """People and their ways in.

    \b
    Example:  xinde members invite --email li@example.org --unit Harbour
    """


@members.command()
@click.option("--email", default=None, help="Address the invitation is meant for; it is not sent.")
@click.option("--name", default=None, help="Name to begin with; may be changed when joining.")
@click.option("--unit", default=None, help="Name of the unit to join.")
@click.option("--role", default=None, help="Role to begin with, e.g. group-leader.")
@click.option("--administrator", is_flag=True, help="The person will be an administrator.")
@click.option("--organizer", is_flag=True, help="The person will keep the library.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def invite(
    email: str | None,
    name: str | None,
    unit: str | None,
    role: str | None,
    administrator: bool,
    organizer: bool,
    as_json: bool,
) -> None:
    """Print a link with which one person can join, once, within 14 days.

    \b
    Example:  xinde members invite --unit Harbour --role new-member
    """
    from webapp import clock
    from webapp.community import db
    from webapp.loading import links
    from webapp.members import actions

    with opening.community() as app:
        organisation_id = _organisation(app)
        token = actions.invite(
            db.session,
            organisation_id,
            now=clock.now(),
            email=_email(email),
            name=_name(name),
            unit_id=_unit(organisation_id, unit).id if unit else None,
            role_id=_role(organisation_id, role) if role else None,
            administrator=administrator,
            organizer=organizer,
        )
        link = f"{links.base(app)}/join/{token}"
    if as_json:
        opening.print_json({"link": link})
    else:
        click.echo(link)


@members.command()
@click.argument("email")
@click.argument("name")
@click.option("--unit", "units", multiple=True, help="Name of a unit; may be given several times.")
@click.option(
    "--role", "roles", multiple=True, help="A role, e.g. group-leader; may be given several times."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--administrator", is_flag=True, help="The person is an administrator.")
@click.option("--organizer", is_flag=True, help="The person keeps the library.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def add(
    email: str,
    name: str,
    units: tuple[str, ...],
    roles: tuple[str, ...],
    language: str,
    administrator: bool,
    organizer: bool,
    as_json: bool,
) -> None:
    """Add a member, and print the link with which they set their password.

    Adding somebody who is a member already changes nothing.

    \b
    Example:  xinde members add li@example.org "Li Wen" --unit Harbour --language zh
    """
    from webapp.community import db
    from webapp.loading.links import password_link
    from webapp.members import store

    with opening.community() as app:
        organisation_id = _organisation(app)
        address = _email(email) or ""
        member = store.member_by_email(db.session, address)
        if member is None:
            where = [_unit(organisation_id, unit).id for unit in units]
            what = [_role(organisation_id, role) for role in roles]
            shown = _name(name) or address
            may = {"administrator": administrator, "organizer": organizer}
            member = _new(organisation_id, address, shown, where, what, language, may)
            found: dict[str, Any] = {"added": True, "link": password_link(app, member)}
        else:
            found = {"added": False, "link": None}
    if as_json:
        opening.print_json(found)
    elif found["added"]:
        click.echo(f"Added. To set the password: {found['link']}")
    else:
        click.echo(f"{address} is a member already; nothing was changed.")


def _new(
    organisation_id: str,
    email: str,
    name: str,
    units: list[str],
    roles: list[str],
    language: str,
    may: dict[str, bool],
) -> Member:
    import secrets

    from flask_security.utils import hash_password

    from webapp import clock
    from webapp.community import change, db
    from webapp.ids import new_id
    from webapp.members import actions
    from webapp.units.tables import MemberRole

    now = clock.now()
    nobody_knows = hash_password(secrets.token_urlsafe(32))  # until the link is used
    with change(db.session) as session:
        member = actions.new_member(
            session,
            organisation_id,
            member_id=new_id(),
            name=name,
            email=email,
            password_hash=nobody_knows,
            language=language,
            **may,
            now=now,
        )
        for unit_id in dict.fromkeys(units):
            actions.add_membership(session, member, unit_id, now=now)
        for role_id in dict.fromkeys(roles):
            session.add(
                MemberRole(
                    organisation_id=organisation_id, member_id=member.id, role_id=role_id, since=now
                )
            )
    return member


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look only: say what would be done.")
@click.option("--leave-out", is_flag=True, help="Leave out rows with problems.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def import_table(file: Path, dry_run: bool, leave_out: bool, as_json: bool) -> None:
    """Bring in people and units from a table (CSV or Excel), all of it or nothing.

    The columns are known by their headings. To choose them, or to decide about roles
    that are not known and about new units whose names are near to others, use the page.
    The whole can be taken back there.

    \b
    Example:  xinde members import people.xlsx --dry-run
    """
    from corpus.child import Reader
    from corpus.texts import TextRefused
    from webapp import clock
    from webapp.access import Actor
    from webapp.community import db
    from webapp.ids import new_id
    from webapp.people import choosing, import_actions, store, wording

    with opening.community() as app:
        actor = Actor(_organisation(app), administrator=True, organizer=True)
        try:
            with Reader() as reader:
                sheet = reader.sheet(file)
        except TextRefused as refusal:
            raise click.ClickException(str(refusal)) from None
        there = store.there(db.session, actor.organisation, now=clock.now())
        choices = choosing.proposed(sheet, there, app.config["XINDE"].language)
        choices["rows"] = "leave" if leave_out else "whole"
        plan = choosing.planned(choosing.kept(sheet), choices, there, new_id)
        with app.test_request_context():
            labels = wording.fields()
            problems = [
                f"row {p.line}, {labels[p.field]}: {wording.problem(p)}" for p in plan.problems
            ]
            doing = wording.doing(choosing.counts(plan))
        may = not problems or leave_out
        done = may and not dry_run and not plan.makes_nothing
        if done:
            made = import_actions.keep(db.session, actor, sheet, file.name, now=clock.now())
            import_actions.choose(db.session, actor, made, choices)
            import_actions.run(db.session, actor, made, seen=plan.fingerprint, now=clock.now())
    if as_json:
        opening.print_json({"done": done, "problems": problems, **choosing.counts(plan)})
    else:
        for line in problems:
            click.echo(line, err=True)
        click.echo(("Done: " if done else "It would be: ") + (", ".join(doing) or "nothing"))
    if not may and not dry_run:
        raise click.ClickException("Nothing was done. Correct the rows above, or give --leave-out.")


@members.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_members(as_json: bool) -> None:
    """List the members with their units.

    \b
    Example:  xinde members list --json
    """
    from dataclasses import asdict

    from webapp.community import db
    from webapp.members import store

    with opening.community() as app:
        organisation_id = _organisation(app)
        rows, after = [], None
        while some := store.members(db.session, organisation_id, after=after, limit=200):
            rows += some
            after = (some[-1].name, some[-1].id)
    if as_json:
        opening.print_json([asdict(row) for row in rows])
        return
    for row in rows:
        may = "  administrator" * row.administrator + "  organizer" * row.organizer
        click.echo(f"{row.name:28} {row.email or '(no account)':36} {', '.join(row.units)}{may}")
    click.echo(f"{len(rows)} members")


@members.command()
@click.argument("email")
@click.option("--off", is_flag=True, help="The member no longer keeps the library.")
def organizer(email: str, off: bool) -> None:
    """Let a member keep the library: bring texts in and confirm what is said of them.

    It counts from the member's next page on, and may be given again.

    \b
    Example:  xinde members organizer li@example.org
    """
    from webapp.community import db
    from webapp.members import actions, store

    with opening.community():
        member = store.member_by_email(db.session, email)
        if member is None or not actions.set_organizer(
            db.session, member.organisation_id, member.id, not off
        ):
            raise click.ClickException(
                f"Nobody has the address {email}. See who is a member with: xinde members list"
            )
        click.echo(f"{member.name} {'no longer keeps' if off else 'keeps'} the library.")


@members.command("reset-link")
@click.argument("email")
def reset(email: str) -> None:
    """Print a link with which a member sets a new password.

    For servers that send no mail. Hand it over yourself: it opens the account.

    \b
    Example:  xinde members reset-link li@example.org
    """
    from webapp.community import db
    from webapp.loading.links import password_link
    from webapp.members import store

    with opening.community() as app:
        member = store.member_by_email(db.session, email)
        if member is None:
            raise click.ClickException(
                f"Nobody has the address {email}. See who is a member with: xinde members list"
            )
        click.echo(password_link(app, member))


def _organisation(app: Flask) -> str:
    from webapp import setup

    return setup.organisation(app)


def _unit(organisation_id: str, name: str) -> Unit:
    from webapp.community import db
    from webapp.members import store

    known = store.units(db.session, organisation_id)
    for unit in known:
        if name in (unit.name, unit.id):
            return unit
    names = ", ".join(unit.name for unit in known)
    raise click.ClickException(f"There is no unit {name}. The units are: {names}.")


def _role(organisation_id: str, role: str) -> str:
    from webapp.community import db
    from webapp.members import store

    known = [r.id for r in store.study_roles(db.session, organisation_id)]
    if role not in known:
        raise click.ClickException(f"There is no role {role}. The roles are: {', '.join(known)}.")
    return role


def _email(given: str | None) -> str | None:
    from webapp.loading import fields

    if given is None:
        return None
    try:
        return fields.email(given)
    except fields.Wrong as wrong:
        raise click.ClickException(f"{given}: {wrong}") from None


def _name(given: str | None) -> str | None:
    from webapp.loading import fields

    if given is None:
        return None
    try:
        return fields.line(120)(given)
    except fields.Wrong as wrong:
        raise click.ClickException(f"The name: {wrong}") from None
