"""Random small catalogues: as hypothesis draws them, and as rows of the real tables."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import Connection, text

from pixplore.catalogue import changes
from pixplore.catalogue.document import refresh_words
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import orientation
from pixplore.labels import packed

PARENTS = {
    "Running Shoe": ["Shoe", "Footwear"],
    "Boot": ["Footwear"],
    "Shoe": ["Footwear"],
    "Footwear": [],
    "Cup": ["Tableware"],
    "Tableware": [],
    "l'été \\ 100%": [],
}
LABELS = list(PARENTS)
TAGS = ["summer", "Sale", "crème", "a'b\"c", "new"]
COLOURS = ["Red", "Blue", "Green"]
CATEGORIES = ["Shoes", "Home", "Ümlaut", "home"]
SKUS = ["AB-1", "AB-12", "ZZ 9"]
UPLOADERS = ["ada@example.com", "bob@example.com"]
BATCHES = [UUID(int=n + 1) for n in range(2)]
COLLECTIONS = [UUID(int=n + 100) for n in range(3)]
STEMS = ["red", "Shoe", "café", "42eu", "IMG", "0042", "x"]
ATTRIBUTES = {"brand": ["Acme", "Globex", "10"], "price": [5, 10, 10.5, "7", "cheap", -3], "sold out": [True, False]}
START = datetime(2026, 1, 30, tzinfo=UTC)


@dataclass
class Picture:
    """One image as drawn. `labels` by name and source; `decisions` by label."""

    id: UUID
    name: str
    title: str | None
    sku: str | None
    category: str | None
    created_at: datetime
    size: tuple[int, int] | None
    colours: list[str]
    tags: list[str]
    attributes: dict[str, Any]
    text: list[str]
    uploader: str | None
    batch_id: UUID | None
    collections: list[UUID]
    deleted: bool
    labels: dict[str, Decimal] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)


def picture(number: int, **changed: object) -> Picture:
    """A picture of which only what is `changed` matters."""
    plain = {"id": UUID(int=number + 1), "name": f"picture-{number}.jpg", "title": None, "sku": None, "category": None,
             "created_at": START + timedelta(hours=number), "size": (100, 50), "colours": [], "tags": [],
             "attributes": {}, "text": [], "uploader": None, "batch_id": None, "collections": [],
             "deleted": False}  # fmt: skip
    return Picture(**{**plain, **changed})


def _some(values: list[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def _maybe(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


words = st.tuples(_some(STEMS, 3).filter(bool), st.sampled_from([" ", "_", "-", ". "])).map(lambda t: t[1].join(t[0]))
confidences = st.integers(200, 1000).map(lambda n: Decimal(n) / 10) | st.sampled_from(
    [Decimal("54.9"), Decimal(55), Decimal("55.1"), Decimal(80), Decimal(100)]
)
pictures = st.builds(
    Picture,
    id=st.uuids(),
    name=words.map(lambda name: f"{name}.jpg"),
    title=st.none() | words,
    sku=_maybe(SKUS),
    category=_maybe(CATEGORIES),
    created_at=st.integers(0, 12).map(lambda n: START + timedelta(hours=n * 9)),
    size=_maybe([(10, 10), (100, 50), (50, 100)]),
    colours=_some(COLOURS),
    tags=_some(TAGS),
    attributes=st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in ATTRIBUTES.items()}),
    text=st.lists(words, max_size=2),
    uploader=_maybe(UPLOADERS),
    batch_id=_maybe(BATCHES),
    collections=_some(COLLECTIONS, 2),
    deleted=st.sampled_from([False, False, False, True]),
    labels=st.dictionaries(st.sampled_from(LABELS), confidences, max_size=4),
    decisions=st.dictionaries(st.sampled_from(LABELS), st.sampled_from(["accept", "reject"]), max_size=2),
)
catalogues = st.lists(pictures, min_size=0, max_size=14, unique_by=lambda p: p.id)


def empty(connection: Connection) -> None:
    connection.execute(text("truncate image, label, collection, decision, change restart identity cascade"))
    rows = [{"n": name, "p": parents} for name, parents in PARENTS.items()]
    connection.execute(text("insert into label (name, parents) values (:n, :p)"), rows)
    boards = [{"id": i, "n": f"Board {i.int}"} for i in COLLECTIONS]
    connection.execute(
        text("insert into collection (id, name, created_by) values (:id, :n, 'ada@example.com')"), boards
    )


def write(connection: Connection, made: list[Picture]) -> None:
    """Put pictures into the catalogue's tables, with terms and words as every writer makes them."""
    if not made:
        return
    ids = dict(connection.execute(text("select name, id from label")).all())
    connection.execute(text(_IMAGE), [_row(one, ids) for one in made])
    decided = [{"i": one.id, "l": name, "v": verdict} for one in made for name, verdict in one.decisions.items()]
    members = [{"i": one.id, "c": board} for one in made for board in one.collections]
    for statement, rows in ((_DECISION, decided), (_MEMBER, members)):
        if rows:
            connection.execute(text(statement), rows)
    everyone = [one.id for one in made]
    refresh_terms(connection, everyone)
    refresh_words(connection, everyone)
    changes.record(connection, "test", "import", everyone)


def _row(one: Picture, ids: dict[str, int]) -> dict[str, Any]:
    width, height = one.size or (None, None)
    return {
        **{name: getattr(one, name) for name in ("id", "name", "title", "sku", "category", "created_at", "colours",
                                                 "tags", "text", "uploader", "batch_id")},
        "name_key": one.name.lower(), "said": [packed(ids[name], float(c)) for name, c in one.labels.items()],
        "width": width, "height": height, "orientation": orientation(width, height),
        "attributes": json.dumps(one.attributes), "deleted_at": START if one.deleted else None,
    }  # fmt: skip


_IMAGE = """
    insert into image (id, name, name_key, title, sku, category, created_at, width, height, orientation, colours, tags,
                       attributes, text_found, uploader, batch_id, deleted_at, said)
    values (:id, :name, :name_key, :title, :sku, :category, :created_at, :width, :height, :orientation, :colours,
            :tags, cast(:attributes as jsonb), :text, :uploader, :batch_id, :deleted_at, :said)
"""
_DECISION = "insert into decision (image_id, label, verdict, \"by\") values (:i, :l, :v, 'ada@example.com')"
_MEMBER = "insert into collection_image (image_id, collection_id) values (:i, :c)"
