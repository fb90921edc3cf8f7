"""What a threshold for one label would take away or bring, before it is applied as a rule of the taxonomy.

A threshold hides what the recogniser (or a taught label) says of the label below it; what people accepted stays, and
so does an image that has the label by a more special one. All counts are the finder's, so each comes with the query
that lists its images; only what a *lower* threshold would bring back is in no index: it is looked up in the table.

What is lost or gained is said exactly, but {filters} know one range of confidence for all labels, and cannot say "has
it below the threshold, and by nothing surer". Their query then lists more than the images meant, and says how many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from uuid import UUID

from pixplore.errors import Invalid
from pixplore.finding import Finder
from pixplore.query import MAX_VALUES, Condition, Query

TENTH = Decimal("0.1")
HUNDRED = Decimal(100)
EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """`images` lose the label, or gain it; `image_ids` are the first of them, newest first.

    `query` lists them, and no others where `listed` is as many: what it lists is `listed` images, among them all that
    are meant. Of those gained it does so once the threshold holds. None where no query could.
    """

    images: int = 0
    listed: int = 0
    query: Query | None = None
    image_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """`images` carry the label at `threshold` or more, as `query` finds them. People judged those of them: `accepted`
    and `rejected`; precision is the part that they accepted, recall the part of all they accepted that is found.
    """

    threshold: Decimal
    images: int
    query: Query
    accepted: int
    rejected: int
    precision: float | None
    recall: float | None


Judged = Sequence[tuple[bool, int]]
"""Of each image that people judged: accepted?, and the confidence in tenths that the label had by itself."""


def without_labels(query: Query) -> None:
    """Raises Invalid for conditions on labels: their confidence and the label's own cannot be told apart."""
    asked = query.condition("label")
    given = {"any_label": asked.any, "not_label": asked.none}
    if faults := {name: "cannot be combined with a threshold's simulation" for name, values in given.items() if values}:
        raise Invalid(faults)


def askable(query: Query) -> Query | None:
    """The query, if {filters} can carry it: they take so many values and no more."""
    return query if len(query.condition("label").none) <= MAX_VALUES else None


def carrying(query: Query, label: str, low: Decimal, high: Decimal, without: Sequence[str] = ()) -> Query:
    conditions: Mapping[str, Condition] = {**query.conditions, "label": Condition(all=(label,), none=tuple(without))}
    return replace(query, conditions=conditions, min_confidence=low, max_confidence=high)


def now(finder: Finder, query: Query, label: str) -> int:
    """How many images show the label: within the query's confidence, 55 to 100 % where it gives none."""
    return finder.count(carrying(query, label, query.low, query.high))[0]


def lost(finder: Finder, query: Query, label: str, threshold: Decimal, kinds: Sequence[str]) -> Moved:
    """What a threshold above the present one takes away. `kinds` are the more special labels."""
    high = min(query.high, threshold - TENTH)
    if high < query.low:
        return Moved()
    below = carrying(query, label, query.low, high, kinds)
    listed = finder.count(below)[0]
    # The words stand in the inner query alone, which takes them as they are meant (see Query.within).
    kept = replace(below, q="", within=carrying(query, label, max(threshold, query.low), query.high))
    above = finder.count(kept)[0] if listed and threshold <= query.high else 0
    if listed == above:
        return Moved()
    ids = _without(finder.ids(below), finder.ids(kept) if above else iter(()))
    return Moved(listed - above, listed, askable(below), list(islice(ids, EXAMPLES)))


def _without(ids: Iterator[UUID], others: Iterator[UUID]) -> Iterator[UUID]:
    """The ids that are not among `others`, which are some of them in the same order."""
    other = next(others, None)
    for one in ids:
        if one == other:
            other = next(others, None)
        else:
            yield one


def curve(finder: Finder, query: Query, label: str, judged: Judged, step: int = 5) -> list[Step]:
    """The label at every threshold from 0 to 100, `step` apart."""
    found = []
    every = sum(accepted for accepted, _ in judged)
    for percent in sorted({*range(0, 101, step), 100}):
        asked = carrying(query, label, Decimal(percent), HUNDRED)
        right = sum(accepted and tenths >= percent * 10 for accepted, tenths in judged)
        wrong = sum(not accepted and tenths >= percent * 10 for accepted, tenths in judged)
        found.append(
            Step(
                Decimal(percent), finder.count(asked)[0], asked, right, wrong,
                round(right / (right + wrong), 4) if right + wrong else None,
                round(right / every, 4) if every else None,
            )
        )  # fmt: skip
    return found
