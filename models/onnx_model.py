"""The model that is served: a graph run by ONNX Runtime. Imports no torch."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from models.pooling import pool, pool_with_shares
from models.serving_folder import GRAPH, read_description, require_unharmed
from models.text_model import EncodedParts, Kind, ModelError, Progress, Span
from models.tokens import TextTokenizer, Tokens

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_Result = TypeVar("_Result")

BATCH_TEXTS = 16
BATCH_TOKENS = 2048  # padding included; larger batches are no faster and take more memory
_AHEAD = 512  # texts tokenised, then sorted by length, at a time


class OnnxModel:
    """A `TextModel` read from a serving folder.

    The session is created at the first use, and again in a forked child: the
    threads of a session do not survive a fork.
    """

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        serving = read_description(folder)
        require_unharmed(folder, serving)
        self.name = serving.name
        self.fingerprint = serving.fingerprint
        self.dim = serving.dim
        self.max_tokens = serving.max_tokens
        self.languages = frozenset(serving.languages)
        self.precision = serving.precision
        self._pooling = serving.pooling
        self._prompts = serving.prompts
        self._folder = folder
        self._threads = threads
        self._tokenizer = TextTokenizer(folder, serving)
        self._session: InferenceSession | None = None
        self._opening = threading.Lock()
        _renew_after_fork(self)

    def encode(
        self, texts: Sequence[str], *, kind: Kind, progress: Progress | None = None
    ) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for index, vector in self._each(
            texts, kind, lambda _, __, states: pool(states, self._pooling), progress
        ):
            vectors[index] = vector
        return vectors

    def encode_with_parts(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        *,
        kind: Kind,
        progress: Progress | None = None,
    ) -> EncodedParts:
        if len(texts) != len(spans):
            raise ValueError(f"{len(texts)} texts but spans for {len(spans)}")
        vectors = np.zeros((len(texts), self.dim), np.float32)
        rest = np.zeros((len(texts), self.dim), np.float32)
        parts: list[np.ndarray] = [np.zeros((0, self.dim), np.float32)] * len(texts)

        def shares(index: int, tokens: Tokens, states: np.ndarray) -> Any:
            return pool_with_shares(states, tokens.places, spans[index], self._pooling)

        for index, (vector, of_spans, remaining) in self._each(texts, kind, shares, progress):
            vectors[index], parts[index], rest[index] = vector, of_spans, remaining
        return EncodedParts(vectors, parts, rest)

    def token_counts(self, texts: Sequence[str], *, kind: Kind) -> list[int]:
        """Tokens the model reads of each text, prompt and special tokens included."""
        return [len(self._tokenizer.tokenize(t, self._prompts[kind]).ids) for t in texts]

    def batches(
        self, texts: Sequence[str], *, kind: Kind
    ) -> Iterator[tuple[list[int], list[Tokens]]]:
        """Places in `texts` and tokens of what is run together: of similar length, longest first.

        Longest first, so that memory is taken once and reused.
        """
        for start in range(0, len(texts), _AHEAD):
            tokens = [
                self._tokenizer.tokenize(text, self._prompts[kind])
                for text in texts[start : start + _AHEAD]
            ]
            order = sorted(range(len(tokens)), key=lambda i: -len(tokens[i].ids))
            while order:
                size = max(1, min(BATCH_TEXTS, BATCH_TOKENS // len(tokens[order[0]].ids)))
                chosen, order = order[:size], order[size:]
                yield [start + i for i in chosen], [tokens[i] for i in chosen]

    def run(self, batch: Sequence[Tokens]) -> np.ndarray:
        """(texts, longest, dim) float32 token states; rows beyond a text's end mean nothing."""
        return self._open().run(None, self.feed(batch))[0]

    def feed(self, batch: Sequence[Tokens]) -> dict[str, np.ndarray]:
        """What the graph is given: ids (texts, longest) and a mask of those that are real."""
        longest = max(len(tokens.ids) for tokens in batch)
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.int32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens.ids)] = tokens.ids
            mask[row, : len(tokens.ids)] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def _each(
        self,
        texts: Sequence[str],
        kind: Kind,
        finish: Callable[[int, Tokens, np.ndarray], _Result],
        progress: Progress | None,
    ) -> Iterator[tuple[int, _Result]]:
        """What `finish(index, tokens, states)` makes of every text, batch by batch."""
        for places, batch in self.batches(texts, kind=kind):
            for index, tokens, states in zip(places, batch, self.run(batch), strict=True):
                yield index, finish(index, tokens, states[: len(tokens.ids)])
            if progress is not None:
                progress(len(batch))

    def _open(self) -> InferenceSession:
        if self._session is None:
            with self._opening:
                if self._session is None:
                    self._session = open_session(self._folder / GRAPH, self._threads)
        return self._session

    def _after_fork(self) -> None:
        self._opening = threading.Lock()  # another thread may have held it
        if self._session is not None:
            _never_close(self._session)
            self._session = None


def open_session(path: Path, threads: int) -> InferenceSession:
    """A session on the CPU whose idle threads sleep: a web server has other work for the cores."""
    # From 1.29 on ONNX Runtime reports its use to its maker, from a thread that also hangs
    # forked children; only this variable, set before the import, keeps it from starting.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # for a process that had imported it before us
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has one exception class per status, none shared
        raise ModelError(
            f"ONNX Runtime {onnxruntime.__version__} cannot open {path}: {error}. Delete the "
            f"folder {path.parent}; it is made again at the next start."
        ) from error


def _renew_after_fork(model: OnnxModel) -> None:
    known = weakref.ref(model)

    def renew() -> None:
        if (alive := known()) is not None:
            alive._after_fork()

    os.register_at_fork(after_in_child=renew)


def _never_close(session: InferenceSession) -> None:
    """Keeps a session that came through a fork: closing it would wait for threads left behind.

    Holding a reference is not enough, since all are dropped when Python ends.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(session))
