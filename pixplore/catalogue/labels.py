"""Names of labels as rows, and what the recogniser said of a picture as image_label rows."""

import json
from collections.abc import Iterable
from threading import Lock
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from pixplore.catalogue.snapshot import transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import Label

_lock = Lock()
_known: WeakKeyDictionary[Engine, dict[str, tuple[int, tuple[str, ...]]]] = WeakKeyDictionary()


def label_ids(engine: Engine, labels: Iterable[Label]) -> dict[str, int]:
    """Name -> id of these labels and all their ancestors; new ones become rows in a transaction of their own.

    In a transaction of its own, in the order of names, so that workers that meet the same new labels neither wait
    for one another's pictures nor lock each other out. Ids never change: a process remembers them.
    """
    wanted = {label.name: (label.parents, label.categories) for label in labels}
    for parents, _ in list(wanted.values()):
        for parent in parents:
            wanted.setdefault(parent, ((), ()))
    with _lock:
        known = _known.setdefault(engine, {})
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


def write_ai_labels(
    connection: Connection, image_id: UUID, labels: Iterable[Label], ids: dict[str, int], model: str
) -> None:  # fmt: skip
    """Put these in the place of what the recogniser said before; what people said stays as it is."""
    best: dict[str, Label] = {}
    for label in labels:
        if label.name not in best or best[label.name].confidence < label.confidence:
            best[label.name] = label
    connection.execute(
        text("delete from image_label where image_id = :id and source = 'ai'"), {"id": image_id}
    )  # fmt: skip
    connection.execute(
        text("""
            insert into image_label (image_id, label_id, source, confidence, boxes, model)
            select :id, said.label_id, 'ai', said.confidence, said.boxes::jsonb, :model
              from unnest(cast(:labels as integer[]), cast(:confidences as numeric[]), cast(:boxes as text[]))
                   as said(label_id, confidence, boxes)
        """),
        {
            "id": image_id,
            "model": model,
            "labels": [ids[name] for name in best],
            "confidences": [round(label.confidence, 1) for label in best.values()],
            "boxes": [_boxes(label) for label in best.values()],
        },
    )
    refresh_terms(connection, [image_id])


def _boxes(label: Label) -> str:
    return json.dumps([{"left": b.left, "top": b.top, "width": b.width, "height": b.height} for b in label.boxes])
