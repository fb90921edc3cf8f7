"""What the filter panel and the chips show for a state."""

from datetime import date

from dashboard.catalogue import filters, loosen
from dashboard.catalogue.catalogue_state import State
from dashboard.catalogue.chips import chip, chips
from dashboard.catalogue.filters import Attribute
from pixplore.domain import UNSET

TODAY = date(2026, 11, 25)
BATCH = "2686dba8-1cba-471b-b8d1-83e9df0ca725"


def group(state: State, name: str, attributes: list[Attribute] | None = None) -> filters.Group:
    made = filters.groups(state, attributes or [], TODAY, {("batch_id", BATCH): "Autumn shoes"})
    return next(one for one in made if one["name"] == name)


def test_every_facet_of_the_product_is_there_and_says_under_which_names_it_is_asked() -> None:
    made = {
        one["name"]: one for one in filters.groups(State(), [Attribute("brand"), Attribute("price", 5, 20)], TODAY, {})
    }
    assert set(made) == {
        "label", "confidence", "category", "tag", "created", "colour", "orientation", "attr.brand", "attr.price",
        "collection", "batch_id", "uploader", "sku", "status", "size",
    }  # fmt: skip
    assert made["label"]["parameters"] == {"all": "label", "any": "any_label", "not": "not_label"}
    assert made["category"]["parameters"] == {"any": "category", "not": "not_category"}
    assert (made["attr.price"]["from"], made["attr.price"]["to"]) == ("attr.price.gte", "attr.price.lte")


def test_ids_in_use_are_shown_by_name() -> None:
    state = State((("not_batch_id", BATCH),))
    assert group(state, "batch_id")["texts"] == {BATCH: "Autumn shoes"}
    titles = {("batch_id", BATCH): "Autumn shoes"}
    assert [(one.what, one.text) for one in chips(state, titles)] == [("Not upload", "Autumn shoes")]
    assert chips(state)[0].text == BATCH[:8]


def test_an_attribute_of_numbers_is_a_range_and_of_words_a_list() -> None:
    prices = {"values": [{"value": str(n), "count": 1} for n in (5, 9.5, 20)], "distinct": 3}
    price = filters.attribute("price", prices)
    assert (price.low, price.high, price.step, price.exact) == (5, 20, 0.01, True)
    assert group(State((("attr.price.gte", "6"),)), "attr.price", [price])["kind"] == "number"
    assert filters.attribute("size", prices | {"distinct": 900}).exact is False
    brand = filters.attribute("brand", {"values": [{"value": "Acme", "count": 1}, {"value": "7", "count": 1}]})
    assert group(State(), "attr.brand", [brand])["kind"] == "values"
    # One very value from an old link: a range could not show it.
    assert group(State((("attr.price", "9.5"),)), "attr.price", [price])["kind"] == "values"
    # The address asks for an attribute that nobody knows of.
    assert group(State((("not_attr.season", "Winter"),)), "attr.season")["kind"] == "values"


def test_presets_of_dates_include_today() -> None:
    presets = {one["label"]: one["from"] for one in group(State(), "created")["presets"]}
    assert presets == {
        "Today": "2026-11-25", "Last 7 days": "2026-11-19", "Last 30 days": "2026-10-27", "This year": "2026-01-01",
    }  # fmt: skip


def test_prose_is_told_from_words_to_choose_by() -> None:
    def facet(count: int, distinct: int, word: str = "Words ") -> dict[str, object]:
        return {"values": [{"value": f"{word}{n}", "count": count} for n in range(distinct)], "distinct": distinct}

    assert filters.free_text(facet(1, 12))
    assert not filters.free_text(facet(4, 12))
    assert not filters.free_text(facet(1, 8))
    assert not filters.free_text(facet(1, 12, word=""))  # numbers make a range, however many


def test_chips_say_it_in_words() -> None:
    assert (chip("not_label", "Shoe").what, chip("not_label", "Shoe").negative) == ("Without label", True)
    assert chip("category", UNSET).text == "any category"
    assert chip("attr.sub_brand", "Acme").what == "Sub brand"
    assert (chip("attr.price.lte", "1200").what, chip("attr.price.lte", "1200").text) == ("Price up to", "1,200")
    assert chip("max_width", "4000").text == "4,000 px"
    state = State((("created_from", "2026-11-01"), ("created_to", "2026-12-01")))
    assert [one.text for one in chips(state)] == ["1 Nov 2026", "30 Nov 2026"]
    assert chip("created_to", "0001-01-01").text == "0001-01-01"  # no day before it


def test_an_empty_result_names_the_filters_that_hold_it_empty() -> None:
    state = State((("label", "Shoe"), ("label", "Hammer"), ("category", "Tools")))
    totals = {("label", "Hammer"): 7, ("category", "Tools"): 0, ("label", "Shoe"): 3}

    def total(looser: State) -> int:
        (gone,) = set(state.filters) - set(looser.filters)
        return totals[gone]

    assert [(way.chip.value, way.total) for way in loosen.ways(state, total)] == [("Hammer", 7), ("Shoe", 3)]


def test_other_attributes_are_reachable_and_a_slider_says_what_it_is_of() -> None:
    some = [Attribute("brand"), Attribute("price", 1, 9, exact=False)]
    assert "more" not in {one["kind"] for one in filters.groups(State(), some, TODAY, {})}
    last = filters.groups(State((("attr.size", "L"),)), some, TODAY, {}, others=3)[-1]
    assert (last["kind"], last["known"]) == ("more", ["brand", "price", "size"])
    slider = group(State(), "attr.price", some)
    assert slider["hint"] == filters.COMMONEST
    assert not group(State(), "attr.price", [Attribute("price", 1, 9)])["hint"]
