"""How long work is shown on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def bar(title: str, unit: str) -> Iterator[Bar]:
    """A progress bar on a terminal; nothing elsewhere."""
    shown = Bar(title, unit)
    try:
        yield shown
    finally:
        shown.close()


class Bar:
    def __init__(self, title: str, unit: str) -> None:
        from tqdm import tqdm

        # disable=None: off where stderr is no terminal
        self._bar: Any = tqdm(desc=title, unit=unit, disable=None, leave=True, total=None)

    def at(self, done: int, total: int) -> None:
        """`done` of `total` are done."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def step(self, count: int, total: int | None = None) -> None:
        """`count` more are done."""
        if total is not None:
            self._bar.total = total
        self._bar.update(count)

    def __call__(self, count: int) -> None:
        self.step(count)

    def close(self) -> None:
        self._bar.close()
