"""`xinde doctor`: is everything well?"""

from __future__ import annotations

import click

from webapp.cli import opening


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def doctor(as_json: bool) -> None:
    """Check every part and name the cure for what is wrong; changes nothing.

    \b
    Example:  xinde doctor
    """
    from webapp import doctor as checks

    opening.log_to_stderr()
    findings = checks.examine()
    if as_json:
        opening.print_json([f.as_dict() for f in findings])
    else:
        for finding in findings:
            click.echo(finding.line())
    if any(not f.ok for f in findings):
        raise SystemExit(1)
