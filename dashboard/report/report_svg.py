"""Charts of the report: plain SVG with links, no script, legible on paper. Light only, for paper is white."""

from collections.abc import Sequence
from html import escape

from dashboard.insights.charts import Mark
from dashboard.insights.charts_spread import ink
from dashboard.look.tokens import CHART_COLOURS

ROW = 21
RIM = "#c9d0d5"


def names_of(width: int) -> tuple[int, int]:
    """The column of names: how wide (in the SVG's units, about a pixel on the page), how many letters fit."""
    column = 200 if width > 600 else 132
    return column, int(column / 6.3)


def cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def linked(inner: str, to: str, name: str) -> str:
    """A mark with its whole name for the pointer, as a link where it leads somewhere."""
    told = f"<title>{escape(name)}</title>{inner}"
    return f'<a href="{escape(to, quote=True)}">{told}</a>' if to else f"<g>{told}</g>"


def bars(marks: Sequence[Mark], width: int, said: str, most: float | None = None) -> str:
    """Horizontal bars in the order given; with `most` each lies in a grey track as long as that."""
    column, letters = names_of(width)
    top = most or max((mark.value for mark in marks), default=0) or 1
    room = width - column - 8 - 7.2 * max((len(mark.text) for mark in marks), default=0)
    made = []
    for at, mark in enumerate(marks):
        y, name = at * ROW, " ".join(mark.name.split())
        long = max(1.5, room * mark.value / top) if mark.value else 0
        track = f'<rect x="{column}" y="{y + 3}" width="{room:.1f}" height="14" rx="3" fill="#eceff1"/>' if most else ""
        rim = f' stroke="{RIM}"' if mark.colour and ink(mark.colour) != "#ffffff" else ""
        fill = mark.colour or CHART_COLOURS[0]
        bar = f'<rect x="{column}" y="{y + 3}" width="{long:.1f}" height="14" rx="3" fill="{fill}"{rim}/>'
        beside = column + (room if most else long) + 6
        made.append(
            f'<text x="{column - 8}" y="{y + 14}" text-anchor="end">{escape(cut(name, letters))}</text>'
            + linked(f"{track}{bar}", mark.to, f"{name}: {mark.text}")
            + f'<text x="{beside:.1f}" y="{y + 14}" class="n">{escape(mark.text)}</text>'
        )
    return drawn("".join(made), width, ROW * len(marks), said)


def columns(marks: Sequence[Mark], width: int, said: str, height: int = 150) -> str:
    """Upright bars from left to right, at most six names below, the highest number written at its line."""
    most = max((mark.value for mark in marks), default=0) or 1
    left, below = 46, 20
    step = (width - left) / max(len(marks), 1)
    thick = step * (0.8 if len(marks) < 120 else 1)
    tall = height - below - 10
    lines = "".join(
        f'<line x1="{left}" x2="{width}" y1="{10 + tall * (1 - part):.1f}" y2="{10 + tall * (1 - part):.1f}" '
        f'stroke="#e3e8eb"/>'
        f'<text x="{left - 6}" y="{14 + tall * (1 - part):.1f}" text-anchor="end" class="n">{most * part:,.0f}</text>'
        for part in ((0, 1) if most < 2 else (0, 0.5, 1) if most % 2 == 0 else (0, 1))
    )
    made = []
    for at, mark in enumerate(marks):
        if not mark.value:
            continue
        high = max(1, tall * mark.value / most)
        x, y = left + at * step + (step - thick) / 2, 10 + tall - high
        bar = f'<rect x="{x:.1f}" y="{y:.1f}" width="{thick:.1f}" height="{high:.1f}" fill="{CHART_COLOURS[0]}"/>'
        made.append(linked(bar, mark.to, f"{mark.name}: {mark.text or f'{mark.value:,}'}"))
    every = max(1, -(-len(marks) // 6))
    names = "".join(
        f'<text x="{left + (at + 0.5) * step:.1f}" y="{height - 5}" text-anchor="middle">'
        f"{escape(marks[at].name)}</text>"
        for at in range(every // 2, len(marks), every)
    )
    return drawn(lines + "".join(made) + names, width, height, said)


def dots(rows: Sequence[tuple[str, Mark, Mark]], width: int, said: str) -> str:
    """Two shares a row (name, a, b; values in percent): a circle and a diamond with a line between them."""
    most = max((mark.value for _, *pair in rows for mark in pair), default=0) or 1
    column, letters = names_of(width)
    room = width - column - 120

    def place(mark: Mark) -> float:
        return float(column + 10 + room * mark.value / most)

    made = []
    for at, (name, a, b) in enumerate(rows):
        y, xa, xb = at * ROW + 10, place(a), place(b)
        circle = f'<circle cx="{xa:.1f}" cy="{y}" r="5.5" fill="{CHART_COLOURS[0]}"/>'
        diamond = f'<path d="M{xb:.1f} {y - 6.5}l6.5 6.5-6.5 6.5-6.5-6.5z" fill="{CHART_COLOURS[1]}"/>'
        made.append(
            f'<text x="{column - 8}" y="{y + 4}" text-anchor="end">{escape(cut(name, letters))}</text>'
            f'<line x1="{xa:.1f}" x2="{xb:.1f}" y1="{y}" y2="{y}" stroke="#d5dbdf" stroke-width="4"/>'
            + linked(circle, a.to, f"{name}, A: {a.text}")
            + linked(diamond, b.to, f"{name}, B: {b.text}")
            + f'<text x="{max(xa, xb) + 12:.1f}" y="{y + 4}" class="n">{escape(a.text)} · {escape(b.text)}</text>'
        )
    return drawn("".join(made), width, ROW * len(rows), said)


def drawn(inner: str, width: int, height: int, said: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {max(height, ROW)}" role="img" aria-label="{escape(said, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    )
