"""Which labels an image carries, and what of them counts: from what was said to the image's `terms`, without any SQL.

A label of an image is one number, label id * 1024 + confidence in tenths (0-1000): see `pack`. Two kinds of numbers
come in, `said` (the recogniser) and `taught` (labels that people taught), with the decisions of people on names;
a taxonomy stands above all three:

    said 90.0 Sneaker, 40.0 Cup      decisions: accept Hat       taxonomy: Sneaker -> Trainer, Cup from 50 on
    carried: 100 Hat (person), 90.0 Trainer (ai)                 terms: Hat, Trainer and their ancestors
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

SHIFT = 10
TENTHS = (1 << SHIFT) - 1
CERTAIN = 1000
"""Tenths of what a person accepted."""
ACCEPT, REJECT = "accept", "reject"

Decision = tuple[str, str, str | None]
"""Label name as it was decided on, accept or reject, by whom."""


class Carried(NamedTuple):
    """A label that an image carries, as people see it: under the taxonomy's name for it.

    `tenths` of a percent; `source` is ai or person; `by` who accepted it; `model` what a taught label came from (None:
    the image's recogniser); `raw` the ids that stand behind it, before the taxonomy, the surest first.
    """

    id: int
    name: str
    tenths: int
    source: str
    by: str | None
    model: str | None
    raw: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the taxonomy says of one name: shown as `to`, not at all, or only from `threshold` percent on."""

    to: str | None = None
    hidden: bool = False
    threshold: float = 0.0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Rule":
        return cls(stored.get("to") or None, bool(stored.get("hidden")), float(stored.get("threshold") or 0))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for under the taxonomy: `id` it is shown as, `least` tenths, `ancestors` (ids).

    `spread`: the label as it is shown and its ancestors, each packed with confidence 0.
    """

    id: int
    least: int
    ancestors: tuple[int, ...]
    spread: tuple[int, ...]


@dataclass(slots=True)
class Vocabulary:
    """All labels and the taxonomy of one moment. Treat it as immutable; make a new one when either changes.

    `rows` are (id, name, names of all ancestors, nearest first, categories); `rules` by raw name as stored;
    `taught` the version of each label that people taught. Names that have no row yet (new names of a taxonomy that
    is only tried out) get ids below zero: pack and unpack take them, the tables never do. `unknown`: ancestors and
    new names of the taxonomy that need a row before anything is stored.
    """

    rows: Iterable[tuple[int, str, Sequence[str], Sequence[str]]]
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    taught: Mapping[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(init=False, default_factory=dict)
    ids: dict[str, int] = field(init=False, default_factory=dict)
    unknown: list[str] = field(init=False)
    _parents: dict[int, tuple[int, ...]] = field(init=False, default_factory=dict)
    _categories: dict[int, tuple[str, ...]] = field(init=False, default_factory=dict)
    _meanings: dict[int, Meaning | None] = field(init=False, default_factory=dict)
    _lineages: dict[tuple[int, ...], tuple[list[str], list[str]]] = field(init=False, default_factory=dict)
    _rules: dict[int, Rule] = field(init=False, default_factory=dict)
    _free: Iterator[int] = field(init=False, default_factory=lambda: count(-1, -1))

    def __post_init__(self) -> None:
        rows, self.rows = list(self.rows), ()
        for number, name, _, _ in rows:
            self.names[number], self.ids[name] = name, number
        for number, _, parents, categories in rows:
            self._categories[number] = tuple(categories)
            self._parents[number] = tuple(map(self.id, parents))
        self._rules = {self.id(name): Rule.of(stored) for name, stored in self.rules.items()}
        needed = {self.id(rule.to) for rule in self._rules.values() if rule.to}.union(*self._parents.values())
        self.unknown = sorted(self.names[number] for number in needed if number < 0)

    def id(self, name: str) -> int:
        """The id of a name; below zero for one that has no row."""
        number = self.ids.get(name)
        if number is None:
            number = self.ids.setdefault(name, next(self._free))
            self.names[number] = name
        return number

    def meaning(self, raw: int) -> Meaning | None:
        """What a label stands for; None where it is hidden. Raises KeyError for an id without a row."""
        try:
            return self._meanings[raw]
        except KeyError:
            found = self._meanings[raw] = self._meaning(raw)
            return found

    def shown_as(self, name: str) -> str | None:
        """The name that `name` is shown under; None where it is hidden."""
        if name not in self.ids:
            return name
        meaning = self.meaning(self.ids[name])
        return self.names[meaning.id] if meaning else None

    def parents(self, shown: int, raw: Iterable[int] = ()) -> tuple[int, ...]:
        """All ancestors of a shown label that stands for the `raw` ones, nearest first, under the taxonomy."""
        meanings = [found for one in raw or (shown,) if (found := self.meaning(one))]
        return tuple(dict.fromkeys(up for meaning in meanings for up in meaning.ancestors if up != shown))

    def categories(self, shown: int, raw: Iterable[int] = ()) -> tuple[str, ...]:
        """The categories of a shown label; those of what stands behind it where it has none of its own."""
        own = self._categories.get(shown)
        return own or tuple(dict.fromkeys(c for one in raw for c in self._categories.get(one, ())))

    def lineage(self, shown: int, raw: tuple[int, ...]) -> tuple[list[str], list[str]]:
        """Names of all ancestors, and categories, of a shown label; kept, so not to be changed."""
        found = self._lineages.get(raw)
        if found is None:
            ups = [self.names[up] for up in self.parents(shown, raw)]
            found = self._lineages[raw] = (ups, list(self.categories(shown, raw)))
        return found

    def all_parents(self) -> dict[str, list[str]]:
        """Every label that is shown -> its ancestors, nearest first: those of all names that are shown as it."""
        behind: dict[int, list[int]] = {}
        for raw in list(self.ids.values()):
            if found := self.meaning(raw):
                behind.setdefault(found.id, []).append(raw)
        return {self.names[one]: [self.names[up] for up in self.parents(one, raws)] for one, raws in behind.items()}

    def _meaning(self, raw: int) -> Meaning | None:
        self.names[raw]
        rule = self._rules.get(raw, Rule())
        shown = self._to(raw)
        if shown is None:
            return None
        above = self._rules.get(shown, Rule())
        least = max(rule.threshold, above.threshold if shown != raw else 0.0)
        ups = (self._to(up) for up in self._ancestors(raw, shown))
        ancestors = tuple(dict.fromkeys(up for up in ups if up is not None and up != shown))
        return Meaning(shown, round(least * 10), ancestors, tuple(one << SHIFT for one in (shown, *ancestors)))

    def _to(self, raw: int) -> int | None:
        """One step through the taxonomy, never a chain of them; a name that is hidden hides what is shown as it."""
        rule = self._rules.get(raw)
        if rule is None:
            return raw
        shown = self.id(rule.to) if rule.to else raw
        hidden = rule.hidden or (shown in self._rules and self._rules[shown].hidden)
        return None if hidden else shown

    def _ancestors(self, raw: int, shown: int) -> tuple[int, ...]:
        """Those of the name it is shown under, if that is one of the recogniser's; a new name takes over the old
        one's."""
        own, old = self._parents.get(shown, ()), self._parents.get(raw, ())
        if own or self._categories.get(shown):
            return own
        return old[old.index(shown) + 1 :] if shown in old else old


def pack(label: int, tenths: int) -> int:
    return label << SHIFT | tenths


def packed(label: int, confidence: float) -> int:
    """The same from a confidence of 0-100."""
    return label << SHIFT | min(CERTAIN, max(0, round(confidence * 10)))


def unpack(number: int) -> tuple[int, int]:
    """Label id and tenths."""
    return number >> SHIFT, number & TENTHS


def carried(
    vocabulary: Vocabulary, said: Sequence[int], taught: Sequence[int] = (), decisions: Sequence[Decision] = ()
) -> list[Carried]:
    """The labels that count, the most confident first, then by name.

    A name that people rejected takes away what was said under it, before the taxonomy or after it; what they
    accepted is certain. Where several names are shown as one, the surest counts. Raises KeyError for an id that the
    vocabulary does not have.
    """
    rejected = {name for name, verdict, _ in decisions if verdict == REJECT} if decisions else ()
    best: dict[int, Carried] = {}
    for numbers, people in ((said, False), (taught, True)) if taught else ((said, False),):
        for number in numbers:
            raw, tenths = number >> SHIFT, number & TENTHS
            meaning = vocabulary.meaning(raw)
            if meaning is None or tenths < meaning.least:
                continue
            shown = meaning.id
            name = vocabulary.names[shown]
            if rejected and (name in rejected or vocabulary.names[raw] in rejected):
                continue
            model = _taught(vocabulary, raw) if people else None
            one = Carried(shown, name, tenths, "ai", None, model, (raw,))
            best[shown] = _surest(best[shown], one) if shown in best else one
    for name, verdict, by in decisions:
        if verdict == ACCEPT and (meaning := vocabulary.meaning(raw := vocabulary.id(name))):
            one = Carried(meaning.id, vocabulary.names[meaning.id], CERTAIN, "person", by, None, (raw,))
            best[meaning.id] = _surest(one, best[meaning.id]) if meaning.id in best else one
    return sorted(best.values(), key=_order)


def terms(vocabulary: Vocabulary, labels: Iterable[Carried]) -> list[int]:
    """What an image is found by: each label and all its ancestors at its confidence, sorted, each pair once."""
    found: set[int] = set()
    for one in labels:
        for raw in one.raw:
            if meaning := vocabulary.meaning(raw):
                found.update([up | one.tenths for up in meaning.spread])
    return sorted(found)


def counted(
    vocabulary: Vocabulary, said: Sequence[int], taught: Sequence[int] = (), decisions: Sequence[Decision] = ()
) -> list[int]:
    """The terms of what is carried; where nobody has decided anything at half the cost."""
    if decisions:
        return terms(vocabulary, carried(vocabulary, said, taught, decisions))
    best: dict[int, int] = {}
    meant: list[Meaning] = []
    for number in (*said, *taught) if taught else said:
        meaning, tenths = vocabulary.meaning(number >> SHIFT), number & TENTHS
        if meaning is not None and tenths >= meaning.least:
            meant.append(meaning)
            if tenths > best.get(meaning.id, -1):
                best[meaning.id] = tenths
    return sorted({up | best[meaning.id] for meaning in meant for up in meaning.spread})


def behind(
    vocabulary: Vocabulary, said: Sequence[int], taught: Sequence[int], decisions: Sequence[Decision], shown: str
) -> list[str]:
    """The raw names of an image that people see as `shown` (or that are `shown` itself): what was said, taught or
    accepted, whatever became of it since. A verdict on `shown` is written for each of them.
    """
    names = [vocabulary.names[number >> SHIFT] for number in (*said, *taught)]
    names += [name for name, verdict, _ in decisions if verdict == ACCEPT]
    return [name for name in dict.fromkeys(names) if name == shown or vocabulary.shown_as(name) == shown]


def _surest(one: Carried, other: Carried) -> Carried:
    """The surer of two that are shown under one name, a person's before the recogniser's, with both behind it."""
    first, second = (other, one) if other.tenths > one.tenths else (one, other)
    if second.source == "person" and first.source != "person":
        first, second = second, first
    return first._replace(raw=tuple(dict.fromkeys(first.raw + second.raw)))


def _order(one: Carried) -> tuple[int, str]:
    return -one.tenths, one.name


def _taught(vocabulary: Vocabulary, raw: int) -> str:
    name = vocabulary.names[raw]
    version = vocabulary.taught.get(name)
    return f"taught: {name} v{version}" if version else f"taught: {name}"
