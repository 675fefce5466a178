"""The command `xinde`: a file per noun, each thin over what a page or job would call.

Modules here import click and the standard library at the top and everything
else inside the commands, so that `xinde --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from webapp.command import STOPPED


class Commands(click.Group):
    """Expected problems become one clear line and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nStopped. Run the same command again; it goes on.", err=True)
            ctx.exit(STOPPED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # `xinde routes | head`
            sys.stderr.close()
            ctx.exit(0)
        except Exception as error:
            from webapp.cli import errors

            sentence = errors.sentence(error)
            if sentence is None:
                raise
            click.echo(f"xinde: {sentence}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xinde", message="xinde %(version)s")
def main() -> None:
    """Study, reflection and practice for an organisation of members.

    Settings are XINDE_* variables or lines in .env; everything Xinde keeps is in
    one folder (XINDE_DATA, ./instance if not set).

    \b
    Example:  xinde serve --demo
    """
    # What people write is nobody's business who merely has an account on this machine.
    os.umask(0o077)


def _add_commands() -> None:
    from webapp.cli import (
        ask,
        demo,
        doctor,
        evaluate,
        jobs,
        keeping,
        library,
        load,
        members,
        models,
        routes,
        serve,
        suggest,
    )

    for command in (
        serve.serve,
        serve.worker,
        jobs.jobs,
        library.library,
        models.models,
        suggest.suggest,
        ask.ask,
        evaluate.evaluate,
        members.members,
        load.load,
        demo.demo,
        routes.routes,
        keeping.backup,
        keeping.restore,
        doctor.doctor,
    ):
        main.add_command(command)


_add_commands()
