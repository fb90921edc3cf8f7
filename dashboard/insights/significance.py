"""Whether two selections differ by more than chance explains, and that said in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
ODDS = 0.05
"""Wrong alarms over all that is told, at most: one time in twenty."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value in both selections; `points` more in a (percent); `real`: hardly chance."""

    value: str
    a: Row
    b: Row
    points: float
    odds: float
    real: bool = False


def differences(pairs: Sequence[tuple[Row, Row]], total_a: int, total_b: int) -> list[Difference]:
    """Each pair of rows judged by a two-sided test of two shares, corrected for their number (Holm, 1979)."""
    found = [
        Difference(a["value"], a, b, 100 * (a["share"] - b["share"]), odds(a["count"], total_a, b["count"], total_b))
        for a, b in pairs
    ]
    real: set[str] = set()
    for place, one in enumerate(sorted(found, key=lambda each: each.odds)):
        if one.odds > ODDS / (len(found) - place):
            break
        real.add(one.value)
    return [Difference(d.value, d.a, d.b, d.points, d.odds, d.value in real) for d in found]


def odds(in_a: int, total_a: int, in_b: int, total_b: int) -> float:
    """How often chance alone makes two shares differ as much: 0-1.

    A z test with the pooled share where every expected number is at least 5; else Fisher's exact test.
    """
    if not total_a or not total_b:
        return 1.0
    pooled = (in_a + in_b) / (total_a + total_b)
    if not 0 < pooled < 1:
        return 1.0
    least = min(total_a, total_b) * min(pooled, 1 - pooled)
    if least < 5:
        return _exact(in_a, total_a, in_b, total_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / total_a + 1 / total_b))
    return math.erfc(abs(in_a / total_a - in_b / total_b) / error / math.sqrt(2))


def _exact(in_a: int, total_a: int, in_b: int, total_b: int) -> float:
    """Fisher's: the odds of every division as unlikely as this one. The rarer outcome is counted, so sums are short."""
    both, total = in_a + in_b, total_a + total_b
    if both > total - both:
        return _exact(total_a - in_a, total_a, total_b - in_b, total_b)

    def log(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    def chance(k: int) -> float:
        return math.exp(log(total_a, k) + log(total_b, both - k) - log(total, both))

    here = chance(in_a)
    low, high = max(0, both - total_b), min(both, total_a)
    return min(1.0, sum(p for k in range(low, high + 1) if (p := chance(k)) <= here * (1 + 1e-7)))


def in_words(found: Sequence[Difference], names: tuple[str, str], most: int = 3) -> list[str]:
    """What a manager should know: the clear differences, largest first, or that there are none."""
    clear = sorted((one for one in found if one.real), key=lambda one: (-abs(one.points), one.value))
    if not clear:
        return ["No difference here is clearer than chance would make it."]
    said = []
    for one in clear[:most]:
        more, fewer = (one.a, one.b) if one.points > 0 else (one.b, one.a)
        where, other = names if one.points > 0 else names[::-1]
        said.append(
            f"{one.value}: {percent(more['share'])} in {where}, {percent(fewer['share'])} in {other}. "
            f"That is {abs(one.points):.1f} points more, and hardly chance."
        )
    if len(clear) > most:
        said.append(f"{len(clear) - most:,} more differ clearly; the table names them.")
    return said


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
