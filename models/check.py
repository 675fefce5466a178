"""Whether a model's files are unharmed and it agrees with the original it was made from."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.check_set import ENGLISH, QUESTIONS, SENTENCES
from models.load import home_of, is_ready, load_model
from models.serving_folder import Precision
from models.text_model import Kind, ModelError, TextModel

TOP = 10


@dataclass(frozen=True)
class Agreement:
    """How near two models' vectors of the check set are, and how alike they rank it."""

    cosine_mean: float
    cosine_worst: float
    top10: float  # share of each question's ten nearest sentences that both find


@dataclass(frozen=True)
class CheckReport:
    name: str
    fingerprint: str
    texts: int  # sentences and questions encoded
    agreement: Agreement | None  # with sentence-transformers; None where it is not installed
    note: str  # why there is no agreement to report, or ""


def check_model(
    name: str, folder: Path, *, precision: Precision | None = None, against_original: bool = True
) -> CheckReport:
    """Checks a ready model: the sha256 of every file it serves from, then its vectors.

    ModelError if it is not ready or a file is damaged.
    """
    if not is_ready(name, folder, precision=precision):
        raise ModelError(f'The model "{name}" is not ready in {folder}. Run: xinde models prepare')
    model = load_model(name, folder, precision=precision)  # reads every file's sha256
    sentences, questions = check_texts(model.languages)
    vectors = (
        model.encode(sentences, kind="passage"),
        model.encode(questions, kind="query"),
    )
    note = _why_not(name, against_original)
    agreement = None
    if not note:
        original = original_vectors(home_of(name, folder), sentences, questions)
        agreement = agree(vectors, original)
    return CheckReport(
        model.name, model.fingerprint, len(sentences) + len(questions), agreement, note
    )


def check_texts(languages: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences and questions in the languages a model is for."""
    if "zh" in languages:
        return SENTENCES, QUESTIONS
    return ENGLISH, tuple(question for question in QUESTIONS if question.isascii())


def original_vectors(
    home: Path, sentences: Sequence[str], questions: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """What sentence-transformers makes of them, from the same folder. Imports torch."""
    from models.original import OriginalModel

    original: TextModel = OriginalModel(home)
    kinds: tuple[tuple[Sequence[str], Kind], ...] = ((sentences, "passage"), (questions, "query"))
    passages, queries = (original.encode(texts, kind=kind) for texts, kind in kinds)
    return passages, queries


def agree(ours: tuple[np.ndarray, np.ndarray], theirs: tuple[np.ndarray, np.ndarray]) -> Agreement:
    """Both pairs are (passages, queries), rows in the same order, unit rows."""
    cosines = np.concatenate([(a * b).sum(axis=1) for a, b in zip(ours, theirs, strict=True)])
    return Agreement(
        float(cosines.mean()),
        float(cosines.min()),
        float(
            np.mean([len(a & b) / len(b) for a, b in zip(_top(*ours), _top(*theirs), strict=True)])
        ),
    )


def _top(passages: np.ndarray, queries: np.ndarray) -> list[set[int]]:
    nearest = np.argsort(-(queries @ passages.T), axis=1, kind="stable")[:, :TOP]
    return [set(row.tolist()) for row in nearest]


def _why_not(name: str, wanted: bool) -> str:
    if name == "hashing":
        return "hashed words have no original"
    if not wanted:
        return "not asked for"
    if importlib.util.find_spec("sentence_transformers") is None:
        return 'sentence-transformers is not installed; to compare: pip install "xinde[prepare]"'
    return ""
