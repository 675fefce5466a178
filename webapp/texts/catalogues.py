"""Books that an administrator fetches from an OPDS catalogue on the web.

Off unless `XINDE_OPDS` names the catalogue. What comes is a stranger's file like
any other: it is kept below the data folder's own texts and read by the build.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from corpus import catalogue, fetching
from corpus.archives import clean_name
from corpus.texts import CorpusError
from webapp.setup import SetupError

Get = Callable[..., fetching.Fetched]


@dataclass
class Fetching:
    """What was fetched from a catalogue."""

    title: str
    files: list[Path] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # title and why


def chosen(allowed: tuple[str, ...], address: str | None) -> list[str]:
    """Which of the catalogues named in the settings are asked; SetupError for others."""
    if not allowed:
        raise SetupError(
            "Nothing is fetched from the web: no catalogue is named. "
            'Name it first, as in XINDE_OPDS="https://catalogue.example.org/opds"'
        )
    if address is None:
        return list(allowed)
    if address not in allowed:
        raise SetupError(
            f"{address} is not among the catalogues in XINDE_OPDS ({', '.join(allowed)}). "
            "Add it there first."
        )
    return [address]


def fetch(
    address: str,
    texts: Path,
    *,
    most: int,
    get: Get = fetching.get,
    parse: catalogue.Parse = catalogue.parse,
    progress: Callable[[int, int], None] | None = None,
) -> Fetching:
    """Fetch what a catalogue offers to all into a folder of its own below `texts`.

    What was fetched before and is unchanged is not fetched again. Raises
    CorpusError where the catalogue itself cannot be read.
    """
    found = catalogue.collect(address, get, most=most, parse=parse)
    told = Fetching(found.title, refused=list(found.refused))
    into = texts / "catalogues" / clean_name(urlsplit(address).hostname or "catalogue")
    for number, entry in enumerate(found.entries):
        try:
            told.files.append(catalogue.download(entry, into, get, ports=found.ports))
        except CorpusError as refused:
            told.refused.append((entry.title, str(refused)))
        if progress:
            progress(number + 1, len(found.entries))
    return told
