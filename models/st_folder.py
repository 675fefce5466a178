"""What a sentence-transformers folder says about how its model is to be used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.text_model import ModelError

Pooling = Literal["mean", "cls"]


@dataclass(frozen=True)
class Recipe:
    """How token states become a text's vector, and what is put before a text."""

    dim: int
    max_tokens: int  # special tokens and prompt included
    pooling: Pooling
    prompts: dict[str, str]  # "query" and "passage"; "" where the model has none


def is_sentence_transformer(folder: Path) -> bool:
    return (folder / "modules.json").is_file() and (folder / "config.json").is_file()


def read_recipe(folder: Path) -> Recipe:
    """The recipe, or a ModelError naming what Xinde cannot serve."""
    config = read_json(folder / "config.json")
    modules = read_json(folder / "modules.json")
    kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        raise ModelError(
            f"{folder} is made of {', '.join(kinds)}; only Transformer, Pooling and Normalize "
            f"can be served. Choose another model."
        )
    return Recipe(
        dim=_dim(folder, config),
        max_tokens=_max_tokens(folder, config),
        pooling=_pooling(read_json(folder / modules[1]["path"] / "config.json"), folder),
        prompts=_prompts(folder),
    )


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(
            f"{path} is missing, so this is no sentence-transformers folder. Prepare it again."
        ) from None
    except (ValueError, OSError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}). Make it readable, or prepare the model again."
        ) from error


def _dim(folder: Path, config: dict[str, Any]) -> int:
    for key in ("hidden_size", "dim", "d_model"):  # as kinds of encoder call it
        if key in config:
            return int(config[key])
    raise ModelError(f"{folder}/config.json names no hidden_size. Choose another model.")


def _max_tokens(folder: Path, config: dict[str, Any]) -> int:
    limits = [512, int(config.get("max_position_embeddings") or 512)]
    # Older folders say it in the first file, newer ones in the second.
    for name, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
    ):
        if (folder / name).is_file():
            limits.append(int(read_json(folder / name).get(key) or 512))
    return min(limits)


def _pooling(config: dict[str, Any], folder: Path) -> Pooling:
    modes = config.get("pooling_mode") or [
        name.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
        for name, on in config.items()
        if name.startswith("pooling_mode_") and on
    ]
    modes = [modes] if isinstance(modes, str) else modes
    if modes == ["mean"]:
        return "mean"
    if modes == ["cls"]:
        return "cls"
    raise ModelError(
        f"{folder} pools by {' and '.join(modes) or 'nothing'}; only mean and cls can be served. "
        f"Choose another model."
    )


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    known = (read_json(path).get("prompts") or {}) if path.is_file() else {}
    passage = next((known[k] for k in ("passage", "document", "corpus") if k in known), "")
    return {"query": known.get("query") or "", "passage": passage or ""}
