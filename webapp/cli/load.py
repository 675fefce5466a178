"""`xinde load`: people, units, readings and reflections from a file."""

from __future__ import annotations

from pathlib import Path

import click

from webapp.cli import opening


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Only say whether the file is right; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers and links as JSON.")
def load(file: Path, check: bool, as_json: bool) -> None:
    """Load an organisation from a JSON file, or members from a CSV file.

    All of it or nothing; may be run again after changing the file. The format is
    described in docs/load-format.md.

    \b
    Example:  xinde load organisation.json
    """
    from webapp import loading
    from webapp.texts import building

    with opening.community() as app:
        if not building.is_built(app.config["XINDE"]):
            opening.say("Building the library first: what people wrote refers to its texts.")
            building.library(app, say=opening.say)
        report = loading.load_file(file, check_only=check)
        if not building.is_current(app.config["XINDE"]) and not check:
            building.library(app, say=opening.say)
    if as_json:
        opening.print_json(report.as_dict())
        return
    for line in report.lines():
        click.echo(line)
