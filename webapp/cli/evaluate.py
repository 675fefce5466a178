"""`xinde evaluate`: how good the suggestions are, on public data and on one's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from recommender.evaluation.comparing import Comparison, Row
    from recommender.learned.by_text import Features

VECTORS = ("all-MiniLM-L6-v2",)  # beside the model of the settings, where it is installed


@click.group()
def evaluate() -> None:
    """Measure the suggestions: on the organisation's own past, and on any data.

    \b
    Example:  xinde evaluate history --report past.html
    """


@evaluate.command()
@click.argument("in_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--count", default=150, show_default=True, type=click.IntRange(1, 10_000))
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder where vectors are kept between runs.",
)
@click.option("--quiet", is_flag=True, help="Say nothing of what was learned.")
def rank(in_dir: Path, out_file: Path, count: int, cache: Path | None, quiet: bool) -> None:
    """Rank the candidates of a data folder in the benchmark's form.

    IN_DIR holds items.jsonl, train.tsv, history.tsv, exclude.tsv and candidates.txt;
    each line of OUT_FILE is a member and the texts for them, best first. Features,
    models and weights are chosen on parts of the training data that are hidden first.

    \b
    Example:  xinde evaluate rank ./split ./lists.tsv
    """
    from recommender.evaluation.benchmark_form import read_benchmark, write_lists
    from recommender.learned import recommend

    say = (lambda line: None) if quiet else opening.say
    benchmark = read_benchmark(in_dir)
    features = features_of(benchmark.task.texts, benchmark.task.read_texts, cache, say)
    outcome = recommend(benchmark.task, features, count=count, report=say)
    write_lists(out_file, benchmark, outcome.lists.columns)
    say(f"{len(benchmark.members)} lists written to {out_file}")


LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default=None,
    help="Of what is said; XINDE_LANGUAGE if left out.",
)


@evaluate.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default=None, help="A folder under splits/; without it they are listed.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where to write the report.",
)
@LANGUAGE
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder where vectors are kept between runs.",
)
def report(
    data: Path, split: str | None, html: Path | None, language: str | None, cache: Path | None
) -> None:
    """Compare the learned lists with simple methods on a data folder; one HTML file.

    Says for new members, members with few texts and with many what is found, how
    sure that is, and whether a simple method would do as well. Needs no
    organisation and no database.

    \b
    Example:  xinde evaluate report ./citeulike-a --split cold --html cold.html
    """
    from recommender.evaluation.benchmark_form import read_answers, read_benchmark, splits_of
    from recommender.evaluation.report import LEARNED
    from recommender.evaluation.report import evaluate as measure
    from webapp.evaluating import page, speaking
    from webapp.pages import render

    known = splits_of(data)
    if split not in known:
        named = ", ".join(known) or "none"
        raise click.ClickException(f"Choose a split of {data} with --split: {named}")
    settings = opening.settings()
    benchmark = read_benchmark(data, split)
    answers = read_answers(data, split, benchmark)
    features = features_of(benchmark.task.texts, benchmark.task.read_texts, cache, opening.say)
    found = measure(f"{data.name}, {split}", benchmark.task, answers, features, report=opening.say)
    app = speaking.without_organisation(settings, cache or default_cache())
    with app.app_context(), speaking.speaking(language or settings.language) as lang:
        tell(found.rows, found.comparisons, LEARNED)
        if html:
            html.write_text(render(page.of_data(found, lang))[0], encoding="utf-8")
            click.echo(str(html))


@evaluate.command()
@click.option(
    "--report",
    "html",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where to write the report, one HTML file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.option(
    "--authors",
    type=click.IntRange(10, 100_000),
    default=None,
    help="How many are asked at most, drawn by chance; 60 if left out. More take longer.",
)
@click.option("--renew", is_flag=True, help="Use what was found now, as is done every night.")
@LANGUAGE
def history(
    html: Path | None, as_json: bool, authors: int | None, renew: bool, language: str | None
) -> None:
    """Try the suggestions on the organisation's own past.

    Hides what authors wrote about next, and finds out whether what members write
    about together would have helped. Only what everybody in the organisation can
    see is looked at; groups of fewer than five members are not told apart.

    \b
    Example:  xinde evaluate history --report past.html
    """
    from dataclasses import asdict

    from webapp.evaluating import page, renewal, speaking, wording
    from webapp.pages import render

    with opening.community() as app:
        found = renewal.measure(authors=authors, report=opening.say)
        if renew:
            renewal.renew(found)
        with speaking.speaking(language or app.config["XINDE"].language) as lang:
            if as_json:
                opening.print_json(asdict(found))
            else:
                click.echo(wording.decision(found))
                tell(found.rows, found.comparisons, "together")
            if html:
                html.write_text(render(page.of_past(found, lang))[0], encoding="utf-8")
                opening.say(str(html))


def tell(rows: Sequence[Row], comparisons: Sequence[Comparison], own: str) -> None:
    """What was found for each group, in sentences. Inside `speaking`."""
    from webapp.evaluating import wording

    for comparison in comparisons:
        mine = next(r for r in rows if (r.group, r.method) == (comparison.group, own))
        click.echo(f"{wording.group(comparison.group)}:")
        for sentence in wording.verdict(mine, comparison):
            click.echo(f"  {sentence}")


def features_of(texts, read_texts, cache: Path | None, say) -> Features:  # type: ignore[no-untyped-def]
    """Words, and vectors of the product's own model and of a second one where it is at hand."""
    from models.load import PACKAGED, is_ready, load_model
    from models.package_files import is_installed
    from recommender.learned import centred, sentence_vectors, word_matrix

    found = opening.settings()
    kept = cache or default_cache()
    features: Features = {"words": word_matrix(texts, read_texts)}
    for name in dict.fromkeys((found.model, *VECTORS)):
        folder = found.models_folder if is_ready(name, found.models_folder) else kept / "models"
        if (
            not is_ready(name, folder)
            and name in PACKAGED
            and not is_installed(PACKAGED[name].package)
        ):
            say(f"{name} is not installed; going on without it")
            continue
        model = load_model(name, folder, progress=say, threads=found.model_threads)
        features[name] = centred(sentence_vectors(model, texts, kept / "vectors", say), read_texts)
    return features


def default_cache() -> Path:
    """Where vectors can be kept without an organisation's data folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xinde"
