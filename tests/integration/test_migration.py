"""A catalogue of the first schema, with all that people said, comes through the migration to the one of today."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from pixplore.catalogue import database
from pixplore.catalogue.read import entries_of
from pixplore.labels import pack
from pixplore.query import parse_query

SHOE, PLAIN = UUID(int=1), UUID(int=2)
BOX = {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}
LABELS = {"Sneaker": 1, "Shoe": 2, "Footwear": 3, "Hat": 4, "Boat": 5}


@pytest.fixture
def migrated(new_database) -> str:
    url = new_database(empty=True)
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "0001")
    with database.open_engine(url).begin() as connection:
        _fill(connection)
    database.migrate(url)
    return url


def _fill(connection: Connection) -> None:
    """As the programs of that time wrote it: Sneaker was rejected, Hat and Boat were accepted (Boat had been said)."""
    connection.execute(
        text("""
            insert into image (id, name, title, sku, category, tags, attributes, text_found, embedding, label_model)
            values (:id, :name, :title, :sku, :category, :tags, cast(:attributes as jsonb), :text, :embedding, 'm')
        """),
        [
            {"id": SHOE, "name": "RED_Äpfel-42EU.JPG", "title": "Zwei", "sku": "AB-1", "category": "Shoes",
             "tags": ["new"], "attributes": json.dumps({"brand": "Acme", "price": 10.5}), "text": ["Sale 50%"],
             "embedding": b"\0" * 2560},
            {"id": PLAIN, "name": "x", "title": None, "sku": None, "category": None, "tags": [], "attributes": "{}",
             "text": [], "embedding": None},
        ],
    )  # fmt: skip
    connection.execute(
        text("""insert into product (sku, title, category, updated_by) values ('AB-1', 'Apple shoe', null, 'a')""")
    )
    ups = {"Sneaker": ["Shoe", "Footwear"], "Shoe": ["Footwear"]}
    for name in LABELS:
        connection.execute(
            text("insert into label (name, parents) values (:n, :p)"), {"n": name, "p": ups.get(name, [])}
        )
    connection.execute(
        text("""insert into image_label (image_id, label_id, source, confidence, boxes, model, by)
                values (:image, :label, :source, :confidence, cast(:boxes as jsonb), :model, :by)"""),
        [
            {"image": SHOE, "label": LABELS[name], "source": source, "confidence": confidence,
             "boxes": json.dumps(boxes), "model": model, "by": by}
            for name, source, confidence, boxes, model, by in [
                ("Sneaker", "ai", 91.3, [BOX], "m", None), ("Shoe", "ai", 60, [], "m", None),
                ("Boat", "ai", 20.5, [], "m", None), ("Boat", "person", 100, [], None, "bob"),
                ("Hat", "person", 100, [], None, "ada"),
            ]
        ],
    )  # fmt: skip
    connection.execute(
        text('insert into decision (image_id, label, verdict, "by", at) values (:i, :l, :v, :by, :at)'),
        [
            {"i": SHOE, "l": "Sneaker", "v": "reject", "by": "ada", "at": datetime(2026, 1, 2, tzinfo=UTC)},
            {"i": SHOE, "l": "Boat", "v": "accept", "by": "bob", "at": datetime(2026, 1, 3, tzinfo=UTC)},
        ],
    )
    spread = [("Shoe", 60), ("Footwear", 60), ("Boat", 100), ("Hat", 100)]
    connection.execute(
        text("insert into image_term (image_id, label_id, confidence) values (:image, :label, :confidence)"),
        [{"image": SHOE, "label": LABELS[name], "confidence": confidence} for name, confidence in spread],
    )


def test_a_catalogue_of_the_first_schema_becomes_one_of_today(migrated: str) -> None:
    from pixplore.catalogue.search import SqlFinder
    from pixplore.catalogue.terms import refresh_terms

    with database.open_engine(migrated).begin() as connection:
        row = connection.execute(text("select * from image where id = :id"), {"id": SHOE}).one()
        assert row.said == [pack(1, 913), pack(2, 600), pack(5, 205)]
        assert row.boxes == {"1": [BOX]}
        assert row.terms == [pack(2, 600), pack(3, 600), pack(4, 1000), pack(5, 1000)]
        assert row.name_key == "red_äpfel-42eu.jpg"
        assert row.embedding is None  # of another kind: `python -m pixplore relabel` makes it anew
        assert row.words.split("\x1f") == [
            " red apfel 42 eu jpg \n 42eu \n zwei \n ab 1 ",
            " new ",
            " shoes \n apple shoe \n acme \n 10 5 ",
            " sale 50 ",
        ]
        decided = connection.execute(text('select label, verdict, "by" from decision order by label')).all()
        assert [tuple(one) for one in decided] == [
            ("Boat", "accept", "bob"), ("Hat", "accept", "ada"), ("Sneaker", "reject", "ada"),
        ]  # fmt: skip
        plain = connection.execute(text("select name_key, said, terms, words from image where id = :id"), {"id": PLAIN})
        assert tuple(plain.one()) == ("x", [], [], " x \x1f\x1f\x1f")
        assert refresh_terms(connection, [SHOE, PLAIN]) == []  # what is built today says the same
        labels = [(one.name, one.confidence, one.source, one.by) for one in entries_of(connection, [SHOE])[0].labels]
        assert labels == [
            ("Boat", 100.0, "person", "bob"), ("Hat", 100.0, "person", "ada"), ("Shoe", 60.0, "ai", None),
        ]  # fmt: skip
        for given in ([("q", "apple 42eu")], [("label", "Footwear"), ("not_label", "Sneaker")]):
            assert SqlFinder(connection).page(parse_query(given, {})[0]).ids == [SHOE]
