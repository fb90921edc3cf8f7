"""What the contract says a query finds, by looking at every picture: slow, simple, without a line of the real code."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.contract.catalogues import PARENTS, Picture

UNSET = "__unset__"
Pairs = list[tuple[str, str]]
REPEATED = {"category", "colour", "status", "uploader", "batch_id", "orientation", "collection", "sku"}


class Oracle:
    """One query against one catalogue."""

    def __init__(self, pictures: list[Picture], pairs: Pairs) -> None:
        self.pictures, self.pairs = pictures, pairs
        given = dict(pairs)
        self.low = Decimal(given.get("min_confidence", "55"))
        self.high = Decimal(given.get("max_confidence", "100"))

    def found(self, but: str | None = None) -> list[Picture]:
        """Pictures that answer the query; `but` names a facet whose own any-of choice is left out."""
        return [one for one in self.pictures if self._answers(one, but)]

    def total(self) -> int:
        return len(self.found())

    def ids(self, sort: str) -> list[str]:
        order: dict[str, Callable[[Picture], Any]] = {
            "newest": lambda one: (-one.created_at.timestamp(), one.id),
            "oldest": lambda one: (one.created_at.timestamp(), -one.id.int),
            "name": lambda one: (one.name.lower(), one.id),
        }
        return [str(one.id) for one in sorted(self.found(), key=order[sort])]

    def facet(self, name: str, limit: int, prefix: str = "") -> tuple[list[tuple[str, int]], int, int]:
        """(values, unset, distinct)"""
        among = self.found(but=name)
        counted = Counter(value for one in among for value in set(self.values(one, name)))
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        begin = [pair for pair in ordered if pair[0].lower().startswith(prefix.lower())]
        return begin[:limit], sum(not self.values(one, name) for one in among), len(begin)

    def values(self, one: Picture, name: str) -> list[str]:
        if name == "label":
            return sorted({term for term, c in terms(one) if self.low <= c <= self.high})
        if name.startswith("attr."):
            value = one.attributes.get(name[5:])
            return [] if value is None else [as_text(value)]
        width, height = one.size or (0, 0)
        shape = None if not width else "square" if width == height else "landscape" if width > height else "portrait"
        many = {"tag": one.tags, "colour": one.colours, "collection": map(str, one.collections),
                "attribute": one.attributes}  # fmt: skip
        if name in many:
            return list(many[name])
        single = {"status": "ready", "orientation": shape, "batch_id": one.batch_id and str(one.batch_id),
                  "date": f"{one.created_at:%Y-%m}", "day": f"{one.created_at:%Y-%m-%d}"}  # fmt: skip
        value = single[name] if name in single else getattr(one, name)
        return [] if value is None else [value]

    def _answers(self, one: Picture, but: str | None) -> bool:
        names = list(dict.fromkeys(name for name, _ in self.pairs))
        wanted = {name: [value for n, value in self.pairs if n == name] for name in names}
        trash = wanted.pop("trashed", ["false"]) == ["true"]
        return one.deleted == trash and all(self._holds(one, name, values, but) for name, values in wanted.items())

    def _holds(self, one: Picture, name: str, wanted: list[str], but: str | None) -> bool:
        def has(facet: str) -> list[bool]:
            have = self.values(one, facet)
            return [not have if value == UNSET else value in have for value in wanted]

        width, height = one.size or (0, 0)
        if name == "q":
            return all(any(says(chunk, value) for value in texts(one)) for chunk in chunks(wanted[0]))
        if name.startswith("not_"):
            return not any(has(name[4:]))
        if name.startswith("any_"):
            return but == name[4:] or any(has(name[4:]))
        if name in ("label", "tag"):
            return all(has(name))
        if name.endswith((".gte", ".lte")):
            number = as_number(one.attributes.get(name[5:-4]))
            edge = Decimal(wanted[0])
            return number is not None and (number >= edge if name.endswith("gte") else number <= edge)
        if name in REPEATED or name.startswith("attr."):
            return but == name or any(has(name))
        simple = {
            "created_from": lambda: one.created_at >= datetime.fromisoformat(wanted[0]),
            "created_to": lambda: one.created_at < datetime.fromisoformat(wanted[0]),
            "min_width": lambda: width >= int(wanted[0]) and one.size is not None,
            "min_height": lambda: height >= int(wanted[0]) and one.size is not None,
        }
        return simple[name]() if name in simple else True


def terms(one: Picture) -> set[tuple[str, Decimal]]:
    """Labels and ancestors with confidence, after people's verdicts."""
    carried = {name: c for name, c in one.labels.items() if name not in one.decisions}
    carried |= {name: Decimal(100) for name, verdict in one.decisions.items() if verdict == "accept"}
    return {(term, c) for name, c in carried.items() for term in (name, *PARENTS[name])}


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else None


def texts(one: Picture) -> Iterable[str]:
    shown = {name for name, c in terms(one) if c >= 55}
    fields = [one.name, one.title, one.sku, one.category, *one.tags, *shown, *one.text]
    return [value for value in [*fields, *map(as_text, one.attributes.values())] if value]


def chunks(q: str) -> list[tuple[list[str], bool]]:
    """(parts, quoted) of what was typed."""
    found = re.findall(r'"([^"]*)"|([^\s"]+)', q)
    return [(parts(quoted or loose), bool(quoted)) for quoted, loose in found]


def parts(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return re.findall(r"[a-z]+|\d+", plain)


def says(chunk: tuple[list[str], bool], value: str) -> bool:
    wanted, quoted = chunk
    have = parts(value)
    for start in range(len(have) - len(wanted) + 1):
        window = have[start : start + len(wanted)]
        if window[:-1] == wanted[:-1] and (window[-1] == wanted[-1] if quoted else window[-1].startswith(wanted[-1])):
            return True
    return False
