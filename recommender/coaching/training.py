"""How the weights are learned. Needs SciPy and torch; nothing that serves imports it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import torch
from scipy.optimize import minimize
from torch import nn
from torch.nn import functional as F

from recommender.coaching.examples import Example
from recommender.coaching.labels import LABELS
from recommender.coaching.scoring import TERM_SCALE
from recommender.coaching.sentence import SentenceVectors

RIDGE = 1e-3  # of the linear part
FEWEST = 4  # sentences that a term must be in
HEADS, VALUES = 8, 48
EPOCHS, BATCH, RATE, DECAY = 8, 64, 2e-3, 0.05
DROP, DROP_WORDS, SMOOTH = 0.3, 0.15, 0.05
LONGEST = 96  # words of a sentence that the nets see in training
RARE = 0.4  # 0: all sentences count alike, 1: all labels do


@dataclass(frozen=True)
class Lesson:
    """Sentences to learn from, all lists of one length."""

    examples: list[Example]
    vectors: list[SentenceVectors]
    terms: list[np.ndarray]
    weights: np.ndarray  # (n,) how much each counts, before its label's rarity

    @property
    def labels(self) -> np.ndarray:
        return np.array([example.label for example in self.examples])

    @property
    def languages(self) -> np.ndarray:
        return np.array([example.language for example in self.examples])

    def only(self, chosen: np.ndarray) -> Lesson:
        """`chosen` is (n,) bool."""
        places = np.flatnonzero(chosen)
        return Lesson(
            [self.examples[k] for k in places],
            [self.vectors[k] for k in places],
            [self.terms[k] for k in places],
            self.weights[places],
        )

    def counted(self) -> np.ndarray:
        """(n,) weights with rare labels raised, mean 1."""
        size = np.bincount(self.labels, weights=self.weights, minlength=len(LABELS))
        raised = self.weights * (size.mean() / np.maximum(size, 1))[self.labels] ** RARE
        return raised / raised.mean()


# The linear part


def fit_linear(lesson: Lesson) -> dict[str, np.ndarray]:
    """Multinomial logistic regression with a ridge, on the sentence's vector and its terms."""
    whole = np.stack([v.whole for v in lesson.vectors]).astype(np.float64)
    mean, spread = whole.mean(axis=0), whole.std(axis=0) + 1e-6
    scale = 4 / np.sqrt(whole.shape[1]) / spread
    hashes, rarity = vocabulary(lesson)
    parts = [
        sp.csr_matrix((whole - mean) * scale),
        term_matrix(lesson.terms, hashes, rarity),
        sp.csr_matrix(np.eye(2)[lesson.languages]),
    ]
    ridge = np.concatenate([np.full(whole.shape[1] + len(hashes), RIDGE), np.full(2, 1e-6)])
    learned = _softmax_regression(sp.hstack(parts).tocsr(), lesson, ridge)
    of_whole = learned[: len(mean)] * scale[:, None]
    return {
        "whole": of_whole,
        "whole_bias": learned[-2:] - mean @ of_whole,
        "term_hashes": hashes,
        "term_rarity": rarity,
        "term_weights": learned[len(mean) : -2],
    }


def vocabulary(lesson: Lesson) -> tuple[np.ndarray, np.ndarray]:
    """Hashes (T,) uint32, sorted, of the terms in enough sentences, and how rare each is (T,)."""
    counts = Counter(int(term) for found in lesson.terms for term in found)
    kept = sorted(term for term, n in counts.items() if n >= FEWEST)
    rarity = np.log(len(lesson.terms) / np.array([counts[term] for term in kept], float))
    return np.array(kept, np.uint32), rarity


def term_matrix(terms: list[np.ndarray], hashes: np.ndarray, rarity: np.ndarray) -> sp.csr_matrix:
    """(n, T), rows of length TERM_SCALE; as `scoring` makes them one at a time."""
    columns = [np.flatnonzero(np.isin(hashes, found, assume_unique=True)) for found in terms]
    values = [rarity[c] / (np.linalg.norm(rarity[c]) or 1.0) * TERM_SCALE for c in columns]
    starts = np.concatenate([[0], np.cumsum([len(c) for c in columns])])
    return sp.csr_matrix(
        (np.concatenate(values), np.concatenate(columns), starts), (len(terms), len(hashes))
    )


def _softmax_regression(matrix: sp.csr_matrix, lesson: Lesson, ridge: np.ndarray) -> np.ndarray:
    """(columns, 9) weights, by L-BFGS."""
    truth = np.eye(len(LABELS))[lesson.labels]
    counted = lesson.counted()[:, None] / len(truth)
    turned = matrix.T.tocsr()
    shape = (matrix.shape[1], len(LABELS))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        logits = matrix @ weights
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        value = -(counted * truth * logs).sum() + 0.5 * (ridge[:, None] * weights**2).sum()
        slope = turned @ (counted * (np.exp(logs) - truth)) + ridge[:, None] * weights
        return float(value), slope.ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return found.x.reshape(shape)


# The nets


class Net(nn.Module):
    """`scoring.net_logits`, as torch learns it."""

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, mean: torch.Tensor, spread: torch.Tensor) -> None:
        super().__init__()
        dim = len(mean)
        self.register_buffer("mean", mean)
        self.register_buffer("spread", spread)
        self.ask = nn.Linear(dim, HEADS, bias=False)
        self.value = nn.Parameter(torch.empty(HEADS, dim, VALUES).uniform_(-1, 1) / dim**0.5)
        self.value_bias = nn.Parameter(torch.zeros(HEADS, VALUES))
        self.out = nn.Linear(HEADS * VALUES, len(LABELS), bias=False)
        self.out_mean = nn.Linear(dim, len(LABELS), bias=False)
        self.out_bias = nn.Parameter(torch.zeros(2, len(LABELS)))

    def forward(self, rows: torch.Tensor, real: torch.Tensor, language: torch.Tensor):
        """(n, longest, dim) words, (n, longest) which are real, (n,) languages -> (n, 9)."""
        rows = F.dropout((rows - self.mean) / self.spread, DROP_WORDS, self.training)
        looks = self.ask(rows).masked_fill(~real[..., None], -1e4).softmax(dim=1)
        seen = looks.transpose(1, 2) @ rows
        taken = torch.einsum("nhd,hdv->nhv", seen, self.value) + self.value_bias
        taken = F.dropout(F.gelu(taken, approximate="tanh").flatten(1), DROP, self.training)
        mean = (rows * real[..., None]).sum(dim=1) / real.sum(dim=1, keepdim=True)
        mean = F.dropout(mean, DROP, self.training)
        return self.out(taken) + self.out_mean(mean) + self.out_bias[language]

    def exported(self) -> dict[str, np.ndarray]:
        """Arrays of `Weights` without their first axis; they take words as they come."""
        with torch.no_grad():
            narrow = 1 / self.spread
            value = self.value * narrow[:, None]
            out_mean = self.out_mean.weight.T * narrow[:, None]
            return {
                "ask": (self.ask.weight.T * narrow[:, None]).numpy(),
                "value": value.numpy(),
                "value_bias": (
                    self.value_bias - torch.einsum("d,hdv->hv", self.mean, value)
                ).numpy(),
                "out": self.out.weight.T.numpy().copy(),
                "out_mean": out_mean.numpy(),
                "out_bias": (self.out_bias - self.mean @ out_mean).numpy(),
            }


def fit_net(lesson: Lesson, seed: int) -> dict[str, np.ndarray]:
    """One net. The same seed, data and machine give the same weights."""
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    rows = torch.tensor(np.concatenate([v.words for v in lesson.vectors]), dtype=torch.float32)
    net = Net(rows.mean(dim=0), rows.std(dim=0) + 1e-6)
    labels, languages = torch.tensor(lesson.labels), torch.tensor(lesson.languages)
    counted = torch.tensor(lesson.counted(), dtype=torch.float32)
    lengths = np.array([len(v.words) for v in lesson.vectors])
    steps = EPOCHS * (len(lengths) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=steps, pct_start=0.15
    )
    net.train()
    for _ in range(EPOCHS):
        for places in _batches(order, lengths):
            logits = net(*_padded([lesson.vectors[k].words for k in places]), languages[places])
            each = F.cross_entropy(logits, labels[places], label_smoothing=SMOOTH, reduction="none")
            optimiser.zero_grad()
            (each * counted[places]).mean().backward()
            optimiser.step()
            schedule.step()
    return net.exported()


def _batches(order: np.random.Generator, lengths: np.ndarray) -> list[np.ndarray]:
    """Whole batches of sentences of similar length, in random order; the last few wait."""
    shuffled = order.permutation(len(lengths))[: len(lengths) // BATCH * BATCH]
    near = 16 * BATCH
    found = []
    for start in range(0, len(shuffled), near):
        some = shuffled[start : start + near]
        some = some[np.argsort(lengths[some], kind="stable")]
        found += [some[i : i + BATCH] for i in range(0, len(some), BATCH)]
    return [found[k] for k in order.permutation(len(found))]


def _padded(words: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = min(LONGEST, max(len(w) for w in words))
    rows = np.zeros((len(words), longest, words[0].shape[1]), np.float32)
    real = np.zeros((len(words), longest), bool)
    for k, of_one in enumerate(words):
        rows[k, : len(of_one)] = of_one[:longest]
        real[k, : len(of_one)] = True
    return torch.from_numpy(rows), torch.from_numpy(real)
