"""How a text becomes token ids with their places, by the Rust tokenizers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from models.serving_folder import FULL_TOKENIZER, TOKENIZER, Serving
from models.text_model import ModelError, Span


@dataclass(frozen=True)
class Tokens:
    """One text's tokens, special tokens and prompt included."""

    ids: np.ndarray  # (n,) int64
    places: list[Span]  # characters of the text itself; (-1, -1) for prompt and special tokens


class TextTokenizer:
    """Tokens of texts, cut at the model's `max_tokens`. Thread-safe.

    Serves from the light vocabulary until a text needs the full one; from then
    on the full one alone is kept, which costs its memory but no second copy.
    """

    def __init__(self, folder: Path, serving: Serving) -> None:
        self._folder = folder
        self._max_tokens = serving.max_tokens
        self._foreign = frozenset(serving.foreign)
        self._change = threading.Lock()
        self._light_ids = (
            None if serving.light_ids is None else np.array(serving.light_ids, np.int64)
        )
        self._tokenizer = self._open(TOKENIZER)

    def tokenize(self, text: str, prompt: str) -> Tokens:
        # Both are read at once: another thread may be changing to the full vocabulary.
        tokenizer, ids = self._for(prompt + text)
        encoding = tokenizer.encode(prompt + text)
        found = np.array(encoding.ids, np.int64)
        return Tokens(
            found if ids is None else ids[found],
            _places(encoding.offsets, encoding.special_tokens_mask, len(prompt)),
        )

    def _for(self, text: str) -> tuple[Tokenizer, np.ndarray | None]:
        with self._change:
            if self._light_ids is not None and self._is_foreign(text):
                self._tokenizer = self._open(FULL_TOKENIZER)
                self._light_ids = None
            return self._tokenizer, self._light_ids

    def _is_foreign(self, text: str) -> bool:
        if text.isascii():
            return False
        # As the model sees it: an Ohm sign, say, is the Greek letter omega.
        normalizer = self._tokenizer.normalizer
        seen = normalizer.normalize_str(text) if normalizer else text
        return not self._foreign.isdisjoint(seen)

    def _open(self, name: str) -> Tokenizer:
        path = self._folder / name
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust side raises nothing narrower
            raise ModelError(
                f"The tokenizer {path} cannot be read ({error}). Delete the folder "
                f"{self._folder}; it is made again at the next start."
            ) from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer


def _places(offsets: Sequence[Span], special: Sequence[int], prompt: int) -> list[Span]:
    return [
        (-1, -1) if is_special or start < prompt else (start - prompt, end - prompt)
        for (start, end), is_special in zip(offsets, special, strict=True)
    ]
