"""`xinde ask`: a question in, a reading list out, as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from recommender.asking import Answer, Item

SAID = {
    "no_words": "There is no word in it to look up.",
    "no_readings": "The library has no readings yet. Bring some in with: xinde library build",
    "nothing": "Nothing in the library answers this.",
}


@click.command()
@click.argument("question")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(["en", "zh"]),
    help="Of the readings, preferred first; both if left out. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def ask(question: str, languages: tuple[str, ...], as_json: bool) -> None:
    """Ask the library a question: at most seven readings that answer it.

    Reads texts, and reflections that are open to the whole organisation. Nothing
    is kept. The shell may keep the question in its history.

    \b
    Example:  xinde ask "How do we keep our volunteers?" --language en
    """
    from recommender.asking import ask as ask_library
    from webapp.resources import resources

    with opening.community():
        found = resources()
        answer = ask_library(
            found.index, found.model, question, languages=languages or ("en", "zh")
        )
    if as_json:
        opening.print_json(as_dict(answer))
        return
    if answer.asked.cut:
        opening.say("That was long: only its beginning was read.")
    if answer.by_meaning_only:
        opening.say("Xinde reads English and Chinese; words of other languages are not looked up.")
    if answer.why_empty:
        click.echo(SAID[answer.why_empty])
        return
    click.echo(f"{len(answer.items)} readings, {answer.minutes} minutes")
    for number, item in enumerate(answer.items, 1):
        reading = item.reading
        click.echo(f"\n{number}. {reading.title} [{reading.id}], {reading.minutes} min")
        if len(answer.asked.parts) > 1:
            click.echo(f"   speaks to: {'; '.join(answer.words_of(item.covers))}")
        if item.sentence:
            click.echo(f"   {' '.join(item.sentence.split())}")
    for phrase in answer.words_of(answer.unanswered):
        click.echo(f"\nNot answered: {phrase}")


def as_dict(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.asked.text,
        "language": answer.asked.language,
        "cut": answer.asked.cut,
        "parts": answer.words_of(range(len(answer.asked.parts))),
        "minutes": answer.minutes,
        "readings": [_item(answer, item) for item in answer.items],
        "not_answered": answer.words_of(answer.unanswered),
        "why_empty": answer.why_empty,
    }


def _item(answer: Answer, item: Item) -> dict[str, Any]:
    reading = item.reading
    return {
        "reading": reading.id,
        "kind": reading.kind,
        "title": reading.title,
        "author": reading.author,
        "language": reading.language,
        "level": reading.level,
        "minutes": reading.minutes,
        "speaks_to": answer.words_of(item.covers),
        "sentence": item.sentence,
        "relevance": [round(value, 3) for value in item.relevance],
    }
