"""Arrow's arrays as numpy's, and back, without a Python object per value."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def text_parts(column: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The bytes of a string array and where each text begins (n + 1); null is an empty one."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    block = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return block, places


def texts(block: NDArray[np.uint8], ends: NDArray[np.int32]) -> pa.Array:
    """A string array over these bytes; `ends` as text_parts gives them."""
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(np.ascontiguousarray(ends)), pa.py_buffer(block))


def row_numbers(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each value of a list column."""
    return np.repeat(np.arange(len(lengths)), lengths)
