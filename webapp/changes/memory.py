"""What a process keeps in memory of an organisation: each thing by its database and organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.community import is_writing

T = TypeVar("T")


class Memory(Generic[T]):
    def __init__(self, new: Callable[[], T]) -> None:
        self._new = new
        self._kept: WeakKeyDictionary[sa.Engine, dict[str, T]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, session: Session, organisation: str) -> T:
        """What is kept; an empty one inside a transaction that writes: what is read there
        may never come to be, so nothing of it is kept."""
        if is_writing():
            return self._new()
        engine = session.get_bind()
        assert isinstance(engine, sa.Engine)
        with self._lock:
            of_database = self._kept.setdefault(engine, {})
            if organisation not in of_database:
                of_database[organisation] = self._new()
            return of_database[organisation]
