"""How weights become blocks of small integers with a scale each. Pure NumPy.

Layouts are those of ONNX Runtime's MatMulNBits and GatherBlockQuantized:
blocks of 32 along the last axis, symmetric, weight = (q - zero) * scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

BLOCK = 32
_ROWS = 8192  # worked on at a time


@dataclass(frozen=True)
class Blocks:
    """A matrix (rows, columns) in blocks; `columns` is a multiple of 32."""

    bits: int  # 4 or 8
    values: np.ndarray  # (rows, columns) int8, from -8..7 or -127..127
    scales: np.ndarray  # (rows, columns / 32) float32

    def dense(self) -> np.ndarray:
        """(rows, columns) float32."""
        rows, columns = self.values.shape
        blocks = self.values.reshape(rows, -1, BLOCK).astype(np.float32)
        return (blocks * self.scales[..., None]).reshape(rows, columns)

    def packed(self) -> np.ndarray:
        """(rows, columns * bits / 8) uint8 around a zero of 2^(bits-1); low half first."""
        if self.bits == 8:
            return (self.values.astype(np.int16) + 128).astype(np.uint8)
        nibbles = (self.values + 8).astype(np.uint8)
        return nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)


def can_be_blocked(weights: np.ndarray) -> bool:
    return weights.ndim == 2 and weights.shape[1] % BLOCK == 0


def quantise(weights: np.ndarray, bits: int) -> Blocks:
    """Blocks nearest to `weights` (rows, columns) float32.

    Weights that already lie on a 4-bit grid (a model that was published in
    four bits) keep it: then both 4 and 8 bits lose nothing.
    """
    four = _by_rows(weights, _four_bits, 4)
    if bits == 4:
        return four
    if is_exact(four, weights):
        return Blocks(8, four.values, four.scales)
    return _by_rows(weights, _eight_bits, 8)


def is_exact(blocks: Blocks, weights: np.ndarray) -> bool:
    return all(
        np.allclose(
            Blocks(blocks.bits, blocks.values[rows], blocks.scales[rows]).dense(),
            weights[rows],
            rtol=0,
            atol=1e-7,
        )
        for rows in _slices(len(weights))
    )


_Quantiser = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def _by_rows(weights: np.ndarray, quantiser: _Quantiser, bits: int) -> Blocks:
    # A piece at a time: the passing arrays of a 250,000-row table would take 2 GB.
    values = np.empty(weights.shape, np.int8)
    scales = np.empty((len(weights), weights.shape[1] // BLOCK), np.float32)
    for rows in _slices(len(weights)):
        blocks = weights[rows].reshape(-1, weights.shape[1] // BLOCK, BLOCK)
        integers, of_blocks = quantiser(blocks)
        values[rows] = integers.reshape(-1, weights.shape[1])
        scales[rows] = of_blocks[..., 0]
    return Blocks(bits, values, scales)


def _slices(rows: int) -> Iterator[slice]:
    return (slice(start, start + _ROWS) for start in range(0, rows, _ROWS))


def _four_bits(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weight of largest size in a block becomes exactly -8: one step more than +7 gives."""
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scales = (largest / -8).astype(np.float32)
    return _round(blocks, scales, -8, 7), scales


def _eight_bits(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scales = (np.abs(blocks).max(-1, keepdims=True) / 127).astype(np.float32)
    return _round(blocks, scales, -127, 127), scales


def _round(blocks: np.ndarray, scales: np.ndarray, low: int, high: int) -> np.ndarray:
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales != 0)
    return np.clip(np.rint(blocks * inverse), low, high).astype(np.int8)
