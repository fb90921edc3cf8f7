"""Which two selections the insights compare, as the page's address says it: periods, uploads, values or searches.

Nothing here knows Streamlit or HTTP: the page and the report (report_compare.py) read the same address alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs, urlencode

from dashboard.catalogue.catalogue_state import State, is_filter, read
from dashboard.catalogue.chips import chips, title

KINDS = {"periods": "Two periods", "uploads": "Two uploads", "values": "Two values", "searches": "Two searches"}
FACETS = {"label": "Labels", "category": "Categories", "colour": "Colours", "tag": "Tags",
          "orientation": "Orientation"}  # fmt: skip
"""What may differ between the two."""
SPANS = {
    "30": "Last 30 days and the 30 before",
    "7": "Last 7 days and the 7 before",
    "90": "Last 90 days and the 90 before",
    "365": "Last year and the year before",
    "own": "Choose dates",
}
FIELDS = {"category": "Category", "label": "Label", "colour": "Colour", "tag": "Tag", "orientation": "Orientation",
          "sku": "SKU", "uploader": "Uploaded by", "collection": "Collection"}  # fmt: skip
"""Of what two values are compared; any attribute of products too (attr.<name>)."""
TITLED = ("batch_id", "collection")
"""Of these the values are ids."""
REST = "__rest__"
HERE, ALL = "__here__", "__all__"
"""In the place of a search: what the page's own filters find, and the whole catalogue."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two selections: its name and its filters, which stand beside the page's own (searches stand alone)."""

    name: str
    filters: tuple[tuple[str, str], ...]

    @property
    def asked(self) -> str:
        """The filters as /v1/insights/compare takes a side; none at all are a lone "&": blank would be missing."""
        return urlencode(self.filters) or "&"


Sides = tuple[Side, Side]


def period(name: str, first: date, last: date) -> Side:
    """Both days count in."""
    return Side(name, (("created_from", first.isoformat()), ("created_to", (last + timedelta(days=1)).isoformat())))


def day_words(first: date, last: date) -> str:
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def spans(days: int, today: date) -> Sides:
    """The last so many days, today with them, and as many before."""
    first = today - timedelta(days=days - 1)
    before = first - timedelta(days=days)
    return period(day_words(first, today), first, today), period(
        day_words(before, first - timedelta(days=1)), before, first - timedelta(days=1)
    )


def own_span(text: str) -> tuple[date, date] | None:
    """Two days as they stand in the address, 2026-11-01..2026-11-30."""
    first, _, last = text.partition("..")
    try:
        days = (date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return None
    return days if days[0] <= days[1] else None


def chosen_periods(choices: Mapping[str, str], today: date) -> Sides:
    """What the address says; where it says nothing, the last 30 days and the 30 before."""
    span = choices.get("span", "30")
    usual = spans(int(span) if span in SPANS and span != "own" else 30, today)
    if span != "own":
        return usual
    a, b = (own_span(choices.get(name, "")) for name in "ab")
    return (period(day_words(*a), *a) if a else usual[0], period(day_words(*b), *b) if b else usual[1])


def chosen_values(choices: Mapping[str, str], names: Mapping[str, str], field: str) -> Sides:
    """Two values of a field, or one and all others (REST); `names` are those that there are, most frequent first."""
    known = list(names)
    said = {key: value for key in "ab" if (value := choices.get(key)) and (value in names or field not in TITLED)}
    a = said.get("a") or known[0]
    b = said.get("b") or next((one for one in known if one != a), REST)
    one = Side(names.get(a, a), ((field, a),))
    if b == REST:
        return one, Side(f"not {one.name}", ((f"not_{field}", a),))
    return one, Side(names.get(b, b), ((field, b),))


def field_of(choices: Mapping[str, str]) -> str:
    """The facet whose values are compared."""
    if choices.get("kind") == "uploads":
        return "batch_id"
    said = choices.get("field", "category")
    return said if said in FIELDS or (said.startswith("attr.") and is_filter(said)) else "category"


def field_words(field: str) -> str:
    return FIELDS.get(field) or title(field)


def searches(here: State, saved: Iterable[tuple[str, State]]) -> dict[str, str]:
    """What can be compared, as it stands in the address -> its name. `saved`: names and searches."""
    own = "The filters above" if here.narrowed else "The whole catalogue"
    rest = {ALL: "The whole catalogue"} if here.narrowed else {}
    return {HERE: own} | {urlencode(state.query()): name for name, state in saved if state.narrowed} | rest


def chosen_searches(choices: Mapping[str, str], here: State, known: Mapping[str, str]) -> Sides | None:
    """Two of the `known` ones, or of any that the address spells out: a link works for people who saved nothing.
    None where there is only one to choose."""
    names = list(known)
    a = choices.get("a") or names[0]
    b = choices.get("b") or next((one for one in names if one != a), "")
    return (_search(a, here, known), _search(b, here, known)) if b else None


def _search(said: str, here: State, known: Mapping[str, str]) -> Side:
    state = here if said == HERE else read(parse_qs("" if said == ALL else said))
    words = ", ".join(f"{chip.what} {chip.text}" for chip in chips(state)) or "The whole catalogue"
    name = known.get(said) or words
    within = name[:1].lower() + name[1:] if said in (HERE, ALL) else name  # as it stands in a sentence
    return Side(within, tuple(state.query()))
