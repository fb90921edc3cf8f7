"""AWS's list prices in US dollars for US East, from prices.csv; Rekognition's are the ones the dashboard shows."""

import csv
from pathlib import Path

AS_OF = "2026-11-24"
SOURCE = (
    "the public price pages named in infra/cost/prices.csv, first volume tier, US East, from memory: check them "
    "before you rely on a figure. Other regions cost 5-20 % more; free tiers are left out."
)


def prices() -> dict[str, float]:
    with Path(__file__).with_name("prices.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["dollars"]) for row in csv.DictReader(file)}
