"""The catalogue's state as it stands in the page's address: the API's own filters, the sort, the open picture and
the one that others are compared with.

    address  --read-->  State  --edits-->  State  --params-->  address
                          `--query-->  what the search API is asked

Nothing here knows Streamlit or HTTP, so that every edit can be tried alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pixplore.domain import UNSET

ALL, ANY, NOT = "all", "any", "not"
SINGLE = ("q", "min_confidence", "max_confidence", "created_from", "created_to", "min_width", "max_width", "min_height",
          "max_height", "trashed")  # fmt: skip
"""Parameters that stand once; of several the last counts."""
FIELDS = ("category", "colour", "orientation", "status", "uploader", "batch_id", "collection", "sku")
"""Facets of which `name` means any of its values and `not_name` none of them."""
MANY = ("label", "tag")
"""Facets of which a picture has many values: also `any_name`, and `name` means all of them."""
SORTS = ("newest", "oldest", "name", "relevance")
OPENED = "id"
"""The parameter that names the picture whose detail is open."""
SIMILAR = "similar"
"""The parameter that names the picture which the others are compared with: the most alike come first."""

_NAMES = (
    "q",
    *(prefix + name for name in MANY for prefix in ("", "any_", "not_")),
    *(prefix + name for name in FIELDS for prefix in ("", "not_")),
    *SINGLE[1:],
)
_ORDER = {name: place for place, name in enumerate(_NAMES)}
_ENDINGS = (".gte", ".lte")


def is_filter(name: str) -> bool:
    """Whether the search API takes this parameter as a filter."""
    return name in _ORDER or any(name.startswith(start) and len(name) > len(start) for start in ("attr.", "not_attr."))


def is_state(name: str) -> bool:
    """Whether a parameter of an address belongs to the state; the others are the page's own."""
    return is_filter(name) or name in ("sort", OPENED, SIMILAR)


def is_single(name: str) -> bool:
    return name in SINGLE or (name.startswith("attr.") and name.endswith(_ENDINGS))


@dataclass(frozen=True, slots=True)
class State:
    """`filters` are (parameter, value) pairs in canonical order; `sort` is empty for the usual one."""

    filters: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    opened: str | None = None
    similar: str | None = None

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for parameter, value in self.filters if parameter == name)

    def value(self, name: str) -> str:
        """The value of a parameter that stands once, or nothing."""
        found = self.values(name)
        return found[-1] if found else ""

    def with_values(self, name: str, values: Iterable[str]) -> "State":
        """This state with exactly these values of one parameter (no value: without it)."""
        rest = [pair for pair in self.filters if pair[0] != name]
        return replace(self, filters=_ordered([*rest, *((name, value) for value in values)]))

    def without(self, name: str, value: str | None = None) -> "State":
        """This state without a parameter, or without one of its values."""
        kept = [(n, v) for n, v in self.filters if n != name or (value is not None and v != value)]
        return replace(self, filters=tuple(kept))

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set. Which labels are shown (confidence) narrows nothing by itself."""
        return bool(self.filters)

    @property
    def selective(self) -> bool:
        """Whether a filter leaves pictures out. A range of confidence by itself says only which labels count."""
        return any(name not in ("min_confidence", "max_confidence") for name, _ in self.filters)

    @property
    def usual_sort(self) -> str:
        return "relevance" if self.value("q") else "newest"

    @property
    def shown_sort(self) -> str:
        return self.sort or self.usual_sort

    def query(self) -> list[tuple[str, str]]:
        """What the search API is asked, without sort, page and facets."""
        return list(self.filters)


def _ordered(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Canonical order, nothing blank, nothing twice, of single parameters the last only."""
    kept: dict[tuple[str, str], None] = {}
    for name, value in pairs:
        if not value.strip():
            continue
        if is_single(name):
            for pair in [pair for pair in kept if pair[0] == name]:
                del kept[pair]
        kept[name, value] = None
    return tuple(sorted(kept, key=lambda pair: (_ORDER.get(pair[0], len(_ORDER)), pair[0] if "." in pair[0] else "")))


def read(params: Mapping[str, Iterable[str]]) -> State:
    """The state that an address means. What the API would not know is left out; bad values are the API's to judge."""
    pairs = [(name, value) for name, values in params.items() if is_filter(name) for value in values]
    sort = [value for value in params.get("sort", ()) if value in SORTS]
    opened = [value for value in params.get(OPENED, ()) if value]
    like = [value for value in params.get(SIMILAR, ()) if value]
    state = State(_ordered(pairs), opened=opened[-1] if opened else None, similar=like[-1] if like else None)
    return state if not sort or sort[-1] == state.usual_sort else replace(state, sort=sort[-1])


def params(state: State) -> dict[str, list[str]]:
    """The address's parameters for a state; `read` gives the state back."""
    made: dict[str, list[str]] = {}
    for name, value in state.filters:
        made.setdefault(name, []).append(value)
    if state.sort and state.sort != state.usual_sort:
        made["sort"] = [state.sort]
    if state.similar:
        made[SIMILAR] = [state.similar]
    if state.opened:
        made[OPENED] = [state.opened]
    return made


def parameter(field: str, mode: str) -> str:
    """The API's parameter for a facet and a way of using a value: parameter("label", ANY) is any_label."""
    if mode == NOT:
        return f"not_{field}"
    return f"any_{field}" if field in MANY and mode == ANY else field


def modes(field: str) -> tuple[str, ...]:
    """The ways in which a facet's value can be used, the usual one first."""
    return (ALL, ANY, NOT) if field in MANY else (ANY, NOT)


def used(state: State, field: str) -> list[str]:
    """The facet's values that the state uses in some way."""
    return [value for mode in modes(field) for value in state.values(parameter(field, mode))]


def is_unset(value: str) -> bool:
    return value == UNSET
