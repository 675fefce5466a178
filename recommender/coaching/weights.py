"""The learned weights: what is in the data file, and how it is read. No pickle."""

from __future__ import annotations

from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path

import numpy as np

SHIPPED = Path(__file__).with_name("weights.npz")
FORMAT = 1


@dataclass(frozen=True)
class Weights:
    """All arrays are float32 once read. L = 9 labels, K nets, H heads, D = dim, V values of a head."""

    whole: np.ndarray  # (D, L) of the sentence's vector
    whole_bias: np.ndarray  # (2, L): English, Chinese
    term_hashes: np.ndarray  # (T,) uint32, sorted
    term_rarity: np.ndarray  # (T,)
    term_weights: np.ndarray  # (T, L)
    ask: np.ndarray  # (K, D, H) what a head looks for in a word
    value: np.ndarray  # (K, H, D, V) what it takes from where it looked
    value_bias: np.ndarray  # (K, H, V)
    out: np.ndarray  # (K, H * V, L)
    out_mean: np.ndarray  # (K, D, L) of the words' mean
    out_bias: np.ndarray  # (K, 2, L): English, Chinese
    mix: np.ndarray  # (2,) share of the nets' logarithms; the rest is words and whole
    temperature: np.ndarray  # (2,) by which logits are divided: English, Chinese
    sure: np.ndarray  # (2,) the probability from which on an answer is sure
    fingerprint: np.ndarray  # () the model's; vectors of another one mean nothing here

    @property
    def dim(self) -> int:
        return len(self.whole)


_KEPT = {"term_hashes": np.uint32, "fingerprint": np.str_}
_SMALL = {"term_weights", "value"}  # kept as int8 with one scale for each last axis


def digest(weights: Weights) -> str:
    """A name for these numbers."""
    found = blake2b(digest_size=8)
    for field in fields(Weights):
        found.update(np.ascontiguousarray(getattr(weights, field.name)).tobytes())
    return found.hexdigest()


def save(weights: Weights, path: Path) -> None:
    """Writes float16, and int8 for the two largest; the same weights give the same bytes."""
    arrays: dict[str, np.ndarray] = {"format": np.array(FORMAT)}
    for field in fields(Weights):
        array = np.asarray(getattr(weights, field.name))
        if field.name in _SMALL:
            scale = np.maximum(np.abs(array).max(axis=-2, keepdims=True), 1e-12) / 127
            arrays[field.name] = np.rint(array / scale).astype(np.int8)
            arrays[f"{field.name}_scale"] = scale.astype(np.float32)
        elif field.name in _KEPT or array.size < 100:
            arrays[field.name] = array
        else:
            arrays[field.name] = array.astype(np.float16)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load(path: Path = SHIPPED) -> Weights:
    """ValueError where the file is of another format."""
    with np.load(path, allow_pickle=False) as file:
        if int(file["format"]) != FORMAT:
            raise ValueError(
                f"{path} has format {int(file['format'])}, this program reads {FORMAT}. "
                "Make it again: python -m recommender.coaching.train"
            )
        found = {field.name: _read(file, field.name) for field in fields(Weights)}
    return Weights(**found)


def _read(file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    array = file[name]
    if name in _KEPT:
        return array
    if name in _SMALL:
        return array.astype(np.float32) * file[f"{name}_scale"]
    return array.astype(np.float32)
