"""Arrays in a folder: `data.bin` holds them one after another, `header.json` says which and what they add up to.

The sums of all arrays are checked when a folder is opened, at the speed of memory (about 0.1 s for a segment without
vectors that the system has in its cache): whatever bit has changed on disk since it was written is found. The header
is written last, so that a folder half written has none.
"""

import json
import mmap
import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.errors import Damaged
from pixplore.index.arrays import Array
from pixplore.index.compiled import compiled
from pixplore.index.mapped import give_back

FORMAT = 2
DATA, HEADER = "data.bin", "header.json"
_ALIGNMENT = 64
_CHUNK = 1 << 24  # bytes
_LANES = 8


def write(folder: Path, arrays: Iterable[tuple[str, Array]], meta: Mapping[str, Any]) -> None:
    """Write arrays and `meta` (JSON) into `folder`, which is made. Arrays may be memory maps: they are copied
    piece by piece."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEADER).unlink(missing_ok=True)
    entries = []
    with (folder / DATA).open("wb") as file:
        for name, array in arrays:
            file.write(b"\0" * (-file.tell() % _ALIGNMENT))
            entries.append([name, array.dtype.str, list(array.shape), file.tell(), _write(file, array)])
        file.flush()
        os.fsync(file.fileno())
    header = json.dumps({"format": FORMAT, "arrays": entries, "meta": meta}, separators=(",", ":"))
    part = folder / (HEADER + ".part")
    with part.open("w") as file_:
        file_.write(json.dumps([_header_sum(header), header]))
        file_.flush()
        os.fsync(file_.fileno())
    part.replace(folder / HEADER)


def load(folder: Path, check: bool = True) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays and meta, mapped from the file: pages are read as they are used and shared by all who map them.

    `check` False skips the sums of the data (for a folder that another process has just checked).
    Raises Damaged.
    """
    try:
        total, header = json.loads((folder / HEADER).read_text())
        if total != _header_sum(header) or (read := json.loads(header))["format"] != FORMAT:
            raise Damaged(f"The header of the index in {folder} is damaged or of another version.")
        with (folder / DATA).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            # A copy on write, of which nothing is ever written: compiled loops then know one kind of array only.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) if size else b""
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Damaged(f"The index in {folder} cannot be read: {error}") from error
    arrays = {}
    for name, kind, shape, offset, summed in read["arrays"]:
        count = int(np.prod(shape))
        dtype = np.dtype(kind)
        if offset + count * dtype.itemsize > size:
            raise Damaged(f"The index in {folder} is cut short.")
        array = np.frombuffer(data, dtype, count, offset).reshape(shape) if count else np.zeros(shape, dtype)
        if check and _sum(array) != summed:
            raise Damaged(f"{name} of the index in {folder} is not what was written.")
        give_back(array)  # what was only looked through is not in use
        arrays[name] = array
    return arrays, read["meta"]


def _write(file: Any, array: Array) -> str:
    """Write the array; its sum."""
    raw = array.reshape(-1) if array.flags.c_contiguous else np.ascontiguousarray(array).reshape(-1)
    step = _CHUNK // max(array.dtype.itemsize, 1)
    lanes = _start()
    for begin in range(0, len(raw), step):
        piece = np.ascontiguousarray(raw[begin : begin + step])
        file.write(piece.data)
        _feed(piece, lanes)
        give_back(array)
    return _end(lanes, raw.nbytes)


def _sum(array: Array) -> str:
    lanes, raw = _start(), array.reshape(-1)
    step = _CHUNK // max(array.dtype.itemsize, 1)
    for begin in range(0, len(raw), step):
        _feed(raw[begin : begin + step], lanes)
    return _end(lanes, raw.nbytes)


def _start() -> NDArray[np.uint64]:
    return np.arange(1, _LANES + 1, dtype=np.uint64)


def _feed(piece: Array, lanes: NDArray[np.uint64]) -> None:
    raw = piece.view(np.uint8)
    whole = len(raw) // 64 * 64
    _mix(raw[:whole].view(np.uint64), lanes)
    if whole < len(raw):
        tail = np.zeros(64, np.uint8)
        tail[: len(raw) - whole] = raw[whole:]
        _mix(tail.view(np.uint64), lanes)


def _end(lanes: NDArray[np.uint64], size: int) -> str:
    return blake2b(lanes.tobytes() + size.to_bytes(8, "little"), digest_size=8).hexdigest()


def _header_sum(header: str) -> str:
    return blake2b(header.encode(), digest_size=16).hexdigest()


@compiled
def _mix(words: Any, lanes: Any) -> None:
    """Every step is a bijection of its lane, so that no single damaged word can go unseen."""
    a, b, c, d, e, f, g, h = lanes
    odd = np.uint64(0x9E3779B97F4A7C15)
    for at in range(0, len(words), 8):
        a = (a ^ words[at]) * odd
        b = (b ^ words[at + 1]) * odd
        c = (c ^ words[at + 2]) * odd
        d = (d ^ words[at + 3]) * odd
        e = (e ^ words[at + 4]) * odd
        f = (f ^ words[at + 5]) * odd
        g = (g ^ words[at + 6]) * odd
        h = (h ^ words[at + 7]) * odd
    lanes[0], lanes[1], lanes[2], lanes[3] = a, b, c, d
    lanes[4], lanes[5], lanes[6], lanes[7] = e, f, g, h
