"""What an image carries and is found by: people above the recogniser, the taxonomy above both, ancestors with them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixplore.labels import Decision, Vocabulary, behind, carried, counted, pack, packed, terms, unpack

PARENTS = {
    "Sneaker": ["Shoe", "Footwear"], "Clog": ["Shoe", "Footwear"], "Shoe": ["Footwear"], "Footwear": [],
    "Cup": ["Tableware"], "Tableware": [], "Hat": [],
}  # fmt: skip
IDS = {name: number for number, name in enumerate(PARENTS, 1)}
Rules = dict[str, dict[str, Any]]


def vocabulary(rules: Rules | None = None, **taught: int) -> Vocabulary:
    categories = {"Cup": ["Kitchen"], "Sneaker": ["Apparel"]}
    rows = [(IDS[name], name, ups, categories.get(name, [])) for name, ups in PARENTS.items()]
    return Vocabulary(rows, rules or {}, taught)


def numbers(**said: float) -> list[int]:
    return [packed(IDS[name], confidence) for name, confidence in said.items()]


def seen(known: Vocabulary, said: list[int], taught: list[int] = [], *decided: Decision) -> dict[str, float]:  # noqa: B006
    found = carried(known, said, taught, decided)
    assert [one.tenths for one in found] == sorted((one.tenths for one in found), reverse=True)
    return {one.name: one.tenths / 10 for one in found}


def found_by(known: Vocabulary, said: list[int], *decided: Decision) -> set[tuple[str, float]]:
    made = counted(known, said, (), decided)
    assert made == sorted(set(made)) == terms(known, carried(known, said, (), decided))
    return {(known.names[label], tenths / 10) for label, tenths in map(unpack, made)}


@given(st.integers(-1000, 2_000_000), st.integers(0, 1000))
def test_packed_is_one_number_and_back(label: int, tenths: int) -> None:
    assert unpack(pack(label, tenths)) == (label, tenths)


def test_an_image_is_found_by_its_labels_and_their_ancestors() -> None:
    """A label that is said itself and by a kind of it stands at both confidences."""
    assert found_by(vocabulary(), numbers(Sneaker=91.3, Shoe=60)) == {
        ("Sneaker", 91.3), ("Shoe", 91.3), ("Shoe", 60.0), ("Footwear", 91.3), ("Footwear", 60.0),
    }  # fmt: skip


def test_people_stand_above_the_recogniser() -> None:
    known, said = vocabulary(), numbers(Sneaker=91.3, Cup=40)
    decided = (("Sneaker", "reject", "ada"), ("Cup", "accept", "ada"), ("Hat", "accept", "bob"))
    found = carried(known, said, (), decided)
    assert [(one.name, one.tenths, one.source, one.by) for one in found] == [
        ("Cup", 1000, "person", "ada"), ("Hat", 1000, "person", "bob"),
    ]  # fmt: skip
    assert found_by(known, said, *decided) == {("Cup", 100.0), ("Tableware", 100.0), ("Hat", 100.0)}


def test_a_taught_label_says_where_it_comes_from() -> None:
    (one,) = carried(vocabulary(Hat=3), (), numbers(Hat=72.5))
    assert (one.source, one.model, one.tenths, one.by) == ("ai", "taught: Hat v3", 725, None)
    assert seen(vocabulary(), numbers(Hat=80), numbers(Hat=72.5)) == {"Hat": 80.0}


def test_a_new_name_takes_over_what_stands_above_the_old_one() -> None:
    known = vocabulary({"Sneaker": {"to": "Trainer"}})
    assert known.unknown == ["Trainer"]
    (one,) = carried(known, numbers(Sneaker=90))
    assert (one.name, one.raw) == ("Trainer", (IDS["Sneaker"],))
    assert [known.names[up] for up in known.parents(one.id, one.raw)] == ["Shoe", "Footwear"]
    assert known.categories(one.id, one.raw) == ("Apparel",)
    assert found_by(known, numbers(Sneaker=90)) == {("Trainer", 90.0), ("Shoe", 90.0), ("Footwear", 90.0)}


def test_names_that_become_one_count_once_at_the_surest() -> None:
    known = vocabulary({"Sneaker": {"to": "Trainer"}, "Clog": {"to": "Trainer"}})
    assert seen(known, numbers(Clog=70, Sneaker=90, Cup=80)) == {"Trainer": 90.0, "Cup": 80.0}
    assert ("Trainer", 70.0) not in found_by(known, numbers(Clog=70, Sneaker=90))


def test_a_name_that_becomes_one_of_its_ancestors_keeps_only_those_above_it() -> None:
    known = vocabulary({"Sneaker": {"to": "Shoe"}, "Cup": {"to": "Footwear"}})
    assert found_by(known, numbers(Sneaker=90)) == {("Shoe", 90.0), ("Footwear", 90.0)}


def test_what_is_hidden_counts_nowhere() -> None:
    known = vocabulary({"Shoe": {"hidden": True}, "Hat": {"to": "Cap"}, "Cap": {"hidden": True}})
    assert found_by(known, numbers(Sneaker=90, Shoe=80, Hat=70)) == {("Sneaker", 90.0), ("Footwear", 90.0)}
    assert seen(known, [], [], ("Shoe", "accept", "ada")) == {}


def test_a_threshold_is_for_what_machines_say() -> None:
    known = vocabulary({"Cup": {"threshold": 62.5}, "Tableware": {"threshold": 99}})
    assert seen(known, numbers(Cup=62.4)) == {}
    assert found_by(known, numbers(Cup=62.5)) == {("Cup", 62.5), ("Tableware", 62.5)}
    assert seen(known, numbers(Cup=10), [], ("Cup", "accept", "ada")) == {"Cup": 100.0}
    renamed = vocabulary({"Cup": {"to": "Mug"}, "Mug": {"threshold": 50}})
    assert seen(renamed, numbers(Cup=49.9)) == {}


def test_there_are_no_chains() -> None:
    assert seen(vocabulary({"Sneaker": {"to": "Shoe"}, "Shoe": {"to": "Boot"}}), numbers(Sneaker=90)) == {"Shoe": 90.0}


@pytest.mark.parametrize(
    ("decided", "found"),
    [
        (("Sneaker", "reject", "a"), {"Trainer": 70.0}),  # the other name behind it still counts
        (("Trainer", "reject", "a"), {}),
        (("Clog", "accept", "a"), {"Trainer": 100.0}),
        (("Trainer", "accept", "a"), {"Trainer": 100.0}),
        (("Hat", "reject", "a"), {"Trainer": 90.0}),
    ],
)
def test_decisions_outlive_a_new_name(decided: Decision, found: dict[str, float]) -> None:
    known = vocabulary({"Sneaker": {"to": "Trainer"}, "Clog": {"to": "Trainer"}})
    assert seen(known, numbers(Sneaker=90, Clog=70), [], decided) == found


def test_a_verdict_goes_to_every_name_behind_the_one_that_is_seen() -> None:
    known = vocabulary({"Sneaker": {"to": "Trainer"}, "Clog": {"to": "Trainer"}})
    said = numbers(Sneaker=90, Cup=50)
    assert behind(known, said, numbers(Clog=60), (), "Trainer") == ["Sneaker", "Clog"]
    assert behind(known, said, (), [("Clog", "accept", "a"), ("Hat", "reject", "a")], "Trainer") == ["Sneaker", "Clog"]
    assert behind(known, said, (), (), "Sneaker") == ["Sneaker"]
    assert behind(known, said, (), (), "Hat") == []


names = st.sampled_from([*PARENTS, "Trainer", "Mug"])
rule = st.fixed_dictionaries(
    {}, optional={"to": names, "hidden": st.booleans(), "threshold": st.integers(0, 1000).map(lambda n: n / 10)}
)


@given(
    st.dictionaries(names, rule, max_size=4),
    st.dictionaries(st.sampled_from(list(IDS)), st.integers(0, 1000), max_size=5),
    st.dictionaries(st.sampled_from(list(IDS)), st.integers(0, 1000), max_size=2),
    st.dictionaries(names, st.sampled_from(["accept", "reject"]), max_size=3),
)
def test_the_short_way_and_the_long_way_agree(
    rules: Rules, said: dict[str, int], taught: dict[str, int], decided: dict[str, str]
) -> None:
    """Whatever the taxonomy: what counts is what is carried, spread; and rejecting a label as it is seen removes it."""
    known = vocabulary(rules)
    spoken, learned = ([pack(IDS[n], c) for n, c in one.items()] for one in (said, taught))
    assert counted(known, spoken, learned) == terms(known, carried(known, spoken, learned))
    verdicts: list[Decision] = [(name, verdict, "ada") for name, verdict in decided.items()]
    found = carried(known, spoken, learned, verdicts)
    assert len({one.id for one in found}) == len(found)
    for one in found:
        gone = dict.fromkeys(behind(known, spoken, learned, verdicts, one.name), "reject")
        assert gone
        left = carried(known, spoken, learned, [(n, v, "ada") for n, v in (decided | gone).items()])
        assert one.id not in {other.id for other in left}
