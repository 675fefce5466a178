"""`xinde suggest`: what a member would be offered, and out of which numbers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from webapp.cli import opening

if TYPE_CHECKING:
    from recommender.readings import Reason, Suggestion

NOT_SHOWN = "(the member's own words are not shown)"


@click.command()
@click.argument("email")
@click.option("--day", default=None, help="As on this day, YYYY-MM-DD; today if left out.")
@click.option("--count", default=7, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def suggest(email: str, day: str | None, count: int, as_json: bool) -> None:
    """Show a member's suggestions with every part of every score.

    For finding out why. What the member wrote is not shown, but what is suggested
    says something of it: run it only with the member's consent. Nothing is kept.

    \b
    Example:  xinde suggest li@example.org --count 3
    """
    from recommender.suggest import suggest as rank
    from webapp import clock
    from webapp.community import db
    from webapp.members import store
    from webapp.suggestions.actions import profile_for

    with opening.community() as app:
        member = store.member_by_email(db.session, email)
        if member is None:
            raise click.ClickException(
                f"Nobody has the address {email}. See who is a member with: xinde members list"
            )
        on = _day(day) if day else clock.today()
        found = app.extensions["xinde_resources"]
        profile = profile_for(db.session, member, found, day=on)
        offered = rank(
            found.index, found.model, profile, day=on, count=count, together=found.together
        )
    rows = [as_dict(s) for s in offered]
    if as_json:
        opening.print_json({"day": on, "evidence": len(profile.evidence), "suggestions": rows})
        return
    click.echo(f"{len(profile.evidence)} pieces of evidence; {len(rows)} suggestions for {on}.")
    for row in rows:
        click.echo(f"\n{row['score']:7.3f}  {row['title']}  [{row['reading']}]  {row['row']}")
        for part in row["parts"]:
            click.echo(
                f"  {part['value']:7.3f}  {part['evidence']:36} words {part['words']:.3f}  "
                f"meaning {part['meaning']:.3f}  together {part['together']:.3f}"
            )
        for reason in row["reasons"]:
            if reason["own_words"]:
                click.echo(f"           own words: {NOT_SHOWN}")
            elif reason["own_sentence"]:
                click.echo(f"           {reason['kind']}: {reason['own_sentence']}")
            if reason["reading_sentence"]:
                click.echo(f"           reading:   {reason['reading_sentence']}")


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise click.ClickException(f"{given} is no day. Write it like 2026-05-04.") from None


def as_dict(suggestion: Suggestion) -> dict[str, Any]:
    """The suggestion in numbers. What the member wrote, titles included, is left out."""
    return {
        "reading": suggestion.reading.id,
        "kind": suggestion.reading.kind,
        "title": suggestion.reading.title,
        "language": suggestion.reading.language,
        "row": suggestion.row,
        "score": suggestion.score,
        "parts": [
            {
                "evidence": part.evidence,
                "kind": part.kind,
                "value": part.value,
                "words": part.words,
                "meaning": part.meaning,
                "together": part.together,
            }
            for part in suggestion.parts
        ],
        "reasons": [_reason(reason) for reason in suggestion.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    from webapp.suggestions.profile import OWN_WORDS

    private = reason.kind in OWN_WORDS or (
        reason.evidence is not None and reason.evidence.kind in OWN_WORDS
    )
    label = reason.evidence.label if reason.evidence else None
    return {
        "kind": reason.kind,
        "own_words": private,
        "label": None if private else label,
        "own_sentence": None if private else reason.own_sentence,
        "reading_sentence": reason.reading_sentence,
    }
