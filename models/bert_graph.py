"""How a BERT encoder becomes an ONNX graph, straight from its weights, without torch.

Graph: input_ids (batch, tokens) int64, attention_mask (batch, tokens) int32
-> last_hidden_state (batch, tokens, hidden) float32. Pooling is done outside,
so that each sentence's share in a text's vector can be told.

The fused operators of ONNX Runtime are written directly; there is nothing left
for an optimiser to find when a session starts. Large weights lie in a second
file beside the graph, which sessions map into memory instead of copying.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.quantise import BLOCK, Blocks, can_be_blocked, is_exact, quantise
from models.serving_folder import DATA, GRAPH, Precision
from models.text_model import ModelError

_MS = "com.microsoft"
_PAGE = 4096  # a mapped tensor must begin on a page
_INLINE = 1024  # bytes; ONNX Runtime wants tiny tensors in the graph itself


def can_build(config: Mapping[str, Any]) -> bool:
    """Whether a config.json describes an encoder that this file knows."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act", "gelu") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and int(config["hidden_size"]) % BLOCK == 0
        and int(config["intermediate_size"]) % BLOCK == 0
    )


def write_graph(
    config: Mapping[str, Any],
    weights: Mapping[str, np.ndarray],
    folder: Path,
    precision: Precision,
) -> None:
    """Writes `model.onnx` and `model.onnx.data` into `folder`.

    `weights` are BertModel's by name, with or without the prefix "bert.".
    """
    with (folder / DATA).open("wb") as data:
        _Graph(config, weights, data, precision).save(folder / GRAPH)


class _Graph:
    """Nodes and weights as they are added, layer by layer."""

    def __init__(
        self,
        config: Mapping[str, Any],
        weights: Mapping[str, np.ndarray],
        data: BinaryIO,
        precision: Precision,
    ) -> None:
        self.hidden = int(config["hidden_size"])
        self.heads = int(config["num_attention_heads"])
        self.layers = int(config["num_hidden_layers"])
        self.epsilon = float(config["layer_norm_eps"])
        self.weights = weights
        self.precision = precision
        self.data = data
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def save(self, path: Path) -> None:
        state = self._embeddings()
        for layer in range(self.layers):
            state = self._layer(layer, state)
        self._node("Reshape", [state, "batch shape"], "last_hidden_state")
        shape = ["batch", "tokens"]
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT32, shape),
            ],
            [
                helper.make_tensor_value_info(
                    "last_hidden_state", TensorProto.FLOAT, [*shape, self.hidden]
                )
            ],
            initializer=self.tensors,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_MS, 1)],
            ir_version=10,
        )
        path.write_bytes(model.SerializeToString())

    # -- the encoder ------------------------------------------------------------------------

    def _embeddings(self) -> str:
        """(batch * tokens, hidden): one row per token, as every product below wants them."""
        # Texts stand alone, never in pairs: the type is always 0 and can be added beforehand.
        places = (
            self._weight("embeddings.position_embeddings.weight")
            + self._weight("embeddings.token_type_embeddings.weight")[0]
        )
        word = self._word_vectors(self._weight("embeddings.word_embeddings.weight"))
        self._node("Shape", [word], "batch shape")
        length = self._node("Shape", ["input_ids"], "length", start=1, end=2)
        first = self._tensor("first", np.array([0], np.int64))
        place = self._node("Slice", [self._tensor("places", places), first, length], "place")
        total = self._node("Add", [word, place], "embedded")
        rows = self._tensor("rows", np.array([-1, self.hidden], np.int64))
        return self._normalise(
            "embeddings.LayerNorm", self._node("Reshape", [total, rows], "embedded rows")
        )

    def _word_vectors(self, table: np.ndarray) -> str:
        blocks = self._blocks_of_table(table)
        if blocks is None:
            return self._node("Gather", [self._tensor("words", table), "input_ids"], "word", axis=0)
        return self._node(
            "GatherBlockQuantized",
            [
                self._tensor("words", blocks.packed()),
                "input_ids",
                self._tensor("words.scales", blocks.scales),
            ],
            "word",
            domain=_MS,
            bits=blocks.bits,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )

    def _blocks_of_table(self, table: np.ndarray) -> Blocks | None:
        """None: keep float32. A table that lies on a 4-bit grid loses nothing in blocks."""
        if not can_be_blocked(table):
            return None
        four = quantise(table, 4)
        if self.precision == "q4" or is_exact(four, table):
            return four
        return quantise(table, 8) if self.precision == "q8" else None

    def _layer(self, number: int, state: str) -> str:
        at = f"encoder.layer.{number}."
        attended = self._linear(f"{at}attention.output.dense", self._attention(at, state))
        state = self._normalise(
            f"{at}attention.output.LayerNorm",
            self._node("Add", [attended, state], f"{at}attention.sum"),
        )
        inner = self._linear(f"{at}intermediate.dense", state)
        inner = self._node("Gelu", [inner], f"{at}gelu", domain=_MS)
        outer = self._linear(f"{at}output.dense", inner)
        return self._normalise(
            f"{at}output.LayerNorm", self._node("Add", [outer, state], f"{at}output.sum")
        )

    def _attention(self, at: str, state: str) -> str:
        parts = []
        for part in ("query", "key", "value"):
            rows = self._linear(f"{at}attention.self.{part}", state)
            parts.append(self._node("Reshape", [rows, "batch shape"], f"{at}{part}"))
        context = self._node(
            "MultiHeadAttention",
            [*parts, "", "attention_mask"],
            f"{at}context",
            domain=_MS,
            num_heads=self.heads,
        )
        return self._node("Reshape", [context, "rows"], f"{at}context rows")

    def _linear(self, name: str, state: str) -> str:
        """state @ W.T + b"""
        weight = self._weight(f"{name}.weight")
        bias = self._tensor(f"{name}.bias", self._weight(f"{name}.bias"))
        if self.precision == "fp32":
            turned = self._tensor(f"{name}.weight", weight.T)
            return self._node("Gemm", [state, turned, bias], name)
        blocks = quantise(weight, 8 if self.precision == "q8" else 4)
        packed = blocks.packed().reshape(len(weight), -1, BLOCK * blocks.bits // 8)
        return self._node(
            "MatMulNBits",
            [
                state,
                self._tensor(f"{name}.weight", packed),
                self._tensor(f"{name}.scales", blocks.scales.reshape(-1)),
                "",
                "",
                bias,
            ],
            name,
            domain=_MS,
            K=weight.shape[1],
            N=weight.shape[0],
            bits=blocks.bits,
            block_size=BLOCK,
            accuracy_level=4,  # integer products: the activations too go in blocks of 8 bits
        )

    def _normalise(self, name: str, state: str) -> str:
        # Measured: a plain Add before this is twice as fast as the fused SkipLayerNormalization.
        parts = [
            self._tensor(f"{name}.{part}", self._weight(f"{name}.{part}"))
            for part in ("weight", "bias")
        ]
        return self._node(
            "LayerNormalization", [state, *parts], name, axis=-1, epsilon=self.epsilon
        )

    # -- nodes and tensors ------------------------------------------------------------------

    def _weight(self, name: str) -> np.ndarray:
        for key in (name, f"bert.{name}"):
            if key in self.weights:
                return np.asarray(self.weights[key], np.float32)
        raise ModelError(f"The weights have no tensor {name}. Prepare the model again.")

    def _node(
        self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any
    ) -> str:
        node = helper.make_node(kind, inputs, [output], output, domain=domain, **attributes)
        self.nodes.append(node)
        return output

    def _tensor(self, name: str, array: np.ndarray) -> str:
        array = np.ascontiguousarray(array)
        tensor = TensorProto(
            name=name, dims=array.shape, data_type=helper.np_dtype_to_tensor_dtype(array.dtype)
        )
        if array.nbytes < _INLINE:
            tensor.raw_data = array.tobytes()
        else:
            self.data.write(b"\0" * (-self.data.tell() % _PAGE))
            tensor.data_location = TensorProto.EXTERNAL
            place = {"location": DATA, "offset": self.data.tell(), "length": array.nbytes}
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
            self.data.write(array.tobytes())
        self.tensors.append(tensor)
        return name
