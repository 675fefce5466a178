"""What somebody who leaves decides about what others read of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """`True`: it stays, without a name."""

    pieces: bool = False  # submitted to the organisation with the name, and shared lists
    nameless: bool = (
        True  # submitted without a name; if they went now, it would tell whose they were
    )
    answers: bool = False  # to pieces of others, and wishes for theme lists

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> Choices:
        kept = {name: form.get(name) == "kept" for name in ("pieces", "nameless", "answers")}
        return cls(**kept)


def piece_stays(choices: Choices, *, status: str, audience: str | None, hidden: bool) -> bool:
    """Whether a piece stays. One for a unit does not: without a name it would have to
    be open to everybody, and it was written for few. Nor does a hidden one with the
    name; one without stays like the others, and hidden: if it vanished from what
    organizers decided about, that would tell them whose it was."""
    if status != "submitted":
        return False
    if audience == "anonymous":
        return choices.nameless
    return audience == "organisation" and choices.pieces and not hidden


def list_stays(choices: Choices, *, audience: str, theme_list: bool) -> bool:
    """Whether a reading list stays: a theme list that units study is the organisation's."""
    return audience != "private" and (theme_list or choices.pieces)
