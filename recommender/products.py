"""What is each query times each reading? Tile by tile, so that the vectors are read once.

OpenBLAS first packs the larger matrix anew, whatever stands on the other side:
for a few queries that copy costs more than the sums. Of small matrices it
multiplies without packing (where it has a kernel for that; elsewhere tiles cost
nothing), and in one thread: on a busy machine the second one is waited for.
"""

from __future__ import annotations

import numpy as np

# Numbers of a tile's answer. Up to about 1,000 of them, and a million sums, the
# kernel for small matrices is taken; docs/decisions/0004 has the measurements.
TILE = 768
LEAST = 16  # readings of a tile: with more queries the packing is worth its price


def multiply(queries: np.ndarray, matrix: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """queries (m, dim), matrix (n, dim) in C order, both float32 -> (m, n) float32.

    The same as `queries @ matrix.T` but for the order in which sums are rounded.
    """
    (m, dim), n = queries.shape, len(matrix)
    if out is None:
        out = np.empty((m, n), np.float32)
    rows = TILE // max(m, 1) // LEAST * LEAST
    whole = n // rows * rows if rows else 0  # what divides into tiles
    if whole:
        tiles = matrix[:whole].reshape(whole // rows, rows, dim)
        places = out[:, :whole].reshape(m, whole // rows, rows)
        np.matmul(queries, tiles.transpose(0, 2, 1), out=places.transpose(1, 0, 2))
    if whole < n:
        np.matmul(queries, matrix[whole:].T, out=out[:, whole:])
    return out
