"""What became of every file of a load: waited for, then compared one by one with what was sent."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.profile.checks import names
from benchmarks.profile.watch import waiting
from tests.stack import Stack

STALLED_S = 300.0
"""Without one more file that ended."""
SWEPT_S = 150.0
"""With an empty queue: the sweep runs each minute."""
RENEW_S = 1_800.0
"""A token lives for an hour."""
LABELS = 40
"""Labels of the files that are searched for by each of them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`taken`: S3 said that it has it."""

    image_id: str
    batch_id: str
    sha256: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Files:
    """`states`: of all that was granted. `lost`: taken by S3, and not in the catalogue with the very bytes sent.
    `asked`, `wrong`: labels that the files carry, and those whose search did not return just these files."""

    granted: int
    taken: int
    states: dict[str, int]
    lost: list[str]
    asked: int
    wrong: list[str]
    seconds: float


def sent(folder: Path) -> list[Sent]:
    return [Sent(*json.loads(line)) for line in (folder / "sent.jsonl").read_text(encoding="utf-8").splitlines()]


def found(stack: Stack, token: str, tag: str) -> int:
    return int(stack.images(token, tag=tag, limit=1)["total"])


def wait(stack: Stack, tag: str, taken: int) -> float:
    """Until search finds every file, or the queue stays empty for longer than the sweep needs to find a lost message,
    or nothing moves any more. Seconds."""
    began = moved = filled = time.monotonic()
    token, renew, last = stack.token(), began + RENEW_S, -1
    while (there := found(stack, token, tag)) < taken:
        now = time.monotonic()
        if now > renew:
            token, renew = stack.token(), now + RENEW_S
        if there != last or waiting(stack):
            filled = now
        if there != last:
            last, moved = there, now
        if now - filled > SWEPT_S or now - moved > STALLED_S:
            break
        time.sleep(2)
    return time.monotonic() - began


def check(stack: Stack, tag: str, files: list[Sent], seconds: float) -> Files:
    token = stack.token()
    catalogue = {item["id"]: item for item in _pages(stack, token, tag)}
    taken = [file for file in files if file.taken]
    lost = [f.image_id for f in taken if catalogue.get(f.image_id, {}).get("sha256") != f.sha256]
    by_label = Counter(name for item in catalogue.values() for name in names(item))
    asked = [name for name, _ in by_label.most_common(LABELS // 2)]
    asked += [name for name, _ in by_label.most_common()[: -LABELS // 2 : -1] if name not in asked]
    wrong = [name for name in asked if stack.images(token, label=name, tag=tag, limit=1)["total"] != by_label[name]]
    return Files(len(files), len(taken), _states(stack, token, tag), lost, len(asked), wrong, seconds)


def _pages(stack: Stack, token: str, tag: str) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {"tag": tag, "limit": 200}
    while True:
        page = stack.images(token, **query)
        yield from page["items"]
        if not page["next_cursor"]:
            return
        query["cursor"] = page["next_cursor"]


def _states(stack: Stack, token: str, tag: str) -> dict[str, int]:
    """Of the files in batches of this load: newest batches first, until others come."""
    states: Counter[str] = Counter()
    cursor: str | None = None
    while True:
        asked = {"params": {"cursor": cursor}} if cursor else {}
        page = stack.call("GET", f"{stack.ends['uploads_api']}/uploads", token, **asked).json()
        for batch in page["items"]:
            if batch["name"] == tag:
                states.update({state: count for state, count in batch["counts"].items() if count})
        cursor = page["next_cursor"]
        if not cursor or all(batch["name"] != tag for batch in page["items"]):
            return dict(states)
