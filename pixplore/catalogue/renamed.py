"""What people kept by a label's name, saved searches and shares, follows when the taxonomy renames the label."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, text, update

from pixplore.catalogue.schema import saved_search, share
from pixplore.taxonomy import Rules

_BY_NAME = ("label", "any_label", "not_label")
_IS_CARRIED = text("""
    select exists (select from image, unnest(said || taught) as one(number) where one.number >> 10 = :label)
        or exists (select from decision where label = :name)
""")


def follow(connection: Connection, labels: Mapping[str, int], old: Rules, new: Rules) -> None:
    """Write kept queries anew where a label that they name has another name now.

    `labels` are all labels' raw names and ids. A name that several labels had, and that now have different ones, stays.
    """
    kept = [
        (table, row.id, row.filters)
        for table in (saved_search, share)
        for row in connection.execute(select(table.c.id, table.c.filters).order_by(table.c.id).with_for_update())
    ]
    asked = {value for _, _, filters in kept for name in _BY_NAME for value in filters.get(name, ())}
    becomes: dict[str, set[str]] = defaultdict(set)
    for name in labels:
        if _shown(name, old) in asked:
            becomes[_shown(name, old)].add(_shown(name, new))
    for name, after in becomes.items():
        if len(after) == 2 and name in after and not _is_carried(connection, labels[name], name):
            after.remove(name)  # a name of the taxonomy's own making is nothing by itself
    renames = {name: after.pop() for name, after in becomes.items() if len(after) == 1}
    for table, which, filters in kept:
        written = _renamed(filters, renames)
        if written != filters:
            connection.execute(update(table).where(table.c.id == which).values(filters=written))


def _shown(name: str, rules: Rules) -> str:
    return str(rules.get(name, {}).get("to") or name)


def _is_carried(connection: Connection, label: int, name: str) -> bool:
    return bool(connection.execute(_IS_CARRIED, {"label": label, "name": name}).scalar_one())


def _renamed(filters: dict[str, Any], renames: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: list(dict.fromkeys(renames.get(value, value) for value in values)) if name in _BY_NAME else values
        for name, values in filters.items()
    }
