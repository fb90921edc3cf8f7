"""What people say of labels holds under every taxonomy, and what a process remembers of names is never out of date."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pixplore.catalogue import collections, read, verdicts
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.labels import label_ids, said
from pixplore.catalogue.schema import image
from pixplore.catalogue.snapshot import transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.domain import Box, Label, Person, Role
from pixplore.errors import NotFound
from pixplore.labels import unpack

BOX = {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}
SNEAKER = Label("Sneaker", 91.3, parents=("Shoe", "Footwear"), categories=("Apparel",), boxes=(Box(**BOX),))
CLOG = Label("Clog", 70, parents=("Shoe", "Footwear"))
MERGED = {"Sneaker": {"to": "Trainer"}, "Clog": {"to": "Trainer"}}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def add(engine: Engine, *labels: Label, **values: Any) -> UUID:
    numbers, boxes = said(labels, label_ids(engine, labels))
    image_id = uuid4()
    with transaction(engine) as connection:
        row = {"id": image_id, "name": "a", "name_key": "a", "said": numbers, "boxes": boxes, "label_model": "m"}
        connection.execute(image.insert().values(**row, **values))
        refresh_terms(connection, [image_id])
    return image_id


def rule(engine: Engine, rules: dict[str, Any], *image_ids: UUID) -> list[UUID]:
    with transaction(engine) as connection:
        connection.execute(
            text('insert into taxonomy (rules, "by") values (cast(:r as jsonb), :b)'),
            {"r": json.dumps(rules), "b": "a"},
        )
        return refresh_terms(connection, image_ids)


def decide(engine: Engine, image_id: UUID, label: str, verdict: str) -> None:
    with transaction(engine) as connection:
        verdicts.decide(connection, image_id, label, verdict, "ada")


def shown(engine: Engine, image_id: UUID) -> dict[str, float]:
    with transaction(engine) as connection:
        return {one.name: one.confidence for one in read.entry(connection, image_id).labels}


def decided(engine: Engine) -> dict[str, str]:
    with transaction(engine) as connection:
        return dict(connection.execute(text("select label, verdict from decision")).all())


def terms(engine: Engine, image_id: UUID) -> set[tuple[str, float]]:
    with transaction(engine) as connection:
        names = dict(connection.execute(text("select id, name from label")).all())
        kept = connection.execute(text("select terms from image where id = :id"), {"id": image_id}).scalar_one()
    return {(names[label], tenths / 10) for label, tenths in map(unpack, kept)}


def test_a_label_is_shown_with_all_that_is_known_of_it(engine: Engine) -> None:
    image_id = add(engine, SNEAKER, CLOG)
    decide(engine, image_id, "Clog", "accept")
    decide(engine, image_id, "Heirloom", "accept")
    with transaction(engine) as connection:
        labels = read.entry(connection, image_id).labels
    assert labels == [
        read.ShownLabel("Clog", 100, "person", ["Shoe", "Footwear"], [], [], "ada", None),
        read.ShownLabel("Heirloom", 100, "person", [], [], [], "ada", None),
        read.ShownLabel("Sneaker", 91.3, "ai", ["Shoe", "Footwear"], ["Apparel"], [BOX], None, "m"),
    ]


def test_a_verdict_on_a_merged_name_holds_when_the_merge_is_taken_back(engine: Engine) -> None:
    image_id = add(engine, SNEAKER, CLOG)
    assert rule(engine, MERGED, image_id) == [image_id]
    assert shown(engine, image_id) == {"Trainer": 91.3}
    assert terms(engine, image_id) == {("Trainer", 91.3), ("Shoe", 91.3), ("Footwear", 91.3)}
    decide(engine, image_id, "Trainer", "reject")
    assert (shown(engine, image_id), terms(engine, image_id)) == ({}, set())
    assert decided(engine) == {"Sneaker": "reject", "Clog": "reject"}
    with transaction(engine) as connection:
        assert read.detail(connection, image_id).rejected == ["Trainer"]
    rule(engine, {}, image_id)
    assert shown(engine, image_id) == {}
    decide(engine, image_id, "Clog", "undo")
    assert shown(engine, image_id) == {"Clog": 70.0}
    assert rule(engine, MERGED, image_id) == [image_id]
    decide(engine, image_id, "Trainer", "undo")
    assert decided(engine) == {}
    assert shown(engine, image_id) == {"Trainer": 91.3}


def test_what_was_accepted_before_a_new_name_is_certain_under_it(engine: Engine) -> None:
    image_id = add(engine, SNEAKER)
    decide(engine, image_id, "Clog", "accept")
    rule(engine, MERGED, image_id)
    assert shown(engine, image_id) == {"Trainer": 100.0}
    decide(engine, image_id, "Trainer", "reject")
    assert decided(engine) == {"Sneaker": "reject", "Clog": "reject"}


def test_only_a_label_that_is_there_can_be_rejected(engine: Engine) -> None:
    image_id = add(engine, SNEAKER)
    with pytest.raises(NotFound, match="does not carry"):
        decide(engine, image_id, "Boat", "reject")
    with pytest.raises(NotFound, match="no such image"):
        decide(engine, uuid4(), "Sneaker", "reject")
    decide(engine, image_id, "Boat", "accept")
    decide(engine, image_id, "Boat", "reject")
    decide(engine, image_id, "Boat", "reject")  # as it was: no error
    assert decided(engine) == {"Boat": "reject"}


def test_another_process_s_labels_and_taxonomy_are_known_at_once(engine: Engine, database_url: str) -> None:
    """A second engine stands for a second process: what it remembers must not outlive what the first one changes."""
    other = open_engine(database_url)
    image_id = add(engine, Label("Shoe", 80))
    assert shown(other, image_id) == {"Shoe": 80.0}
    newer = add(engine, Label("Boot", 60, parents=("Shoe",)))
    assert shown(other, newer) == {"Boot": 60.0}
    rule(engine, {"Boot": {"to": "Wellington"}}, newer)
    assert shown(other, newer) == {"Wellington": 60.0}
    label_ids(engine, [Label("Shoe", 1, parents=("Footwear",))])  # a known label comes by an ancestor
    with transaction(other) as connection:
        assert refresh_terms(connection, [image_id, newer]) == [image_id]
    assert terms(engine, image_id) == {("Shoe", 80.0), ("Footwear", 80.0)}
    other.dispose()


def test_entries_come_in_the_order_asked_for(engine: Engine) -> None:
    first, second, third = (add(engine, sha256=str(n)) for n in range(3))
    with transaction(engine) as connection:
        found = read.entries_of(connection, [third, uuid4(), first, second])
        assert [one.id for one in found] == [third, first, second]
        assert read.entries_of(connection, []) == read.entries_of(connection, [uuid4()]) == []


def test_images_know_that_their_collection_is_gone(engine: Engine) -> None:
    """Each of them changes: it is found by that collection no more."""
    ada = Person("1", "ada", Role.ANALYST)
    image_id = add(engine)
    with transaction(engine) as connection:
        board, _ = collections.create(connection, "Board", "", "ada")
        collections.add_images(connection, board, [image_id], ada)
        collections.remove(connection, board, ada)
        actions = connection.execute(text("select action, image_id from change order by seq")).all()
    assert [tuple(one) for one in actions[1:]] == [
        ("collect", image_id), ("uncollect", image_id), ("collection_delete", None),
    ]  # fmt: skip
