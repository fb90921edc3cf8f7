"""Tiles of the report: areas as large as their numbers, kinds of a label inside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dashboard.insights.charts import Mark
from dashboard.insights.charts_spread import ink
from dashboard.look.tokens import CHART_COLOURS
from dashboard.report.report_svg import RIM, cut, drawn, linked

Box = tuple[float, float, float, float]
"""x, y, width, height."""
_HEAD = 17
_GAP = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """`size` is the area, `mark.value` the number that is said; `inside` smaller ones."""

    mark: Mark
    size: float
    inside: Sequence["Tile"] = ()


def nested(marks: Sequence[Mark], above: Mapping[str, str]) -> list[Tile]:
    """Marks (each name once) as tiles; `above` names the mark that another lies in. Largest first.

    A picture may count in two tiles, so a tile is as large as what it has beyond the ones inside it, and these.
    """
    below: dict[str, list[Mark]] = {}
    for mark in marks:
        below.setdefault(above.get(mark.name, ""), []).append(mark)
    places = {mark.name: at for at, mark in enumerate(below.get("", []))}

    def of(mark: Mark, shade: str) -> Tile:
        inner = sorted((of(one, shade) for one in below.get(mark.name, [])), key=lambda tile: -tile.size)
        own = max(mark.value - sum(tile.mark.value for tile in inner), mark.value * 0.02)
        coloured = Mark(mark.name, mark.value, mark.text, mark.hover, mark.to, mark.colour or shade)
        return Tile(coloured, own + sum(tile.size for tile in inner), inner)

    tops = [of(mark, CHART_COLOURS[places[mark.name] % len(CHART_COLOURS)]) for mark in below.get("", [])]
    return sorted(tops, key=lambda tile: -tile.size)


def tiles(tops: Sequence[Tile], width: int, said: str, height: int = 380) -> str:
    return drawn(_laid(tops, (0, 0, width, height), 0), width, height, said)


def _laid(many: Sequence[Tile], box: Box, rest: float) -> str:
    """`rest`: room, beside the tiles, that stays the outer tile's own."""
    shown = [tile for tile in many if tile.size > 0]
    sizes = [tile.size for tile in shown]
    boxes = squarified(sorted([*sizes, *([rest] if rest else [])], reverse=True), box)
    if rest:  # the first place of its size
        boxes.pop(sorted([*sizes, rest], reverse=True).index(rest))
    return "".join(_one(tile, place) for tile, place in zip(shown, boxes, strict=True))


def _one(tile: Tile, box: Box) -> str:
    x, y, wide, tall = box
    wide, tall = max(0.5, wide - _GAP), max(0.5, tall - _GAP)
    shade = tile.mark.colour or CHART_COLOURS[0]
    rim = f' stroke="{RIM}"' if ink(shade) != "#ffffff" else ' stroke="#ffffff" stroke-opacity="0.5"'
    rect = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="3" fill="{shade}"{rim}/>'
    letters = int((wide - 8) / 6.4)
    words = ""
    if letters >= 3 and tall >= _HEAD:
        line = cut(f"{tile.mark.name}  {tile.mark.text}", letters)
        # A style of its own, as the report's sheet gives every text one ink.
        words = f'<text x="{x + 5:.1f}" y="{y + 13:.1f}" class="{_ink(shade)}">{escape(line)}</text>'
    made = linked(rect + words, tile.mark.to, f"{tile.mark.name}: {tile.mark.text}")
    within = (x + 3, y + _HEAD, wide - 5, tall - _HEAD - 3)
    if tile.inside and within[2] > 6 and within[3] > 6:
        made += _laid(tile.inside, within, max(0.0, tile.size - sum(one.size for one in tile.inside)))
    return made


def _ink(shade: str) -> str:
    return "white" if ink(shade) == "#ffffff" else "black"


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """A box for each size (the largest first), all of them together the whole, each as near to a square as may be
    (Bruls, Huizing and van Wijk, 2000)."""
    x, y, wide, tall = box
    if not sizes or wide <= 0 or tall <= 0:
        return [(x, y, 0.0, 0.0)] * len(sizes)
    scale = wide * tall / sum(sizes)
    left, out = [size * scale for size in sizes], []
    while left:
        side = max(min(wide, tall), 1e-6)
        many = 1
        while many < len(left) and _worst(left[: many + 1], side) <= _worst(left[:many], side):
            many += 1
        row, left = left[:many], left[many:]
        deep = max(sum(row) / side, 1e-9)
        at = 0.0
        for area in row:
            long = area / deep
            out.append((x, y + at, deep, long) if wide >= tall else (x + at, y, long, deep))
            at += long
        if wide >= tall:
            x, wide = x + deep, wide - deep
        else:
            y, tall = y + deep, tall - deep
    return out


def _worst(row: Sequence[float], side: float) -> float:
    """The longest side of a row's boxes in terms of the shortest."""
    whole = sum(row)
    return max(side * side * max(row) / whole**2, whole**2 / (side * side * min(row)))
