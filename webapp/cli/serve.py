"""`xinde serve` and `xinde worker`."""

from __future__ import annotations

import click

from webapp.cli import opening


@click.command()
@click.option(
    "--demo", is_flag=True, help="Load a small sample organisation into an empty data folder."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 for every one.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(demo: bool, host: str, port: int) -> None:
    """Set up what is missing, then serve; Ctrl-C stops.

    The first start unpacks the text model, builds the library and makes the
    databases; later starts take seconds. Until there is an administrator, each
    start prints a link for the first one.

    \b
    Example:  xinde serve --demo --port 8080
    """
    from webapp import serve as server

    opening.log_to_stderr()
    raise SystemExit(
        server.run(opening.settings(), host=host, port=port, demo=demo, say=opening.say)
    )


@click.command()
def worker() -> None:
    """Do the background work in a process of its own; Ctrl-C stops.

    `xinde serve` does it too: this is for another server (flask, uwsgi) or for
    keeping the work away from the pages.

    \b
    Example:  xinde worker
    """
    from webapp import serve as server

    with opening.community() as app:
        opening.say("Waiting for work. Ctrl-C stops.")
        server.work_until_stopped(app)
