"""The library, the model and the index: opened once per process, on first use."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from flask import current_app

from corpus.library import Library
from models.load import load_model
from models.text_model import TextModel
from recommender.index import Index
from recommender.together import Pairs, TogetherBroken
from recommender.together import load as load_pairs

if TYPE_CHECKING:
    from webapp.settings import Settings


log = structlog.get_logger("xinde.resources")


class Resources:
    """Opens each thing once, whichever thread asks first.

    Tests hand in their own model; everything else is real.
    """

    def __init__(self, settings: Settings, *, model: TextModel | None = None) -> None:
        self._settings = settings
        self._model = model
        self._library: Library | None = None
        self._index: Index | None = None
        self._together: Pairs | None = None
        self._together_seen: tuple[int, int] | None = None
        self._lock = threading.RLock()

    @property
    def library(self) -> Library:
        with self._lock:
            if self._library is None:
                self._library = Library.open(self._settings.library_path)
            return self._library

    @property
    def model(self) -> TextModel:
        with self._lock:
            if self._model is None:
                self._model = load_model(
                    self._settings.model,
                    self._settings.models_folder,
                    threads=self._settings.model_threads,
                )
            return self._model

    @property
    def index(self) -> Index:
        with self._lock:
            if self._index is None:
                self._index = Index.open(self._settings.index_folder, self.model)
            return self._index

    @property
    def together_path(self) -> Path:
        return self._settings.index_folder / "together.npz"

    @property
    def together(self) -> Pairs | None:
        """What members write about together, as last renewed by whichever process;
        None where nothing was learned, or its file cannot be used."""
        with self._lock:
            stamp = _stamp(self.together_path)
            if stamp != self._together_seen:
                self._together, self._together_seen = _together(self.together_path), stamp
            return self._together

    def close(self) -> None:
        """Let go of files; what is asked for later is opened again."""
        with self._lock:
            for opened in (self._library, self._index):
                if opened is not None:
                    opened.close()
            self._library = self._index = None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _together(path: Path) -> Pairs | None:
    try:
        return load_pairs(path)
    except TogetherBroken as problem:
        log.warning(str(problem))
        return None


def resources() -> Resources:
    """Those of the current app."""
    found: Resources = current_app.extensions["xinde_resources"]
    return found


def library() -> Library:
    return resources().library


def model() -> TextModel:
    return resources().model


def index() -> Index:
    return resources().index
