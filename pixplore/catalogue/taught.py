"""Labels that people teach: their examples, what is learned from them, and what that says of new pictures."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from pixplore.catalogue import changes, vectors
from pixplore.catalogue.labels import name_labels, vocabulary
from pixplore.catalogue.verdicts import Verdict, before_taught, decide_all, hold
from pixplore.domain import KEPT_CONFIDENCE
from pixplore.errors import Conflict, Invalid, NotFound
from pixplore.labels import packed, unpack
from pixplore.likeness import likeness
from pixplore.taught import FEWEST, Learned, Model, learn
from pixplore.taught import vectors as as_rows

OTHERS = 2_000
"""So many pictures that nobody judged are learned from as well."""
MOST_JUDGED = 500
"""Examples, and counter-examples, that are learned from; the newest."""
_FEW_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class TaughtLabel:
    """`examples` show the label and `counter_examples` do not, as people said; `version` counts what was learned.

    `model` is None where it has to be learned anew: embeddings are made in another way than they were.
    """

    id: UUID
    label: str
    examples: list[UUID]
    counter_examples: list[UUID]
    version: int
    active: bool
    by: str
    created_at: datetime
    updated_at: datetime
    model: Model | None


def listed(connection: Connection, limit: int, after: str | None = None) -> list[TaughtLabel]:
    """By name, from the one behind `after`."""
    rows = connection.execute(_LIST, {"after": after or "", "limit": limit})
    return [_made(row) for row in rows]


def one(connection: Connection, taught_id: UUID, lock: bool = False) -> TaughtLabel:
    """Raises NotFound."""
    row = connection.execute(_ONE_LOCKED if lock else _ONE, {"id": taught_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such taught label, or no longer. Look for it in their list.")
    return _made(row)


def create(
    connection: Connection, label: str, examples: Sequence[UUID], counter_examples: Sequence[UUID], actor: str
) -> tuple[UUID, int]:
    """Begin a label: people say that the examples show it and the counter-examples do not. Its id, and the version.

    Raises Conflict where the label is taught already, Invalid for images that are not there or have no embedding.
    """
    examples, counter_examples = list(dict.fromkeys(examples)), list(dict.fromkeys(counter_examples))
    if len(examples) < FEWEST:
        raise Invalid({"examples": f"holds fewer than {FEWEST} different images"})
    _check_apart(examples, counter_examples)
    new = uuid4()
    name_labels(connection, [label])
    made = connection.execute(
        _INSERT, {"id": new, "label": label, "by": actor, **_lists(examples, counter_examples)}
    ).first()
    if made is None:
        raise Conflict(f"“{label}” is taught already. Add examples to it instead.")
    _check_seen(connection, examples, counter_examples)
    _learn(connection, one(connection, new), first=True)
    detail = {"label": label, "examples": len(examples), "counter_examples": len(counter_examples)}
    version = changes.note(connection, actor, "taught_label_create", detail)
    return new, max(version, _judge(connection, one(connection, new), examples, counter_examples, actor))


def judge(
    connection: Connection,
    taught_id: UUID,
    confirmed: Sequence[UUID],
    rejected: Sequence[UUID],
    actor: str,
    forgotten: Sequence[UUID] = (),
) -> int:
    """People say of more images that they show the label, or do not; it is learned anew. The version.

    Of those `forgotten` nothing is said any more. The images get the verdict too, or the one back that they had
    before it (pixplore.catalogue.verdicts). Raises NotFound, Invalid.
    """
    _check_apart(confirmed, rejected)
    now = one(connection, taught_id, lock=True)
    changed = {*confirmed, *rejected, *forgotten}
    examples = [i for i in now.examples if i not in changed] + [*confirmed]
    counter_examples = [i for i in now.counter_examples if i not in changed] + [*rejected]
    return revise(connection, taught_id, examples, counter_examples, actor)


def revise(
    connection: Connection,
    taught_id: UUID,
    examples: Sequence[UUID] | None,
    counter_examples: Sequence[UUID] | None,
    actor: str,
) -> int:
    """Replace the examples, the counter-examples, or both (None: they stay). The version.

    Images that come in get the verdict; those that go out lose it, and get back the one that somebody had given
    before, unless they were judged again since. Raises NotFound, Invalid.
    """
    now = one(connection, taught_id, lock=True)
    good = list(dict.fromkeys(now.examples if examples is None else examples))
    bad = list(dict.fromkeys(now.counter_examples if counter_examples is None else counter_examples))
    _check_apart(good, bad)
    if len(good) < FEWEST:
        raise Invalid({"examples": f"would be fewer than {FEWEST} images"})
    connection.execute(_REPLACE, {"id": taught_id, **_lists(good, bad)})
    gone = {*now.examples, *now.counter_examples} - {*good, *bad}
    new_good, new_bad = (set(new) - set(old) for new, old in ((good, now.examples), (bad, now.counter_examples)))
    _check_seen(connection, new_good, new_bad)
    _learn(connection, one(connection, taught_id))
    return _judge(connection, now, sorted(new_good), sorted(new_bad), actor, sorted(gone))


def activate(connection: Connection, taught_id: UUID, active: bool, actor: str) -> int:
    """From now on new pictures are (or are not) asked for the label; those that have it keep it. The version."""
    now = one(connection, taught_id, lock=True)
    if now.active == active:
        return changes.version(connection)
    if active and now.model is None:
        _learn(connection, now)
    connection.execute(_ACTIVATE, {"id": taught_id, "active": active})
    return changes.note(
        connection, actor, f"taught_label_{'activate' if active else 'deactivate'}", {"label": now.label}
    )


def remove(connection: Connection, taught_id: UUID, actor: str) -> int:
    """Forget what was taught; images that have the label keep it, and verdicts stand. The version."""
    now = one(connection, taught_id, lock=True)
    connection.execute(_REMOVE, {"id": taught_id})
    return changes.note(connection, actor, "taught_label_delete", {"label": now.label})


def learned(connection: Connection, taught: TaughtLabel) -> Learned:
    """What its examples teach now, with the report. Raises Invalid where there is too little to learn from."""
    judged = taught.examples[-MOST_JUDGED:], taught.counter_examples[-MOST_JUDGED:]
    known = vectors.embeddings(connection, [*judged[0], *judged[1]])
    examples, counter = ([known[i] for i in part if i in known] for part in judged)
    others = _others(connection, taught)
    if len(examples) < 2 or not (counter or others):
        raise Invalid({"examples": "leave too few pictures to learn from: add more pictures to the catalogue"})
    return learn(as_rows(examples), as_rows(counter), as_rows(others))


def said_by_taught(connection: Connection, embedding: bytes, keep: Iterable[int] = ()) -> list[int]:
    """What the active labels say of a picture, as the column `taught` holds it.

    `keep`: what the column holds so far; that of labels that are not active any more stays.
    """
    said: dict[int, int] = {}
    for row in connection.execute(_ACTIVE):
        model = Model.of(row.model)
        confidence = float(model.confidence(likeness(model.direction, embedding))[0]) if model else 0.0
        said[row.label_id] = packed(row.label_id, confidence if confidence >= KEPT_CONFIDENCE else 0.0)
    kept = [number for number in keep if unpack(number)[0] not in said]
    return kept + [number for number in said.values() if unpack(number)[1]]


def _learn(connection: Connection, taught: TaughtLabel, first: bool = False) -> None:
    model = learned(connection, taught).model
    connection.execute(_LEARNED, {"id": taught.id, "model": json.dumps(model.stored()), "more": 0 if first else 1})


def _check_seen(connection: Connection, examples: Iterable[UUID], counter_examples: Iterable[UUID]) -> None:
    for field, given in (("examples", [*examples]), ("counter_examples", [*counter_examples])):
        if missing := {*given} - vectors.embeddings(connection, given).keys():
            some = ", ".join(map(str, sorted(missing)[:5]))
            raise Invalid({field: f"names images that are not in the catalogue or have no picture: {some}"})


def _lists(examples: Iterable[UUID], counter_examples: Iterable[UUID]) -> dict[str, list[str]]:
    return {"examples": [str(i) for i in examples], "counter": [str(i) for i in counter_examples]}


def _judge(
    connection: Connection,
    taught: TaughtLabel,
    confirmed: Sequence[UUID],
    rejected: Sequence[UUID],
    actor: str,
    gone: Sequence[UUID] = (),
) -> int:
    hold(connection, [*confirmed, *rejected, *gone])
    shown = vocabulary(connection).shown_as(taught.label) or taught.label
    wanted = [Verdict(i, shown, "accept", taught=taught.id) for i in confirmed]
    wanted += [Verdict(i, shown, "reject", beforehand=True, taught=taught.id) for i in rejected]
    wanted += before_taught(connection, taught.id, (shown, taught.label), gone)
    return decide_all(connection, wanted, actor)[1]


def _check_apart(examples: Iterable[UUID], counter_examples: Iterable[UUID]) -> None:
    if both := {*examples} & {*counter_examples}:
        raise Invalid({"examples": f"and counter-examples both name {sorted(both)[0]}"})


def _others(connection: Connection, taught: TaughtLabel) -> list[bytes]:
    """Embeddings of a sample of labelled pictures that nobody judged and that do not carry the label."""
    rows = float(connection.execute(_ROWS).scalar_one())
    share = 100.0 if rows < _FEW_ROWS else min(100.0, 100 * 3 * OTHERS / rows)
    judged = [str(i) for i in (*taught.examples, *taught.counter_examples)]
    asked = {"share": share, "judged": judged, "label": taught.label, "limit": OTHERS, "seed": taught.version}
    return [bytes(vector) for vector in connection.execute(_SAMPLE, asked).scalars()]


def _made(row: Any) -> TaughtLabel:
    names = [name for name in TaughtLabel.__dataclass_fields__ if name != "model"]
    return TaughtLabel(**{name: getattr(row, name) for name in names}, model=Model.of(row.model))


_ONE = text("select * from taught_label where id = :id")
_ONE_LOCKED = text("select * from taught_label where id = :id for update")
_LIST = text('select * from taught_label where label collate "C" > :after order by label collate "C" limit :limit')
_INSERT = text("""
    insert into taught_label (id, label, examples, counter_examples, "by")
    values (:id, :label, cast(:examples as uuid[]), cast(:counter as uuid[]), :by)
    on conflict do nothing returning id
""")
_REPLACE = text("""
    update taught_label set examples = cast(:examples as uuid[]), counter_examples = cast(:counter as uuid[])
     where id = :id
""")
_LEARNED = text("""
    update taught_label set model = cast(:model as jsonb), version = version + :more, updated_at = clock_timestamp()
     where id = :id
""")
_ACTIVATE = text("update taught_label set active = :active, updated_at = clock_timestamp() where id = :id")
_REMOVE = text("delete from taught_label where id = :id")
_ACTIVE = text("""
    select label.id as label_id, model from taught_label join label on label.name = taught_label.label
     where active and model is not null order by label.id
""")
_ROWS = text("select greatest(reltuples, 0) from pg_class where oid = 'image'::regclass")
_SAMPLE = text("""
    with named as (select id from label where name = :label)
    select embedding from image tablesample system (:share) repeatable (:seed)
     where embedding is not null and deleted_at is null and terms <> '{}'
       and id <> all(cast(:judged as uuid[]))
       and not exists (select from named, unnest(terms) as term where term >> 10 = named.id)
     order by md5(image.id::text) limit :limit
""")
