"""An index made straight from the generator: by a process of its own, so that what building takes is not counted
where the index is used. `python -m benchmarks.made IMAGES FOLDER EMBEDDINGS` makes one and tells the cost as JSON.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import SEED
from pixplore.index.build import build
from pixplore.index.index import Index, open_index
from pixplore.index.warm import warm
from pixplore.synthesis import chunks, label_names, to_rows


@dataclass(frozen=True)
class Made:
    """`built_s`: making it, the images too; `peak_mb`: of memory while it was made; `bytes` on disk."""

    index: Index
    built_s: float
    peak_mb: float
    bytes: int


@contextmanager
def made(images: int, embeddings: bool = False) -> Iterator[Made]:
    """Open, with every loop compiled."""
    with tempfile.TemporaryDirectory(prefix="bench-index-") as folder:
        path = Path(folder) / "index"
        command = [sys.executable, "-m", "benchmarks.made", str(images), str(path), str(int(embeddings))]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        warm()
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        yield Made(open_index(path), told["built_s"], told["peak_mb"], size)


def main(images: int, path: Path, embeddings: bool) -> None:
    warm()
    began = time.monotonic()
    build((to_rows(chunk) for chunk in chunks(images, SEED, embeddings)), label_names(), path)
    took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"built_s": took, "peak_mb": peak}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "1")
