"""`xinde models`: the text models that may be used."""

from __future__ import annotations

from dataclasses import asdict

import click

from webapp.cli import opening


@click.group()
def models() -> None:
    """The text models (XINDE_MODEL) that turn words into vectors.

    \b
    Example:  xinde models list
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_models(as_json: bool) -> None:
    """List the models that are known or were prepared here.

    \b
    Example:  xinde models list
    """
    from models.load import known_models

    found = opening.settings()
    rows = known_models(found.models_folder)
    if as_json:
        opening.print_json(
            [
                {**asdict(m), "languages": sorted(m.languages), "chosen": m.name == found.model}
                for m in rows
            ]
        )
        return
    for model in rows:
        mark = "*" if model.name == found.model else " "
        state = "ready" if model.ready else "can be had" if model.obtainable else "not here"
        click.echo(
            f"{mark} {model.name:26} {', '.join(sorted(model.languages)):6} {state:11} {model.detail}"
        )


@models.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(name: str | None, as_json: bool) -> None:
    """Check a model's files and, where it can, its agreement with the original.

    \b
    Example:  xinde models check multilingual-e5-small
    """
    from models.check import check_model

    found = opening.settings()
    report = check_model(name or found.model, found.models_folder)
    if as_json:
        opening.print_json(asdict(report))
    else:
        click.echo(f"{report.name}: every file is as it should be ({report.fingerprint})")
        if report.agreement:
            click.echo(
                f"against sentence-transformers, {report.texts} texts: cosine {report.agreement.cosine_mean:.5f} "
                f"(worst {report.agreement.cosine_worst:.5f}), top-10 agreement {report.agreement.top10:.3f}"
            )
        else:
            click.echo(report.note)


@models.command()
@click.argument("name")
def prepare(name: str) -> None:
    """Make a sentence-transformers model ready: a name, or a folder.

    Needs the extra `prepare` (pip install "xinde[prepare]").

    \b
    Example:  xinde models prepare ./my-model
    """
    from models.prepare import prepare as make_ready
    from webapp import setup

    found = opening.settings()
    setup.folder(found)
    made = make_ready(name, found.models_folder, progress=opening.say)
    click.echo(f"Ready: {made}. Use it with XINDE_MODEL={made} and then: xinde library build")
