"""`xinde backup` and `xinde restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from webapp.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print what was kept as JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Write people's words, the keys and your own texts into one file.

    Works while Xinde is serving. The library and its index are not in it: they
    are built again. Keep the file as carefully as the data: it opens everything.

    \b
    Example:  xinde backup xinde-2026-05-04.zip
    """
    from webapp import keeping

    found = opening.settings()
    kept = keeping.backup(found, file)
    _log(found, "backup.made")
    if as_json:
        opening.print_json(kept)
    else:
        click.echo(
            f"Wrote {file}: {len(kept['files'])} files, {kept['bytes']:,} bytes before packing."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """Put a backup into an empty data folder.

    Everything is checked before anything is written.

    \b
    Example:  XINDE_DATA=./instance xinde restore xinde-2026-05-04.zip
    """
    from webapp import keeping

    found = opening.settings()
    count = keeping.restore(found, file)
    _log(found, "backup.restored")
    click.echo(
        f"Restored {count} files into {found.data}. Now run: xinde serve (it builds the library again)"
    )


def _log(found: Settings, what: str) -> None:
    """A line in the audit log. What was done is done, whether it can be logged or not."""
    import sqlalchemy as sa

    from webapp import clock
    from webapp.audit.actions import record
    from webapp.community import change, db
    from webapp.members import store

    try:
        with opening.community(found), change(db.session) as session:
            organisation = store.organisation(session)
            if organisation is not None:
                record(session, organisation.id, what, by=None, at=clock.now())
    except sa.exc.SQLAlchemyError as problem:
        click.echo(f"Not written into the audit log: {type(problem).__name__}", err=True)
