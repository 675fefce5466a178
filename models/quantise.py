"""How weights become blocks of small integers with a scale each. Pure NumPy.

Layouts are those of ONNX Runtime's MatMulNBits and GatherBlockQuantized:
blocks of 32 along the last axis, symmetric, weight = (q - zero) * scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK = 32


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
    four = _four_bits(weights)
    if bits == 4:
        return four
    if np.allclose(four.dense(), weights, rtol=0, atol=1e-7):
        return Blocks(8, four.values, four.scales)
    return _eight_bits(weights)


def is_exact(blocks: Blocks, weights: np.ndarray) -> bool:
    return bool(np.allclose(blocks.dense(), weights, rtol=0, atol=1e-7))


def _four_bits(weights: np.ndarray) -> Blocks:
    """The weight of largest size in a block becomes exactly -8: one step more than +7 gives."""
    blocks = weights.reshape(len(weights), -1, BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scales = (largest / -8).astype(np.float32)
    return Blocks(4, _round(blocks, scales, -8, 7).reshape(weights.shape), scales[..., 0])


def _eight_bits(weights: np.ndarray) -> Blocks:
    blocks = weights.reshape(len(weights), -1, BLOCK)
    scales = (np.abs(blocks).max(-1, keepdims=True) / 127).astype(np.float32)
    return Blocks(8, _round(blocks, scales, -127, 127).reshape(weights.shape), scales[..., 0])


def _round(blocks: np.ndarray, scales: np.ndarray, low: int, high: int) -> np.ndarray:
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales != 0)
    return np.clip(np.rint(blocks * inverse), low, high).astype(np.int8)
