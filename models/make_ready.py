"""How a sentence-transformers folder becomes one that can be served."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from models.atomic_folder import fill_once
from models.bert_graph import can_build, write_graph
from models.serving_folder import Precision, is_complete, write_description, write_tokenizer
from models.st_folder import read_json, read_recipe
from models.text_model import ModelError


def make_servable(
    home: Path, *, name: str, precision: Precision, languages: frozenset[str]
) -> None:
    """Writes `home/onnx/<precision>` unless it is there. A damaged one is replaced."""
    target = home / "onnx" / precision
    if target.is_dir() and not is_complete(target):
        shutil.rmtree(target, ignore_errors=True)
    fill_once(target, lambda draft: _fill(home, draft, name, precision, languages))


def _fill(
    home: Path, draft: Path, name: str, precision: Precision, languages: frozenset[str]
) -> None:
    config = read_json(home / "config.json")
    recipe = read_recipe(home)
    if not can_build(config):
        raise ModelError(
            f"{home} is a model of type {config.get('model_type')}, which needs torch to become "
            f"a graph. Run: xinde models prepare {name}"
        )
    write_graph(config, _weights(home), draft, precision)
    light_ids, foreign = write_tokenizer(read_json(home / "tokenizer.json"), draft)
    write_description(
        draft,
        name=name,
        precision=precision,
        recipe=recipe,
        languages=languages,
        light_ids=light_ids,
        foreign=foreign,
    )


def _weights(home: Path) -> dict[str, np.ndarray]:
    path = home / "model.safetensors"
    try:
        return load_file(path)
    except Exception as error:  # safetensors has an exception of its own besides OSError
        raise ModelError(
            f"The weights {path} cannot be read ({error}). Delete the folder {home}; it is made "
            f"again at the next start."
        ) from error
