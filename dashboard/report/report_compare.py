"""The report's comparison: the two selections that the address means, and where they differ."""

from datetime import date
from urllib.parse import quote

from dashboard.catalogue.catalogue_state import State
from dashboard.insights import insight_sides
from dashboard.insights.charts import Mark
from dashboard.insights.insight_compare import OFFERED, SHOWN
from dashboard.insights.insight_links import address
from dashboard.insights.insight_sides import FACETS, TITLED, Sides
from dashboard.insights.significance import differences, in_words
from dashboard.look.wording import counted
from dashboard.report import report_svg
from dashboard.report.report_page import Block
from dashboard.report.report_part import WIDE, Answer, Asked, Choices
from dashboard.sharing.saved_searches import state_of


def kind(choices: Choices) -> str:
    return choices.one("kind", list(insight_sides.KINDS), "periods")


def names_asked(choices: Choices) -> Asked | None:
    """What there is to choose from; nothing is asked for periods."""
    if kind(choices) == "periods":
        return None
    if kind(choices) == "searches":
        return Asked("/v1/saved-searches", {"limit": 200}, alone=True)
    field = insight_sides.field_of(choices.plain())
    if field in TITLED:
        return Asked(f"/v1/facets/{field}", {"described": "true", "facet_limit": 200})
    return Asked(f"/v1/facets/{quote(field, safe='')}", {"facet_limit": OFFERED})


def sides(choices: Choices, here: State, found: Answer, today: date) -> Sides | None:
    """The two selections, from the answer to `names_asked`; None where there is nothing to choose from."""
    said = choices.plain() | {"kind": kind(choices)}
    if kind(choices) == "periods":
        return insight_sides.chosen_periods(said, today)
    if kind(choices) == "searches":
        known = insight_sides.searches(here, [(one["name"], state_of(one)) for one in found["items"]])
        return insight_sides.chosen_searches(said, here, known)
    names = {str(row["value"]): str(row.get("title") or row["value"]) for row in found["values"]}
    return insight_sides.chosen_values(said, names, insight_sides.field_of(said)) if names else None


def facet_of(choices: Choices) -> str:
    return choices.one("facet", list(FACETS), "label")


def asked(choices: Choices, chosen: Sides) -> Asked:
    more = {"a": chosen[0].asked, "b": chosen[1].asked, "facet": facet_of(choices), "limit": 1000}
    return Asked("/v1/insights/compare", more, alone=kind(choices) == "searches")


def block(choices: Choices, chosen: Sides, answer: Answer) -> Block:
    totals, rows = answer["totals"], answer["rows"]
    names = (chosen[0].name, chosen[1].name)
    found = differences(list(zip(rows[::2], rows[1::2], strict=True)), totals["a"], totals["b"])
    drawn = [
        (one.value, *(Mark("", 100 * row["share"], f"{100 * row['share']:.0f} %", "", address(row))
                      for row in (one.a, one.b)))
        for one in found[:SHOWN]
    ]  # fmt: skip
    how = f"● A: {names[0]} ({counted(totals['a'], 'picture')})   ◆ B: {names[1]} ({counted(totals['b'], 'picture')})"
    chart = report_svg.dots(drawn, WIDE, "Shares on both sides")
    return Block(f"{FACETS[facet_of(choices)]} compared", how, chart, in_words(found, names))


def nothing() -> Block:
    return Block("Comparison", "There is nothing to compare under these filters.", "")
