"""`xinde library`: the texts of the organisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from webapp.setup import LibraryReport


@click.group()
def library() -> None:
    """The texts of the organisation.

    \b
    Example:  xinde library search "going to see"
    """


@library.command()
@click.option("--json", "as_json", is_flag=True, help="Print what became of every file as JSON.")
def build(as_json: bool) -> None:
    """Bring the library and its index up to date with all folders of texts.

    Only what changed is read and embedded again. With another text model
    (XINDE_MODEL) everything is embedded again.

    \b
    Example:  xinde library build
    """
    from webapp import setup

    with opening.community() as app:
        report = setup.library(app, say=opening.say, other_model=True)
        setup.fonts(app.config["XINDE"], say=opening.say)
    _print(report, as_json)


@library.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what became of every file as JSON.")
def add(files: tuple[Path, ...], as_json: bool) -> None:
    """Copy texts into the data folder and into the library.

    Adding a file of the same name again replaces the text. A file that cannot be
    read is refused, and nothing is replaced by it.

    \b
    Example:  xinde library add notes-on-listening.md
    """
    from webapp import setup

    with opening.community() as app:
        report = setup.library(app, say=opening.say, adding=files)
    _print(report, as_json)
    names = {file.name for file in files}
    if any(Path(o.file).name in names for o in report.build.refused):
        raise SystemExit(1)


def _print(report: LibraryReport, as_json: bool) -> None:
    if as_json:
        opening.print_json(report.as_dict())
        return
    for line in report.lines():
        click.echo(line)


@library.command()
@click.argument("slug")
def withdraw(slug: str) -> None:
    """Take a text out of lists, search and suggestions; nothing is lost.

    Its address says that it was withdrawn, and quotations in reflections stay.
    It stays out, whatever becomes of its file, until it is restored.

    \b
    Example:  xinde library withdraw going-to-see
    """
    from webapp import setup

    with opening.community() as app:
        title = setup.withdraw_text(app, slug)
    click.echo(f"Withdrawn: {title}. To put it back: xinde library restore {slug}")


@library.command()
@click.argument("slug")
def restore(slug: str) -> None:
    """Put back a text that was withdrawn.

    \b
    Example:  xinde library restore going-to-see
    """
    from webapp import setup

    with opening.community() as app:
        title = setup.restore_text(app, slug)
    click.echo(f"In the library again: {title}.")


@library.command("list")
@click.option("--theme", default=None, help="Only texts of this theme.")
@click.option("--language", type=click.Choice(["en", "zh"]), default=None)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_texts(theme: str | None, language: Any, as_json: bool) -> None:
    """List the texts of the library.

    \b
    Example:  xinde library list --theme integrity --language zh
    """
    from corpus.library import Library
    from corpus.records import TextFilter

    wanted = TextFilter(
        themes=(theme,) if theme else (),
        language=language,
    )
    rows: list[Any] = []
    after: str | None = None
    with Library.open(opening.settings().library_path) as found:
        while True:
            page = found.texts(wanted, after=after, limit=200)
            rows += page.items
            after = page.next
            if after is None:
                break
    if as_json:
        opening.print_json(
            [
                {
                    "slug": t.slug,
                    "title": t.title,
                    "author": t.author,
                    "language": t.language,
                    "themes": list(t.themes),
                    "level": t.level,
                    "minutes": t.minutes,
                    "passages": t.passages,
                }
                for t in rows
            ]
        )
        return
    for text in rows:
        click.echo(f"{text.slug:44} {text.language}  {text.minutes:3} min  {text.title}")
    click.echo(f"{len(rows)} texts")


@library.command()
@click.argument("query")
@click.option("--limit", default=8, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def search(query: str, limit: int, as_json: bool) -> None:
    """Search by words and by meaning, in both languages at once.

    \b
    Example:  xinde library search "怎样听取不同意见"
    """
    from recommender.readings import ReadingFilter
    from recommender.search import search as find
    from webapp.resources import Resources

    found = Resources(opening.settings())
    hits = find(
        found.index,
        found.model,
        query,
        filter=ReadingFilter(kinds=frozenset({"passage"})),
        limit=limit,
    )
    if as_json:
        opening.print_json(
            [
                {
                    "reading": hit.reading.id,
                    "title": hit.reading.title,
                    "language": hit.reading.language,
                    "score": hit.score,
                    "words": hit.words,
                    "meaning": hit.meaning,
                    "sentence": hit.sentence,
                }
                for hit in hits
            ]
        )
        return
    for hit in hits:
        click.echo(
            f"{hit.score:6.2f}  {hit.reading.title}  [{hit.reading.id}]\n        {hit.sentence}"
        )
    if not hits:
        click.echo("Nothing found. Try other words, or fewer.")


@library.command()
def check() -> None:
    """Check the library and its index; exit code 1 if something is wrong.

    \b
    Example:  xinde library check
    """
    from webapp import doctor

    opening.log_to_stderr()
    findings = doctor.examine(only={"library", "model", "index"})
    for finding in findings:
        click.echo(finding.line())
    if any(not f.ok for f in findings):
        raise SystemExit(1)
