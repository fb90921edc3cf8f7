"""What a preview says, an application does, whatever the catalogue, the rules before and the rules after."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from pixplore import bulk
from pixplore.catalogue import taxonomy
from pixplore.catalogue.database import open_engine
from pixplore.catalogue.search import SqlFinder
from pixplore.catalogue.snapshot import snapshot, transaction
from pixplore.catalogue.terms import refresh_terms
from pixplore.query import Query
from pixplore.taxonomy import Rules, canonical, conflicts
from tests.contract import catalogues as c

NEW = ["Kicks", "Ware"]
rule = st.fixed_dictionaries(
    {},
    optional={
        "to": st.sampled_from([*c.LABELS, *NEW]),
        "hidden": st.booleans(),
        "threshold": st.sampled_from([0, 30, 54.9, 55, 60.5, 80, 100]),
    },
)


@st.composite
def rule_sets(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Some that hold: what is in conflict is left out."""
    rules = canonical(draw(st.dictionaries(st.sampled_from(c.LABELS), rule, max_size=4)))
    while faults := conflicts(rules, c.LABELS):
        rules = {name: one for name, one in rules.items() if name not in faults}
    return rules


@pytest.fixture(scope="module")
def engine(new_database: Callable[..., str]) -> Iterator[Engine]:
    made = open_engine(new_database())
    yield made
    made.dispose()


def shown(engine: Engine) -> tuple[Counter[str], dict[UUID, set[str]]]:
    """By label, and by image: what is found at 55 % or more, outside of the trash."""
    with snapshot(engine) as connection:
        counts = Counter(dict(SqlFinder(connection).count(Query(), ("label",), 1000)[1]["label"].values))
        names = dict(connection.execute(text("select id, name from label")).tuples().all())
        rows = connection.execute(text("select id, terms from image where deleted_at is null"))
        return counts, {row.id: {names[n >> 10] for n in row.terms if n & 1023 >= 550} for row in rows}


def apply(engine: Engine, rules: Rules) -> taxonomy.Version:
    made = taxonomy.apply(engine, rules, "", "ada@example.com")
    while bulk.work_once(engine, 3):
        pass
    return made


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(pictures=c.catalogues, old=rule_sets(), new=rule_sets())
def test_a_preview_is_what_happens(engine: Engine, pictures: list[c.Picture], old: Rules, new: Rules) -> None:
    with transaction(engine) as connection:
        connection.execute(text("truncate taxonomy, job, job_image restart identity cascade"))
        c.empty(connection)
        c.write(connection, pictures)
    apply(engine, old)
    before, images_before = shown(engine)
    with snapshot(engine) as connection:
        told = taxonomy.preview(connection, new)
    made = apply(engine, new)
    after, images_after = shown(engine)
    names = {*before, *after}
    assert {n: after[n] - before[n] for n in names if after[n] != before[n]} == {
        n: d for n in {*told.gained, *told.lost} if (d := told.gained[n] - told.lost[n])
    }
    assert told.images == sum(images_before[i] != images_after[i] for i in images_before)
    gained = Counter(n for i in images_before for n in images_after[i] - images_before[i])
    assert told.gained == gained
    assert told.lost == Counter(n for i in images_before for n in images_before[i] - images_after[i])
    with transaction(engine) as connection:  # the job has reached every image that there was to reach
        everyone = connection.execute(text("select id from image")).scalars().all()
        assert refresh_terms(connection, everyone) == []
    with snapshot(engine) as connection:
        assert taxonomy.current(connection).rules == canonical(new)
        assert made.version <= 2
