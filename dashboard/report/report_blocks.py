"""What the report shows: which questions each part of the insights asks, and their answers as blocks."""

from collections.abc import Mapping
from dataclasses import replace

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import charts_quality, charts_spread
from dashboard.insights.charts import Mark
from dashboard.insights.charts_quality import dollars
from dashboard.insights.insight_links import address, of_state
from dashboard.insights.insight_trend import BY, SPLIT
from dashboard.report import report_figures, report_labels, report_svg, report_tiles
from dashboard.report.report_page import Block
from dashboard.report.report_part import MOST, WIDE, Answer, Asked, Choices, Part, insight


def _by(choices: Choices) -> str:
    return choices.one("by", list(BY), "month")


def _split(choices: Choices) -> str:
    return choices.one("split", list(SPLIT)) if _by(choices) != "batch" else ""


def _trend(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    by, split, rows = _by(choices), _split(choices), answers["trend"]["rows"]
    if by == "batch":
        names = {str(row["value"]): str(row.get("title") or "") for row in answers["titles"]["values"]}
        marks = charts_spread.batch_marks(rows[:MOST], names | {"__unset__": "Came by an import"}, total)
        return Block("Pictures by upload", "The largest on top.", report_svg.bars(marks, width, "Uploads"))
    if split:
        title = f"Pictures added by {by}, the most frequent {'labels' if split == 'label' else 'categories'}"
        how = "One line each. A picture with two labels counts in both."
        return Block(title, how, _lines(rows, by, width, title))
    marks = charts_spread.trend_marks(rows if width == WIDE else rows[-60:], by)
    return Block(f"Pictures added by {by}", "", report_svg.columns(marks, width, f"Pictures by {by}"))


def _lines(rows: list[Answer], by: str, width: int, title: str) -> str:
    steps = {row["period"]: row for row in rows}
    place = {period: at for at, period in enumerate(steps)}
    kinds: dict[str, list[tuple[int, Mark]]] = {}
    for row in rows:
        mark = Mark("", row["count"], f"{row['count']:,}", "", address(row))
        kinds.setdefault(str(row["value"]), []).append((place[row["period"]], mark))
    names = [charts_spread.step_words(row, by) for row in steps.values()]
    return report_figures.lines(names, list(kinds.items()), width, title)


def _misfits(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    marks = [replace(mark, name=mark.name.replace("\n", " ")) for mark in
             charts_quality.misfit_marks(answers["misfits"]["rows"][:20])]  # fmt: skip
    how = "Rare in this category, at home in another: label or category may be wrong."
    return Block("Labels that do not fit their category", how, report_svg.bars(marks, width, "Misfits"))


def _copies(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    found = answers["copies"]
    marks = [
        Mark(group["images"][0]["name"], group["count"], f"{group['count']:,}", "",
             of_state(State(opened=group["images"][0]["id"])))
        for group in found["items"]
    ]  # fmt: skip
    how = f"Groups of the same picture in another size, quality or crop: {found['total']:,}, the largest on top."
    return Block("Copies", how, report_svg.bars(marks, width, "Copies"))


def _colours(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    marks = [
        Mark(row["value"].capitalize(), row["count"], f"{row['count']:,}", "", address(row),
             charts_spread.swatch(row["value"]))
        for row in answers["colours"]["rows"]
    ]  # fmt: skip
    how = "The larger the tile, the more pictures show the colour; a picture of two colours is in both."
    tiles = report_tiles.nested(marks, {})
    return Block("Pictures by colour", how, report_tiles.tiles(tiles, width, "Colours", 300))


def _health(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    marks = [
        Mark(charts_quality.short(part), part["points"] / part["weight"],
             f"{charts_quality.points(part)} of {part['weight']}", part["text"], address(part))
        for part in answers["health"]["rows"]
    ]  # fmt: skip
    return Block("Health", "Points earned, 100 in all.", report_svg.bars(marks, width, "Parts of the score", most=1))


def _gaps(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    marks = charts_quality.gap_marks(answers["gaps"]["rows"])
    return Block("What pictures lack", "", report_svg.bars(marks, width, "Gaps", most=100))


def _cost(answers: Mapping[str, Answer], total: int, choices: Choices, width: int) -> Block:
    answer = answers["cost"]
    said = [
        f"A picture cost {dollars(answer['per_image'] or 0)} once, all of these {dollars(answer['once'])}; "
        f"keeping them costs {dollars(answer['monthly'])} a month."
    ]
    chart = report_svg.bars(charts_quality.cost_marks(answer["rows"]), width, "Cost")
    return Block("Cost", "List prices of AWS in US dollars; your contract may differ.", chart, said)


def _trend_asks(choices: Choices) -> Mapping[str, Asked]:
    by = _by(choices)
    asks = {"trend": insight("trend", by=by, split=_split(choices), limit=5)}
    if by == "batch":
        asks["titles"] = Asked("/v1/facets/batch_id", {"described": "true", "facet_limit": 200})
    return asks


PARTS: dict[str, Part] = {
    "labels": report_labels.LABELS,
    "confidence": report_labels.CONFIDENCE,
    "trend": Part(_trend_asks, _trend),
    "pairs": report_labels.PAIRS,
    "misfits": Part(lambda _: {"misfits": insight("mismatch", limit=20)}, _misfits),
    "copies": Part(lambda _: {"copies": Asked("/v1/near-duplicates", {"limit": 20})}, _copies),
    "colours": Part(lambda _: {"colours": insight("colours", limit=50)}, _colours),
    "health": Part(lambda _: {"gaps": insight("coverage")}, _gaps),
    "cost": Part(lambda _: {"cost": insight("cost")}, _cost),
}
ALWAYS = Part(lambda _: {"health": insight("health")}, _health)
BESIDE = ("labels", "trend", "health")
"""Parts that stand below the main one, small."""
