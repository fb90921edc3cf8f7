"""What the search index is fed with: the whole catalogue, single images of it, and which have changed since.

A `Moment` says exactly which transactions a reader has seen. The highest `seq` would not do: a transaction that
commits late brings lower ones, and a reader that only looks above its watermark never meets them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, Engine, text

from pixplore.catalogue.copied import Slices, copy
from pixplore.catalogue.database import engine_of
from pixplore.index.columns import DIMENSIONS, Coded, Rows

_PAGES = 2_048
"""Of the table, 8 KB each, in one chunk: what bounds memory, whatever the images are like."""
_EPOCH = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL begins to count."""
_STEPS = 200
_TEXTS = {"category": "category", "status": "status", "uploader": "uploader", "orientation": "orientation",
          "sku": "sku"}  # fmt: skip
_SELECT = f"""
    select id, created_at, deleted_at is not null, width, height, name_key, terms, words, embedding, phash, attributes,
           batch_id, tags, colours,
           array(select collection_id from collection_image where image_id = image.id),
           {", ".join(_TEXTS.values())}
      from image where
"""  # noqa: S608 - all of it is ours
_HERE = """
    (select concat_ws('/', concat_ws('-', system_identifier, oid), pg_relation_filenode('image'),
                      pg_relation_filenode('change'))
       from pg_control_system(), pg_database where datname = current_database())
"""
_NOW = text(f"""
    select {_HERE} as catalogue, pg_snapshot_xmin(now) as xmin, pg_snapshot_xmax(now) as xmax,
           array(select pg_snapshot_xip(now)::text) as open, (select coalesce(max(seq), 0) from change) as newest
      from pg_current_snapshot() now
""")  # noqa: S608
_SINCE = """
      from change where xid >= cast(:xmax as xid8) and xid < pg_snapshot_xmax(pg_current_snapshot())
    union all
    select {0} from change where xid = any(cast(:open as xid8[]))
"""
_PROBE = text(f"select exists (select 1 {_SINCE.format(1)}), {_HERE}, pg_snapshot_xmin(pg_current_snapshot())")
_CHANGED = text(f"select image_id {_SINCE.format('image_id')} limit :most")


@dataclass(frozen=True, slots=True)
class Moment:
    """Which transactions were seen: all below `xmax` but those that were still `open`.

    `catalogue` names the server, the database and the tables' files: another one means that the catalogue was emptied
    or restored, and that nothing known of it holds. `newest` is the highest change seen. `steps` are (xmax, newest)
    of earlier moments.
    """

    catalogue: str
    xmin: int
    xmax: int
    open: tuple[int, ...]
    newest: int
    steps: tuple[tuple[int, int], ...] = ()

    @property
    def database(self) -> str:
        """Names the database on its server; can be a folder's name."""
        return self.catalogue.split("/")[0]

    @property
    def complete(self) -> int:
        """The highest version below which nothing is missing: what was the newest before the oldest transaction
        began that may still bring something."""
        return max((newest for xmax, newest in (*self.steps, (self.xmax, self.newest)) if xmax <= self.xmin), default=0)

    def holds(self, transaction: int) -> bool:
        return transaction < self.xmax and transaction not in self.open

    def after(self, earlier: "Moment") -> "Moment":
        """This moment, remembering what of `earlier` ones tells how far it is complete."""
        steps = [*earlier.steps, (earlier.xmax, earlier.newest)]
        done = [step for step in steps if step[0] <= self.xmin]
        return replace(self, steps=tuple([*done[-1:], *steps[len(done) :]][-_STEPS:]))


@dataclass(frozen=True, slots=True)
class Changes:
    """What came between two moments. `images` each once, in no order; `noted`: there is one about no single image;
    `too_many`: more than was asked for, and none of them told.
    """

    moment: Moment
    images: list[UUID]
    noted: bool = False
    too_many: bool = False


def open_feed(url: str) -> Engine:
    """An engine for one reader and its work beside: plans go by the indexes, since most that it asks for is nothing."""
    return engine_of(
        url, pool_size=1, max_overflow=2, pool_timeout=5,
        connect_args={
            "connect_timeout": 3, "application_name": "pixplore-index",
            "options": "-c timezone=UTC -c statement_timeout=300000 -c jit=off -c enable_seqscan=off",
        },
    )  # fmt: skip


def moment(connection: Connection) -> Moment:
    """That of the caller's snapshot (REPEATABLE READ).

    The table of images is locked first, as by whoever empties or rebuilds tables: neither is in the other's way.
    """
    connection.execute(text("lock table image in access share mode"))
    row = connection.execute(_NOW).one()
    return Moment(row.catalogue, int(row.xmin), int(row.xmax), tuple(map(int, row.open)), int(row.newest))


def quiet_since(connection: Connection, known: Moment) -> bool:
    """Whether there is nothing to be learned; costs about 0.1 ms. Outside a transaction."""
    found, catalogue, xmin = connection.execute(_PROBE, _asked(known)).one()
    waited_for = known.complete < known.newest and int(xmin) > known.xmin
    return not found and catalogue == known.catalogue and not waited_for


def changes_since(connection: Connection, known: Moment, most: int = 1_000_000) -> Changes | None:
    """What the caller's snapshot sees that `known` did not, exactly. None where it is another catalogue."""
    now = moment(connection)
    if now.catalogue != known.catalogue or now.newest < known.newest:
        return None
    rows = connection.execute(_CHANGED, _asked(known) | {"most": most + 1}).scalars().all()
    if len(rows) > most:
        return Changes(known, [], too_many=True)
    images = set(rows)
    noted = None in images
    return Changes(now.after(known), list(images - {None}), noted)


def everything(connection: Connection) -> Iterator[Rows]:
    """All images of the caller's snapshot, as the table holds them, in chunks of bounded size."""
    size = connection.execute(text("select pg_relation_size('image') / 8192")).scalar_one()
    for page in range(0, int(size), _PAGES):
        where = "ctid >= cast(%(from)s as tid) and ctid < cast(%(to)s as tid)"
        rows = _rows(copy(connection, _SELECT + where, {"from": f"({page},0)", "to": f"({page + _PAGES},0)"}))
        if len(rows):
            yield rows


def rows_of(connection: Connection, image_ids: Sequence[UUID]) -> Rows:
    """These images; those that are gone are left out."""
    ids = "{" + ",".join(map(str, image_ids)) + "}"
    return _rows(copy(connection, _SELECT + "id = any(cast(%(ids)s as uuid[]))", {"ids": ids}))


def labels(connection: Connection) -> dict[int, str]:
    """The names of all labels by id."""
    return {row.id: row.name for row in connection.execute(text("select id, name from label"))}


def labels_of(connection: Connection, rows: Rows, known: Iterable[int] = ()) -> dict[int, str]:
    """Names of the labels that `rows` carry, by id, but for those that are known."""
    wanted = np.setdiff1d(np.unique(rows.terms >> 10), np.fromiter(known, np.int32)).tolist()
    if not wanted:
        return {}
    found = connection.execute(text("select id, name from label where id = any(:ids)"), {"ids": wanted})
    return {row.id: row.name for row in found}


def _asked(known: Moment) -> dict[str, Any]:
    return {"xmax": str(known.xmax), "open": [str(one) for one in known.open]}


def _rows(columns: list[Slices]) -> Rows:
    if not columns:
        columns = [_NONE] * (15 + len(_TEXTS))
    (ids, created, trashed, width, height, names, terms, words, embedding, phash, attributes, batch, tags, colours,
     collections, *texts) = columns  # fmt: skip
    flat, term_offsets = terms.numbers()
    said, word_offsets = words.tokens()
    prints, has_phash = phash.whole(8)
    return Rows(
        ids=ids.bytes_of(16),
        created=created.whole(8)[0] + _EPOCH,
        trashed=trashed.bytes_of(1).reshape(-1).astype(np.bool_),
        width=_side(width),
        height=_side(height),
        name_keys=names.texts(),
        terms=flat,
        term_offsets=term_offsets,
        words=said.coded(word_offsets),
        embeddings=embedding.bytes_of(2 * DIMENSIONS).view("<f2"),
        has_embedding=embedding.lengths == 2 * DIMENSIONS,
        phash=prints,
        has_phash=has_phash,
        single={name: one.coded() for name, one in zip(_TEXTS, texts, strict=True)} | {"batch_id": batch.identities()},
        many={"tag": _many(tags), "colour": _many(colours), "collection": _members(collections)},
        attributes=attributes.attributes(),
    )


def _side(column: Slices) -> Any:
    numbers, there = column.whole(4)
    return np.where(there, numbers, -1).astype(np.int32)


def _many(column: Slices) -> Coded:
    inner, offsets = column.elements()
    return inner.coded(offsets)


def _members(column: Slices) -> Coded:
    inner, offsets = column.elements()
    return inner.identities(offsets)


_NONE = Slices(np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int32))
