"""What the contract says a query finds, by looking at every picture: slow, simple, without a line of the real code."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.contract.catalogues import PARENTS, Picture

UNSET = "__unset__"
Pairs = list[tuple[str, str]]
Phrase = tuple[tuple[tuple[str, ...], ...], bool]
"""Runs of words of which one must be there, and whether its last word may go on."""
REPEATED = {"category", "colour", "status", "uploader", "batch_id", "orientation", "collection", "sku"}


class Oracle:
    """One query against one catalogue. Words of a query `within` another are taken as typed."""

    def __init__(self, pictures: list[Picture], pairs: Pairs, within: Pairs | None = None) -> None:
        self.pictures, self.pairs = pictures, pairs
        given = dict(pairs)
        self.low = Decimal(given.get("min_confidence", "55"))
        self.high = Decimal(given.get("max_confidence", "100"))
        self.spelling: dict[str, list[str]] = {}
        self.phrases = phrases(given.get("q", ""))
        if within is None:
            self.phrases = [self._understood(phrase) for phrase in self.phrases]
        self.among = pictures if within is None else Oracle(pictures, within).found()

    def found(self, but: str | None = None) -> list[Picture]:
        """Pictures that answer the query; `but` names a facet whose own any-of choice is left out."""
        return [one for one in self.among if self._answers(one, but)]

    def total(self) -> int:
        return len(self.found())

    def ids(self, sort: str) -> list[str]:
        order: dict[str, Callable[[Picture], Any]] = {
            "newest": lambda one: (-one.created_at.timestamp(), one.id),
            "oldest": lambda one: (one.created_at.timestamp(), -one.id.int),
            "name": lambda one: (one.name.lower(), one.id),
            "relevance": lambda one: (-sum(worth(p, one) for p in self.phrases), -one.created_at.timestamp(), one.id),
        }
        return [str(one.id) for one in sorted(self.found(), key=order[sort])]

    def facet(
        self, name: str, limit: int, prefix: str = "", own: bool = False, any_word: bool = False
    ) -> tuple[Any, int, int]:
        """(values, unset, distinct); `own`: the facet's own any-of choice narrows it too."""
        among = self.found(but=None if own else name)
        counted = Counter(value for one in among for value in set(self.values(one, name)))
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        begun = r"(^|\W|_)" if any_word else "^"
        at = re.compile(begun + re.escape(prefix.lower()))
        begin = [pair for pair in ordered if at.search(pair[0].lower())]
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

        if name == "q":
            return bool(self.phrases) and all(worth(phrase, one) for phrase in self.phrases)
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
        if name[4:] in ("width", "height"):
            side = one.size and one.size[name.endswith("height")]
            edge = int(wanted[0])
            return side is not None and (side >= edge if name.startswith("min") else side <= edge)
        simple = {
            "created_from": lambda: one.created_at >= datetime.fromisoformat(wanted[0]),
            "created_to": lambda: one.created_at < datetime.fromisoformat(wanted[0]),
        }
        return simple[name]() if name in simple else True

    def _understood(self, phrase: Phrase) -> Phrase:
        """The phrase, or what its misspelt word is taken for."""
        ((word, *more), *_), opened = phrase
        if more or not opened or len(word) < 5 or not word.isalpha():
            return phrase
        known = {w for one in self.pictures for _, text in texts(one) for value in values(text) for w in value}
        if any(other.startswith(word) for other in known):
            return phrase
        far = {other: distance(word, other) for other in known}
        nearest = min(far.values(), default=9)
        meant = sorted(other for other in far if far[other] == nearest <= (1 if len(word) < 8 else 2))
        self.spelling |= {word: meant} if meant else {}
        return tuple((other,) for other in meant), False


def terms(one: Picture) -> set[tuple[str, Decimal]]:
    """Labels and ancestors with confidence, after people's verdicts."""
    carried = {name: c for name, c in one.labels.items() if name not in one.decisions}
    carried |= {name: Decimal(100) for name, verdict in one.decisions.items() if verdict == "accept"}
    return {(term, c) for name, c in carried.items() for term in (name, *PARENTS[name])}


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", str(value)) else None


def texts(one: Picture) -> Iterator[tuple[int, str]]:
    """Everything that has words, and what finding a complete word there is worth."""
    shown = {name for name, c in terms(one) if c >= 55}
    sections = [one.name, one.title, one.sku], [*one.tags, *shown], [one.category, *one.attributes.values()], one.text
    for place, section in enumerate(sections):
        yield from ((8 - 2 * place, as_text(value)) for value in section if value is not None)


def phrases(q: str) -> list[Phrase]:
    found = []
    for quoted, loose in re.findall(r'"([^"]*)"|([^\s"]+)', q):
        parts, *wholes = values(quoted or loose)
        one_word = len(re.findall(r"[^\W_]+", plain(loose))) == 1
        if parts:
            found.append(((parts, *wholes) if one_word else (parts,), not quoted))
    return list(dict.fromkeys(found))


def values(text: str) -> list[tuple[str, ...]]:
    """The words of a text, and behind them the whole of each that falls into parts."""
    runs = [re.findall(r"[A-Z]*[a-z]+|[A-Z]+|\d+", run) for run in re.findall(r"[A-Za-z0-9]+", plain(text))]
    wholes = [("".join(run).lower(),) for run in runs if len(run) > 1]
    return [tuple(part.lower() for run in runs for part in run), *wholes]


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def worth(phrase: Phrase, one: Picture) -> int:
    """How well a picture answers a phrase; 0: not at all."""
    forms, opened = phrase
    best = 0
    for weight, text in texts(one):
        for form in forms:
            for value in values(text):
                for start in range(len(value) - len(form) + 1):
                    *first, last = value[start : start + len(form)]
                    if first == list(form[:-1]) and (last == form[-1] or (opened and last.startswith(form[-1]))):
                        best = max(best, weight - (last != form[-1]))
    return best


def distance(a: str, b: str) -> int:
    """Letters inserted, left out, replaced, or swapped with their neighbour, none of them touched twice."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (x != y)))
            if i > 1 and j > 1 and (x, a[i - 2]) == (b[j - 2], y):
                row[j] = min(row[j], rows[i - 2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]
