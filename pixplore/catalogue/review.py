"""What the review queue needs of the tables: lines and kinds of labels, and what a person skipped."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, delete, select, text, tuple_

from pixplore.catalogue.labels import vocabulary
from pixplore.catalogue.schema import review_skip
from pixplore.labels import Vocabulary
from pixplore.reviewing import Known

SKIPPED_DAYS = 7
_MOST_SKIPPED = 10_000


def known(connection: Connection) -> Known:
    """Of the taxonomy that holds."""
    return known_of(vocabulary(connection))


def known_of(vocabulary: Vocabulary) -> Known:
    lines: dict[str, Decimal] = {}
    kinds: dict[str, dict[str, None]] = {}
    for raw in list(vocabulary.names):
        if (meaning := vocabulary.meaning(raw)) is None:
            continue
        shown = vocabulary.names[meaning.id]
        least = Decimal(meaning.least) / 10
        lines[shown] = min(lines.get(shown, least), least)
        for up in meaning.ancestors:
            kinds.setdefault(vocabulary.names[up], {})[shown] = None
    return Known({name: line for name, line in lines.items() if line}, {up: tuple(own) for up, own in kinds.items()})


def skip(connection: Connection, pairs: Iterable[tuple[UUID, str]], by: str, days: int = SKIPPED_DAYS) -> None:
    """Leave these labels of images out of this person's queue for some days. Images that are gone are left out."""
    chosen = dict.fromkeys(pairs)
    connection.execute(text("delete from review_skip where until <= now()"))
    connection.execute(
        _SKIP,
        {"by": by, "ids": [str(i) for i, _ in chosen], "labels": [label for _, label in chosen], "days": days},
    )


def unskip(connection: Connection, pairs: Iterable[tuple[UUID, str]], by: str) -> None:
    """Show these labels of images in this person's queue again."""
    chosen = tuple_(review_skip.c.image_id, review_skip.c.label).in_(list(dict.fromkeys(pairs)))
    connection.execute(delete(review_skip).where(review_skip.c.by == by, chosen))


def skipped(connection: Connection, by: str) -> frozenset[tuple[UUID, str]]:
    """What this person skipped lately (of very much, the newest)."""
    asked = select(review_skip.c.image_id, review_skip.c.label).where(
        review_skip.c.by == by, review_skip.c.until > text("now()")
    )
    rows = connection.execute(asked.order_by(review_skip.c.until.desc()).limit(_MOST_SKIPPED))
    return frozenset((row.image_id, row.label) for row in rows)


def forget_skipped(connection: Connection, by: str) -> int:
    """Show everything again; how much it was."""
    return connection.execute(delete(review_skip).where(review_skip.c.by == by)).rowcount


_SKIP = text("""
    insert into review_skip ("by", image_id, label, until)
    select :by, given.id, given.label, now() + :days * interval '1 day'
      from unnest(cast(:ids as uuid[]), cast(:labels as text[])) as given(id, label)
      join image on image.id = given.id
    on conflict ("by", image_id, label) do update set until = excluded.until
""")
