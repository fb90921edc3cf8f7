"""How quick pictures become searchable, and that none is lost: `python -m benchmarks.ingest`.

A whole stack of its own: start-up times, 200 photographs of 1-3 MB at once, single files, memory, and kill -9 of
everything five times during an upload of 200.
"""

import argparse
import collections
import hashlib
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.photographs import photographs
from benchmarks.report import publish, table
from tests.stack import ENDED, Stack

AT_ONCE = 4
"""Files sent at once, as the dashboard's uploader does."""
SIZES = ((0.4, 1.5), (0.4, 2.0), (0.2, 2.5))
"""Shares of photographs and their size in MB."""
GRAIN = 4
Files = list[tuple[str, bytes]]
http = httpx.Client(timeout=60, verify=False)
"""One for all: making one costs as much as sending a file."""


def make(folder: Path, count: int) -> Files:
    """Distinct JPEGs of 1 to 3 MB."""
    files: Files = []
    for number, (share, megabytes) in enumerate(SIZES):
        inside = folder / f"{megabytes}"
        inside.mkdir()
        for path in photographs(inside, round(count * share), megabytes, number + 1, GRAIN):
            files.append((f"{number}-{path.name}", path.read_bytes()))
    return files


def grants(stack: Stack, files: Files, token: str, name: str) -> dict[str, Any]:
    body = {"name": name, "files": [
        {"name": n, "size": len(c), "content_type": "image/jpeg", "sha256": hashlib.sha256(c).hexdigest()}
        for n, c in files
    ]}  # fmt: skip
    answer = http.post(f"{stack.ends['uploads_api']}/uploads", json=body, headers=bearer(token))
    answer.raise_for_status()
    return dict(answer.json())


def counts_of(stack: Stack, batch_id: str, token: str) -> dict[str, int]:
    answer = http.get(f"{stack.ends['uploads_api']}/uploads/{batch_id}", headers=bearer(token))
    answer.raise_for_status()
    return dict(answer.json()["counts"])


def wait(stack: Stack, batch_id: str, token: str, every: float, limit: float = 600) -> dict[str, int]:
    """Until all files have ended: the counts by state."""
    deadline = time.monotonic() + limit
    while set(counts := counts_of(stack, batch_id, token)) - ENDED:
        assert time.monotonic() < deadline, f"not ended after {limit:.0f} s: {counts}"
        time.sleep(every)
    return counts


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def send(grant: dict[str, Any], content: bytes) -> bool:
    """True where storage said that it has it."""
    try:
        form = {"data": grant["fields"], "files": {"file": ("f", content, "image/jpeg")}}
        return http.post(grant["url"], **form).status_code == 204
    except httpx.HTTPError:
        return False


def send_all(answer: dict[str, Any], files: Files) -> list[bool]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, [i["upload"] for i in answer["items"]], [content for _, content in files]))


def megabytes(stack: Stack) -> float:
    """Proportional memory of all processes."""
    total = 0.0
    for process in stack.tree():
        try:
            total += process.memory_full_info().pss / 1e6
        except psutil.Error:
            continue
    return total


class Peak(threading.Thread):
    """Looks at the memory of the stack every two seconds (looking costs time) until asked for the most it saw."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self.stack, self.most, self.ended = stack, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.wait(2):
            self.most = max(self.most, megabytes(self.stack))

    def stop(self) -> float:
        self.ended.set()
        self.join()
        return self.most


def throughput(stack: Stack, files: Files) -> list[list[object]]:
    """From the first request to the last `ready`."""
    token, peak, began = stack.token(), Peak(stack), time.monotonic()
    answer = grants(stack, files, token, "throughput")
    accepted = send_all(answer, files)
    sent = time.monotonic() - began
    counts = wait(stack, answer["batch_id"], token, 0.5)
    took, most = time.monotonic() - began, peak.stop()
    sizes = [len(content) / 1e6 for _, content in files]
    assert all(accepted), "storage refused a file"
    return [
        [f"{len(files)} photographs, {min(sizes):.1f}-{max(sizes):.1f} MB, {AT_ONCE} sent at once, ended as", counts],
        ["first request to last `ready`", f"{took:.1f} s ({sent:.1f} s of it sending)"],
        ["pictures a second", f"{len(files) / took:.1f}"],
        ["memory of everything while ingesting, at most", f"{most:.0f} MB"],
    ]


def singles(stack: Stack, files: Files) -> list[list[object]]:
    """Last byte sent to `ready` seen, one file after the other."""
    token, times = stack.token(), []
    for file in files:
        answer = grants(stack, [file], token, "single")
        assert send_all(answer, [file]) == [True]
        began = time.monotonic()
        wait(stack, answer["batch_id"], token, 0.02, 60)
        times.append(time.monotonic() - began)
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    middle = statistics.median(times)
    return [[f"one file, last byte to `ready`, {len(files)} times: median / p95", f"{middle:.2f} s / {p95:.2f} s"]]


def kills(stack: Stack, files: Files, times: int) -> list[list[object]]:
    """kill -9 of everything while files are sent. Files whose sending was cut are sent again with the same grant;
    the others must end by themselves, each once."""
    answer = grants(stack, files, stack.token(), "kill -9")
    items, accepted, starts = answer["items"], [False] * len(files), []
    todo = collections.deque(range(len(files)))
    stop = threading.Event()

    def work() -> None:
        while todo and not stop.is_set():
            number = todo.popleft()
            accepted[number] = send(items[number]["upload"], files[number][1])
            if not accepted[number]:
                todo.append(number)
                stop.wait(0.2)

    for round_ in range(times + 1):
        stop.clear()
        workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.start()
        if round_ < times:
            left = len(files) * (times - round_) // (times + 1)
            while len(todo) > left:
                time.sleep(0.02)
            stop.set()
            stack.kill()
            began = time.monotonic()
            stack.start()
            starts.append(time.monotonic() - began)
        for worker in workers:
            worker.join()
    token, began = stack.token(), time.monotonic()
    counts = wait(stack, answer["batch_id"], token, 0.5)
    healed = time.monotonic() - began
    found: list[str] = []
    query: dict[str, Any] = {"batch_id": answer["batch_id"], "limit": 200}
    while query.get("cursor", "start"):
        page = stack.images(token, **query)
        found += [image["name"] for image in page["items"]]
        query["cursor"] = page["next_cursor"]
    twice = len(found) - len(set(found))
    return [
        [f"kill -9 of everything {times} times while {len(files)} files are sent: they ended as", counts],
        ["… lost / twice in the catalogue", f"{sum(accepted) - len(set(found))} / {twice}"],
        ["… all ended after the last file was sent", f"{healed:.1f} s"],
        ["… start after kill -9: median / most", f"{statistics.median(starts):.1f} s / {max(starts):.1f} s"],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--singles", type=int, default=30)
    parser.add_argument("--kills", type=int, default=5, help="0: leave that part out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        first = make(Path(top), options.files)
        stack, began = Stack(Path(top) / "home"), time.monotonic()
        stack.start()
        rows: list[list[object]] = [["first start on an empty home, packages installed", _since(began)]]
        try:
            stack.stop()
            began = time.monotonic()
            stack.start()
            rows.append(["second start", _since(began)])
            time.sleep(5)
            rows.append(["memory of everything, idle", f"{megabytes(stack):.0f} MB"])
            rows += throughput(stack, first)
            rows += singles(stack, [(f"s{name}", content + b"1") for name, content in first[: options.singles]])
            if options.kills:
                rows += kills(stack, [(f"k{name}", content + b"2") for name, content in first], options.kills)
        finally:
            stack.kill()
    publish("Ingest", table(["what", "figure"], rows))
    print("written to docs/benchmarks.md", file=sys.stderr)


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


if __name__ == "__main__":
    main()
