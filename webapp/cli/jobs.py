"""`xinde jobs`: background work by hand."""

from __future__ import annotations

import click

from webapp.cli import opening


@click.group()
def jobs() -> None:
    """Background work by hand.

    \b
    Example:  xinde jobs run
    """


@jobs.command("run")
@click.option("--json", "as_json", is_flag=True, help="Print numbers as JSON.")
def run(as_json: bool) -> None:
    """Run what waits, look at everything that is behind, then stop.

    \b
    Example:  xinde jobs run --json
    """
    from webapp.community import db
    from webapp.jobs import queue, reconcile
    from webapp.reflections import published
    from webapp.texts import bringing

    with opening.community() as app:
        app.extensions["xinde_resources"].index  # says at once when there is none  # noqa: B018
        queue.send_digests()
        ran = queue.run_waiting()
        bringing.sweep()
        ran += queue.run_waiting()
        swept = reconcile.sweep()
        left = len(published.behind_index(db.session))
    if as_json:
        opening.print_json({"jobs": ran, "swept": swept, "still_behind": left})
    else:
        click.echo(
            f"Jobs run: {ran}. Reflections looked at by the sweep: {swept}. Still behind: {left}."
        )
    if left:
        raise SystemExit(1)
