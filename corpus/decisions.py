"""What organizers decided of a text, laid over what its file says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from corpus.texts import Text

# Fields of a text that an organizer may decide; `rights` and `withdrawn` besides
# are of the library, not of the text.
OF_A_TEXT = (
    "title", "author", "year", "language", "themes", "roles", "level", "minutes",
    "licence", "version_of",
)  # fmt: skip
OF_THE_LIBRARY = ("rights", "withdrawn")
FIELDS = frozenset((*OF_A_TEXT, *OF_THE_LIBRARY))

Decided = Mapping[str, Any]  # field -> value; a field that is not there was not decided


@dataclass(frozen=True)
class Version:
    """How a text was found to be a version of others."""

    group: str | None = None  # shared by all versions; the slug of the first of them
    why: str = ""  # "edition" or "translation"


def own(text: Text) -> dict[str, Any]:
    """What the file says, field by field, as it is kept."""
    values = asdict(text)
    return {name: values[name] for name in OF_A_TEXT} | {"origins": dict(text.origins)}


def over(text: Text, decided: Decided) -> Text:
    """The text as organizers want it, before it is cut into passages."""
    return replace(text, **_of_a_text(decided)) if decided else text


def in_force(said: Mapping[str, Any], decided: Decided, found: Version) -> dict[str, Any]:
    """Every column of a text that a decision may change, as it is to be shown.

    `said` is what `own` gave. What an organizer decided comes first, then what
    the file says, then what was found by comparing.
    """
    chosen = _of_a_text(decided)
    values = {name: said[name] for name in OF_A_TEXT} | chosen
    version = values["version_of"] or (None if "version_of" in chosen else found.group)
    return values | {
        "version_of": version,
        "version_why": _version_why(said, chosen, version, found),
        "origins": dict(said["origins"]) | dict.fromkeys(chosen, "organizer"),
        "rights": decided.get("rights") or "full",
        "chosen": sorted(set(decided) & FIELDS),
    }


def _of_a_text(decided: Decided) -> dict[str, Any]:
    return {
        name: tuple(decided[name]) if name in ("themes", "roles") else decided[name]
        for name in OF_A_TEXT
        if name in decided
    }


def _version_why(
    said: Mapping[str, Any], chosen: Decided, version: str | None, found: Version
) -> str:
    if version is None:
        return ""
    if "version_of" in chosen:
        return "organizer"
    return "file" if said["version_of"] else found.why
