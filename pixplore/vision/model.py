"""The classifier: a folder of models built once, a session over it, and the one way a picture is made to fit."""

import contextlib
import ctypes
import importlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import onnxruntime
from PIL import Image

from pixplore.vision.colour import on_white

SIZE = 260  # pixels a side the classifier takes
# The number after -r is raised whenever the recipe in efficientnet.py, likeness_axes.py or open_nsfw.py changes.
CLASSIFIER_FILE = "efficientnet_lite2-r1.onnx"
MODERATION_FILE = "open_nsfw-r1.onnx"
LIKENESS_FILE = "efficientnet_lite2-likeness-r1.npy"
MODEL_NAME = "EfficientNet-Lite2 r1"

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def build_models(folder: Path) -> None:
    """Build what is missing in `folder` (two seconds, 50 MB); does nothing where all is there.

    A recipe's number is part of the file's name and a file appears whole or not at all, so its presence is enough.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recipes = ((CLASSIFIER_FILE, "efficientnet"), (LIKENESS_FILE, "likeness_axes"), (MODERATION_FILE, "open_nsfw"))
    for name, module in recipes:
        if not (folder / name).exists():
            # These import onnx, which a running program does without.
            build = importlib.import_module(f"pixplore.vision.{module}").build
            _write_whole(folder / name, build())


def _write_whole(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # another user may run the programs that read it
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


@cache
def _share_one_arena() -> None:
    """One arena a process that grows by what is asked for: onnxruntime's own doubles, about 24 MB more a process."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    as_requested = onnxruntime.OrtArenaCfg(0, 1, -1, -1)
    onnxruntime.create_and_register_allocator(memory, as_requested)


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """An onnxruntime session on the CPU with `threads` threads inside one operation. FileNotFoundError where
    build_models() has not run."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `python -m pixplore models`.")
    _share_one_arena()
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # an idle process must use no CPU
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    _give_back_what_loading_took()
    return session


def _give_back_what_loading_took() -> None:
    """Reading a model leaves about its size in glibc's heap, free but kept: 25 MB a process. Elsewhere nothing."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


class Classifier:
    """EfficientNet-Lite2 over ImageNet's 1000 classes. Calls from several threads at once are safe."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._session = open_session(folder / CLASSIFIER_FILE, threads)

    def __call__(self, pictures: Pixels) -> tuple[Floats, Floats]:
        """uint8 RGB (N, 260, 260, 3), as letterbox() makes them -> logits (N, 1000), features (N, 1280)."""
        logits, features = self._session.run(["logits", "feature"], {"pixels": pictures})
        return cast(Floats, logits), cast(Floats, features)


def letterbox(picture: Image.Image | Pixels, size: int = SIZE) -> Pixels:
    """The whole picture in a white square, uint8 RGB (size, size, 3).

    White, not grey or a crop: product photographs stand on white, and a crop would cut the long ones (hammers).
    """
    image = on_white(Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture)
    scale = size / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    fitted = image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    square = np.full((size, size, 3), 255, dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = np.asarray(fitted)
    return square
