"""Lines over time as SVG: panels one below the other on one axis of minutes. White, for it is looked at on any page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, HEIGHT, GAP, TOP = 860, 62, 150, 120, 44, 40
COLOURS = ("#1f6f8b", "#c2571a", "#5a8f3c", "#7a5195", "#8c6d31", "#b0477e", "#4f6272")


@dataclass(frozen=True, slots=True)
class Line:
    """(second, value), in order."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """`bar`: a level to stay below. `most`: the axis's end, else the highest value's."""

    title: str
    lines: Sequence[Line]
    bar: float | None = None
    most: float | None = None


def draw(title: str, panels: Sequence[Panel], seconds: float) -> str:
    """A whole SVG document; `seconds` is the axis's end."""
    height = TOP + len(panels) * (HEIGHT + GAP) + 14
    parts = [_panel(panel, TOP + 14 + at * (HEIGHT + GAP), seconds) for at, panel in enumerate(panels)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title, quote=True)}" font-family="sans-serif" font-size="11" fill="#333">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="600">{escape(title)}</text>\n{"".join(parts)}</svg>\n'
    )


def _panel(panel: Panel, top: float, seconds: float) -> str:
    values = [value for line in panel.lines for _, value in line.points]
    most = panel.most or round_up(max([*values, panel.bar or 0, 1e-9]))
    room = WIDTH - LEFT - RIGHT

    def x(second: float) -> float:
        return LEFT + room * min(second, seconds) / seconds

    def y(value: float) -> float:
        return top + HEIGHT * (1 - min(value, most) / most)

    parts = [f'<text x="{LEFT}" y="{top - 6:.0f}" font-weight="600">{escape(panel.title)}</text>\n']
    for share in (0, 0.5, 1):
        level = y(most * share)
        parts.append(
            f'<line x1="{LEFT}" x2="{LEFT + room}" y1="{level:.1f}" y2="{level:.1f}" stroke="#e2e6e9"/>'
            f'<text x="{LEFT - 6}" y="{level + 4:.1f}" text-anchor="end">{_number(most * share)}</text>\n'
        )
    every = step(seconds / 60) * 60
    for at in range(int(seconds // every) + 1):
        parts.append(
            f'<text x="{x(at * every):.1f}" y="{top + HEIGHT + 14:.0f}" text-anchor="middle">'
            f"{at * every / 60:g} min</text>\n"
        )
    if panel.bar is not None:
        level = y(panel.bar)
        parts.append(
            f'<line x1="{LEFT}" x2="{LEFT + room}" y1="{level:.1f}" y2="{level:.1f}" stroke="#b3261e" '
            'stroke-dasharray="5 4"/>\n'
        )
    for at, line in enumerate(panel.lines):
        colour = COLOURS[at % len(COLOURS)]
        points = " ".join(f"{x(second):.1f},{y(value):.1f}" for second, value in line.points)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
            f'<text x="{LEFT + room + 10}" y="{top + 10 + 15 * at:.0f}" fill="{colour}">{escape(line.name)}</text>\n'
        )
    return "".join(parts)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def round_up(value: float) -> float:
    """To 1, 2, 2.5 or 5 with zeros."""
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 1.0
    while power > value:
        power /= 10
    return next(power * lead for lead in (1, 2, 2.5, 5, 10) if power * lead >= value * (1 - 1e-9))


def step(minutes: float) -> float:
    """Between two marks of the axis, at most ten of them."""
    return next((each for each in (0.25, 0.5, 1, 2, 5, 10, 20, 30) if minutes / each <= 10), 60)
