"""The contract's {filters}: what a person asks of the catalogue, parsed once from text into one typed `Query`.

No I/O and no SQL: the same `Query` is what the search, every facet, every chart and (later) bulk work understand.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from math import ceil, floor
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from pixplore.domain import SHOWN_CONFIDENCE, UNSET
from pixplore.errors import Invalid

ALL_OF = ("label", "tag")
"""`label=A&label=B` asks for both; `any_label` for at least one."""
ANY_OF = ("category", "colour", "status", "uploader", "batch_id", "orientation", "collection", "sku")
"""`sku=A&sku=B` asks for either."""
ATTRIBUTE = "attr."
FACETS = (*ALL_OF, *ANY_OF, "date", "day", "attribute")
"""Names of facets, besides `attr.<name>`. `date` is the month, `day` the day, `attribute` the attributes' names."""

SIDES = ("min_width", "min_height", "max_width", "max_height")
"""In pixels; a picture without a size answers none of them."""

MAX_VALUES = 500
MAX_VALUE_CHARS = 1_000
MAX_Q_CHARS = 1_000
MAX_FILTERS_CHARS = 20_000
MAX_NUMBER = Decimal("1e300")
UNSOUND = re.compile("[\0\ud800-\udfff]")
"""No text of a database: null characters, and halves of surrogate pairs, which JSON can write."""
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of one facet: carries all of `all`, at least one of `any` (if given), none of `none`."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    gte: Decimal | None = None
    lte: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """`conditions` by facet name (label, tag, ..., attr.<name>), `ranges` by attribute name; confidence is 0-100.

    A confidence of None means the default: `low` is then SHOWN_CONFIDENCE (55), `high` 100.
    """

    q: str = ""
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    min_confidence: Decimal | None = None
    max_confidence: Decimal | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_width: int | None = None
    min_height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    trashed: bool = False
    within: "Query | None" = None
    """Another query that must hold as well, judged by itself: its own confidence, its own any-of choices, which here
    narrow every facet. A share link's visitor asks within the link's query. Words of a query that has one are taken
    as typed: to look for their like would tell of images outside."""

    @property
    def low(self) -> Decimal:
        return Decimal(str(SHOWN_CONFIDENCE)) if self.min_confidence is None else self.min_confidence

    @property
    def high(self) -> Decimal:
        return Decimal(100) if self.max_confidence is None else self.max_confidence

    @property
    def tenths(self) -> tuple[int, int]:
        """`low` and `high` in the tenths that labels are kept in, both included; the first may be above the second."""
        return ceil(Fraction(self.low) * 10), floor(Fraction(self.high) * 10)

    def condition(self, name: str) -> Condition:
        return self.conditions.get(name, Condition())

    def adding(self, name: str, *, all: str | None = None, any: str | None = None, none: str | None = None) -> "Query":
        """This query and one more condition on facet `name`."""
        old = self.condition(name)
        new = Condition(*(_with(have, value) for have, value in ((old.all, all), (old.any, any), (old.none, none))))
        return replace(self, conditions={**self.conditions, name: new})

    def between(self, start: datetime | None, end: datetime | None) -> "Query":
        """This query and a time from `start` (inclusive) to `end` (exclusive); nothing, where the two are apart."""
        starts = [moment for moment in (self.created_from, start) if moment]
        ends = [moment for moment in (self.created_to, end) if moment]
        first = max(starts, default=None)
        last = min(ends, default=None)
        return replace(self, created_from=first, created_to=max(first, last) if first and last else last)

    def only(self, name: str, value: str) -> "Query":
        """This query with `value` as the one choice of facet `name`, which holds one value an image."""
        new = Condition(self.condition(name).all, (value,), self.condition(name).none)
        return replace(self, conditions={**self.conditions, name: new})


def _with(values: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    return values if value is None or value in values else (*values, value)


def is_facet(name: str) -> bool:
    return name in FACETS or (name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE))


def parse_query(
    pairs: Iterable[tuple[str, str]], others: Mapping[str, Callable[[str], Any]] | None = None
) -> tuple[Query, dict[str, Any]]:
    """Parse query-string pairs: the filters into a Query, the endpoint's `others` by their own parsers.

    Raises Invalid with every fault found, each under the name of its parameter.
    """
    others = others or {}
    faults: dict[str, str] = {}
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    conditions: dict[str, dict[str, tuple[str, ...]]] = {}
    ranges: dict[str, dict[str, Decimal]] = {}
    plain: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, values in given.items():
        try:
            if any(UNSOUND.search(text) for text in (name, *values)):
                raise ValueError("holds a null character or half of one")
            if name in others:
                extra[name] = others[name](_single(values))
            elif name in _PLAIN:
                plain[name] = _PLAIN[name](_single(values))
            elif bound := _attribute_bound(name):
                ranges.setdefault(bound[0], {})[bound[1]] = number(_single(values))
            elif place := _place(name):
                facet, kind = place
                conditions.setdefault(facet, {})[kind] = _values(facet, values)
            else:
                raise ValueError("is not a parameter here")
        except ValueError as fault:
            faults[name.replace("\0", "\\0")[:200]] = str(fault)
    faults |= _contradictions(plain, ranges)
    if faults:
        raise Invalid(faults)
    return Query(
        conditions={name: Condition(**kinds) for name, kinds in conditions.items()},
        ranges={name: Range(**bounds) for name, bounds in ranges.items()},
        **plain,
    ), extra


def as_filters(query: Query) -> dict[str, Any]:
    """The query as the contract's {filters}: values are strings, numbers, or lists of strings (repeat each)."""
    out: dict[str, Any] = {"q": query.q} if query.q else {}
    for name, condition in sorted(query.conditions.items()):
        for prefix, values in (("", condition.all), ("any_", condition.any), ("not_", condition.none)):
            if values:
                out[name if prefix == "any_" and name not in ALL_OF else prefix + name] = list(values)
    for name, bounds in sorted(query.ranges.items()):
        for edge in ("gte", "lte"):
            if (value := getattr(bounds, edge)) is not None:
                out[f"{ATTRIBUTE}{name}.{edge}"] = _plain_number(value)
    for name in ("min_confidence", "max_confidence"):
        if (value := getattr(query, name)) is not None:
            out[name] = _plain_number(value)
    for name in ("created_from", "created_to"):
        if (moment := getattr(query, name)) is not None:
            out[name] = moment.isoformat().replace("+00:00", "Z")
    for name in SIDES:
        if (value := getattr(query, name)) is not None:
            out[name] = value
    return out | ({"trashed": "true"} if query.trashed else {})


def from_filters(filters: object, field: str = "filters") -> Query:
    """{filters} as JSON (what `as_filters` makes, or a query string) into a Query.

    Values are texts, numbers, true, false, or lists of texts and numbers (repeat each). Raises Invalid; faults are
    named `filters.<name>`.
    """
    if isinstance(filters, str):
        if len(filters) > MAX_FILTERS_CHARS:
            raise Invalid({field: f"is longer than {MAX_FILTERS_CHARS:,} characters"})
        pairs = parse_qsl(filters.removeprefix("?"), keep_blank_values=True)
    elif isinstance(filters, Mapping):
        pairs = [(str(name), text) for name, value in filters.items() for text in _as_texts(value, f"{field}.{name}")]
    else:
        raise Invalid({field: "is not an object of filters"})
    try:
        return parse_query(pairs)[0]
    except Invalid as fault:
        raise Invalid({f"{field}.{name}": said for name, said in fault.fields.items()}) from fault


def _as_texts(value: object, field: str) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int | float):
        return [str(value)]
    if isinstance(value, list) and value and all(isinstance(v, str | int | float) for v in value):
        return [str(one) for one in value]
    raise Invalid({field[:200]: "is neither a text nor a number nor a list of these"})


def fingerprint(query: Query, *more: str) -> str:
    """A short name of the query, the same for the same conditions: ties a cursor to its query."""
    around = [fingerprint(query.within)] if query.within is not None else []
    text = json.dumps([as_filters(query), *more, *around], sort_keys=True)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def number(text: str) -> Decimal:
    """A finite decimal number. Raises ValueError with a sentence."""
    if not _NUMBER.fullmatch(text) or abs(value := Decimal(text)) > MAX_NUMBER:
        raise ValueError(f"{_quoted(text)} is not a number")
    return value


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(f"{_quoted(text)} is not a whole number from {low} to {high}")
        return int(text)

    return parse


def one_of(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"{_quoted(text)} is none of {', '.join(values)}")
        return text

    return parse


def short_text(most: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"is longer than {most:,} characters")
        return text

    return parse


def facet_names(text: str) -> tuple[str, ...]:
    """`label,category,attr.brand` -> names, each once."""
    names = tuple(dict.fromkeys(part for part in text.split(",") if part))
    if unknown := [name for name in names if not is_facet(name)]:
        raise ValueError(f"{_quoted(unknown[0])} is not a facet; known are {', '.join(FACETS)}, attr.<name>")
    if len(names) > 30 or len(text) > 3_000:
        raise ValueError("asks for more than 30 facets")
    return names


def moment(text: str) -> datetime:
    """RFC 3339; a date alone is its midnight, a time without offset is UTC. Comes back in UTC."""
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text)  # a `+` that nobody escaped arrives as a space
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        if not re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", text):
            raise ValueError
        read = datetime.fromisoformat(text.upper())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{_quoted(text)} is not a time like 2026-11-24T09:30:00Z or a date like 2026-11-24") from None


def _confidence(text: str) -> Decimal:
    value = number(text)
    if not 0 <= value <= 100:
        raise ValueError(f"{_quoted(text)} is not between 0 and 100")
    return value


_PLAIN: dict[str, Callable[[str], Any]] = {
    "q": lambda text: short_text(MAX_Q_CHARS)(text).strip(),
    "min_confidence": _confidence,
    "max_confidence": _confidence,
    "created_from": moment,
    "created_to": moment,
    **{name: whole(0, 2**31 - 1) for name in SIDES},
    "trashed": lambda text: one_of("true", "false")(text) == "true",
}
PLAIN = tuple(_PLAIN)
"""Filters that are given once."""


def _single(values: list[str]) -> str:
    if len(values) > 1:
        raise ValueError("is given more than once")
    return values[0]


def _attribute_bound(name: str) -> tuple[str, str] | None:
    for edge in ("gte", "lte"):
        if name.startswith(ATTRIBUTE) and name.endswith(f".{edge}") and len(name) > len(ATTRIBUTE) + 4:
            return short_text(MAX_VALUE_CHARS)(name[len(ATTRIBUTE) : -4]), edge
    return None


def _place(name: str) -> tuple[str, str] | None:
    """Which facet and which of all, any, none a parameter's name stands for."""
    bare = name.removeprefix("not_")
    if bare.startswith(ATTRIBUTE) and bare.endswith((".gte", ".lte")):
        return None  # a range cannot be excluded
    if bare in ALL_OF + ANY_OF or (bare.startswith(ATTRIBUTE) and len(bare) > len(ATTRIBUTE)):
        if len(bare) > MAX_VALUE_CHARS:
            raise ValueError("is too long a name")
        if bare != name:
            return bare, "none"
        return bare, "all" if bare in ALL_OF else "any"
    if name.startswith("any_") and name[4:] in ALL_OF:
        return name[4:], "any"
    return None


def _values(facet: str, values: list[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(values))
    if len(unique) > MAX_VALUES:
        raise ValueError(f"has more than {MAX_VALUES} values")
    if any(len(value) > MAX_VALUE_CHARS for value in unique):
        raise ValueError(f"has a value longer than {MAX_VALUE_CHARS:,} characters")
    if facet in ("batch_id", "collection"):
        return tuple(dict.fromkeys(value if value == UNSET else _uuid(value) for value in unique))
    return unique


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"{_quoted(text)} is not an id (a UUID)") from None


def _contradictions(plain: dict[str, Any], ranges: dict[str, dict[str, Decimal]]) -> dict[str, str]:
    faults = {}
    if plain.get("min_confidence", 0) > plain.get("max_confidence", 100):
        faults["min_confidence"] = "is above max_confidence"
    start, end = plain.get("created_from"), plain.get("created_to")
    if start and end and start > end:
        faults["created_from"] = "is after created_to"
    for side in ("width", "height"):
        if plain.get(f"min_{side}", 0) > plain.get(f"max_{side}", 2**31):
            faults[f"min_{side}"] = f"is above max_{side}"
    for name, bounds in ranges.items():
        if len(bounds) == 2 and bounds["gte"] > bounds["lte"]:
            faults[f"{ATTRIBUTE}{name}.gte"] = f"is above {ATTRIBUTE}{name}.lte"
    return faults


def _quoted(text: str) -> str:
    return "“" + (text if len(text) <= 40 else text[:40] + "…") + "”"


def _plain_number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return float(value) if Decimal(str(float(value))) == value else str(value)
