"""Language models: text in, unit vectors out. No database models live here."""

from models.load import DEFAULT_MODEL, ModelInfo, is_ready, known_models, load_model
from models.text_model import EncodedParts, Kind, ModelError, Span, TextModel

__all__ = [
    "DEFAULT_MODEL",
    "EncodedParts",
    "Kind",
    "ModelError",
    "ModelInfo",
    "Span",
    "TextModel",
    "is_ready",
    "known_models",
    "load_model",
]
