"""The report's blocks about labels: which there are, how sure they are, which come together. As the page draws them."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.insights import charts_labels
from dashboard.insights.charts import Mark
from dashboard.insights.insight_labels import MOST as EVERY
from dashboard.insights.insight_labels import MOST_SPLIT, MOST_TILES, RIDGE, SHAPES, TOPS
from dashboard.insights.insight_links import address
from dashboard.insights.insight_pairs import SIZES
from dashboard.report import report_figures, report_pairs, report_svg, report_tiles
from dashboard.report.report_page import Block
from dashboard.report.report_part import MOST, NARROW, UNSURE, WIDE, Answer, Asked, Choices, Part, insight
from pixplore.domain import SHOWN_CONFIDENCE

Row = Mapping[str, Any]
SMALL = 8
"""Rows of a chart that stands beside another."""
ONE_COLUMN = 25


def _shape(choices: Choices) -> str:
    return choices.one("shape", list(SHAPES), "bars")


def _top(choices: Choices) -> int:
    return int(choices.one("top", list(TOPS), "20"))


def _label_asks(choices: Choices) -> Mapping[str, Asked]:
    match _shape(choices):
        case "category":
            return {"labels": insight("labels", limit=min(_top(choices), MOST_SPLIT), by="category")}
        case "tiles":
            return {"labels": insight("labels", limit=EVERY)}
        case _:
            return {"labels": insight("labels", limit=min(_top(choices), MOST))}


def _labels(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    rows = answers["labels"]["rows"]
    shape = _shape(choices) if width == WIDE else "bars"
    if shape == "tiles":
        marks = charts_labels.label_marks(rows[:MOST_TILES], total)
        tops = report_tiles.nested(marks, charts_labels.parent_of(rows[:MOST_TILES]))
        how = "A tile inside a tile is a kind of it; the number counts all pictures within."
        return Block("Labels by hierarchy", how, report_tiles.tiles(tops, width, "Labels"))
    if shape == "category":
        how = "Each bar is a label; its parts are the categories of its pictures."
        return Block("Labels by category", how, _split(rows, width))
    rows = rows if width == WIDE else rows[:SMALL]
    how = "Pictures that carry the label."
    if (distinct := answers["labels"].get("distinct") or 0) > len(rows):
        how = f"Pictures that carry the label. The {len(rows):,} most frequent of {distinct:,} labels."
    marks = charts_labels.label_marks(rows, total)
    return Block("Most frequent labels", how, _bars(marks, width))


def _bars(marks: Sequence[Mark], width: int) -> str:
    """Many of them in two columns, drawn to one scale, so that they stay on the page."""
    if len(marks) <= ONE_COLUMN:
        return report_svg.bars(marks, width, "Labels")
    half, most = -(-len(marks) // 2), max(mark.value for mark in marks)
    columns = (report_svg.bars(part, NARROW, "Labels", most) for part in (marks[:half], marks[half:]))
    return f'<div class="two">{"".join(columns)}</div>'


def _split(rows: Sequence[Row], width: int) -> str:
    names = list(dict.fromkeys(row["label"] for row in rows))
    place = {name: at for at, name in enumerate(names)}
    kinds = [
        (kind, [(place[row["label"]], Mark(row["category"] or charts_labels.NONE, row["count"], f"{row['count']:,}",
                                           "", address(row))) for row in members])
        for kind, members in charts_labels.by_category(rows)
    ]  # fmt: skip
    return report_figures.stacked(names, kinds, width, "Labels by category")


def _of(choices: Choices) -> list[str]:
    """The labels whose confidence is shown; report.py names the most frequent where the address names none."""
    said = choices.every("of")
    return said[:12] if choices.one("confidence") == "several" else said[-1:]


def wants_labels(choices: Choices) -> int:
    """How many of the most frequent labels the view shows because none is chosen."""
    if choices.every("of"):
        return 0
    return RIDGE if choices.one("confidence") == "several" else 1


def _confidence_asks(choices: Choices) -> Mapping[str, Asked]:
    return {f"of {name}": insight("confidence", of=name, min_confidence=UNSURE) for name in _of(choices)}


def _bins(rows: Sequence[Row]) -> list[tuple[float, float, Mark]]:
    return [
        (row["from"], row["to"],
         Mark(charts_labels.bin_words(row), row["count"], f"{row['count']:,}", "", address(row)))
        for row in rows
    ]  # fmt: skip


def _confidence(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    found = [(name, answers[f"of {name}"]["rows"]) for name in _of(choices)]
    if not found:
        return Block("Confidence", "These pictures carry no label.", "")
    if choices.one("confidence") == "several":
        title = "Confidence of several labels"
        chart = report_figures.ridge([(name, _bins(rows)) for name, rows in found], SHOWN_CONFIDENCE, width, title)
        return Block(title, "One row a label, each as high as its own most. Further right is surer.", chart)
    name, rows = found[0]
    marks = [Mark(f"{start:g} %", mark.value, mark.text, "", mark.to) for start, _, mark in _bins(rows)]
    title = f"Confidence of {name}"
    return Block(title, "Further right the recogniser is surer.", report_svg.columns(marks, width, title))


def _size(choices: Choices) -> int:
    return max(2, int(choices.one("size", list(SIZES), "12")))


def _pair_asks(choices: Choices) -> Mapping[str, Asked]:
    size = _size(choices)
    return {"labels of pairs": insight("labels", limit=size),
            "pairs": insight("cooccurrence", limit=1000, least=1, among=size)}  # fmt: skip


def _pairs(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    labels, rows = answers["labels of pairs"]["rows"], answers["pairs"]["rows"]
    if not rows:
        return Block("Labels that come together", "No two labels come together in these pictures.", "")
    if choices.one("pairs") == "network":
        how = "A line joins labels that come together more often than by chance, thicker for a higher lift."
        chart = report_pairs.network(labels, rows, width, "Labels that belong together")
        return Block("Labels that belong together", how, chart)
    how = (
        "A cell is a pair, with its number of pictures. Blue-green: more often than by chance; brown: more seldom; "
        "blank: never, or one is a kind of the other."
    )
    chart = report_pairs.matrix([row["label"] for row in labels], rows, width, "Pairs of labels")
    return Block("Labels that come together", how, chart)


LABELS = Part(_label_asks, _labels)
CONFIDENCE = Part(_confidence_asks, _confidence)
PAIRS = Part(_pair_asks, _pairs)
