"""What sets texts apart: vectors without what all readings of a library share.

All vectors of a model lie close together (for this model two random passages
have a product of about .8), and what they share says nothing. The index keeps
(r - c) / |r - c|, where c is the mean of its readings; queries are centred
with the same c. A centred product is still a sum over sentences, because the
shares' products with their own unit vector sum to 1 (`closeness.meaning_gains`).
"""

from __future__ import annotations

import numpy as np

# As if there were this many more readings at the origin: the mean of a library
# of three texts is no common part, and a single reading must not become nothing.
SHRINK = 20
ROWS = 4096  # centred at once: a memory-mapped matrix is never copied whole


def mean_of(vectors: np.ndarray) -> np.ndarray:
    """(dim,) float32 mean of unit rows, nearer to the origin the fewer they are."""
    total = np.zeros(vectors.shape[1])
    for start in range(0, len(vectors), ROWS):
        total += vectors[start : start + ROWS].sum(axis=0, dtype=np.float64)
    return (total / (len(vectors) + SHRINK)).astype(np.float32)


def centred(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(n, dim) unit rows less the centre, unit again."""
    less = vectors - centre
    less /= np.maximum(np.sqrt(np.einsum("ij,ij->i", less, less)), 1e-6)[:, None]
    return less


def centre_rows(vectors: np.ndarray, centre: np.ndarray) -> None:
    """`centred`, in place."""
    for start in range(0, len(vectors), ROWS):
        vectors[start : start + ROWS] = centred(vectors[start : start + ROWS], centre)


def uncentred(vector: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """(dim,) the unit vector that `centred` made into `vector`."""
    along = float(centre @ vector)
    length = np.sqrt(along * along + max(1 - float(centre @ centre), 0.0)) - along
    return centre + np.float32(length) * vector


def uncentred_rows(vectors: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`uncentred` of (n, dim), and how long each was before it was made unit again."""
    along = vectors @ centre
    length = np.sqrt(along * along + max(1 - float(centre @ centre), 0.0)) - along
    return centre + length[:, None] * vectors, length
