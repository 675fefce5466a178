"""From vectors and terms to nine probabilities, by the learned weights. Pure NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.coaching.sentence import SentenceVectors, said_words, term_hash
from recommender.coaching.weights import Weights

TERM_SCALE = 3.0  # beside the sentence's vector; in training, too


def probabilities(
    weights: Weights,
    vectors: Sequence[SentenceVectors],
    terms: Sequence[np.ndarray],
    language: int,
) -> np.ndarray:
    """(n, 9) float64, rows sum to 1. `language` is 0 for English, 1 for Chinese.

    Each sentence must have at least one word vector.
    """
    if not vectors:
        return np.zeros((0, weights.whole.shape[1]))
    mixed = mix(
        linear_logits(weights, vectors, terms, language),
        net_logits(weights, vectors, language),
        float(weights.mix[language]),
    )
    return softmax(mixed / float(weights.temperature[language]))


def mix(linear: np.ndarray, nets: np.ndarray, share: float) -> np.ndarray:
    """(n, 9) logits: a weighted mean of logarithms of probabilities, over (n, 9) and (K, n, 9)."""
    return (1 - share) * log_softmax(linear) + share * log_softmax(nets).mean(axis=0)


def linear_logits(
    weights: Weights,
    vectors: Sequence[SentenceVectors],
    terms: Sequence[np.ndarray],
    language: int,
) -> np.ndarray:
    """(n, 9): multinomial logistic regression on the sentence's vector and its terms."""
    whole = np.stack([v.whole for v in vectors]).astype(np.float64)
    said = np.stack([_term_logits(weights, found) for found in terms])
    return whole @ weights.whole + said + weights.whole_bias[language]


def _term_logits(weights: Weights, found: np.ndarray) -> np.ndarray:
    places, met = _places(weights, found)
    rarity = weights.term_rarity[places[met]]
    length = float(np.linalg.norm(rarity)) or 1.0
    return (TERM_SCALE / length * rarity) @ weights.term_weights[places[met]]


def _places(weights: Weights, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each hash stands among the learned terms, and whether it is there at all."""
    places = np.searchsorted(weights.term_hashes, hashes)
    places = np.minimum(places, len(weights.term_hashes) - 1)
    return places, weights.term_hashes[places] == hashes


def net_logits(weights: Weights, vectors: Sequence[SentenceVectors], language: int) -> np.ndarray:
    """(K, n, 9): small nets that choose, head by head, which words of a sentence to look at.

    Attention is a weighted mean, so each head's value is made once for a
    sentence and not for every word.
    """
    lengths = np.array([len(v.words) for v in vectors])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    rows = np.concatenate([v.words for v in vectors]).astype(np.float32)
    owner = np.repeat(np.arange(len(vectors)), lengths)
    mean = np.add.reduceat(rows, starts, axis=0) / lengths[:, None]
    found = []
    for k in range(len(weights.ask)):
        looks = rows @ weights.ask[k]  # (n_words, H)
        looks = np.exp(looks - np.maximum.reduceat(looks, starts, axis=0)[owner])
        looks /= np.add.reduceat(looks, starts, axis=0)[owner]
        seen = np.stack(
            [looks[a : a + n].T @ rows[a : a + n] for a, n in zip(starts, lengths, strict=True)]
        )  # (n, H, D)
        taken = np.matmul(seen.transpose(1, 0, 2), weights.value[k]).transpose(1, 0, 2)
        taken = gelu(taken + weights.value_bias[k]).reshape(len(vectors), -1)
        found.append(
            taken @ weights.out[k] + mean @ weights.out_mean[k] + weights.out_bias[k, language]
        )
    return np.stack(found).astype(np.float64)


def gelu(x: np.ndarray) -> np.ndarray:
    """Hendrycks and Gimpel (2016), with the tanh."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(log_softmax(logits))


def known_share(weights: Weights, sentence: str) -> float:
    """Which share of a tidied sentence's words was met in training; marks do not count.

    A word of many is rare, so this is low only where hardly anything is language.
    """
    said = [word for word in said_words(sentence) if word[0].isalnum()]
    if not said:
        return 0.0
    _, met = _places(weights, np.array([term_hash(word) for word in said], np.uint32))
    return float(met.mean())
