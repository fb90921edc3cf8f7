"""What lies on disk is what was written, or it is said that it is not."""

import json
from pathlib import Path

import numpy as np
import pytest

from pixplore.errors import Damaged
from pixplore.index.store import DATA, HEADER, load, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    arrays = [("a", np.arange(1000, dtype=np.int32)), ("none", np.zeros((0, 3), np.uint64)), ("b", np.eye(9))]
    write(tmp_path / "kept", arrays, {"images": 7})
    return tmp_path / "kept"


def test_arrays_come_back(folder: Path) -> None:
    arrays, meta = load(folder)
    assert meta == {"images": 7}
    assert np.array_equal(arrays["a"], np.arange(1000))
    assert arrays["none"].shape == (0, 3)
    assert np.array_equal(arrays["b"], np.eye(9))


@pytest.mark.parametrize("place", [0, 1234, 3999, 4096, -1])
def test_one_changed_bit_is_found(folder: Path, place: int) -> None:
    data = bytearray((folder / DATA).read_bytes())
    data[place] ^= 1
    (folder / DATA).write_bytes(data)
    with pytest.raises(Damaged, match="of the index"):
        load(folder)
    load(folder, check=False)  # for who has just seen it checked


@pytest.mark.parametrize("harm", ["cut", "no header", "half a header", "another header", "no data"])
def test_other_damage_is_found(folder: Path, harm: str) -> None:
    header = folder / HEADER
    if harm == "cut":
        (folder / DATA).write_bytes((folder / DATA).read_bytes()[:4000])
    elif harm == "no header":
        header.unlink()
    elif harm == "half a header":
        header.write_text(header.read_text()[:50])
    elif harm == "another header":
        total, text = json.loads(header.read_text())
        header.write_text(json.dumps([total, text.replace("1000", "1001")]))
    else:
        (folder / DATA).unlink()
    with pytest.raises(Damaged):
        load(folder, check=False)
