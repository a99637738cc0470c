"""Enters: the weights of a BERT encoder. Leaves: its computation as a graph of ONNX operators.

The graph has three inputs: ``tokens``, the sum of the embeddings of each token, shape ``[texts, length, dimension]``;
``hidden``, what is added to the weight of each token in attention, shape ``[texts, 1, 1, length]``; ``variant``, by
which reading a text goes, shape ``[texts]``. Its output are the last hidden states, of the shape of ``tokens``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.numpy_helper import from_array

from index.checkpoint import Floats

_OPSET = 20
_IR_VERSION = 9
"""The first version of ONNX's operators that has GELU, and the file format of its time."""


class BertGraph:
    """BERT (Devlin et al. 2019) whose biases and norms differ by text; the matrices are those of the first reading.

    ``tensors`` are the weights by name. The graph only names them, so that they are not copied into it.
    """

    def __init__(self, readings: Sequence[Mapping[str, Floats]], layers: int, heads: int, epsilon: float) -> None:
        self.tensors: dict[str, Floats] = {}
        self._readings = readings
        self._heads = heads
        self._epsilon = epsilon
        self._dimension = len(readings[0]["emb.ln.w"])
        self._constants: dict[str, TensorProto] = {}
        self._nodes: list[NodeProto] = []
        rest = self._constant("rest", np.array([-1], np.int64))
        self._by_text = self._add("Concat", self._add("Shape", "tokens", end=2), rest, axis=0)
        rows = self._norm("tokens", "emb.ln")
        for layer in range(layers):
            rows = self._layer(rows, f"l{layer}.")
        self._states = rows

    def model(self) -> bytes:
        """The graph in the format of an ONNX file, without the weights."""
        shape: list[str | int | None] = ["texts", "length", self._dimension]
        inputs = [
            make_tensor_value_info("tokens", TensorProto.FLOAT, shape),
            make_tensor_value_info("hidden", TensorProto.FLOAT, ["texts", 1, 1, "length"]),
            make_tensor_value_info("variant", TensorProto.INT64, ["texts"]),
        ]
        outputs = [make_tensor_value_info(self._states, TensorProto.FLOAT, shape)]
        beside = [_placeholder(name, values.shape) for name, values in self.tensors.items()]
        graph = make_graph(self._nodes, "bert", inputs, outputs, [*self._constants.values(), *beside])
        model = make_model(graph, opset_imports=[make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())

    def _layer(self, rows: str, layer: str) -> str:
        query, key, value = (self._linear(rows, layer + name) for name in "qkv")
        mixed = self._linear(self._attend(query, key, value), layer + "ao")
        rows = self._norm(self._add("Add", mixed, rows), layer + "aln")
        inner = self._linear(self._add("Gelu", self._linear(rows, layer + "fi")), layer + "fo")
        return self._norm(self._add("Add", inner, rows), layer + "oln")

    def _attend(self, query: str, key: str, value: str) -> str:
        """Each token of a text as a mixture of all, per head."""
        size = self._dimension // self._heads
        heads = self._constant("heads", np.array([0, 0, self._heads, size], np.int64))
        queries, keys, values = (self._add("Reshape", rows, heads) for rows in (query, key, value))
        queries, values = (self._add("Transpose", rows, perm=[0, 2, 1, 3]) for rows in (queries, values))
        products = self._add("MatMul", queries, self._add("Transpose", keys, perm=[0, 2, 3, 1]))
        weights = self._add("Mul", products, self._constant("scale", np.array(1 / math.sqrt(size), np.float32)))
        shares = self._add("Softmax", self._add("Add", weights, "hidden"), axis=-1)
        mixed = self._add("Transpose", self._add("MatMul", shares, values), perm=[0, 2, 1, 3])
        return self._add("Reshape", mixed, self._by_text)

    def _linear(self, rows: str, name: str) -> str:
        weights = self._tensor(name + ".w", self._readings[0][name + ".w"])
        product = self._add("Gemm", self._add("Flatten", rows, axis=2), weights, transB=1)
        return self._add("Add", self._add("Reshape", product, self._by_text), self._by_variant(name + ".b"))

    def _norm(self, rows: str, name: str) -> str:
        """Each row with mean 0 and variance 1, then scaled and moved as its variant says."""
        ones = self._constant("ones", np.ones(self._dimension, np.float32))
        even = self._add("LayerNormalization", rows, ones, epsilon=self._epsilon)
        return self._add("Add", self._add("Mul", even, self._by_variant(name + ".w")), self._by_variant(name + ".b"))

    def _by_variant(self, name: str) -> str:
        """The values that each text goes by, shape ``[texts, 1, values]``."""
        values = np.stack([reading[name] for reading in self._readings])[:, None]
        return self._add("Gather", self._tensor(name, values), "variant", axis=0)

    def _tensor(self, name: str, values: Floats) -> str:
        self.tensors[name] = values
        return name

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants[name] = from_array(values, name)
        return name

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One operator more; gives the name of its output."""
        output = f"{operator} {len(self._nodes)}"
        self._nodes.append(make_node(operator, list(inputs), [output], **attributes))
        return output


def _placeholder(name: str, shape: Sequence[int]) -> TensorProto:
    """A tensor that is said to be elsewhere."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="given at run time")
    return tensor
