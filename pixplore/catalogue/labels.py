"""Names of labels as rows, what the recogniser said as packed numbers, and the vocabulary that a process keeps."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from pixplore.catalogue.snapshot import transaction
from pixplore.domain import Label
from pixplore.errors import Unavailable
from pixplore.labels import Vocabulary, packed

STAMP = """
    concat_ws(' ', (select concat_ws(' ', version, at) from taxonomy order by version desc limit 1), '|',
              (select max(id) from label), (select concat_ws(' ', count(*), max(updated_at)) from taught_label))
"""
"""An SQL expression that differs when the vocabulary does, but for ancestors that a known label came by."""
_HERE = "(select concat_ws('-', system_identifier, pg_relation_filenode('label')) from pg_control_system())"
"""Another one where the catalogue was emptied or restored: then labels have other ids."""
_DEEP = f"""
    (select concat_ws(' ', count(*), sum(cardinality(parents)), sum(cardinality(categories)), {_HERE}) from label)
"""  # noqa: S608 - ours
TAXONOMY_LOCK = 7_305_001
"""Advisory: shared by all who write labels by the taxonomy that holds, taken alone by who changes it."""
_TRUST_S = 5.0
"""For so long a reader does not look whether a known label came by ancestors; writers always look."""


@dataclass(frozen=True, slots=True)
class _Kept:
    vocabulary: Vocabulary
    stamp: str
    deep: str
    looked_at: float


_lock = Lock()
_ids: WeakKeyDictionary[Engine, tuple[str, dict[str, tuple[int, tuple[str, ...]]]]] = WeakKeyDictionary()
"""The catalogue (_HERE), and by name a label's id and ancestors there."""
_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def shown_as_now(connection: Connection) -> str:
    """Differs when any label may be shown otherwise: another taxonomy, other ancestors, another taught label."""
    return str(connection.execute(text(f"select concat_ws(' ', {STAMP}, {_DEEP})")).scalar_one())


def vocabulary(connection: Connection, stamp: str | None = None) -> Vocabulary:
    """All labels and the taxonomy that holds in the caller's transaction; kept by the process while it is so.

    `stamp`: what STAMP gave in the same transaction, where the caller has it already.
    """
    kept = _kept.get(connection.engine)
    if kept and time.monotonic() - kept.looked_at < _TRUST_S:
        if stamp is None:
            stamp = connection.execute(text(f"select {STAMP}")).scalar_one()
        if stamp == kept.stamp:
            return kept.vocabulary
    return _looked(connection)


def vocabulary_to_write(connection: Connection) -> Vocabulary:
    """The same with a row for every name in it, for what is to be stored.

    No new taxonomy comes to hold until the caller's transaction has ended.
    """
    connection.execute(text("select pg_advisory_xact_lock_shared(:key)"), {"key": TAXONOMY_LOCK})
    found = _looked(connection)
    if missing := found.unknown:
        name_labels(connection, missing)
        found = _looked(connection)
    return found


def name_labels(connection: Connection, names: Iterable[str]) -> None:
    """Rows for labels that only have a name; those that are there stay as they are."""
    connection.execute(
        text("""
            insert into label (name) select name from unnest(cast(:names as text[])) as given(name) order by name
            on conflict (name) do nothing
        """),
        {"names": list(names)},
    )


def _looked(connection: Connection) -> Vocabulary:
    kept = _kept.get(connection.engine)
    stamp, deep = connection.execute(text(f"select {STAMP}, {_DEEP}")).one()
    made = kept.vocabulary if kept and (stamp, deep) == (kept.stamp, kept.deep) else _loaded(connection)
    _kept[connection.engine] = _Kept(made, stamp, deep, time.monotonic())
    return made


def _loaded(connection: Connection) -> Vocabulary:
    rules = connection.execute(text("select rules from taxonomy order by version desc limit 1")).scalar_one_or_none()
    taught = {row.label: row.version for row in connection.execute(text("select label, version from taught_label"))}
    rows = connection.execute(text("select id, name, parents, categories from label"))
    return Vocabulary(((row.id, row.name, row.parents, row.categories) for row in rows), rules or {}, taught)


def label_ids(engine: Engine, labels: Iterable[Label]) -> dict[str, int]:
    """Name -> id of these labels and all their ancestors; new ones become rows in a transaction of their own.

    In a transaction of its own, in the order of names, so that workers that meet the same new labels neither wait
    for one another's pictures nor lock each other out. Ids never change within a catalogue: a process remembers them.
    """
    wanted = {label.name: (label.parents, label.categories) for label in labels}
    for parents, _ in list(wanted.values()):
        for parent in parents:
            wanted.setdefault(parent, ((), ()))
    with transaction(engine) as connection:
        here = str(connection.execute(text(f"select {_HERE}")).scalar_one())
    with _lock:
        if _ids.get(engine, ("", {}))[0] != here:
            _ids[engine] = here, {}
        known = _ids[engine][1]
        fresh = sorted(
            n for n, (parents, _) in wanted.items() if n not in known or (parents and known[n][1] != parents)
        )
    if fresh:
        rows = [{"name": n, "parents": list(wanted[n][0]), "categories": list(wanted[n][1])} for n in fresh]
        with transaction(engine) as connection:
            connection.execute(
                text("""
                    insert into label (name, parents, categories)
                    values (:name, cast(:parents as text[]), cast(:categories as text[]))
                    on conflict (name) do update set parents = excluded.parents, categories = excluded.categories
                     where excluded.parents <> '{}' and (label.parents, label.categories)
                           is distinct from (excluded.parents, excluded.categories)
                """),
                rows,
            )
            found = connection.execute(
                text("select name, id, parents from label where name = any(:names)"), {"names": fresh}
            ).all()
        with _lock:
            known.update({name: (i, tuple(parents)) for name, i, parents in found})
    return {name: known[name][0] for name in wanted}


def hold_on(connection: Connection, ids: dict[str, int]) -> None:
    """Make sure, in the transaction that writes them, that these are the labels' ids still.

    Raises Unavailable where the catalogue was emptied or restored since they were asked for.
    """
    there = _looked(connection).ids
    if any(there.get(name) != number for name, number in ids.items()):
        raise Unavailable("The catalogue was restored just now. Try again in a moment.")


def said(labels: Iterable[Label], ids: dict[str, int]) -> tuple[list[int], dict[str, list[dict[str, Any]]]]:
    """What the recogniser said as the columns `said` (the surest first, each label once) and `boxes` hold it."""
    best: dict[str, Label] = {}
    for label in labels:
        if label.name not in best or best[label.name].confidence < label.confidence:
            best[label.name] = label
    ranked = sorted(best.values(), key=lambda label: (-label.confidence, label.name))
    boxes = {
        str(ids[label.name]): [
            {"left": b.left, "top": b.top, "width": b.width, "height": b.height} for b in label.boxes
        ]
        for label in ranked
        if label.boxes
    }
    return [packed(ids[label.name], label.confidence) for label in ranked], boxes
