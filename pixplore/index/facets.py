"""One facet over all segments: counts by the index's codes, then the most frequent values by name."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pixplore.finding import Facet, begins
from pixplore.index import bits, counting
from pixplore.index.arrays import Bits
from pixplore.index.beginnings import beginning
from pixplore.index.lexicon import Lexicon
from pixplore.index.live import Live
from pixplore.index.naming import Labels
from pixplore.index.table import Lexicons
from pixplore.query import ATTRIBUTE

Counts = NDArray[np.int64]
_NO_CODES = np.zeros(0, np.int64)


class Typed(NamedTuple):
    """How the values wanted begin, as pixplore.finding.begins takes it; without a prefix all are wanted."""

    prefix: str = ""
    any_word: bool = False


NOTHING = Typed()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows found of a segment, `number` of them."""

    live: Live
    found: Bits
    number: int


def facet(
    name: str,
    parts: Sequence[Rows],
    tenths: tuple[int, int],
    known: Lexicons,
    labels: Labels,
    most: int,
    typed: Typed = NOTHING,
) -> Facet:
    """The values of facet `name` in the rows found. The base comes first. `tenths`: of labels, both included."""
    total = sum(part.number for part in parts)
    if name in ("date", "day"):
        return _dates(parts, name, most, typed)
    if name == "label":
        return _labels(parts, tenths, labels, total, most, typed)
    if name == "attribute":
        return _names(parts, known, total, most, typed)
    if name.startswith(ATTRIBUTE):
        return _attribute(name[len(ATTRIBUTE) :], parts, known, total, most, typed)
    lexicon = known.columns[name]
    counts, held = np.zeros(len(lexicon), np.int64), 0
    for part in reversed(parts):
        column = part.live.segment.columns[name]
        into = _own(counts, column.globals, len(column))
        counting.count_column(column, part.found, part.number, most, into, _exact(column.globals, typed))
        _merge(into, column.globals, counts)
        held += bits.both(part.found, column.inverted.held)
    return _of_lexicon(counts, lexicon, total - held, most, typed)


def _labels(
    parts: Sequence[Rows], tenths: tuple[int, int], labels: Labels, total: int, most: int, typed: Typed
) -> Facet:
    low, high = tenths
    counts, held = np.zeros(len(labels), np.int64), 0
    for part in reversed(parts):
        terms, known = part.live.segment.terms, part.live.labels
        into = _own(counts, known, len(terms))
        held += counting.count_labels(terms, part.found, part.number, low, high, most, into, _exact(known, typed))
        _merge(into, known, counts)
    if typed.prefix:
        counts = np.where(_beginning(counts, labels.names.__getitem__, typed, None), counts, 0)
    codes, distinct = counting.leading(counts, labels.by_name, most)
    names = map(labels.names.__getitem__, codes.tolist())
    return Facet(list(zip(names, counts[codes].tolist(), strict=True)), total - held, distinct)


def _names(parts: Sequence[Rows], known: Lexicons, total: int, most: int, typed: Typed) -> Facet:
    counts, held = np.zeros(len(known.names), np.int64), 0
    for part in reversed(parts):
        attributes = part.live.segment.attributes
        into = _own(counts, attributes.globals, len(attributes.names))
        counting.count_names(attributes, part.found, into)
        _merge(into, attributes.globals, counts)
        held += bits.both(part.found, attributes.names.held)
    return _of_lexicon(counts, known.names, total - held, most, typed)


def _attribute(name: str, parts: Sequence[Rows], known: Lexicons, total: int, most: int, typed: Typed) -> Facet:
    code = known.names.find(name)
    if code < 0:
        return Facet([], total, 0)
    lexicon = known.pairs[code]
    counts, held = np.zeros(len(lexicon), np.int64), 0
    for part in reversed(parts):
        attributes = part.live.segment.attributes
        if (local := attributes.local(code)) < 0:
            continue
        begin, end = attributes.span(local)
        values = attributes.value_globals(local)
        into = _own(counts, values, end - begin)
        exact = _exact(values, typed)
        counting.count_attribute(attributes, local, part.found, part.number, most, into, exact)
        _merge(into, values, counts)
        held += bits.both(part.found, attributes.holders(code))
    return _of_lexicon(counts, lexicon, total - held, most, typed)


def _exact(known: NDArray[np.int32] | None, typed: Typed) -> bool:
    """Only the base, which is counted last, may leave out values that cannot matter any more."""
    return bool(typed.prefix) or known is not None


def _own(counts: Counts, known: NDArray[np.int32] | None, size: int) -> Counts:
    """Where a segment counts by its own codes: the base's are the index's."""
    return counts[:size] if known is None else np.zeros(size, np.int64)


def _merge(own: Counts, known: NDArray[np.int32] | None, counts: Counts) -> None:
    if known is not None:
        counts[known] += own


def _dates(parts: Sequence[Rows], name: str, most: int, typed: Typed) -> Facet:
    counted: Counter[str] = Counter()
    for part in parts:
        texts, edges = part.live.segment.days if name == "day" else part.live.segment.months
        numbers = bits.count_ranges(part.found, edges)
        for place in np.flatnonzero(numbers).tolist():
            counted[texts[place]] += int(numbers[place])
    values = [(value, number) for value, number in counted.items() if begins(value, *typed)]
    return Facet(sorted(values, key=lambda pair: (-pair[1], pair[0]))[:most], 0, len(values))


def _of_lexicon(counts: Counts, lexicon: Lexicon, unset: int, most: int, typed: Typed) -> Facet:
    """The base's codes lie in the order of their texts; later ones are counted beside them."""
    if typed.prefix:
        counts = np.where(_beginning(counts, lexicon.text, typed, lexicon), counts, 0)
    size = len(lexicon.base)
    codes, distinct = counting.leading(counts[:size], _NO_CODES, most)
    values = list(zip(lexicon.texts(codes.tolist()), counts[codes].tolist(), strict=True))
    if len(counts) > size:
        later = lexicon.order()
        codes, more = counting.leading(counts, later[later < len(counts)], most)
        values += zip(lexicon.texts(codes.tolist()), counts[codes].tolist(), strict=True)
        values.sort(key=lambda pair: (-pair[1], pair[0]))
        distinct += more
    return Facet(values[:most], unset, distinct)


def _beginning(counts: Counts, text: Callable[[int], str], typed: Typed, lexicon: Lexicon | None) -> NDArray[np.bool_]:
    """Which of the codes counted begin as it was typed; of labels, and of what came after the base, there are few."""
    found = np.zeros(len(counts), np.bool_)
    few = np.flatnonzero(counts)
    if lexicon is not None and len(lexicon.base):
        size = len(lexicon.base)
        found[:size] = beginning(lexicon.base, lexicon.lowered(), *typed)
        few = few[few >= size]
    for code in few.tolist():
        found[code] = begins(text(code), *typed)
    return found
