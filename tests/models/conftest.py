"""Models that tests run: a tiny one made here in no time, and the real default one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models import DEFAULT_MODEL, load_model

WORDS = "the old well reader writes a goal asks people what they need river 学 习 反 思 。 . , ?"


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A folder with "tiny": a two-layer BERT with random weights, ready to be served."""
    folder = tmp_path_factory.mktemp("models")
    write_tiny_bert(folder / "tiny")
    load_model("tiny", folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    return load_model("tiny", tiny_folder)


@pytest.fixture(scope="session")
def real_folder(tmp_path_factory):
    """Where real models are unpacked: once a session, or once and for all in XINDE_TEST_CACHE."""
    kept = os.environ.get("XINDE_TEST_CACHE")
    return Path(kept) / "models" if kept else tmp_path_factory.mktemp("real-models")


@pytest.fixture(scope="session")
def real(real_folder):
    return load_model(DEFAULT_MODEL, real_folder)


def write_tiny_bert(home: Path, *, pooling: str = "mean", normalize: bool = True) -> None:
    """A sentence-transformers folder of a BERT encoder, 64 wide, with the WORDS as vocabulary."""
    home.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS.split()]
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": 64,
        "intermediate_size": 128,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 48,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "pad_token_id": 0,
        "type_vocab_size": 2,
        "vocab_size": len(vocabulary),
    }
    save_file(_random_weights(config), home / "model.safetensors", metadata={"format": "pt"})
    _write(home / "config.json", config)
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    kinds |= {"2_Normalize": "Normalize"} if normalize else {}
    _write(
        home / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(kinds.items())
        ],
    )
    _write(
        home / "1_Pooling/config.json",
        {
            "word_embedding_dimension": 64,
            "pooling_mode_cls_token": pooling == "cls",
            "pooling_mode_mean_tokens": pooling == "mean",
        },
    )
    (home / "2_Normalize").mkdir()
    _write(home / "sentence_bert_config.json", {"max_seq_length": 40, "do_lower_case": False})
    _write(
        home / "config_sentence_transformers.json",
        {"prompts": {"query": "what ? ", "document": "the reader "}},
    )
    _write(
        home / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 48,
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
        },
    )
    _tokenizer(vocabulary).save(str(home / "tokenizer.json"))


def _tokenizer(vocabulary: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(
        models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(vocabulary[:4])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def _random_weights(config: dict) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    wide, inner = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], wide),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], wide),
        "embeddings.token_type_embeddings.weight": (2, wide),
        "embeddings.LayerNorm": wide,
    }
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        for name in ("query", "key", "value"):
            shapes[f"{at}attention.self.{name}"] = (wide, wide)
        shapes[f"{at}attention.output.dense"] = (wide, wide)
        shapes[f"{at}intermediate.dense"] = (inner, wide)
        shapes[f"{at}output.dense"] = (wide, inner)
        shapes[f"{at}attention.output.LayerNorm"] = wide
        shapes[f"{at}output.LayerNorm"] = wide
    weights = {}
    for name, shape in shapes.items():
        if isinstance(shape, int):
            weights[f"{name}.weight"] = random.uniform(0.5, 1.5, shape)
            weights[f"{name}.bias"] = random.normal(0, 0.3, shape)
        elif name.endswith(".weight"):
            weights[name] = random.normal(0, 0.5, shape)
        else:
            weights[f"{name}.weight"] = random.normal(0, 0.2, shape)
            weights[f"{name}.bias"] = random.normal(0, 0.2, shape[0])
    return {name: array.astype(np.float32) for name, array in weights.items()}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
