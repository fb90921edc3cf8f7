"""What looking at the pictures costs on AWS, as an estimate from list prices.

The answer names the prices of pixplore.prices, so that anybody can put in their own.
"""

from dataclasses import dataclass

from pixplore.domain import UNSET
from pixplore.finding import Finder
from pixplore.prices import REKOGNITION_PER_IMAGE, S3_PER_GB_MONTH
from pixplore.query import Query


@dataclass(frozen=True, slots=True)
class Cost:
    """`count` images at `unit_price` each are `amount` dollars: once, or every month where `monthly`."""

    name: str
    text: str
    count: int
    unit_price: float
    amount: float
    monthly: bool
    query: Query


def cost(finder: Finder, query: Query, stored_bytes: int) -> list[Cost]:
    """What the pictures of `query` that came by an upload have cost to look at, and cost to keep each month.

    `stored_bytes` are their originals'. Entries imported without a picture cost nothing.
    """
    looked_at = query.adding("batch_id", none=UNSET)
    count = finder.count(looked_at)[0]
    rows = [
        Cost(name, f"Amazon Rekognition {text}", count, price, round(count * price, 4), False, looked_at)
        for name, (text, price) in REKOGNITION_PER_IMAGE.items()
    ]
    monthly = stored_bytes / 1e9 * S3_PER_GB_MONTH
    unit = monthly / count if count else 0.0
    rows.append(Cost("storage", "Amazon S3 Standard, originals", count, unit, round(monthly, 6), True, looked_at))
    return rows
