"""The sections of docs/load.md and their charts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.figures import IMAGES, verdict
from benchmarks.profile import autoscaling, chart
from benchmarks.profile.chart import Line, Panel
from benchmarks.profile.ended import Files
from benchmarks.profile.shapes import PACE_S, RAMP, Shape
from benchmarks.profile.summary import (
    BAR_MS,
    KINDS,
    Figures,
    Request,
    Window,
    breaking,
    by_kind,
    errors,
    figures,
    narrowest,
    recovered,
    windows,
)
from benchmarks.profile.watch import LOAD, WORKERS, Moment, cores
from benchmarks.report import table

HEADER = ["", "requests", "failed", "a second", "median ms", "p95 ms", "most ms"]
SCALED = ((None, 1, 1), (0.7, 1, 1), (1.5, 1, 1), (2.5, 1, 1), (1.5, 8, 1), (2.5, 8, 1), (1.5, 1, 2))
"""Simulated: tasks' worth of work at the top (None: the ramp's own people), times as slow as the ramp, least tasks."""
WIDTH_S = 10.0
"""Of a point in a chart."""


@dataclass(frozen=True, slots=True)
class Alone:
    """What one person saw before the shapes, and the seconds of searches while nothing at all was going on."""

    requests: list[Request]
    searches_s: list[float]


@dataclass(frozen=True, slots=True)
class Ran:
    """One shape from its beginning to the last file's end."""

    shape: Shape
    began: float
    requests: list[Request]
    moments: list[Moment]
    files: Files
    alone: Alone

    @property
    def all(self) -> Figures:
        return by_kind(self.requests, self.shape.seconds)["all"]

    def parts(self, width: float) -> list[Window]:
        """Windows of that many seconds."""
        edges = [*np.arange(0, self.shape.seconds, width).tolist(), self.shape.seconds]
        return windows(self.requests, self.began, edges, self.shape.users_at)

    def steps(self) -> list[Window]:
        """One a stage."""
        edges = [0.0, *np.cumsum([stage.seconds for stage in self.shape.stages]).tolist()]
        return windows(self.requests, self.began, edges, self.shape.users_at)

    def cores(self, first: float, last: float) -> dict[str, float]:
        """Part -> cores it used between these seconds of the load, on average."""
        inside = [moment for moment in self.moments if first < moment.at - self.began <= last]
        parts = {part for moment in inside for part in moment.cores}
        return {part: float(np.mean([moment.cores.get(part, 0) for moment in inside])) for part in parts}


def section(ran: Ran, picture: str) -> str:
    """Markdown of a shape; `picture` is the chart's file beside the paper."""
    said = [f"![{ran.shape.title}]({picture})", kinds(ran), files(ran)]
    own = {"ramp": beside, "stretch": stretch, "spike": spike, "soak": soak}[ran.shape.name]
    said.append(own(ran))
    if told := errors(ran.requests):
        said.append(table(["what failed", "", "times"], [[kind, error, count] for kind, error, count in told]))
    return "\n\n".join(said)


def kinds(ran: Ran) -> str:
    rows = [_row(kind, seen) for kind, seen in by_kind(ran.requests, ran.shape.seconds).items()]
    rounds = figures([request for request in ran.alone.requests if request.kind != "sign in"], 1)
    quiet = figures([Request(0, "search", seconds * 1000, None) for seconds in ran.alone.searches_s], 1)
    for name, seen in (("one person alone, all", rounds), ("searches alone", quiet)):
        rows.append([*_row(name, seen)[:3], "", *_row(name, seen)[4:]])
    return table(HEADER, rows)


def files(ran: Ran) -> str:
    seen = ran.files
    ready = seen.states.get("ready", 0)
    rows: list[list[object]] = [
        ["files taken by S3 / ready", f"{seen.taken:,} / {ready:,}", verdict(ready == seen.taken)],
        ["… in the catalogue with the very bytes sent", f"{seen.taken - len(seen.lost):,}", verdict(not seen.lost)],
        ["… labels they carry that find just them, of labels asked", f"{seen.asked - len(seen.wrong)} of {seen.asked}",
         verdict(bool(seen.asked) and not seen.wrong)],
        ["files waiting, at most", f"{max((m.waiting for m in ran.moments), default=0):,}", ""],
        ["last answer → last file ready", f"{seen.seconds:,.0f} s", ""],
    ]  # fmt: skip
    if other := {state: count for state, count in seen.states.items() if state != "ready"}:
        rows.append(["granted and not ready", ", ".join(f"{n} {state}" for state, n in sorted(other.items())), ""])
    return table(["files", "seen", ""], rows)


def beside(ran: Ran) -> str:
    """The original system's figures and the bar."""
    seen = ran.all
    rows = [
        ["requests", "12,879", f"{seen.requests:,}", ""],
        ["failed", "21.5 %", f"{_percent(seen.failed_share)} ({seen.failed:,})", verdict(not seen.failed)],
        ["median", "284 ms", f"{seen.p50:,.0f} ms", ""],
        ["p95", "947 ms", f"{seen.p95:,.0f} ms", verdict(seen.p95 < BAR_MS)],
        ["requests a second", "30", f"{seen.per_second:.1f}", ""],
    ]
    return table(["", "the original system", "this one", "0 failed, p95 < 800 ms"], rows) + "\n\n" + _cores(ran)


def stretch(ran: Ran) -> str:
    steps = ran.steps()
    found = breaking(steps)
    rows = []
    for step, stage in zip(steps, ran.shape.stages, strict=True):
        used, seen = ran.cores(step.second, step.second + stage.seconds), step.figures
        own = by_kind(_inside(ran, step.second, stage.seconds), stage.seconds)
        rows.append([
            stage.last, f"{stage.last * 3 / ran.shape.pace_s:.0f}", f"{seen.per_second:.0f}", f"{seen.p50:,.0f}",
            f"{seen.p95:,.0f}", *(f"{own.get(kind, _NONE).p95:,.0f}" for kind in KINDS[1:]), seen.failed,
            *([f"{sum(used.values()):.2f}", f"{used.get(LOAD, 0):.2f}"] if used else ["", ""]),
        ])  # fmt: skip
    shown = table(["people", "wanted a second", "answered a second", "median ms", "p95 ms",
                   *(f"{kind} p95" for kind in KINDS[1:]), "failed", "cores used", f"… by {LOAD}"], rows)  # fmt: skip
    return f"{shown}\n\n{_broke(ran, found.slow, found.failed)} {_most(found.most)}"


def _broke(ran: Ran, slow: Window | None, failed: Window | None) -> str:
    if slow is None:
        told = f"p95 stays below {BAR_MS:.0f} ms at every step."
    else:
        width = next(stage.seconds for stage in ran.shape.stages)
        used = ran.cores(slow.second, slow.second + width)
        inside = _inside(ran, slow.second, width)
        worst = max(KINDS, key=lambda kind: by_kind(inside, width).get(kind, _NONE).p95)
        waits = sum(request.ms for request in inside if request.kind == worst) / 1000 / width
        told = (
            f"**The breaking point is at {slow.users} people:** the first step with a p95 above {BAR_MS:.0f} ms. The "
            f"slowest kind there is {worst}: about {waits:.0f} of the people wait for it at any moment. "
            f"{narrowest(used, cores(), WORKERS)}"
        )
    return told + (f" The first failed request comes at {failed.users} people." if failed else " No request fails.")


def _most(most: Window) -> str:
    return f"Most requests a second: {most.figures.per_second:.0f}, at {most.users} people."


_NONE = Figures(0, 0, 0, 0, 0, 0)


def _inside(ran: Ran, second: float, width: float) -> list[Request]:
    return [request for request in ran.requests if second <= request.at - ran.began < second + width]


def spike(ran: Ran) -> str:
    before, _, during, _, after = ran.steps()
    calm = after.second
    took = recovered(ran.parts(5), calm)
    rows = [
        [name, part.users, f"{part.figures.per_second:.0f}", f"{part.figures.p50:,.0f}", f"{part.figures.p95:,.0f}",
         part.figures.failed]
        for name, part in (("before", before), ("the spike", during), ("after", after))
    ]  # fmt: skip
    said = "not within the time looked at" if took is None else f"{took:.0f} s after the last of them has left"
    shown = table(["", "people", "answered a second", "median ms", "p95 ms", "failed"], rows)
    return f"{shown}\n\np95 of five seconds is below {BAR_MS:.0f} ms for good: {said}."


def soak(ran: Ran) -> str:
    parts = ran.parts(ran.shape.seconds / 10)
    memory = [moment.megabytes for moment in ran.moments if moment.megabytes]
    rows = [["first tenth", _short(parts[0].figures)], ["last tenth", _short(parts[-1].figures)]]
    if memory:
        rows.append(["memory of the stack: first / most / last MB",
                     f"{memory[0]:,.0f} / {max(memory):,.0f} / {memory[-1]:,.0f}"])  # fmt: skip
    return table(["", "median / p95 ms, failed"], rows) + "\n\n" + _cores(ran)


def _short(seen: Figures) -> str:
    return f"{seen.p50:,.0f} / {seen.p95:,.0f}, {seen.failed}"


def _cores(ran: Ran) -> str:
    used = sorted(ran.cores(0, ran.shape.seconds).items(), key=lambda pair: -pair[1])
    told = ", ".join(f"{name} {own:.2f}" for name, own in used if own >= 0.01)
    return f"Cores used on average, of {cores()}: {told}."


def _row(kind: str, seen: Figures) -> list[object]:
    return [kind, f"{seen.requests:,}", f"{seen.failed:,}", f"{seen.per_second:.1f}", f"{seen.p50:,.0f}",
            f"{seen.p95:,.0f}", f"{seen.worst:,.0f}"]  # fmt: skip


def picture(ran: Ran) -> str:
    parts = ran.parts(min(WIDTH_S, ran.shape.seconds / 20))
    middle = (parts[1].second - parts[0].second) / 2
    end = ran.shape.seconds

    seen = [part for part in parts if part.figures.requests]
    people = [(part.second + middle, float(part.users)) for part in parts]
    rate = [(part.second + middle, part.figures.per_second) for part in parts]
    failed = [(part.second + middle, part.figures.failed / (2 * middle)) for part in parts]
    panels = [
        Panel("people", [Line("people", people)]),
        Panel("requests a second", [Line("all", rate), Line("failed", failed)]),
        Panel(f"ms (dashed: {BAR_MS:.0f})", [
            Line("p95", [(part.second + middle, part.figures.p95) for part in seen]),
            Line("median", [(part.second + middle, part.figures.p50) for part in seen]),
        ], bar=BAR_MS),
    ]  # fmt: skip
    moments = [(moment.at - ran.began, moment) for moment in ran.moments if 0 <= moment.at - ran.began <= end]
    if moments:
        used = ran.cores(0, end)
        names = [name for name, _ in sorted(used.items(), key=lambda pair: -pair[1])][:7]
        panels += [
            Panel("files waiting in the queue", [Line("waiting", [(at, float(m.waiting)) for at, m in moments])]),
            Panel(f"cores used, of {cores()}", [Line(name, [(at, m.cores.get(name, 0.0)) for at, m in moments])
                                               for name in names]),
        ]  # fmt: skip
    return chart.draw(f"{ran.shape.title}, {IMAGES:,} images in the catalogue", panels, end)


def scaling(service: Sequence[float]) -> str:
    """Autoscaling of the search API, simulated from the seconds that searches took alone."""
    mean, policy = float(np.mean(service)), autoscaling.Policy()
    rows = []
    for tasks, slower, least in SCALED:
        most = RAMP.most if tasks is None else round(tasks / mean * PACE_S)
        shape = RAMP.scaled(slower)
        hour = int(shape.seconds // 60) + 25

        def rate(second: float, shape: Shape = shape, most: int = most) -> float:
            return (shape.users_at(second) or 0) / shape.most * most / PACE_S

        seen = autoscaling.simulate(rate, hour, service, replace(policy, least=least))
        changes = [str(seen.minutes[0].tasks)]
        for at, (before, now) in enumerate(pairwise(seen.minutes), 2):
            if now.tasks != before.tasks:
                changes.append(f"{now.tasks} (minute {at})")
        rows.append([
            f"{most:,}", f"{shape.seconds / 60:.0f} min", f"{most / PACE_S:,.0f}", f"{most / PACE_S * mean:.2f}",
            " → ".join(changes), f"{seen.p95_ms:,.0f} ms", f"{max(m.p95_ms for m in seen.minutes):,.0f} ms",
            _percent(seen.share_above(BAR_MS)), _percent(seen.share_above(60_000)),
        ])  # fmt: skip
    shown = table(["people at the top", "up and down in", "searches a second", "tasks' worth of work", "tasks", "p95",
                   "p95 of the worst minute", f"> {BAR_MS:.0f} ms", "> 60 s (refused)"], rows)  # fmt: skip
    return f"""Simulated, not measured on AWS: {policy.least} to {policy.most} tasks of the search API at \
{policy.target * 100:.0f} % CPU, from {len(service):,} searches one after the other on this machine (mean \
{mean * 1000:.1f} ms, p95 {np.percentile(service, 95) * 1000:.1f} ms, over HTTP with {IMAGES:,} images).

{shown}

Assumed: requests come by chance at the rate of the people of the moment, each searches every {PACE_S} s; a task has \
one core as fast as one here, and a search takes it for a time drawn from those measured (the client's own share \
included, so it is rather too long); the target group gives each request to the task that is free first; the network, \
the balancer and the database add nothing. CPU is reported once a minute; {policy.out_minutes} minutes above the \
target ask for as many tasks as would bring it there, {policy.in_minutes} minutes below nine tenths of it for fewer; \
{policy.out_cooldown_s:.0f} s and {policy.in_cooldown_s:.0f} s of rest after each; a new task answers after \
{policy.starts_s:.0f} s (place, image, index of a million pictures, two health checks). A balancer gives up after \
60 s; here such requests stay in the queue and make the figures behind them worse than they would be.

Five minutes pass between too much work and the next task: a load that grows to more than one task's worth in less \
than that needs more tasks to begin with, whatever the target is; the last row is the third one with two tasks. The \
rest after scaling out is longer than a task's start, so that the next decision sees what the last one brought."""


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def save(folder: Path, ran: Ran) -> str:
    """The chart's file beside the paper: its path from there."""
    (folder / "load").mkdir(exist_ok=True)
    (folder / "load" / f"{ran.shape.name}.svg").write_text(picture(ran), encoding="utf-8")
    return f"load/{ran.shape.name}.svg"
