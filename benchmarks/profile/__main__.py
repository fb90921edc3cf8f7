"""`python -m benchmarks.profile [ramp] [stretch] [spike] [soak]` (`make load`): the load profile on a whole stack.

A stack like `make run`'s with BENCH_IMAGES images; then each shape, and after each a wait until every file has ended.
What is measured in full length with a million images goes into docs/load.md, a trial is printed only.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks import report
from benchmarks.figures import FULL, IMAGES
from benchmarks.million import stack
from benchmarks.photographs import photographs
from benchmarks.profile import checks, ended, paper, photos, summary
from benchmarks.profile.paper import Alone, Ran
from benchmarks.profile.plan import VARIABLE, Plan
from benchmarks.profile.shapes import ALONE, SHAPES, Shape
from benchmarks.profile.summary import Request
from benchmarks.profile.watch import Moment, Watch
from tests.stack import ROOT, Stack

PAPER = ROOT / "docs" / "load.md"
LABELS = 300
"""That people search by, each as often as it is frequent."""
MINUTES = 7.0
"""Of the ramp in full length."""
QUIET = 600
"""Searches while nothing else is asked."""
_LATE_S = 120


def run(running: Stack, shape: Shape, photographs_: Path, folder: Path) -> tuple[float, list[Request], list[Moment]]:
    """One shape: when it began, its requests, and what was seen meanwhile."""
    folder.mkdir()
    token, tag = running.token(), tag_of(folder)
    admin = running.ends["demo_users"]["admin"]
    plan = Plan(
        sign_in=running.ends["aws_endpoint"], client_id=running.ends["client_id"], **admin,
        uploads_api=running.ends["uploads_api"], search_api=running.ends["search_api"],
        known={value["value"]: value["count"] for value in labels_of(running, token)},
        photographs=str(photographs_), tag=tag, stages=shape.stages, pace_s=shape.pace_s, folder=str(folder),
    )  # fmt: skip
    plan.write(folder / "plan.json")
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "profile" / "users.py"), "--headless",
               "--only-summary", "--stop-timeout", "90", "--exit-code-on-error", "0", "-L", "WARNING"]  # fmt: skip
    env = os.environ | {VARIABLE: str(folder / "plan.json"), "PYTHONPATH": str(ROOT)}
    with (folder / "locust.log").open("wb") as out:
        load = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
        watch = Watch(running, lambda: ended.found(running, token, tag), lambda: load.pid)
        try:
            load.wait(shape.seconds + _LATE_S + 90)
        except subprocess.TimeoutExpired:
            load.send_signal(signal.SIGTERM)
            load.wait(10)
        moments = watch.end()
    if load.returncode or not (folder / "requests.jsonl").stat().st_size:
        sys.exit(f"the load did not run: {(folder / 'locust.log').read_text()[-2000:]}")
    began = float((folder / "began").read_text())
    return began, summary.read(folder / "requests.jsonl"), moments


def searches(running: Stack) -> list[float]:
    """Seconds that a search takes while nothing else is asked, one after the other over one connection."""
    token, took = running.token(), list[float]()
    labels = [value["value"] for value in labels_of(running, token)]
    link = http.client.HTTPConnection(urlsplit(running.ends["search_api"]).netloc, timeout=60)
    for number in range(-20, QUIET):
        asked = urlencode(checks.search(labels[number % len(labels)]))
        began = time.perf_counter()
        link.request("GET", f"/v1/images?{asked}", headers={"Authorization": f"Bearer {token}"})
        answer = link.getresponse()
        body = answer.read()
        if number >= 0:  # after some to warm up
            took.append(time.perf_counter() - began)
        assert answer.status == 200, body[:300]
    link.close()
    return took


def labels_of(running: Stack, token: str) -> list[dict[str, Any]]:
    return list(running.images(token, limit=1, facets="label", facet_limit=LABELS)["facets"]["label"]["values"])


def tag_of(folder: Path) -> str:
    return f"load {folder.name}"


def whole(running: Stack, shape: Shape, sources: Path, folder: Path, alone: Alone) -> Ran:
    """A shape and the wait for its files."""
    told = f"{shape.title}: {shape.seconds / 60:.1f} minutes"
    print(told, file=sys.stderr, flush=True)
    began, requests, moments = run(running, shape, sources, folder)
    sent = ended.sent(folder)
    took = ended.wait(running, tag_of(folder), sum(file.taken for file in sent))
    return Ran(shape, began, requests, moments, ended.check(running, tag_of(folder), sent, took), alone)


def publish(title: str, text: str, full: bool) -> None:
    if full:
        report.publish(title, text, PAPER)
    else:
        print(f"## {title} (a trial)\n\n{text}\n", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__.splitlines()[0])
    asked.add_argument("shapes", nargs="*", choices=[*SHAPES, []], help="in this order (default: ramp)")
    asked.add_argument("--minutes", type=float, default=float(os.environ.get("LOAD_MINUTES") or MINUTES),
                       help="of the ramp; the other shapes shrink alike")  # fmt: skip
    asked.add_argument("--keep", type=Path, help="an empty folder for charts and raw figures of a trial")
    given = asked.parse_args()
    share, full = given.minutes / MINUTES, given.minutes == MINUTES and IMAGES == FULL
    with tempfile.TemporaryDirectory(prefix="pixplore-load-") as top:
        folder = given.keep or Path(top)
        (sources := Path(top) / "photographs").mkdir()
        photographs(sources, photos.KINDS, photos.MEGABYTES, grain=4)
        with stack(Path(top)) as running:
            alone = whole(running, ALONE.scaled(min(1, share * 2)), sources, folder / "alone", Alone([], [])).requests
            before = Alone(alone, searches(running))
            for name in given.shapes or ["ramp"]:
                ran = whole(running, SHAPES[name].scaled(share), sources, folder / name, before)
                picture = paper.save(PAPER.parent if full else folder, ran)
                publish(ran.shape.title, paper.section(ran, picture), full)
        publish("Autoscaling, simulated", paper.scaling(before.searches_s), full)


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{(time.monotonic() - began) / 60:.0f} minutes in all", file=sys.stderr)
