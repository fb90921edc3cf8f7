"""Ten thousand files in one batch, planned: good ones, the same bytes again, broken ones, and such as are too large.

Every file has to end as it was planned to, and storage, manifest, catalogue, search, facets and charts have to say so
(tests/faults/model.py, with nothing broken meanwhile).
"""

import queue
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.endurance.watch import Watch
from benchmarks.figures import row
from benchmarks.ingest import AT_ONCE, bearer, http, send
from benchmarks.report import table
from demo.load import HERE
from tests.faults.model import BROKEN, GOOD, Model, held
from tests.faults.test_seeds import settled
from tests.stack import ENDED, Stack

A_CALL = 500
"""Files that one call may announce."""
AGAIN, BENT, HUGE = 0.03, 0.03, 0.005
"""Shares of the files: bytes sent before, no picture, announced as too large."""
TOO_LARGE = 16_000_000
STALLED_S = 900.0
"""Without one more file that ended: longer than a message of a killed worker stays hidden."""


@dataclass(frozen=True, slots=True)
class File:
    """`kind`: GOOD or BROKEN by its bytes; `huge`: announced with a size that is refused at once."""

    name: str
    content: bytes
    kind: str
    ends: str
    huge: bool = False


def planned(count: int, seed: int = 1) -> list[File]:
    chance = random.Random(seed)
    photographs = [path.read_bytes() for path in sorted((HERE / "photos").glob("*.jpg"))]
    files, good = list[File](), list[bytes]()
    for number in range(count):
        draw, name = chance.random(), f"{number:05}.jpg"
        if draw < HUGE:
            files.append(File(name, b"", BROKEN, "rejected", huge=True))
        elif draw < HUGE + BENT:
            files.append(File(name, b"\xff\xd8\xff\xe0" + chance.randbytes(2_400), BROKEN, "rejected"))
        elif draw < HUGE + BENT + AGAIN and good:
            files.append(File(name, chance.choice(good), GOOD, "duplicate"))
        else:
            good.append(chance.choice(photographs) + chance.randbytes(16))  # after a JPEG's end: no picture
            files.append(File(name, good[-1], GOOD, "ready"))
    return files


class Senders:
    """Announces the files call by call and sends each granted one, AT_ONCE at a time, until S3 has it."""

    def __init__(self, stack: Stack, model: Model, files: list[File]) -> None:
        self.stack, self.model, self.files = stack, model, files
        self.batch, self.refused = "", Counter[str]()
        self.todo: queue.Queue[tuple[dict[str, Any], File] | None] = queue.Queue(2 * A_CALL)

    def run(self) -> None:
        threads = [threading.Thread(target=self._send, daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for first in range(0, len(self.files), A_CALL):
            part = self.files[first : first + A_CALL]
            for item, file in zip(self._announced(part), part, strict=True):
                if item.get("upload"):
                    self.todo.put((item, file))
                else:
                    self.refused[item["status"]] += 1
        for _ in threads:
            self.todo.put(None)
        for thread in threads:
            thread.join()

    def _announced(self, part: list[File]) -> list[dict[str, Any]]:
        """Without check sums, as a program that has none: then only labelling finds the same bytes again."""
        body = {"name": "one batch", "files": [
            {"name": file.name, "size": TOO_LARGE if file.huge else len(file.content), "content_type": "image/jpeg"}
            for file in part
        ]}  # fmt: skip
        path = f"/uploads/{self.batch}/files" if self.batch else "/uploads"
        answer = http.post(self.stack.ends["uploads_api"] + path, json=body, headers=bearer(self.stack.token()))
        answer.raise_for_status()
        self.batch = answer.json()["batch_id"]
        return list(answer.json()["items"])

    def _send(self) -> None:
        while (job := self.todo.get()) is not None:
            item, file = job
            while not send(item["upload"], file.content):
                time.sleep(0.5)
            self.model.took(self.batch, item["image_id"], file.content, file.kind)


def counts(stack: Stack, batch: str) -> dict[str, int]:
    """A busy machine may refuse a look; the next one is soon."""
    while True:
        try:
            answer = http.get(f"{stack.ends['uploads_api']}/uploads/{batch}", headers=bearer(stack.token()))
            answer.raise_for_status()
            return {state: count for state, count in answer.json()["counts"].items() if count}
        except httpx.HTTPError:
            time.sleep(2)


def wait(stack: Stack, batch: str) -> dict[str, int]:
    """Until every file has ended, or none has for STALLED_S."""
    last, moved = dict[str, int](), time.monotonic()
    while (seen := counts(stack, batch)).keys() - ENDED and time.monotonic() - moved < STALLED_S:
        if seen != last:
            last, moved = seen, time.monotonic()
        time.sleep(5)
    return seen


def section(stack: Stack, count: int) -> str:
    files, model, watch = planned(count), Model(), Watch(stack)
    wanted = dict(Counter(file.ends for file in files))
    began, senders = time.monotonic(), Senders(stack, model, files)
    senders.run()
    sent_s = time.monotonic() - began
    ended = wait(stack, senders.batch)
    took, looks = time.monotonic() - began, watch.end()
    left, wrong = held(stack), settled(stack, model)
    found = stack.images(stack.token(), batch_id=senders.batch, limit=1)["total"]
    size = sum(len(file.content) for file in files)
    rows = [
        row("files planned", f"{count:,}, {size / 1e6:,.0f} MB: {_told(wanted)}"),
        row("files ended", _told(ended), "as planned", ended == wanted),
        row("… refused when they were announced", _told(dict(senders.refused))),
        row("found by a search for the batch", f"{found:,}", f"{wanted['ready']:,}", found == wanted["ready"]),
        row("storage, manifest, catalogue, search, facets and charts differ", "; ".join(wrong[:5]) or "nowhere",
            "nowhere", not wrong),
        row("queue and dead letters in the end", str(left or "empty"), "empty", not left),
        row("all sent / all ended", f"{sent_s / 60:.1f} / {took / 60:.1f} minutes"),
        row("files a second", f"{count / took:.1f}"),
    ]  # fmt: skip
    parts = sorted({name for look in looks for name in look.parts})
    peaks = [[name, *(f"{max(getattr(look.parts[name], what) for look in looks if name in look.parts):,.0f}"
                      for what in ("processes", "pss", "own", "handles"))] for name in parts]  # fmt: skip
    most = max(sum(part.pss for part in look.parts.values()) for look in looks)
    peaks.append(["everything at once", "", f"{most:,.0f}", "", ""])
    return "\n\n".join([
        table(["figure", "seen", "to reach", ""], rows),
        table(["at most", "processes", "PSS, MB", "own memory, MB", "handles"], peaks),
    ])  # fmt: skip


def _told(states: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in sorted(states.items())) or "none"
