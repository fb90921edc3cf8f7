"""What the tables know of a label's threshold and no index does: what is below it, and what people judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, any_, cast, column, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from pixplore.catalogue.conditions import conditions
from pixplore.catalogue.schema import decision, image
from pixplore.catalogue.taxonomy import current, label_rows
from pixplore.catalogue.terms import DECISIONS
from pixplore.catalogue.verdicts import names_behind
from pixplore.errors import Invalid
from pixplore.labels import SHIFT, TENTHS, Vocabulary, counted
from pixplore.query import Query
from pixplore.thresholds import EXAMPLES, TENTH, Judged, Moved, askable, carrying

MOST_LOOKED_AT = 200_000


@dataclass(frozen=True, slots=True)
class Known:
    """The vocabulary that holds, and what it would be with the label's threshold at `threshold` percent."""

    label: str
    threshold: float
    rule: float
    """The threshold that holds for it now, 0 for none."""
    before: Vocabulary
    after: Vocabulary
    raws: list[int] = field(default_factory=list)
    """Ids of the names behind it."""

    @property
    def kinds(self) -> list[str]:
        """Labels that count as this one too."""
        found: dict[str, None] = {}
        for raw in list(self.before.names):
            meaning = self.before.meaning(raw)
            if meaning and any(self.before.names[up] == self.label for up in meaning.ancestors):
                found[self.before.names[meaning.id]] = None
        return sorted(found)


def known(connection: Connection, label: str, threshold: float) -> Known:
    """`label` as people see it; one that nothing carries has no names behind it."""
    rows, rules = label_rows(connection), current(connection).rules
    own: Mapping[str, Any] = rules.get(label, {})
    before, after = Vocabulary(rows, rules), Vocabulary(rows, {**rules, label: {**own, "threshold": threshold}})
    raws = [before.ids[name] for name in names_behind(before, label) if before.ids.get(name, -1) >= 0]
    return Known(label, threshold, float(own.get("threshold") or 0), before, after, raws)


def gained(connection: Connection, query: Query, about: Known) -> Moved:
    """Images of the query that a lower threshold would give the label: a scan of them. Raises Invalid for too many.

    Their query begins where the given one does, not at the threshold: below it only more special labels can bring
    this one then, and those it rules out. So all that it will list are among the images that are looked at here.
    """
    if about.threshold >= about.rule:
        return Moved()
    kinds, shown = about.kinds, [about.after.ids.get(about.label, 0)]
    special = [about.after.ids[name] for name in kinds]
    most = min(query.high, Decimal(str(about.rule)) - TENTH)
    later = carrying(query, about.label, query.low, most, kinds)
    number = func.unnest(image.c.said.concat(image.c.taught)).table_valued(column("number", Integer))
    each = number.render_derived("each_said")
    said = each.c.number
    tenths = said % (1 << SHIFT)
    between = (
        select(literal(1))
        .select_from(each)
        .where(said // (1 << SHIFT) == any_(cast(about.raws, ARRAY(Integer))))
        .where(tenths >= 10 * about.threshold, tenths < 10 * about.rule)
    )
    found = (
        select(image.c.id, image.c.said, image.c.taught, literal_column(DECISIONS).label("decisions"))
        .where(conditions(connection, query).all, between.correlate(image).exists())
        .order_by(image.c.created_at.desc(), image.c.id)
    )
    images, listed, all_listed, ids = 0, 0, True, list[UUID]()
    for place, row in enumerate(connection.execute(found, execution_options={"yield_per": 5_000})):
        if place >= MOST_LOOKED_AT:
            raise Invalid({"threshold": "would bring back too many images to count them at once; narrow the filters"})
        before, after = (counted(v, row.said, row.taught, row.decisions or ()) for v in (about.before, about.after))
        is_listed = _has(after, shown, later.tenths) and not _has(after, special, later.tenths)
        listed += is_listed
        if _has(after, shown, query.tenths) and not _has(before, shown, query.tenths):
            images += 1
            all_listed &= is_listed
            ids += [row.id] if len(ids) < EXAMPLES else []
    return Moved(images, listed, askable(later), ids) if images and all_listed else Moved(images, 0, None, ids)


def _has(terms: Sequence[int], labels: Sequence[int], tenths: tuple[int, int]) -> bool:
    low, high = tenths
    return any(number >> SHIFT in labels and low <= number & TENTHS <= high for number in terms)


def judged(connection: Connection, query: Query, about: Known) -> Judged:
    """What people said of the label on images of the query, with the confidence that it had by itself."""
    names = names_behind(about.before, about.label)
    found = (
        select(decision.c.image_id, decision.c.verdict, image.c.said, image.c.taught)
        .join_from(decision, image, image.c.id == decision.c.image_id)
        .where(decision.c.label.in_(names), conditions(connection, query).all)
        .order_by(decision.c.at)
    )
    raws = set(about.raws)
    by_image = {}
    for row in connection.execute(found):
        best = max((n & TENTHS for n in (*row.said, *row.taught) if n >> SHIFT in raws), default=0)
        by_image[row.image_id] = (row.verdict == "accept", best)
    return list(by_image.values())
