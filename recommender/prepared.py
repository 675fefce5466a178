"""A text as a query: its vectors and words, what each sentence gives to them, packed to be kept."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from corpus import sentences
from models.text_model import Span, TextModel
from recommender.quoting import clauses
from recommender.readings import Evidence, EvidenceKind
from recommender.vector_store import pack_shares, unpack_shares
from recommender.word_index import term_hashes

MOST_CHUNKS = 8  # vectors of one piece; a longer text is cut into longer chunks
IN_CLAUSES = frozenset({"role", "interest"})  # quoted by the clause, not by the sentence
CHUNK = {"zh": 250}  # characters
OTHER_CHUNK = 700
MAGIC = b"XE02"
HEAD = struct.Struct("<4s16s16sIIIII")


@dataclass(frozen=True)
class Prepared:
    """A text as a query, with what each of its sentences gives to it."""

    vectors: np.ndarray  # (m, dim) float32, one per chunk
    chunk_starts: np.ndarray  # (m + 1,) int64 into the sentences
    spans: np.ndarray  # (s, 2) sentences, into the text
    shares: np.ndarray  # (s, dim) int8
    scales: np.ndarray  # (s,) float32
    terms: np.ndarray  # (t,) uint64, of all sentences
    term_starts: np.ndarray  # (s + 1,) int64
    distinct: np.ndarray  # (d,) uint64, sorted
    counts: np.ndarray  # (d,) float32


def prepare_evidence(
    model: TextModel, text: str, language: str, *, kind: EvidenceKind = "working_on"
) -> bytes:
    """What `suggest` needs of a text, so that it need not encode it again.

    Opaque. It belongs to the words it was made from: keep it with them, delete
    it with them. Duties and descriptions (`kind` role, interest) are quoted by
    the clause.
    """
    return _pack(model, text, language, _encode(model, text, language, kind in IN_CLAUSES))


def prepared_of(model: TextModel, evidence: Evidence) -> Prepared:
    """From what its owner kept, if that is of this model and of these words."""
    if evidence.prepared:
        kept = _unpack(evidence.prepared, model, evidence.text, evidence.language)
        if kept is not None:
            return kept
    return _encode(model, evidence.text, evidence.language, evidence.kind in IN_CLAUSES)


def chunks(text: str, language: str, in_clauses: bool = False) -> list[list[Span]]:
    """Sentences (or clauses) in runs of about a paragraph, at most MOST_CHUNKS runs."""
    if in_clauses:
        spans = clauses(text, language)
    else:
        spans = sentences.split(text, "zh" if language == "zh" else "en")
    room = max(CHUNK.get(language, OTHER_CHUNK), len(text) // MOST_CHUNKS + 1)
    runs: list[list[Span]] = []
    for span in spans:
        if (runs and span[1] - runs[-1][0][0] <= room) or len(runs) == MOST_CHUNKS:
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _encode(model: TextModel, text: str, language: str, in_clauses: bool) -> Prepared:
    runs = chunks(text, language, in_clauses)
    spans = [span for run in runs for span in run]
    texts = [text[run[0][0] : run[-1][1]] for run in runs]
    inner = [[(a - run[0][0], b - run[0][0]) for a, b in run] for run in runs]
    encoded = model.encode_with_parts(texts, inner, kind="query")
    parts = [part.reshape(-1, model.dim) for part in encoded.parts]
    shares = np.concatenate(parts) if parts else np.zeros((0, model.dim), np.float32)
    words = [term_hashes(text[a:b]) for a, b in spans]
    terms = np.concatenate(words) if words else np.empty(0, np.uint64)
    distinct, counts = np.unique(terms, return_counts=True)
    quantised, scales = unpack_shares(pack_shares(shares), model.dim)
    return Prepared(
        np.asarray(encoded.vectors, np.float32).reshape(-1, model.dim),
        _starts([len(run) for run in runs]),
        np.array(spans, np.int64).reshape(-1, 2),
        quantised,
        scales,
        terms,
        _starts([len(of_one) for of_one in words]),
        distinct,
        counts.astype(np.float32),
    )


def _starts(sizes: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))]).astype(np.int64)


def _digest(*words: str) -> bytes:
    return blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _pack(model: TextModel, text: str, language: str, p: Prepared) -> bytes:
    sizes = (model.dim, len(p.vectors), len(p.spans), len(p.terms), len(p.distinct))
    head = HEAD.pack(MAGIC, _digest(model.fingerprint), _digest(language, text), *sizes)
    arrays = (p.terms, p.distinct, p.chunk_starts, p.term_starts, p.spans)
    rest = (p.vectors, p.scales, p.counts, p.shares)
    return head.ljust(64, b"\0") + b"".join(a.tobytes() for a in (*arrays, *rest))


def _unpack(packed: bytes, model: TextModel, text: str, language: str) -> Prepared | None:
    """None when it was made by another model, of other words, or is damaged."""
    if len(packed) < 64 or packed[:4] != MAGIC:
        return None
    _, print_, words, dim, m, s, t, d = HEAD.unpack_from(packed)
    if print_ != _digest(model.fingerprint) or words != _digest(language, text):
        return None
    size = 8 * (t + d + m + 1 + s + 1 + 2 * s) + 4 * (m * dim + s + d) + s * dim
    if dim != model.dim or len(packed) != 64 + size:
        return None
    long = np.frombuffer(packed, np.int64, t + d + m + 1 + s + 1 + 2 * s, 64)
    terms, distinct = long[:t].view(np.uint64), long[t : t + d].view(np.uint64)
    at = t + d + m + 1
    short = np.frombuffer(packed, np.float32, m * dim + s + d, 64 + 8 * len(long))
    return Prepared(
        terms=terms,
        distinct=distinct,
        chunk_starts=long[t + d : at],
        term_starts=long[at : at + s + 1],
        spans=long[at + s + 1 :].reshape(s, 2),
        vectors=short[: m * dim].reshape(m, dim),
        scales=short[m * dim : m * dim + s],
        counts=short[m * dim + s :],
        shares=np.frombuffer(packed, np.int8, s * dim, 64 + size - s * dim).reshape(s, dim),
    )
