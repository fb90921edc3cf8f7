"""What the program that makes the load is told, as a file between two programs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.profile.shapes import Stage

VARIABLE = "PIXPLORE_LOAD_PLAN"
"""The environment's name for the plan's path."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`known`: label -> images that carry it before the load. `tag` is put on every file sent. `folder` is where what
    happened is written: began, requests.jsonl, sent.jsonl."""

    sign_in: str
    client_id: str
    email: str
    password: str
    uploads_api: str
    search_api: str
    known: dict[str, int]
    photographs: str
    tag: str
    stages: tuple[Stage, ...]
    pace_s: float
    folder: str

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(path: Path) -> Plan:
    told = json.loads(path.read_text(encoding="utf-8"))
    return Plan(**told | {"stages": tuple(Stage(**stage) for stage in told["stages"])})
