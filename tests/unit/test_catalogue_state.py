"""The catalogue's state and its address: nothing is lost on the way, and the API understands all of it."""

from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from dashboard.catalogue import catalogue_state as cs
from dashboard.catalogue.catalogue_state import ALL, ANY, NOT, State
from pixplore.domain import UNSET
from pixplore.query import parse_query

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip()
)
VALUES = st.one_of(TEXT, st.just(UNSET))
ATTRIBUTES = st.sampled_from(["attr.brand", "attr.price", "attr.Größe"])
FACETS = st.one_of(st.sampled_from([*cs.MANY, "category", "colour", "orientation", "status", "uploader"]), ATTRIBUTES)


@st.composite
def states(draw: st.DrawFn) -> State:
    state = State()
    for field, value, mode in draw(st.lists(st.tuples(FACETS, VALUES, st.sampled_from([ALL, ANY, NOT])), max_size=8)):
        name = cs.parameter(field, mode if mode in cs.modes(field) else ANY)
        state = state.with_values(name, [*state.values(name), value])
    if draw(st.booleans()):
        state = state.with_values("q", [draw(TEXT)])
    low, high = sorted(draw(st.tuples(st.integers(20, 100), st.integers(20, 100))))
    state = state.with_values("min_confidence", [str(low)]).with_values("max_confidence", [str(high)])
    if draw(st.booleans()):
        state = state.with_values("attr.price.gte", [str(draw(st.integers(0, 99)))])
    sort = draw(st.sampled_from(["", *cs.SORTS]))
    opened, similar = (draw(st.none() | st.uuids().map(str)) for _ in range(2))
    return State(state.filters, "" if sort == state.usual_sort else sort, opened, similar)


@given(states())
def test_the_address_gives_the_state_back(state: State) -> None:
    address = urlencode(cs.params(state), doseq=True)
    assert cs.read(parse_qs(address, keep_blank_values=True)) == state


@given(states())
def test_the_search_api_understands_every_state(state: State) -> None:
    parse_query(state.query())


def test_a_deep_link_is_written_with_the_names_of_the_api() -> None:
    state = cs.read({"label": ["Hammer"], "min_confidence": ["70"], "utm_source": ["mail"], "sort": ["sideways"]})
    assert state.query() == [("label", "Hammer"), ("min_confidence", "70")]
    assert state.shown_sort == "newest"


def test_the_facets_that_a_picture_has_many_values_of_know_all_any_and_none() -> None:
    assert [cs.parameter("label", mode) for mode in (ALL, ANY, NOT)] == ["label", "any_label", "not_label"]
    assert [cs.parameter("category", mode) for mode in (ANY, NOT)] == ["category", "not_category"]
    assert cs.modes("category") == (ANY, NOT)


def test_text_is_sorted_by_match_unless_asked_otherwise() -> None:
    assert State((("q", "shoe"),)).shown_sort == "relevance"
    assert State((("q", "shoe"),), "newest").shown_sort == "newest"
    assert cs.params(State((("q", "shoe"),), "relevance")) == {"q": ["shoe"]}


def test_of_a_parameter_that_stands_once_the_last_counts() -> None:
    assert cs.read({"min_confidence": ["60", "70"]}).query() == [("min_confidence", "70")]
