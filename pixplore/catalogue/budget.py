"""What may be spent on looking at pictures in a month: the limit, what is spent, and the stop before it is passed.

The limit is the newest change of the kind `budget`: who set it, and when, is in the audit trail by itself. Prices are
the list prices of pixplore.prices.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.errors import Conflict
from pixplore.prices import REKOGNITION_PER_IMAGE

PER_IMAGE = sum(price for _, price in REKOGNITION_PER_IMAGE.values())
"""US dollars for one picture, all looks at it together."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Of this month (UTC), in US dollars: `limit` (None: none), `spent`, and `promised` to files on their way."""

    limit: float | None
    spent: float
    promised: float
    pictures: int
    per_image: float = PER_IMAGE


def budget(connection: Connection) -> Budget:
    row = connection.execute(_MONTH).one()
    return Budget(_limit(connection), row.ended * PER_IMAGE, row.open * PER_IMAGE, row.ended)


def set_limit(connection: Connection, actor: str, limit: float | None) -> int:
    """Returns the version."""
    return changes.note(connection, actor, "budget", {"limit": {"before": _limit(connection), "after": limit}})


def check(connection: Connection, files: int) -> None:
    """Raises Conflict where so many more files would pass the limit."""
    limit = _limit(connection)
    if limit is None:
        return
    now = budget(connection)
    taken = now.spent + now.promised
    if taken + files * PER_IMAGE > limit:
        raise Conflict(
            f"This month's budget of ${limit:,.2f} would be passed: ${taken:,.2f} are spent or promised, and "
            f"{files:,} more file{'' if files == 1 else 's'} would cost ${files * PER_IMAGE:,.2f}. An administrator "
            "can raise it under Operations, Spend."
        )


def _limit(connection: Connection) -> float | None:
    found = connection.execute(_NEWEST).scalar_one_or_none()
    return None if found is None else float(found)


_NEWEST = text("""
    select detail -> 'limit' ->> 'after' from change where action = 'budget' order by at desc, seq desc limit 1
""")
_MONTH = text("""
    select count(*) filter (where status = 'ready') as ended, count(*) filter (where status <> 'ready') as open
      from item
     where status in ('expected', 'received', 'processing')
        or status = 'ready' and updated_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
""")
