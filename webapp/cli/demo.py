"""`xinde demo`: the sample organisation."""

from __future__ import annotations

import click

from webapp.cli import opening


@click.command()
def demo() -> None:
    """Load the sample organisation into an empty data folder.

    Prints one password for its members, once. Loading it again changes nothing.

    \b
    Example:  XINDE_DATA=./try xinde demo
    """
    from webapp import demo as sample

    with opening.community() as app:
        sample.load(app, say=opening.say)
