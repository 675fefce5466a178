"""The hashing model, with a name of one's choice and a count of what it encoded."""

from __future__ import annotations

from models.hashing import HashingModel


class CountingModel(HashingModel):
    def __init__(self, name="hashing"):
        self.name = name
        self.fingerprint = f"{name}/1"
        self.texts_encoded = 0

    def encode_with_parts(self, texts, spans, *, kind, progress=None):
        self.texts_encoded += len(texts)
        return super().encode_with_parts(texts, spans, kind=kind, progress=progress)
