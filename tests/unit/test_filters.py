"""What the filter panel and the chips show for a state."""

from datetime import date

from dashboard import filters, loosen
from dashboard.catalogue_state import ANY, NOT, State, use
from dashboard.chips import chip, chips
from pixplore.domain import UNSET

TODAY = date(2026, 11, 25)
LABELS = {"values": [{"value": "Shoe", "count": 5}, {"value": "Boot", "count": 2}], "unset": 1, "distinct": 9}


def group(state: State, name: str, facet: dict[str, object], attributes: list[str] | None = None) -> filters.Group:
    made = filters.groups(state, {name: facet}, attributes or [], TODAY)
    return next(one for one in made if one["name"] == name)


def test_values_carry_their_counts_and_how_they_are_used() -> None:
    labels = group(use(State(), "label", "Shoe", ANY), "label", LABELS)
    assert [(row["value"], row["count"], row["mode"]) for row in labels["values"]] == [
        ("Shoe", 5, "any"),
        ("Boot", 2, None),
    ]
    assert labels["unset"]["text"] == "No label"
    assert labels["distinct"] == 9
    assert labels["used"] == 1


def test_an_excluded_value_stays_in_reach_though_no_picture_has_it() -> None:
    labels = group(use(State(), "label", "Sandal", NOT), "label", LABELS)
    assert labels["values"][-1] == {"value": "Sandal", "text": "Sandal", "count": None, "mode": "not"}


def test_an_attribute_of_numbers_is_a_range_and_of_words_a_list() -> None:
    prices = {"values": [{"value": str(n), "count": 1} for n in (5, 9.5, 20)], "unset": 0, "distinct": 3}
    price = group(State((("attr.price.gte", "6"),)), "attr.price", prices, ["price"])
    assert (price["kind"], price["from"], price["to"], price["from_hint"], price["to_hint"]) == (
        "range", "6", "", "5.00", "20.00",
    )  # fmt: skip
    brands = {"values": [{"value": "Acme", "count": 1}], "unset": 3, "distinct": 1}
    assert group(State(), "attr.brand", brands, ["brand"])["kind"] == "values"


def test_prose_is_told_from_words_to_choose_by() -> None:
    def facet(count: int, distinct: int, word: str = "Words ") -> dict[str, object]:
        return {"values": [{"value": f"{word}{n}", "count": count} for n in range(distinct)], "distinct": distinct}

    assert filters.free_text(facet(1, 12))
    assert not filters.free_text(facet(4, 12))
    assert not filters.free_text(facet(1, 8))
    assert not filters.free_text(facet(1, 12, word=""))  # numbers make a range, however many


def test_ranges_go_into_the_state_and_back() -> None:
    state = filters.apply_range(State(), "created", "2026-11-01", "2026-11-30")
    assert state.query() == [("created_from", "2026-11-01"), ("created_to", "2026-12-01")]
    assert group(state, "created", {})["to"] == "2026-11-30"
    assert [one.text for one in chips(state)] == ["1 Nov 2026", "30 Nov 2026"]
    assert filters.apply_range(state, "created", "", "") == State()
    assert filters.apply_range(State(), "confidence", "70", "100").query() == [("min_confidence", "70")]


def test_chips_say_it_in_words() -> None:
    assert (chip("not_label", "Shoe").what, chip("not_label", "Shoe").negative) == ("Without label", True)
    assert chip("category", UNSET).text == "any category"
    assert chip("attr.sub_brand", "Acme").what == "Sub brand"
    assert chip("attr.price.lte", "20").what == "Price up to"


def test_an_empty_result_names_the_filters_that_hold_it_empty() -> None:
    state = State((("label", "Shoe"), ("label", "Hammer"), ("category", "Tools")))
    totals = {("label", "Hammer"): 7, ("category", "Tools"): 0, ("label", "Shoe"): 3}

    def total(looser: State) -> int:
        (gone,) = set(state.filters) - set(looser.filters)
        return totals[gone]

    assert [(way.chip.value, way.total) for way in loosen.ways(state, total)] == [("Hammer", 7), ("Shoe", 3)]
