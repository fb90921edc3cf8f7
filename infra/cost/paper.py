"""docs/cost.md: three months side by side, each in both profiles, from the same estimate as `make cost`."""

from collections.abc import Sequence
from pathlib import Path

from infra.cdk.config import PROFILES, SMALL
from infra.cost.estimate import HOURS, Line, Month, awake_hours, estimate, per_image
from infra.cost.prices import AS_OF, SOURCE

PAPER = Path(__file__).resolve().parents[2] / "docs" / "cost.md"
CASES = {
    "A usual month: 100,000 pictures arrive, 50 people": Month(images=100_000, users=50),
    "Idle-heavy: 2,000 pictures arrive, 5 people, 100,000 pictures from before": Month(2_000, 5, 100_000),
    "Rekognition-heavy: a million pictures arrive, 50 people": Month(1_000_000, 50),
}
WORDS = {
    "A usual month: 100,000 pictures arrive, 50 people":
        "Looking at the pictures is most of it in `small`, and it is paid once a picture. What is looked for decides: "
        "without text and moderation a picture costs $0.00175 instead of $0.00375.",
    "Idle-heavy: 2,000 pictures arrive, 5 people, 100,000 pictures from before":
        "What stands there costs more than what is done: here `small` earns its name. The backup of originals "
        "costs more than keeping them; versions in the bucket protect from mistakes already, and "
        "`infra/cdk/stacks/recovery.py` is where to leave them out.",
    "Rekognition-heavy: a million pictures arrive, 50 people":
        "All that stands there disappears beside Rekognition. Past a million pictures a month its price falls by a "
        "fifth; duplicates are found before they are looked at, and cost nothing.",
}  # fmt: skip


def paper() -> str:
    """The whole page."""
    told = [
        "# What it costs", "",
        f"Estimates by `make cost PROFILE=small IMAGES=100000 USERS=50`. Prices of {AS_OF}: {SOURCE} Every assumption "
        "is a constant of `infra/cost/estimate.py`. Standing still: "
        + ", ".join(f"`{name}` ${_idle(name):,.0f}" for name in PROFILES)
        + f" a month; `small` awake day and night ${_always_awake():,.0f} (its containers run {awake_hours(SMALL):.0f} "
        f"of a month's {HOURS:.0f} hours, on working days: `awake` in `infra/cdk/config.py` says when).", "",
    ]  # fmt: skip
    for title, month in CASES.items():
        both = {name: estimate(profile, month) for name, profile in PROFILES.items()}
        told += [f"## {title}", "", _beside(both, month), "", WORDS[title], ""]
    return "\n".join(told).rstrip() + "\n"


def month_table(lines: Sequence[Line], month: Month) -> str:
    """One profile's month as a table for a terminal."""
    rows: list[tuple[str, ...]] = [("service", "idle", "pictures", "people", "all")]
    rows += [
        (line.service, *(f"{v:,.2f}" for v in (line.idle, line.pictures, line.people, line.all))) for line in lines
    ]
    sums = [sum(getattr(line, part) for line in lines) for part in ("idle", "pictures", "people", "all")]
    rows.append(("all, in dollars", *(f"{value:,.2f}" for value in sums)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    text = "\n".join(
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )
    each = f"${per_image(list(lines), month):.5f}" if month.images else "none arrived"
    return f"{text}\n\none more picture: {each}; with everything else shared out: " + (
        f"${sums[3] / month.images:.5f}" if month.images else "-"
    )


def _beside(both: dict[str, list[Line]], month: Month) -> str:
    services = list(dict.fromkeys(line.service for lines in both.values() for line in lines))
    dollars = {name: {line.service: line.all for line in lines} for name, lines in both.items()}
    rows = ["| service | " + " | ".join(f"`{name}`" for name in both) + " |", "|---|" + "---:|" * len(both)]
    for service in services:
        cells = [f"{dollars[name][service]:,.2f}" if service in dollars[name] else "-" for name in both]
        rows.append(f"| {service} | " + " | ".join(cells) + " |")
    rows.append("| **all, in dollars** | " + " | ".join(f"**{sum(d.values()):,.2f}**" for d in dollars.values()) + " |")
    rows.append(
        "| one more picture | " + " | ".join(f"{per_image(lines, month):.5f}" for lines in both.values()) + " |"
    )
    return "\n".join(rows)


def _idle(name: str) -> float:
    return sum(line.idle for line in estimate(PROFILES[name], Month(0, 0)))


def _always_awake() -> float:
    always = SMALL.model_copy(update={"awake": None})
    assert awake_hours(always) == HOURS  # noqa: S101
    return sum(line.idle for line in estimate(always, Month(0, 0)))
