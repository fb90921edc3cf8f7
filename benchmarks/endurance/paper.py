"""The tables of an endurance run, and what each was to reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from benchmarks.endurance.line import Line, line
from benchmarks.endurance.watch import Held, Look
from benchmarks.endurance.work import Sent
from benchmarks.figures import short
from benchmarks.profile.summary import Request, errors
from benchmarks.profile.watch import cores
from benchmarks.report import table
from embedded.children import LARGEST_LOG

RATIO = 1.2
"""By how much the end may be slower than the beginning."""
LEAST = 20
"""Requests in a stretch for its median to be compared; five times as many for its p95."""
FLAT_SHARE, FLAT_MB = 0.03, 5.0
"""What a part's own memory may rise by over the measured time, of its start or at least."""
MORE_HANDLES = 3
PICTURE = "one a picture: the catalogue itself"
WORK = "one a thing that people keep, gone when they delete it"
FOR_EVER = "kept for ever by intent: one row "
BOUNDS = {
    "image": PICTURE, "item": PICTURE, "batch": "one an upload", "change": FOR_EVER + "a change, the audit trail",
    "label": "one a word of the recogniser", "decision": "at most one a label of a picture",
    "review_skip": "the day a person named", "product": WORK, "collection": WORK, "collection_image": WORK,
    "saved_search": WORK, "taught_label": WORK, "taxonomy": "one a version that people write",
    "session": "its end; cleared at each sign-in", "sign_in_attempt": "half an hour",
    "job": FOR_EVER + "a bulk change", "job_image": "30 days: what undoes a job", "share": FOR_EVER + "a link",
}  # fmt: skip
"""Table -> what bounds it, as docs/privacy.md says. One that grows and is not here is bounded by nothing."""


@dataclass(frozen=True, slots=True)
class Ran:
    """`warm_s`: not measured. `rows`: by table, when the measured part began and when it ended."""

    images: int
    began: float
    seconds: float
    warm_s: float
    requests: list[Request]
    sent: list[Sent]
    states: dict[str, int]
    looks: list[Look]
    rows: tuple[dict[str, int], dict[str, int]]

    @property
    def stretch_s(self) -> float:
        """Five minutes, or a third of what was measured."""
        return min(300.0, (self.seconds - self.warm_s) / 3)

    @property
    def warm(self) -> list[Look]:
        since = self.began + self.warm_s
        return [look for look in self.looks if since <= look.at <= self.began + self.seconds]


def section(ran: Ran) -> str:
    failed = [request for request in ran.requests if request.error]
    wrong = {state: count for state, count in ran.states.items() if state != "ready"}
    ready = ran.states.get("ready", 0)
    busy, ours = fmean(look.busy for look in ran.warm), _cores(ran.warm)
    general = [
        ["requests / failed", f"{len(ran.requests):,} / {len(failed)}", "0 failed", _met(not failed)],
        ["files that S3 took / ready", f"{len(ran.sent):,} / {ready:,} {wrong or ''}", "all",
         _met(ready == len(ran.sent) and not wrong)],
        ["cores at work: the stack's, all of the machine", f"{ours:.2f}, {busy:.2f} of {cores()}", "about half", ""],
        ["connections to the database: start → end", *_still([look.links for look in ran.warm], MORE_HANDLES)],
        ["largest log at any moment", f"{max(look.largest_log for look in ran.looks) / 1e6:.2f} MB",
         f"≤ {LARGEST_LOG / 1e6:.0f} MB and a second's lines",
         _met(max(look.largest_log for look in ran.looks) < 1.1 * LARGEST_LOG)],
    ]  # fmt: skip
    told = errors(ran.requests, 20)
    listed = "\n\n".join(f"- {kind}: {said} ({count} times)" for kind, said, count in told)
    return "\n\n".join([
        f"{ran.images:,} made-up pictures and the demo's at the start. {ran.seconds / 60:.0f} minutes, the first "
        f"{ran.warm_s / 60:.1f} not measured; compared are the first and the last {ran.stretch_s / 60:.1f} minutes of "
        "the rest.",
        table(["what", "seen", "to reach", ""], general), *([listed] if told else []),
        "### How long people wait", table(*_latencies(ran)),
        "### Memory, handles, threads", table(*_parts(ran)),
        f"MB. Own memory belongs to no file and is shared with nobody; flat is a rise over the measured time of at "
        f"most {FLAT_SHARE:.0%} or {FLAT_MB:.0f} MB, or one that cannot be told from none (95 %).",
        "### Tables", table(*_tables(ran)),
        "### Disk", table(*_disk(ran)),
    ])  # fmt: skip


def _cores(looks: Sequence[Look]) -> float:
    """What the stack used on average; what a process that ended used since the look before is not known."""
    used = sum(
        max(0.0, part.cpu - before.parts[name].cpu)
        for before, look in pairwise(looks) for name, part in look.parts.items() if name in before.parts
    )  # fmt: skip
    return used / (looks[-1].at - looks[0].at)


def _met(good: bool) -> str:
    return "met" if good else "UNMET"


def _latencies(ran: Ran) -> tuple[list[str], list[list[object]]]:
    header = ["", "requests", "first: p50 / p95 ms", "last: p50 / p95 ms", "ratio p50 / p95", f"≤ {RATIO}"]
    start, end = ran.began + ran.warm_s, ran.began + ran.seconds
    kinds = sorted({request.kind for request in ran.requests})
    return header, [_latency(ran, kind, start, end) for kind in [*kinds, ""]]


def _latency(ran: Ran, kind: str, start: float, end: float) -> list[object]:
    """Of a kind of request, or of all where it is empty. Failed ones are told elsewhere."""
    mine = [r for r in ran.requests if (not kind or r.kind == kind) and not r.error and start <= r.at <= end]
    first = [r.ms for r in mine if r.at < start + ran.stretch_s]
    last = [r.ms for r in mine if r.at >= end - ran.stretch_s]
    if min(len(first), len(last)) < LEAST:
        return [kind, f"{len(mine):,}", *(_two(part) if part else "" for part in (first, last)), "", "too few"]
    ratios = (np.percentile(last, [50, 95]) / np.percentile(first, [50, 95])).tolist()
    judged = ratios if min(len(first), len(last)) >= 5 * LEAST else ratios[:1]
    return [kind or "all", f"{len(mine):,}", _two(first), _two(last), " / ".join(f"{one:.2f}" for one in ratios),
            _met(max(judged) <= RATIO)]  # fmt: skip


def _two(ms: Sequence[float]) -> str:
    return " / ".join(short(one) for one in np.percentile(ms, [50, 95]).tolist())


def _parts(ran: Ran) -> tuple[list[str], list[list[object]]]:
    header = ["part", "processes", "PSS", "own memory", "own, MB an hour", "flat", "handles", "", "threads", ""]
    names = sorted({name for look in ran.warm for name in look.parts})
    return header, [_part(ran, name) for name in names]


def _part(ran: Ran, name: str) -> list[object]:
    """Functions come and go with their work: only looks at which the part was there count."""
    there = [(look.at, look.parts[name]) for look in ran.warm if name in look.parts]
    if len(there) < 3:
        return [name, "seldom there", *[""] * 8]

    def through(what: Callable[[Held], float]) -> Line:
        return line([at for at, _ in there], [what(held) for _, held in there])

    pss, own = through(lambda held: held.pss), through(lambda held: held.own)
    handles, threads = ([getattr(held, what) for _, held in there] for what in ("handles", "threads"))
    return [
        name, _span([held.processes for _, held in there]), f"{pss.start:.0f} → {pss.end:.0f}",
        f"{own.start:.0f} → {own.end:.0f}", f"{own.slope:+.1f} ± {own.error:.1f}", _met(own.flat(FLAT_SHARE, FLAT_MB)),
        *_still(handles, MORE_HANDLES)[::2], *_still(threads, MORE_HANDLES)[::2],
    ]  # fmt: skip


def _span(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}-{high}"


def _still(values: Sequence[int], more: int) -> tuple[str, str, str]:
    """Medians of the first and the last quarter: single looks meet what comes and goes."""
    quarter = max(1, len(values) // 4)
    first, last = median(values[:quarter]), median(values[-quarter:])
    return f"{first:.0f} → {last:.0f}", f"+{more} or 10 %", _met(last <= max(first + more, 1.1 * first))


def _tables(ran: Ran) -> tuple[list[str], list[list[object]]]:
    header = ["table", "rows", "with indexes, MB", "bounded by", ""]
    before, after = ran.rows
    sizes = ran.warm[0].tables, ran.looks[-1].tables
    rows: list[list[object]] = []
    for name, count in after.items():
        if count or before.get(name):
            megabytes = " → ".join(f"{size.get(name, 0) / 1e6:.1f}" for size in sizes)
            verdict = _met(name in BOUNDS) if count > before.get(name, 0) else "does not grow"
            rows.append([name, f"{before.get(name, 0):,} → {count:,}", megabytes, BOUNDS.get(name, ""), verdict])
    return header, rows


def _disk(ran: Ran) -> tuple[list[str], list[list[object]]]:
    """From the first to the last measuring, with what was sent between them."""
    header = ["part of the home", "MB", "bytes a picture sent"]
    measured = [look for look in ran.looks if look.disk]
    first, last = measured[0], measured[-1]
    sent = [file.size for file in ran.sent if first.at < file.at <= last.at]
    rows: list[list[object]] = [["sent", f"{sum(sent) / 1e6:.1f}", f"{fmean(sent):,.0f}" if sent else ""]]
    for part in sorted(last.disk):
        grown = last.disk[part] - first.disk.get(part, 0)
        each = f"{grown / len(sent):,.0f}" if sent and grown > 0 else ""
        rows.append([part, f"{first.disk.get(part, 0) / 1e6:.1f} → {last.disk[part] / 1e6:.1f}", each])
    return header, rows
