"""Target tracking on AWS, simulated: how many tasks of the search API run, and how long people wait, while people come.

What is assumed (docs/load.md says the same in sentences):
- Requests come by chance (Poisson) at the rate that the people of the moment make.
- A request takes the core of one task for a time drawn from those measured here; the target group gives it to the
  task that is free first, where it waits its turn. What the balancer and the network take is left out.
- ECS reports the tasks' mean CPU once a minute. Three minutes above the target ask for more tasks, fifteen below nine
  tenths of it for fewer: as many as would bring the CPU to the target. Each change is followed by its cooldown.
- A new task answers after `starts_s`; one that goes ends what it has begun.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Policy:
    """The defaults are those of the CDK profile `scale`, and the alarms that target tracking makes by itself.

    `starts_s`: a minute for a place, the image and the program, and half a minute each for the index of a million
    pictures and for two health checks.
    """

    least: int = 1
    most: int = 3
    target: float = 0.75
    out_minutes: int = 3
    in_minutes: int = 15
    out_cooldown_s: float = 180
    in_cooldown_s: float = 300
    starts_s: float = 120


@dataclass(frozen=True, slots=True)
class Minute:
    """`tasks`: answering at its end. `cpu`: their mean, 0-1. `p95_ms`: of what came in it."""

    tasks: int
    cpu: float
    requests: int
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Simulated:
    minutes: list[Minute]
    waits_ms: np.ndarray

    @property
    def most_tasks(self) -> int:
        return max(minute.tasks for minute in self.minutes)

    @property
    def p95_ms(self) -> float:
        return float(np.percentile(self.waits_ms, 95)) if len(self.waits_ms) else 0.0

    def share_above(self, ms: float) -> float:
        return float(np.mean(self.waits_ms > ms)) if len(self.waits_ms) else 0.0


def simulate(
    rate: Callable[[float], float], minutes: int, service_s: Sequence[float], policy: Policy, seed: int = 1
) -> Simulated:
    """`rate`: requests a second at a second. `service_s`: measured seconds of a core, drawn with replacement."""
    chance = np.random.default_rng(seed)
    measured = np.asarray(service_s)
    free = [0.0] * policy.least  # when each answering task has ended all it was given
    coming: list[float] = []  # when further ones begin to answer
    scaler = _Scaler(policy)
    made, every = [], []
    busy = np.zeros(minutes + 1)
    for minute in range(minutes):
        waits = []
        for at, takes in _arrivals(rate, minute, measured, chance):
            while coming and coming[0] <= at:
                free.append(coming.pop(0))
            task = min(range(len(free)), key=free.__getitem__)
            begins = max(at, free[task])
            free[task] = begins + takes
            busy[min(int(begins // MINUTE), minutes)] += takes
            waits.append((free[task] - at) * 1000)
        now = (minute + 1.0) * MINUTE
        cpu = min(1.0, busy[minute] / (MINUTE * len(free)))
        while coming and coming[0] <= now:
            free.append(coming.pop(0))
        made.append(Minute(len(free), cpu, len(waits), float(np.percentile(waits, 95)) if waits else 0.0))
        every += waits
        wanted = scaler.wanted(now, len(free) + len(coming), cpu)
        coming += [now + policy.starts_s] * (wanted - len(free) - len(coming))
        while wanted < len(free) and not coming:
            free.remove(min(free))  # the idlest goes
    return Simulated(made, np.asarray(every))


def _arrivals(
    rate: Callable[[float], float], minute: int, measured: np.ndarray, chance: np.random.Generator
) -> list[tuple[float, float]]:
    """(second, seconds of a core) of one minute, in order."""
    found: list[tuple[float, float]] = []
    for second in range(minute * MINUTE, (minute + 1) * MINUTE):
        count = chance.poisson(rate(second))
        at = np.sort(chance.random(count)) + second
        found += zip(at.tolist(), chance.choice(measured, count).tolist(), strict=True)
    return found


class _Scaler:
    """The two alarms of target tracking and their cooldowns."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._above = self._below = 0
        self._rests_out = self._rests_in = 0.0

    def wanted(self, now: float, tasks: int, cpu: float) -> int:
        """How many tasks are to be, `tasks` of which are or are coming."""
        policy = self._policy
        self._above = self._above + 1 if cpu > policy.target else 0
        self._below = self._below + 1 if cpu < 0.9 * policy.target else 0
        to_target = max(policy.least, min(policy.most, ceil(tasks * cpu / policy.target - 1e-9)))
        if self._above >= policy.out_minutes and now >= self._rests_out and to_target > tasks:
            self._rests_out, self._rests_in = now + policy.out_cooldown_s, now + policy.in_cooldown_s
            return to_target
        if self._below >= policy.in_minutes and now >= max(self._rests_in, self._rests_out) and to_target < tasks:
            self._rests_in = now + policy.in_cooldown_s
            return to_target
        return tasks
