"""How any other sentence-transformers model is made ready to be served.

Needs the extra `prepare`; torch is imported here and nowhere on the way that
serves. BERT encoders get the graph of `bert_graph.py`; every other kind goes
through torch's exporter. The result is checked against the original and kept
only if it agrees.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.atomic_folder import fill_once
from models.bert_graph import can_build
from models.check import check_model
from models.load import PACKAGED, home_of, load_model
from models.make_ready import make_servable
from models.original import open_original
from models.serving_folder import DATA, GRAPH
from models.st_folder import read_json, read_recipe
from models.text_model import ModelError

LEAST_COSINE = 0.999  # worst text of the check set; below it the graph is not the model


def prepare(
    name_or_folder: str,
    folder: Path,
    *,
    progress: Callable[[str], None] | None = None,
    languages: frozenset[str] = frozenset({"en", "zh"}),
) -> str:
    """Makes a model ready under `folder` and returns the name that `load_model` knows it by.

    `name_or_folder` is a model's name on the hub, a folder, or the name of a
    model that comes in a package. `languages` is what it may be used for.
    """
    report = progress or (lambda step: None)
    name = _name_for(name_or_folder)
    if name in PACKAGED:
        load_model(name, folder, progress=report)
    else:
        home = home_of(name, folder)
        if not home.exists():
            report(f"Reading {name_or_folder} with sentence-transformers")
            _save_original(name_or_folder, home)
        report(f"Writing the graph of {name}")
        make_servable(
            home, name=name, precision="fp32", languages=languages, write=graph_writer(home)
        )
    report(f"Comparing {name} with sentence-transformers")
    report(_verdict(name, folder))
    return name


def _name_for(name_or_folder: str) -> str:
    """A folder's own name; "owner/model" becomes "owner--model"."""
    given = Path(name_or_folder)
    name = (
        given.resolve().name
        if name_or_folder and given.is_dir()
        else name_or_folder.replace("/", "--")
    )
    if name == "hashing" or (name in PACKAGED and given.is_dir()):
        raise ModelError(
            f'The name "{name}" belongs to a model that comes with Xinde. Rename your folder.'
        )
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ModelError(
            f'"{name_or_folder}" is no name of a model and no folder that exists. Give a hub '
            f"name such as BAAI/bge-small-zh-v1.5, or a folder."
        )
    return name


def _save_original(name_or_folder: str, home: Path) -> None:
    original = open_original(name_or_folder)

    def fill(draft: Path) -> None:
        original.save(str(draft), create_model_card=False)
        read_recipe(draft)  # a model that cannot be served is refused before it is kept
        if not (draft / "tokenizer.json").is_file():
            raise ModelError(
                f'"{name_or_folder}" has no fast tokenizer (tokenizer.json). Choose another model.'
            )

    fill_once(home, fill)


def graph_writer(home: Path) -> Callable[[Path], None] | None:
    """What writes the graph of the model in `home`; None if it needs no torch."""
    if can_build(read_json(home / "config.json")):
        return None
    return lambda draft: _export(home, draft)


def _export(home: Path, draft: Path) -> None:
    """Writes the encoder alone, as torch's exporter gives it, weights in a file beside it."""
    import onnx
    import torch

    encoder = open_original(str(home))[0].auto_model.eval()

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.encoder(
                input_ids=input_ids, attention_mask=attention_mask.to(torch.int64)
            ).last_hidden_state

    example = torch.ones(2, 7, dtype=torch.int64)
    axes = {0: "batch", 1: "tokens"}
    path = draft / "exported.onnx"
    with torch.no_grad(), warnings.catch_warnings():
        # The tracing exporter needs no further package; its notes are for model authors.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            States(),
            (example, example.to(torch.int32)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "last_hidden_state"), axes),
            opset_version=17,
            dynamo=False,
        )
    onnx.save_model(onnx.load(path), draft / GRAPH, save_as_external_data=True, location=DATA)
    path.unlink()


def _verdict(name: str, folder: Path) -> str:
    agreement = check_model(name, folder).agreement
    if agreement is None:
        return f"{name} is ready (not compared: sentence-transformers is not installed)"
    if agreement.cosine_worst < LEAST_COSINE:
        raise ModelError(
            f"The graph of {name} does not agree with the original: worst cosine "
            f"{agreement.cosine_worst:.4f}, expected at least {LEAST_COSINE}. Choose another model."
        )
    return (
        f"{name} is ready: cosine {agreement.cosine_mean:.5f} (worst {agreement.cosine_worst:.5f}), "
        f"top-10 agreement {agreement.top10:.3f}"
    )
