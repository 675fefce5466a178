"""The model as sentence-transformers runs it: the measure for ours. Imports torch when made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from models.st_folder import read_recipe
from models.text_model import EncodedParts, Kind, ModelError, Progress, Span


class OriginalModel:
    """A `TextModel` over a sentence-transformers folder, for checks and benchmarks only."""

    def __init__(self, home: Path) -> None:
        self._original = open_original(str(home))
        recipe = read_recipe(home)
        self._original.max_seq_length = recipe.max_tokens
        self._prompts = recipe.prompts
        self.name = home.name
        self.fingerprint = f"{home.name}/sentence-transformers"
        self.dim = recipe.dim
        self.max_tokens = recipe.max_tokens
        self.languages = frozenset({"en", "zh"})

    def encode(
        self, texts: Sequence[str], *, kind: Kind, progress: Progress | None = None
    ) -> np.ndarray:
        vectors = self._original.encode(
            list(texts),
            prompt=self._prompts[kind],
            batch_size=16,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        if progress is not None:
            progress(len(texts))
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dim)

    def encode_with_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        *,
        kind: Kind,
        progress: Progress | None = None,
    ) -> EncodedParts:
        """Only ONNX models tell parts; this is a ModelError that says so."""
        raise ModelError(f"{self.fingerprint} does not tell the parts of a vector. Use load_model.")


def open_original(name_or_folder: str) -> Any:
    """The SentenceTransformer on the CPU, or a ModelError naming what is missing."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            f'sentence-transformers is not installed ({error}). Run: pip install "xinde[prepare]"'
        ) from error
    try:
        with _quiet():
            return SentenceTransformer(name_or_folder, device="cpu").eval()
    except Exception as error:  # hub, file and format errors have nothing in common
        raise ModelError(
            f'sentence-transformers cannot open "{name_or_folder}": {error}. Give the name of a '
            f"model that this machine can fetch, or a folder that holds one."
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without bars and without the note that an unused pooler has no weights."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
