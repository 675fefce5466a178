"""A working stand-in for a language model: hashed words, with exact shares."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from corpus import words
from models.text_model import EncodedParts


class TinyModel:
    dim = 64
    max_tokens = 512
    languages = frozenset({"en", "zh"})

    def __init__(self, name="tiny"):
        self.name = name
        self.fingerprint = f"{name}-1"
        self.texts_encoded = 0

    def _sum(self, text):
        total = np.zeros(self.dim, np.float32)
        for token in words.tokens(text):
            seed = blake2b(f"{self.name} {token}".encode(), digest_size=8).digest()
            total += np.random.default_rng(int.from_bytes(seed, "little")).standard_normal(self.dim)
        return total

    def encode(self, texts, *, kind, progress=None):
        return self.encode_with_parts(texts, [() for _ in texts], kind=kind).vectors

    def encode_with_parts(self, texts, spans, *, kind, progress=None):
        self.texts_encoded += len(texts)
        vectors, parts, rest = [], [], []
        for text, mine in zip(texts, spans, strict=True):
            whole = self._sum(text)
            length = np.linalg.norm(whole)
            if length == 0:
                whole, length = np.eye(1, self.dim, dtype=np.float32)[0], 1.0
            shares = np.array([self._sum(text[a:b]) for a, b in mine], np.float32)
            shares = shares.reshape(-1, self.dim) / length
            vectors.append(whole / length)
            parts.append(shares)
            rest.append(whole / length - shares.sum(axis=0))
        shape = (len(texts), self.dim)
        return EncodedParts(
            np.array(vectors, np.float32).reshape(shape),
            parts,
            np.array(rest, np.float32).reshape(shape),
        )
