"""How right, how fast and how large the embedded recogniser is: `python -m benchmarks.recogniser [FOLDER]`.

recogniser_truth.csv says, for each photograph of the folder, which of the model's classes is its name (none: the
name is outside the vocabulary, and why) and which broader labels are true of it as well. A label shown is right when
it is one of these, or above the name in the label tree; every other label counts as wrong. All questions go through
HTTP and boto3, as the pipeline asks them.
"""

import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil
from botocore.config import Config
from PIL import Image

from benchmarks.report import publish, table
from embedded.home import free_port
from embedded.recogniser.labels import Vocabulary

HERE = Path(__file__).parent
LONG_SIDE = 1600  # what the pipeline sends


@dataclass(frozen=True)
class Truth:
    names: frozenset[str]
    also: frozenset[str]


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    url: str

    def client(self) -> Any:
        return boto3.client("rekognition", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="bench",
                            aws_secret_access_key="bench", config=Config(max_pool_connections=8))  # fmt: skip

    def tree(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu(self) -> float:
        return sum(p.cpu_times().user + p.cpu_times().system for p in self.tree())

    def memory(self) -> str:
        """PSS in MB where the system tells it, else RSS."""
        infos = [p.memory_full_info() for p in self.tree()]
        return " + ".join(f"{getattr(i, 'pss', i.rss) / 1e6:.0f}" for i in infos)


@contextmanager
def server(workers: int, threads: int, models: str) -> Iterator[Server]:
    port = free_port()
    environment = os.environ | {"PIXPLORE_MODEL_DIR": models, "AWS_ACCESS_KEY_ID": "bench", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.recogniser", "--port", str(port), "--workers", str(workers), "--threads",
         str(threads)], cwd=HERE.parent, env=environment)  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/healthz", timeout=30)
                break
            except httpx.HTTPError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield Server(process, url)
    finally:
        process.terminate()
        process.wait(10)


def truths() -> dict[str, Truth]:
    def split(text: str) -> frozenset[str]:
        return frozenset(part for part in text.split(";") if part)

    with (HERE / "recogniser_truth.csv").open(newline="", encoding="utf-8") as file:
        return {row["file"]: Truth(split(row["names"]), split(row["also"])) for row in csv.DictReader(file)}


def accuracy(client: Any, photos: list[Path]) -> str:
    labels = {label.name: label for label in Vocabulary().labels}
    expected = truths()
    first = fifth = known = 0
    shown = {"name in the vocabulary": [0, 0], "all": [0, 0]}
    misses: list[str] = []
    wrong: list[str] = []
    for photo in photos:
        truth = expected[photo.stem]
        answer = client.detect_labels(Image={"Bytes": photo.read_bytes()}, MinConfidence=0)["Labels"]
        best = [found["Name"] for found in answer if labels[found["Name"]].narrow][:5]
        right = truth.names | truth.also | {parent for name in truth.names for parent in labels[name].parents}
        sure = [found["Name"] for found in answer if found["Confidence"] >= 55]
        for group in ["all"] + (["name in the vocabulary"] if truth.names else []):
            shown[group][0] += sum(name in right for name in sure)
            shown[group][1] += len(sure)
        wrong += [f"{photo.stem}: {name}" for name in sure if name not in right]
        if truth.names:
            known += 1
            first += best[0] in truth.names
            fifth += bool(truth.names & set(best))
            if best[0] not in truth.names:
                misses.append(f"{photo.stem} ({best[0]})")
    rows: list[list[object]] = [
        ["photographs / name in the vocabulary", f"{len(photos)} / {known}"],
        ["top-1, of those in the vocabulary", f"{first}/{known} = {100 * first / known:.1f} %"],
        ["top-5, of those in the vocabulary", f"{fifth}/{known} = {100 * fifth / known:.1f} %"],
    ]
    rows += [
        [f"labels shown at >= 55 that are right, {group}", f"{good}/{count} = {100 * good / count:.1f} %"]
        for group, (good, count) in shown.items()
    ]
    return table(["accuracy", "figure"], rows) + (
        f"\n\nTop-1 misses: {', '.join(misses)}.\nWrong labels shown: {'; '.join(wrong)}."
    )


def sent(photo: Path) -> bytes:
    """A JPEG of the size that the pipeline sends."""
    image = Image.open(photo).convert("RGB")
    scale = LONG_SIDE / max(image.size)
    buffer = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale))).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def ask(client: Any, data: bytes) -> None:
    """All that the pipeline asks of one picture."""
    client.detect_labels(Image={"Bytes": data}, MinConfidence=20, Features=["GENERAL_LABELS", "IMAGE_PROPERTIES"])
    client.detect_moderation_labels(Image={"Bytes": data})
    client.detect_text(Image={"Bytes": data})


def speed(workers: int, threads: int, pictures: list[bytes], models: str) -> list[object]:
    with server(workers, threads, models) as one:
        idle = one.memory()
        client, callers = one.client(), workers * threads
        with ThreadPoolExecutor(callers) as pool:
            list(pool.map(lambda data: ask(client, data), pictures[:4]))
            cpu, start = one.cpu(), time.perf_counter()
            list(pool.map(lambda data: ask(client, data), pictures))
        wall, cpu = time.perf_counter() - start, one.cpu() - cpu
        count = len(pictures)
        return [f"{workers} process x {threads} thread", f"{1000 * wall / count:.0f}", f"{count / wall:.1f}",
                f"{1000 * cpu / count:.0f}", idle, one.memory()]  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "demo" / "photos"
    photos = sorted(folder.glob("*.jpg"))
    with tempfile.TemporaryDirectory() as models:
        with server(1, 1, models) as one:
            figures = accuracy(one.client(), photos)
        pictures = [sent(photo) for photo in photos]
        rows = [speed(workers, threads, pictures, models) for workers, threads in ((1, 1), (1, 2), (2, 1))]
    header = ["recogniser", "ms a picture", "pictures a second", "CPU ms a picture", "PSS MB idle", "PSS MB after"]
    note = (
        "One picture: labels with colours, moderation and text (no reader installed), three calls, JPEG of 1600 px.\n"
        "The demo photographs are few and mostly show one object each. On about 430 other photographs of named objects "
        "the same model had top-1 63-76 % and top-5 81-93 % where the name is in its vocabulary, and 42 % of everyday "
        "product names are outside it."
    )
    publish("Recogniser", f"{figures}\n\n{table(header, rows)}\n\n{note}")


if __name__ == "__main__":
    main()
