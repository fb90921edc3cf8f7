"""Pairs of labels in the report: the matrix and the network of the page, on paper."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboard.insights.charts_pairs import FEWER, MORE, pair_words, spring, strong, weight
from dashboard.insights.charts_spread import ink
from dashboard.insights.insight_links import address
from dashboard.look.tokens import CHART_COLOURS
from dashboard.report.report_svg import cut, drawn, linked

Row = Mapping[str, Any]
_STOPS = (FEWER[0], FEWER[1], "#eef1f2", MORE[0], MORE[1])


def tint(lift: float) -> str:
    """A pair's colour: brown below chance, pale at chance, blue-green above; an eighth and eight times are the ends."""
    at = 2 + max(-2.0, min(2.0, math.log2(lift or 0.125) / 1.5))
    low = min(3, int(at))
    ends = [[int(_STOPS[low + more][place : place + 2], 16) for place in (1, 3, 5)] for more in (0, 1)]
    return "#" + "".join(f"{round(a + (b - a) * (at - low)):02x}" for a, b in zip(*ends, strict=True))


def matrix(labels: Sequence[str], rows: Sequence[Row], width: int, said: str) -> str:
    """A cell a pair, coloured by lift, with its number where there is room."""
    column, top = 150, 90
    size = min(50.0, (width - column) / max(len(labels), 1))
    tall = min(size, 21.0)
    place = {label: at for at, label in enumerate(labels)}
    made = []
    for at, label in enumerate(labels):
        x, y = column + (at + 0.5) * size, top + at * tall
        name = escape(cut(label, 20))
        made.append(
            f'<text x="{column - 8}" y="{y + tall / 2 + 4:.1f}" text-anchor="end">{name}</text>'
            f'<text transform="translate({x + 3:.1f} {top - 6}) rotate(-55)">{escape(cut(label, 16))}</text>'
        )
    for row in rows:
        one, other = place.get(row["label"]), place.get(row["other"])
        if one is None or other is None:
            continue
        shade, words = tint(row["lift"]), f"{row['label']} and {row['other']}: {', '.join(pair_words(row))}"
        for y, x in ((one, other), (other, one)):
            left, up = column + x * size, top + y * tall
            cell = (
                f'<rect x="{left + 1:.1f}" y="{up + 1:.1f}" width="{size - 2:.1f}" height="{tall - 2:.1f}" '
                f'fill="{shade}"/>'
            )
            colour = "white" if ink(shade) == "#ffffff" else "black"
            if len(labels) <= 12:
                cell += (
                    f'<text x="{left + size / 2:.1f}" y="{up + tall / 2 + 4:.1f}" text-anchor="middle" '
                    f'class="n {colour}">{row["count"]:,}</text>'
                )
            made.append(linked(cell, address(row), words))
    return drawn("".join(made), width, int(top + tall * len(labels) + 4), said)


def network(labels: Sequence[Row], rows: Sequence[Row], width: int, said: str, height: int = 340) -> str:
    """Labels as dots sized by their pictures, a line for each pair above chance; its middle opens the pair."""
    counts = {row["label"]: row["count"] for row in labels}
    to = {row["label"]: address(row) for row in labels}
    edges = strong(rows, counts)
    named = list(dict.fromkeys(name for row in edges for name in (row["label"], row["other"])))
    index = {name: at for at, name in enumerate(named)}
    spots = spring([(index[row["label"]], index[row["other"]], weight(row)) for row in edges], len(named))
    at = [(60 + (width - 120) * float(x), height - 34 - (height - 80) * float(y)) for x, y in spots]
    made = []
    for row in edges:
        (x1, y1), (x2, y2) = at[index[row["label"]]], at[index[row["other"]]]
        made.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#9fc9c5" '
            f'stroke-width="{1 + 3.5 * weight(row):.1f}"/>'
        )
        ring = (
            f'<circle cx="{(x1 + x2) / 2:.1f}" cy="{(y1 + y2) / 2:.1f}" r="4.5" fill="#ffffff" '
            f'stroke="{CHART_COLOURS[0]}" stroke-width="1.6"/>'
        )
        words = f"{row['label']} and {row['other']}: {', '.join(pair_words(row))}"
        made.append(linked(ring, address(row), words))
    most = max((counts[name] for name in named), default=1) or 1
    for name in named:
        x, y = at[index[name]]
        large = 6 + 14 * math.sqrt(counts[name] / most)
        dot = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{large:.1f}" fill="{CHART_COLOURS[0]}" stroke="#ffffff" '
            f'stroke-width="2"/>'
        )
        words = f'<text x="{x:.1f}" y="{y - large - 4:.1f}" text-anchor="middle">{escape(cut(name, 18))}</text>'
        made.append(linked(dot + words, to.get(name, ""), f"{name}: {counts[name]:,}"))
    return drawn("".join(made), width, height if edges else 21, said)
