"""Bringing in another sentence-transformers model, with the real torch exporter."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models import ModelError, load_model
from models.check_set import ENGLISH
from models.original import OriginalModel
from models.prepare import prepare
from tests.models.conftest import WORDS, write_tiny_bert

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_bert_folder_is_prepared_and_agrees(tmp_path, pooling):
    write_tiny_bert(tmp_path / "theirs", pooling=pooling)
    steps: list[str] = []
    name = prepare(str(tmp_path / "theirs"), tmp_path / "models", progress=steps.append)
    assert name == "theirs"
    assert "cosine 1.00000" in steps[-1]
    assert load_model("theirs", tmp_path / "models").dim == 64


def test_another_kind_of_encoder_goes_through_torch(tmp_path):
    _write_tiny_distilbert(tmp_path / "distil")
    name = prepare(str(tmp_path / "distil"), tmp_path / "models")
    ours = load_model(name, tmp_path / "models")
    theirs = OriginalModel(tmp_path / "models" / name)
    texts = [*ENGLISH[:5], "the old well", WORDS]
    expected = theirs.encode(texts, kind="passage")
    assert ours.encode(texts, kind="passage") == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ModelError, match="in fp32 only"):
        load_model(name, tmp_path / "models", precision="q8")


def test_preparing_twice_does_the_work_once(tmp_path):
    write_tiny_bert(tmp_path / "theirs")
    prepare(str(tmp_path / "theirs"), tmp_path / "models")
    graph = tmp_path / "models/theirs/onnx/fp32/model.onnx"
    before = graph.stat().st_mtime_ns
    prepare(str(tmp_path / "theirs"), tmp_path / "models")
    assert graph.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("name", "message"),
    [("hashing", "belongs to a model"), ("../up", "no name of a model"), ("", "no name of a")],
)
def test_a_name_that_cannot_be_is_refused(tmp_path, name, message):
    with pytest.raises(ModelError, match=message):
        prepare(name, tmp_path)


def test_a_folder_that_holds_no_model_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="cannot open"):
        prepare(str(tmp_path / "empty"), tmp_path / "models")
    assert not (tmp_path / "models" / "empty").exists()


def _write_tiny_distilbert(home):
    import torch
    from transformers import DistilBertConfig, DistilBertModel

    write_tiny_bert(home, normalize=False)
    size = json.loads((home / "config.json").read_text())["vocab_size"]
    torch.manual_seed(1)
    config = DistilBertConfig(
        vocab_size=size, dim=64, n_layers=2, n_heads=4, hidden_dim=96, max_position_embeddings=48
    )
    (home / "model.safetensors").unlink()
    DistilBertModel(config).save_pretrained(home)
    assert np.isfinite(size)
