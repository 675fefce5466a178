"""How a text becomes token ids with their places, by the Rust tokenizers."""

from __future__ import annotations

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
        ids = None if serving.light_ids is None else np.array(serving.light_ids, np.int64)
        # One pair, replaced at once: threads read it without a lock.
        self._current = (self._open(TOKENIZER), ids)

    def tokenize(self, text: str, prompt: str) -> Tokens:
        tokenizer, ids = self._for(prompt + text)
        encoding = tokenizer.encode(prompt + text)
        found = np.array(encoding.ids, np.int64)
        return Tokens(
            found if ids is None else ids[found],
            _places(encoding.offsets, encoding.special_tokens_mask, len(prompt)),
        )

    def _for(self, text: str) -> tuple[Tokenizer, np.ndarray | None]:
        """The tokenizer for this text, with the full id of each of its ids if it is light."""
        tokenizer, ids = self._current
        if ids is not None and self._is_foreign(text, tokenizer):
            self._current = (self._open(FULL_TOKENIZER), None)
        return self._current

    def _is_foreign(self, text: str, tokenizer: Tokenizer) -> bool:
        if text.isascii():
            return False
        # As the model sees it: an Ohm sign, say, is the Greek letter omega.
        normalizer = tokenizer.normalizer
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
