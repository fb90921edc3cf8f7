"""Colours and quality of a picture, and the box of an object that stands alone before a plain ground.

Everything is measured on a thumbnail of at most 96 pixels a side. Colour distances are in CIE L*a*b*
(D65, 2 degrees), where about 2 is just visible and 20 is another colour.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pixplore.vision.model import Floats, Pixels

Mask = npt.NDArray[np.bool_]

_SAME_COLOUR = 18.0  # closer colours count as one
_SEEDS = 64  # colour bins looked at as the heart of a colour, the most frequent first
_PLAIN = 9.0  # the border pixels of a plain ground are this close to a smooth run of colour
_STANDS_OUT = 11.0  # further from the ground than this is object; soft shadows stay below
_LEAST_OBJECT, _MOST_OBJECT = 0.01, 0.9  # share of the picture
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True)
class Colour:
    """`share` is the percentage of the pixels looked at."""

    rgb: tuple[int, int, int]
    css: str
    simple: str
    share: float

    def as_json(self) -> dict[str, object]:
        red, green, blue = self.rgb
        return {"Red": red, "Green": green, "Blue": blue, "HexCode": f"#{red:02x}{green:02x}{blue:02x}",
                "CSSColor": self.css, "SimplifiedColor": self.simple, "PixelPercent": self.share}  # fmt: skip


@dataclass(frozen=True)
class Quality:
    """Each 0-100: mean luma; strength of edges; spread of luma."""

    brightness: float
    sharpness: float
    contrast: float

    def as_json(self) -> dict[str, float]:
        return {"Brightness": self.brightness, "Sharpness": self.sharpness, "Contrast": self.contrast}


@dataclass(frozen=True)
class Box:
    """Shares of the picture's width and height, 0-1."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Properties:
    """`box` and `object_mask` are None unless one object stands alone before a plain ground."""

    thumb: Pixels
    quality: Quality
    object_mask: Mask | None
    box: Box | None

    def as_json(self, most: int) -> dict[str, object]:
        """Rekognition's ImageProperties."""
        answer: dict[str, object] = {"Quality": self.quality.as_json(),
                                     "DominantColors": _colours(self.thumb.reshape(-1, 3), most)}  # fmt: skip
        if self.object_mask is not None:
            for name, mask in (("Foreground", self.object_mask), ("Background", ~self.object_mask)):
                answer[name] = {"Quality": quality(self.thumb, mask).as_json(),
                                "DominantColors": _colours(self.thumb[mask], most)}  # fmt: skip
        return answer

    def instances(self, most: int) -> list[dict[str, object]]:
        """Rekognition's Instances without their Confidence: none or one."""
        if self.box is None or self.object_mask is None:
            return []
        box = {"Left": self.box.left, "Top": self.box.top, "Width": self.box.width, "Height": self.box.height}
        return [{"BoundingBox": box, "DominantColors": _colours(self.thumb[self.object_mask], most)}]


def describe(thumb: Pixels) -> Properties:
    """Measure a uint8 RGB (h, w, 3) thumbnail."""
    mask = single_object(thumb)
    return Properties(thumb, quality(thumb), mask, None if mask is None else _box(mask))


def quality(thumb: Pixels, mask: Mask | None = None) -> Quality:
    """Over the whole thumbnail or the pixels of `mask`."""
    luma = thumb.astype(np.float32) @ _LUMA
    edges = np.abs(4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:])
    if mask is not None:
        inner = mask[1:-1, 1:-1]
        edges, luma = edges[inner] if inner.any() else np.zeros(1, np.float32), luma[mask]
    # Sharpness looks at the strongest edges: a sharp object before an empty ground is a sharp picture.
    strongest = float(np.percentile(edges, 98))
    return Quality(float(luma.mean()) / 2.55, min(100.0, strongest / 2.55), min(100.0, float(luma.std()) / 1.275))


def dominant_colours(pixels: Pixels, most: int) -> list[Colour]:
    """uint8 RGB (n, 3) -> at most `most` colours, the largest share first."""
    bins = (pixels >> 4).astype(np.int32)
    numbers = (bins[:, 0] << 8) | (bins[:, 1] << 4) | bins[:, 2]
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(inverse, weights=pixels[:, c]) for c in range(3)], axis=1) / counts[:, None]
    # Bins join the first larger colour close to them; the few largest bins carry nearly all pixels.
    order = np.argsort(-counts, kind="stable")
    means, counts = means[order].astype(np.float32), counts[order]
    lab = to_lab(means)
    names, table, simple = _css()
    found: list[Colour] = []
    free = np.ones(len(counts), dtype=bool)
    for at in range(min(len(counts), _SEEDS)):
        if len(found) == most:
            break
        if not free[at]:
            continue
        joined = free & (np.linalg.norm(lab - lab[at], axis=1) < _SAME_COLOUR)
        free &= ~joined
        rgb = np.average(means[joined], axis=0, weights=counts[joined])
        nearest = int(np.argmin(np.linalg.norm(table - to_lab(rgb[None])[0], axis=1)))
        red, green, blue = (round(float(value)) for value in rgb)
        share = 100.0 * float(counts[joined].sum()) / len(pixels)
        found.append(Colour((red, green, blue), names[nearest], simple[nearest], share))
    return sorted(found, key=lambda colour: -colour.share)


def _colours(pixels: Pixels, most: int) -> list[dict[str, object]]:
    return [colour.as_json() for colour in dominant_colours(pixels, most)]


def to_lab(rgb: npt.NDArray[Any]) -> Floats:
    """sRGB 0-255 (..., 3) -> CIE L*a*b*."""
    level = np.asarray(rgb, dtype=np.float32) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array([[0.4339, 0.2127, 0.0177], [0.3762, 0.7152, 0.1095], [0.1899, 0.0722, 0.8729]], np.float32)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lab = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)
    return lab.astype(np.float32)


@cache
def _css() -> tuple[list[str], Floats, list[str]]:
    """The CSS colour names, their L*a*b* (n, 3), and the simple colour each belongs to."""
    with Path(__file__).with_name("css_colours.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rgb = np.array([list(bytes.fromhex(row["hex"])) for row in rows], dtype=np.float32)
    return [row["name"] for row in rows], to_lab(rgb), [row["simplified"] for row in rows]


def single_object(thumb: Pixels) -> Mask | None:
    """The pixels of the one object before a plain ground; None where the ground is not plain or more things are
    there: then no honest box can be told."""
    lab = to_lab(thumb)
    height, width = lab.shape[:2]
    y, x = np.mgrid[-1 : 1 : complex(height), -1 : 1 : complex(width)].astype(np.float32)
    at = np.stack([np.ones_like(x), x, y], axis=-1)  # the light may fall off to one side: a plane, not a constant
    rim = np.zeros((height, width), dtype=bool)
    rim[:2] = rim[-2:] = rim[:, :2] = rim[:, -2:] = True
    places, colours = at[rim], lab[rim]
    plain = np.linalg.norm(colours - np.median(colours, axis=0), axis=1) < 3 * _PLAIN
    for _ in range(2):
        # A handle that leaves the picture is fine: nine tenths of the border must be ground.
        if plain.mean() < 0.9:
            return None
        ground = np.linalg.lstsq(places[plain], colours[plain], rcond=None)[0]
        plain = np.linalg.norm(colours - places @ ground, axis=1) < _PLAIN
    if plain.mean() < 0.9:
        return None
    away = np.linalg.norm(lab - at @ ground, axis=2) > _STANDS_OUT
    if not _LEAST_OBJECT <= away.mean() <= _MOST_OBJECT:
        return None
    largest = largest_part(away)
    if largest.sum() < 0.85 * away.sum():
        return None
    return largest


def largest_part(mask: Mask) -> Mask:
    """The largest 8-connected part: rows are cut into runs, and touching runs are joined."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    stops = np.nonzero(edges == -1)[1]
    root = list(range(len(rows)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    above, here = 0, 0
    runs = list(zip(rows.tolist(), starts.tolist(), stops.tolist(), strict=True))
    for here, (row, start, stop) in enumerate(runs):
        while above < here and (runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start)):
            above += 1
        at = above
        while at < here and runs[at][0] == row - 1 and runs[at][1] <= stop:
            root[find(at)] = find(here)
            at += 1
    sizes = np.zeros(len(runs), dtype=np.int64)
    parts = [find(at) for at in range(len(runs))]
    for part, (_, start, stop) in zip(parts, runs, strict=True):
        sizes[part] += stop - start
    best = int(np.argmax(sizes))
    kept = np.zeros_like(mask)
    for part, (row, start, stop) in zip(parts, runs, strict=True):
        if part == best:
            kept[row, start:stop] = True
    return kept


def _box(mask: Mask) -> Box:
    height, width = mask.shape
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    left, top = float(columns[0]) / width, float(rows[0]) / height
    return Box(left, top, float(columns[-1] + 1) / width - left, float(rows[-1] + 1) / height - top)
