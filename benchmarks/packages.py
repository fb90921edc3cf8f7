"""`make bench-packages`: the functions' packages: size for AWS, cold import and memory on this machine."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from statistics import median

from benchmarks.report import publish, table
from infra.cdk.constructs.package import made
from tests.pictures import drawn, saved

LIMIT_MB = 250
CHOSEN = (
    "label_image is given 1,769 MB: one whole core, and twice what three of the largest need at once. The others are "
    "given 512 MB for the share of a core that comes with it."
)
STARTS = 5
LARGE = (
    ("12 megapixels, JPEG", (4000, 3000), "JPEG"), ("12 megapixels, PNG", (4000, 3000), "PNG"),
    ("50 megapixels, JPEG", (8160, 6120), "JPEG"), ("50 megapixels, PNG", (8160, 6120), "PNG"),
)  # fmt: skip
FUNCTIONS = {"issue_uploads": "plain", "upload_status": "plain", "sweep": "plain", "redrive": "plain",
             "migrate": "plain", "label_image": "vision"}  # fmt: skip
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
# What a function's process does before its first message, and the largest pictures it takes, three at once.
PEAK = """
def peak():  # not ru_maxrss, which remembers the parent's
    lines = open("/proc/self/status").read().splitlines()
    return int(next(l for l in lines if l.startswith("VmHWM")).split()[1]) / 1024
"""
IMPORT = """
import importlib, json, sys, time
began = time.perf_counter()
importlib.import_module("backend_lambdas." + sys.argv[1])
if sys.argv[1] == "migrate": import alembic.command
if sys.argv[1] == "label_image":
    from pathlib import Path
    from pixplore.vision.embedding import Embedder
    Embedder(Path("models"))
print(json.dumps([time.perf_counter() - began, peak()]))
"""
WORK = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import backend_lambdas.label_image
from pixplore.vision import apart, hashes, renditions
from pixplore.vision.embedding import Embedder
embed, content = Embedder(Path("models")), Path(sys.argv[1]).read_bytes()
def look(_):
    began = time.perf_counter()
    hashes.sha256(content)
    decoded = apart.decode(content)
    small = renditions.small(decoded.image)
    renditions.thumbnail(small.image), renditions.preview(decoded.image)
    hashes.perceptual_hash(small.image), embed(small.image)
    return time.perf_counter() - began
look(0)
with ThreadPoolExecutor(3) as threads:
    took = list(threads.map(look, range(9)))
print(json.dumps([sorted(took), peak()]))
"""


def main() -> None:
    sizes = [[package, *_sizes(made(package, "lambda"))] for package in ("plain", "vision")]
    for package, unpacked, *_ in sizes:
        assert float(str(unpacked)) < LIMIT_MB, package
    text = table(["package for AWS (ARM, Python 3.13)", "unpacked MB", "ZIP MB", "largest"], sizes)
    rows = []
    for function, package in FUNCTIONS.items():
        told = [_run(IMPORT, made(package, "here"), function) for _ in range(STARTS)]
        rows.append([function, f"{median(t[0] for t in told) * 1000:.0f}", f"{max(t[1] for t in told):.0f}"])
    text += (
        f"\n\nA process of its own, {STARTS} times, files in the page cache; an unpacked package of this machine.\n\n"
    )
    text += table(["function", "cold import ms (median)", "memory after it MB"], rows)
    publish("Packages of the functions", text + "\n\n" + _work() + "\n\n" + CHOSEN)


def _sizes(folder: Path) -> list[object]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    by_part: dict[str, int] = {}
    for path in files:
        by_part[path.relative_to(folder).parts[0]] = (
            by_part.get(path.relative_to(folder).parts[0], 0) + path.stat().st_size
        )
    with tempfile.TemporaryFile() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        packed = out.tell()
    largest = sorted(by_part.items(), key=lambda part: -part[1])[:4]
    told = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in largest)
    return [f"{sum(by_part.values()) / 1e6:.0f}", f"{packed / 1e6:.0f}", told]


def _work() -> str:
    """Three of the largest pictures at once, as label_image takes them, without Rekognition and database."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, sides, kind in LARGE:
            path = Path(folder) / "photo"
            path.write_bytes(saved(drawn(*sides), kind))
            took, memory = _run(WORK, made("vision", "here"), str(path))
            rows.append([name, f"{path.stat().st_size / 1e6:.1f}", f"{median(took):.2f}", f"{memory:.0f}"])
    return table(["three pictures at once", "MB each", "s a picture (median)", "memory at most MB"], rows)


def _run(code: str, folder: Path, argument: str) -> list[float]:
    """In a process with nothing but the package."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_"))}
    clean |= {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1", "AWS_REGION": "eu-central-1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", PEAK + code, argument], cwd=folder, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
