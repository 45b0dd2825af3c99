"""A bundle's ONNX graph as fine-tuning needs it: layers by the names they had in torch, read, replaced, cut off.

Exporting folds batch normalisation into the convolution before it, and leaves the scale and offset of a group
normalisation in constants without a name; those are found by following the graph.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from qc.errors import BadBundle
from qc.model.bundle import Bundle
from training.network import COARSE, FINE, FINEST, MIDDLE

Array = NDArray[np.float32]

_STEPS = 6
"""Nodes within which a group normalisation ends: reshape, normalise, reshape, scale, offset."""


class Graph:
    """The graph of a bundle's model.onnx.

    Every way to a value raises BadBundle where the graph has no such layer: it was made by another network.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.model = onnx.load_from_string(bundle.read_model())
        self._title = bundle.spec.title
        graph = self.model.graph
        self._values = {i.name: i for i in graph.initializer}
        self._by_weight = {node.input[1]: node for node in graph.node if len(node.input) > 1}
        self._by_output = {name: node for node in graph.node for name in node.output}
        self._readers: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._readers.setdefault(name, []).append(node)

    def value(self, name: str) -> Array:
        """A constant."""
        if name not in self._values:
            raise self._lacks(name)
        return np.array(numpy_helper.to_array(self._values[name]))

    def replace(self, name: str, value: Array) -> None:
        """Give a constant other numbers of the same shape."""
        old = self.value(name)
        self._values[name].CopyFrom(numpy_helper.from_array(value.reshape(old.shape).astype(old.dtype), name))

    def bias_of(self, layer: str) -> str | None:
        """Name of the bias of a convolution or dense layer; None where it has none."""
        node = self._layer(layer)
        return node.input[2] if len(node.input) > 2 else None

    def norm_after(self, layer: str) -> tuple[str, str]:
        """Names of the scale and the offset of the group normalisation that follows a layer."""
        node = self._layer(layer)
        scale = ""
        for _ in range(_STEPS):
            node = self._readers[node.output[0]][0]
            if node.op_type == "Mul":
                scale = self._own(node, f"{layer}.scale")
            if node.op_type == "Add" and scale:
                return scale, self._own(node, f"{layer}.offset")
        raise self._lacks(f"group normalisation after {layer}")

    def trunk(self) -> ort.InferenceSession:
        """The trunk alone: float32 [1, 3, S, S], S any multiple of 32, to `training.network.Features`."""
        wanted = [self._block_output(number) for number in (FINEST, FINE, MIDDLE, COARSE)]
        nodes, open_names, inside = [], list(wanted), set()
        while open_names:
            name = open_names.pop()
            node = self._by_output.get(name)
            if node is not None and name not in inside:
                inside.update(node.output)
                open_names += node.input
        nodes = [node for node in self.model.graph.node if set(node.output) & inside]  # in the order of computation
        constants = {name for node in nodes for name in node.input} & set(self._values)
        cut = helper.make_graph(
            nodes,
            "trunk",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "side", "side"])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted],
            [self._values[name] for name in sorted(constants)],
        )
        model = helper.make_model(cut, opset_imports=self.model.opset_import, ir_version=self.model.ir_version)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    def _block_output(self, number: int) -> str:
        """The output of a block: of its last convolution, or of the sum with what came in."""
        output: str = self._layer(f"trunk.blocks.{number}._project_conv").output[0]
        total = [node for node in self._readers[output] if node.op_type == "Add"]
        return total[0].output[0] if total else output

    def _layer(self, name: str) -> onnx.NodeProto:
        if f"{name}.weight" not in self._by_weight:
            raise self._lacks(name)
        node: onnx.NodeProto = self._by_weight[f"{name}.weight"]
        return node

    def _own(self, node: onnx.NodeProto, name: str) -> str:
        """Name of a node's constant, which gets a copy where others read it too: equal constants are exported once."""
        place = next(k for k, given in enumerate(node.input) if given in self._values)
        constant: str = node.input[place]
        if len(self._readers[constant]) == 1:
            return constant
        copy = self.model.graph.initializer.add()
        copy.CopyFrom(self._values[constant])
        copy.name = node.input[place] = name
        self._values[name] = copy
        self._readers[constant].remove(node)
        self._readers[name] = [node]
        return name

    def _lacks(self, name: str) -> BadBundle:
        return BadBundle(f"the graph of {self._title} has no {name}, which the network of this code has; train anew")
