"""Charts of the report with several kinds beside each other: stacked bars, lines, histograms one above the other."""

from collections.abc import Sequence
from html import escape

from dashboard.insights.charts import Mark
from dashboard.look.tokens import CHART_COLOURS, CHART_GUIDE
from dashboard.report.report_svg import ROW, cut, drawn, linked, names_of

Placed = Sequence[tuple[int, Mark]]
"""Marks with the number of the row, or of the step, that they stand in."""
Kind = tuple[str, Placed]
_RIDGE = 46


def colour(at: int) -> str:
    return CHART_COLOURS[at % len(CHART_COLOURS)]


def legend(names: Sequence[str], width: int) -> tuple[str, int]:
    """Which colour is what, on as many lines as it takes; and their height."""
    x, y, made = 0.0, 12, []
    for at, name in enumerate(names):
        said = cut(name, 28)
        wide = 30 + 6.6 * len(said)
        if x and x + wide > width:
            x, y = 0.0, y + 18
        made.append(
            f'<rect x="{x:.1f}" y="{y - 9}" width="10" height="10" rx="2" fill="{colour(at)}"/>'
            f'<text x="{x + 15:.1f}" y="{y}">{escape(said)}</text>'
        )
        x += wide
    return "".join(made), y + 12


def stacked(names: Sequence[str], kinds: Sequence[Kind], width: int, said: str) -> str:
    """A horizontal bar a name, of one part a kind."""
    head, top = legend([name for name, _ in kinds], width)
    column, letters = names_of(width)
    sums = [0.0] * len(names)
    for _, marks in kinds:
        for row, mark in marks:
            sums[row] += mark.value
    room = (width - column - 64) / (max(sums, default=0) or 1)
    ends = [float(column)] * len(names)
    made = [
        f'<text x="{column - 8}" y="{top + at * ROW + 14}" text-anchor="end">{escape(cut(name, letters))}</text>'
        for at, name in enumerate(names)
    ]
    for at, (kind, marks) in enumerate(kinds):
        for row, mark in marks:
            long = room * mark.value
            bar = (
                f'<rect x="{ends[row]:.1f}" y="{top + row * ROW + 3}" width="{long:.1f}" height="14" '
                f'fill="{colour(at)}" stroke="#ffffff" stroke-width="0.6"/>'
            )
            made.append(linked(bar, mark.to, f"{names[row]}, {mark.name or kind}: {mark.text}"))
            ends[row] += long
    return drawn(head + "".join(made), width, top + ROW * len(names), said)


def lines(steps: Sequence[str], kinds: Sequence[Kind], width: int, said: str, height: int = 200) -> str:
    """A line a kind over steps of time, each point a link."""
    head, top = legend([name for name, _ in kinds], width)
    most = max((mark.value for _, marks in kinds for _, mark in marks), default=0) or 1
    left, below = 46, 20
    step = (width - left) / max(len(steps), 1)
    tall = height - below

    def place(row: int, mark: Mark) -> tuple[float, float]:
        return left + (row + 0.5) * step, top + tall * (1 - mark.value / most)

    made = [
        f'<line x1="{left}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8eb"/>'
        f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" class="n">{number:,.0f}</text>'
        for number, y in ((0, top + tall), (most, top))
    ]
    for at, (kind, marks) in enumerate(kinds):
        points = [place(row, mark) for row, mark in marks]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        made.append(f'<polyline points="{way}" fill="none" stroke="{colour(at)}" stroke-width="2"/>')
        for (x, y), (row, mark) in zip(points, marks, strict=True):
            dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3.2 if len(steps) < 80 else 1.6}" fill="{colour(at)}"/>'
            made.append(linked(dot, mark.to, f"{kind}, {steps[row]}: {mark.text}"))
    every = max(1, -(-len(steps) // 6))
    made += [
        f'<text x="{left + (at + 0.5) * step:.1f}" y="{top + height - 5}" text-anchor="middle">'
        f"{escape(steps[at])}</text>"
        for at in range(every // 2, len(steps), every)
    ]
    return drawn(head + "".join(made), width, top + height, said)


def ridge(kinds: Sequence[tuple[str, Sequence[tuple[float, float, Mark]]]], shown: float, width: int, said: str) -> str:
    """A histogram a kind (from, to in percent), each as high as its own most; a line where labels begin to show."""
    column, letters = names_of(width)
    low = min((start for _, marks in kinds for start, _, _ in marks), default=0)
    room = (width - column - 8) / max(100 - low, 1)
    made = []
    for at, (kind, marks) in enumerate(kinds):
        floor = (at + 1) * _RIDGE
        most = max((mark.value for _, _, mark in marks), default=0) or 1
        made.append(
            f'<text x="{column - 8}" y="{floor - 4}" text-anchor="end">{escape(cut(kind, letters))}</text>'
            f'<line x1="{column}" x2="{width}" y1="{floor}" y2="{floor}" stroke="#e3e8eb"/>'
        )
        for start, end, mark in marks:
            if mark.value:
                high = max(1.0, (_RIDGE - 10) * mark.value / most)
                bar = (
                    f'<rect x="{column + room * (start - low):.1f}" y="{floor - high:.1f}" '
                    f'width="{room * (end - start) * 0.92:.1f}" height="{high:.1f}" fill="{colour(at)}"/>'
                )
                made.append(linked(bar, mark.to, f"{kind}, {mark.name}: {mark.text}"))
    bottom = _RIDGE * len(kinds)
    if low <= shown:
        x = column + room * (shown - low)
        made.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{bottom}" stroke="{CHART_GUIDE}" stroke-dasharray="2 4"/>'
        )
    made += [
        f'<text x="{column + room * (at - low):.1f}" y="{bottom + 16}" text-anchor="middle" class="n">{at} %</text>'
        for at in (20, 40, 60, 80, 100)
        if at >= low
    ]
    return drawn("".join(made), width, bottom + 22, said)
