"""How a sentence-transformers folder becomes one that can be served."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open

from models.atomic_folder import fill_once
from models.bert_graph import can_build, write_graph
from models.serving_folder import Precision, is_complete, write_description, write_tokenizer
from models.st_folder import read_json, read_recipe
from models.text_model import ModelError


def make_servable(
    home: Path,
    *,
    name: str,
    precision: Precision,
    languages: frozenset[str],
    write: Callable[[Path], None] | None = None,
) -> None:
    """Writes `home/onnx/<precision>` unless it is there. A damaged one is replaced.

    `write` puts the graph into an empty folder; without it the graph is
    written here, which only BERT encoders allow.
    """
    target = home / "onnx" / precision
    if target.is_dir() and not is_complete(target):
        shutil.rmtree(target, ignore_errors=True)

    def fill(draft: Path) -> None:
        recipe = read_recipe(home)
        if write is None:
            _write_bert(home, draft, name, precision)
        else:
            write(draft)
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

    fill_once(target, fill)


def _write_bert(home: Path, draft: Path, name: str, precision: Precision) -> None:
    config = read_json(home / "config.json")
    if not can_build(config):
        raise ModelError(
            f"{home} is a model of type {config.get('model_type')}, which needs torch to become "
            f'a graph, in fp32 only. Run: pip install "xinde[prepare]" and '
            f"xinde models prepare {name}"
        )
    write_graph(config, _Weights(home), draft, precision)


class _Weights(Mapping[str, np.ndarray]):
    """Tensors read from the file as they are asked for: never all of them in memory."""

    def __init__(self, home: Path) -> None:
        path = home / "model.safetensors"
        try:
            self._file = safe_open(path, framework="numpy")
            self._names = frozenset(self._file.keys())
        except Exception as error:  # safetensors has an exception of its own besides OSError
            raise ModelError(
                f"The weights {path} cannot be read ({error}). Delete the folder {home}; it is "
                f"made again at the next start."
            ) from error

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._file.get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
