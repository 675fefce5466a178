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
        opening.print_json([{**asdict(m), "chosen": m.name == found.model} for m in rows])
        return
    for model in rows:
        mark = "*" if model.name == found.model else " "
        parts = [f"{k}: {v}" for k, v in asdict(model).items() if k != "name"]
        click.echo(f"{mark} {model.name:28} {'; '.join(parts)}")


@models.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(name: str | None, as_json: bool) -> None:
    """Check a model's files and, where it can, its agreement with the original.

    \b
    Example:  xinde models check multilingual-e5-small
    """
    from models.load import check_model

    found = opening.settings()
    report = check_model(name or found.model, found.models_folder)
    if as_json:
        opening.print_json(asdict(report))
    else:
        for key, value in asdict(report).items():
            click.echo(f"{key}: {value}")
    if not getattr(report, "ok", True):
        raise SystemExit(1)


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
    with setup.bar("Preparing", "step") as progress:
        made = make_ready(name, found.models_folder, progress=progress)
    click.echo(f"Ready: {made}. Use it with XINDE_MODEL={made} and then: xinde library build")
