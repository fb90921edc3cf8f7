"""A straight line through what was seen over time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_T95 = 2.0
"""Student's t for 95 % and more than some sixty points."""


@dataclass(frozen=True, slots=True)
class Line:
    """Least squares: `start` and `end` on the line, `slope` an hour, `error` what it may be off by, with 95 %.

    What is seen every few seconds follows what was seen before: the error is rather too small than too large.
    """

    start: float
    end: float
    slope: float
    error: float

    @property
    def growth(self) -> float:
        return self.end - self.start

    def flat(self, share: float, least: float) -> bool:
        """Whether it does not rise beyond its error, or by no more than `share` of its start, or `least`."""
        return self.slope - self.error <= 0 or self.growth <= max(share * self.start, least)


def line(seconds: Sequence[float], values: Sequence[float]) -> Line:
    """Raises ValueError for fewer than three points: through two everything is a line."""
    if len(values) < 3:
        raise ValueError("a line needs three points")
    x, y = np.asarray(seconds, float) / 3600, np.asarray(values, float)
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    left = y - y.mean() - slope * (x - x.mean())
    error = _T95 * float(np.sqrt((left**2).sum() / (len(y) - 2) / spread))
    first, last = (float(y.mean() + slope * (at - x.mean())) for at in (x[0], x[-1]))
    return Line(first, last, slope, error)
