"""`xinde library`: the texts of the organisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from corpus.intake import Outcome
    from corpus.records import FileRecord, TextRecord
    from webapp.texts.building import LibraryReport


@click.group()
def library() -> None:
    """The texts of the organisation.

    \b
    Example:  xinde library search "going to see"
    """


@library.command()
@click.option("--no-index", is_flag=True, help="Read texts only; embed nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of every file as JSON.")
def build(no_index: bool, as_json: bool) -> None:
    """Bring the library and its index up to date with all folders of texts.

    Only what changed is read and embedded again. With another text model
    (XINDE_MODEL) everything is embedded again.

    \b
    Example:  xinde library build
    """
    from webapp import setup
    from webapp.texts import building

    with opening.community() as app:
        report = building.library(app, say=opening.say, other_model=True, index=not no_index)
        setup.fonts(app.config["XINDE"], say=opening.say)
    _print(report, as_json)


@library.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--no-index", is_flag=True, help="Read texts only; embed nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of every file as JSON.")
def add(paths: tuple[Path, ...], no_index: bool, as_json: bool) -> None:
    """Bring texts in: files, folders and zips of EPUB, PDF, Word, HTML, Markdown or
    plain text.

    What can be read is copied into the data folder. Adding a file of the same name
    again replaces the text. A file that cannot be read is refused, with the reason,
    and nothing is replaced by it; the rest goes on. The same command again does
    only what is left. The exit code is 1 if a file was refused.

    \b
    Example:  xinde library add "Study group/" speeches.zip notes-on-listening.md
    """
    from webapp.texts import building

    with opening.community() as app:
        report = building.library(app, say=opening.say, adding=paths, index=not no_index)
    given = [str(path.absolute()) for path in paths]
    mine = [o for o in report.build.files if _is_of(o.file, given)]
    if as_json:
        _print(report, as_json)
    else:
        _table(mine)
        for line in report.summary():
            click.echo(line)
    if any(outcome.outcome == "refused" for outcome in mine):
        raise SystemExit(1)


def _is_of(file: str, given: list[str]) -> bool:
    return any(file == path or file.startswith(path.rstrip("/") + "/") for path in given)


def _table(outcomes: list[Outcome]) -> None:
    """A line a file: what became of it and, where that needs a word, why."""
    for outcome in outcomes:
        what = outcome.outcome if outcome.state != "same" else "as before"
        click.echo(f"{what:10} {_shown(Path(outcome.file).name)}")
        if outcome.why:
            click.echo(f"{'':10} {outcome.why}")


def _shown(name: str) -> str:
    from corpus.formats import shown_name  # not above: `--help` loads no library

    return shown_name(name)


def _print(report: LibraryReport, as_json: bool) -> None:
    if as_json:
        opening.print_json(report.as_dict())
        return
    for line in report.lines():
        click.echo(line)


@library.command("files")
@click.option(
    "--outcome", type=click.Choice(["imported", "duplicate", "refused", "gone"]), default=None
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print as JSON, with what is said of each text."
)
def list_files(outcome: str | None, as_json: bool) -> None:
    """What became of every file that was brought: imported, duplicate or refused.

    \b
    Example:  xinde library files --outcome refused
    """
    from corpus.library import Library

    with Library.open(opening.settings().library_path) as found:
        records = found.files(outcome=outcome)
        texts = found.texts_by_slug([f.slug for f in records if f.slug], withdrawn=True)
    if as_json:
        opening.print_json([_file_as_json(file, texts.get(file.slug or "")) for file in records])
        return
    for file in records:
        click.echo(f"{file.outcome:10} {_shown(file.path)}")
        if file.why:
            click.echo(f"{'':10} {file.why}")
    click.echo(f"{len(records)} files")


def _file_as_json(file: FileRecord, text: TextRecord | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "file": file.path,
        "outcome": file.outcome,
        "why": file.why,
        "slug": file.slug,
        "same_as": file.same_as,
    }
    if text is not None:
        found["text"] = {
            "title": text.title,
            "author": text.author,
            "language": text.language,
            "script": text.script,
            "year": text.year,
            "licence": text.licence,
            "identifiers": list(text.identifiers),
            "subjects": list(text.subjects),
            "origins": text.origins,
            "left_out": list(text.left_out),
            "version_of": text.version_of,
            "versions": list(text.versions),
            "words": text.words,
            "passages": text.passages,
        }
    return found


@library.command()
@click.argument("slug")
def withdraw(slug: str) -> None:
    """Take a text out of lists, search and suggestions; nothing is lost.

    Its address says that it was withdrawn, and quotations in reflections stay.
    It stays out, whatever becomes of its file, until it is restored.

    \b
    Example:  xinde library withdraw going-to-see
    """
    from webapp.texts import building

    with opening.community() as app:
        title = building.withdraw_text(app, slug)
    click.echo(f"Withdrawn: {title}. To put it back: xinde library restore {slug}")


@library.command()
@click.argument("slug")
def restore(slug: str) -> None:
    """Put back a text that was withdrawn.

    \b
    Example:  xinde library restore going-to-see
    """
    from webapp.texts import building

    with opening.community() as app:
        title = building.restore_text(app, slug)
    click.echo(f"In the library again: {title}.")


@library.command()
@click.argument("slug")
def reread(slug: str) -> None:
    """Read the file of a text again, though it did not change.

    \b
    Example:  xinde library reread going-to-see
    """
    from webapp.texts import brought, building

    with opening.community() as app:
        taken = brought.reread(app, slug)
        building.embed_some(app, seconds=3600)
    click.echo(f"{taken.outcome}: {taken.title or taken.name}. {taken.why}".rstrip())


@library.command()
@click.argument("address", required=False)
@click.option("--most", default=200, show_default=True, type=click.IntRange(1, 5000))
@click.option("--no-index", is_flag=True, help="Read texts only; embed nothing.")
def opds(address: str | None, most: int, no_index: bool) -> None:
    """Fetch what an OPDS catalogue offers to all, and bring it in.

    Only catalogues named in XINDE_OPDS are asked, and none in a private network.
    What was fetched before and did not change is not fetched again.

    \b
    Example:  xinde library opds https://catalogue.example.org/opds
    """
    from corpus.child import Reader
    from webapp.progress import bar
    from webapp.texts import building, catalogues

    settings = opening.settings()
    refused = 0
    for catalogue in catalogues.chosen(settings.catalogues, address):
        with bar("Fetching", "book") as shown, Reader() as reader:
            told = catalogues.fetch(
                catalogue,
                settings.data / "texts",
                most=most,
                parse=reader.catalogue,
                progress=shown.at,
            )
        click.echo(f"{told.title or catalogue}: {len(told.files)} books are here.")
        for title, why in told.refused:
            click.echo(f"refused    {_shown(title)}\n{'':10} {why}")
        refused += len(told.refused)
    with opening.community() as app:
        report = building.library(app, say=opening.say, index=not no_index)
    for line in report.lines():
        click.echo(line)
    if refused:
        raise SystemExit(1)


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
@click.argument("theme")
@click.option(
    "--by", type=click.Choice(["mix", "words", "vectors"]), default="mix", show_default=True
)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def about(theme: str, by: Any, limit: int, as_json: bool) -> None:
    """Which whole texts are about a theme, asked by its name alone.

    \b
    Example:  xinde library about "Political philosophy"
    """
    from dataclasses import asdict

    from recommender.theme_search import rank_texts
    from webapp.resources import Resources

    found = Resources(opening.settings())
    ranked = rank_texts(found.index, found.model, theme, by=by, limit=limit)
    texts = found.library.texts_by_slug(text.slug for text in ranked)
    shown = [text for text in ranked if text.slug in texts]
    if as_json:
        opening.print_json([{**asdict(t), "title": texts[t.slug].title} for t in shown])
        return
    for text in shown:
        click.echo(f"{text.score:6.2f}  {texts[text.slug].title}  [{text.slug}]")
    if not shown:
        click.echo("Nothing found. Name the theme in a few words.")


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
