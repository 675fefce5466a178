"""`xinde routes`: every address and who may ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def routes(as_json: bool) -> None:
    """List every route with its methods, its permission and who may.

    \b
    Example:  xinde routes --json
    """
    from webapp import create_app

    opening.log_to_stderr()
    rows = table(create_app(opening.settings()))
    if as_json:
        opening.print_json(rows)
        return
    for row in rows:
        methods = ",".join(row["methods"])
        click.echo(
            f"{methods:8} {row['route']:44} {row['permission'] or '-':20} {row['who'] or 'nobody'}"
        )


def table(app: Flask) -> list[dict[str, Any]]:
    """A row per route, by address. A route without a permission is refused by the app."""
    from webapp import access, doors

    rows: list[dict[str, Any]] = []
    for rule in app.url_map.iter_rules():
        name = doors.permission_of(app, rule.endpoint)
        permission = access.PERMISSIONS.get(name or "")
        rows.append(
            {
                "route": rule.rule,
                "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
                "endpoint": rule.endpoint,
                "permission": name,
                "who": permission.who if permission else None,
                "sentence": permission.sentence if permission else None,
            }
        )
    return sorted(rows, key=lambda row: (str(row["route"]), str(row["methods"])))
