"""Which open requirements of its author a piece would serve, and why not the others. Pure.

Nothing is decided here: the piece is put before the rule of counting alone, as if it
were handed in already, and the rule says what would become of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from webapp.requirements.asking import Method
from webapp.requirements.counting import SpanProgress, Why, progress_in
from webapp.requirements.happened import Happened, Piece, Text
from webapp.requirements.progress import MemberProgress


@dataclass(frozen=True)
class Serves:
    """What a piece is for one requirement: for which methods it may count, or why it
    is nothing to it."""

    asked: MemberProgress
    span: SpanProgress
    methods: tuple[Method, ...]
    why_not: Why | None = None
    counts_already: bool = False

    @property
    def methods_of_writing(self) -> bool:
        """Whether it must be answered or accepted for one of them."""
        return "write" in self.methods or "practise" in self.methods


def serving(
    asked: Iterable[MemberProgress], piece: Piece, texts: Mapping[str, Text]
) -> Sequence[Serves]:
    """Those that it may serve, and then those of which somebody may think it would."""
    found = [one for each in asked if (one := _of(each, piece, texts)) is not None]
    return sorted(found, key=lambda one: not one.methods)


def _of(asked: MemberProgress, piece: Piece, texts: Mapping[str, Text]) -> Serves | None:
    every = (asked.now, *asked.earlier)
    span = next((one for one in every if one and one.span.holds(piece.handed_in)), None)
    if span is None:
        return None
    if any(line.id == piece.id and line.counts for task in span.tasks for line in task.lines):
        return Serves(asked, span, (), counts_already=True)
    alone = progress_in(
        span.says, span.span, Happened(pieces=(piece,), texts=dict(texts)), on=piece.handed_in
    )
    open_to_it = [
        here for here, so_far in zip(alone.tasks, span.tasks, strict=True) if so_far.missing
    ]
    methods = tuple(
        task.method for task in open_to_it if any(line.counts or line.waits for line in task.lines)
    )
    if methods:
        return Serves(asked, span, methods)
    written = (line for task in open_to_it if task.method == "write" for line in task.lines)
    why = next((line.why for line in written), None)
    return Serves(asked, span, (), why_not=why) if why else None
