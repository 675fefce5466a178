"""Language models: text in, unit vectors out. No database models live here."""

from models.check import CheckReport, check_model
from models.load import DEFAULT_MODEL, ModelInfo, is_ready, known_models, load_model
from models.text_model import EncodedParts, Kind, ModelError, Span, TextModel

__all__ = [
    "DEFAULT_MODEL",
    "CheckReport",
    "EncodedParts",
    "Kind",
    "ModelError",
    "ModelInfo",
    "Span",
    "TextModel",
    "check_model",
    "is_ready",
    "known_models",
    "load_model",
]
