"""Rows with the codes of one index instead of texts: what segments are built from, and joined from again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index.arrays import Array
from pixplore.index.columns import MANY, SECTION_END, SINGLE, VALUE_END, Coded, Rows
from pixplore.index.lexicon import Lexicon
from pixplore.index.ragged import Ragged, chained, deduplicated
from pixplore.index.strings import encoded


@dataclass(slots=True)
class Lexicons:
    """All values that an index knows. `pairs`: the values of each attribute, by the code of its name."""

    columns: dict[str, Lexicon] = field(default_factory=lambda: {name: Lexicon() for name in (*SINGLE, *MANY)})
    names: Lexicon = field(default_factory=Lexicon)
    pairs: list[Lexicon] = field(default_factory=list)
    words: Lexicon = field(default_factory=Lexicon)

    def __post_init__(self) -> None:
        self.words.codes([VALUE_END, SECTION_END])  # codes 0 and 1, whatever the rows say

    def attribute(self, name: str) -> Lexicon | None:
        code = self.names.find(name)
        return self.pairs[code] if code >= 0 else None


@dataclass(slots=True)
class Table:
    """n images in any order; not to be changed, but for `consume` below, which empties it.

    `attributes` holds (name code, value code) as one number.
    """

    ids: NDArray[np.uint8]
    created: NDArray[np.int64]
    trashed: NDArray[np.bool_]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    names: Ragged  # uint8: name keys as UTF-8
    single: dict[str, NDArray[np.int32]]
    many: dict[str, Ragged]
    attributes: Ragged  # int64: name code << 32 | value code
    terms: Ragged  # int32: label id * 1024 + tenths
    words: Ragged  # int32
    embeddings: NDArray[np.float16]
    has_embedding: NDArray[np.bool_]
    phash: NDArray[np.int64]
    has_phash: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.created)

    def take(self, rows: NDArray[np.int64], consume: bool = False) -> "Table":
        return _each(lambda part: part.take(rows) if isinstance(part, Ragged) else part[rows], [self], consume)


def joined(tables: Sequence[Table], consume: bool = False) -> Table:
    """The rows of all. `consume`: column by column, so that no more than one is there twice."""
    if len(tables) == 1:
        return tables[0]
    return _each(
        lambda *parts: chained(parts) if isinstance(parts[0], Ragged) else np.concatenate(parts), tables, consume
    )


def coded(rows: Rows, known: Lexicons) -> Table:
    """The rows with `known`'s codes; values it does not know are added to it."""
    count = len(rows)
    names = [encoded(key) for key in rows.name_keys]
    return Table(
        ids=_own(rows.ids, np.uint8),
        created=_own(rows.created, np.int64),
        trashed=_own(rows.trashed, np.bool_),
        width=_own(rows.width, np.int32),
        height=_own(rows.height, np.int32),
        names=Ragged(np.frombuffer(bytearray(b"".join(names)), np.uint8), _offsets([len(name) for name in names])),
        single={name: _single(rows.single.get(name), known.columns[name], count) for name in SINGLE},
        many={name: _many(rows.many.get(name), known.columns[name], count) for name in MANY},
        attributes=_attributes(rows.attributes, known, count),
        terms=Ragged(_own(rows.terms, np.int32), _own(rows.term_offsets, np.int64)),
        words=Ragged(_recoded(rows.words, known.words), _many_offsets(rows.words)),
        embeddings=_own(rows.embeddings, np.float16),
        has_embedding=_own(rows.has_embedding, np.bool_),
        phash=_own(rows.phash, np.int64),
        has_phash=_own(rows.has_phash, np.bool_),
    )


def _each(do: Callable[..., Any], tables: Sequence[Table], consume: bool) -> Table:
    def by_name(name: str) -> Any:
        parts = [getattr(table, name) for table in tables]
        if consume:
            for table in tables:
                setattr(table, name, None)
        if isinstance(parts[0], dict):
            return {key: do(*(part.pop(key) if consume else part[key] for part in parts)) for key in list(parts[0])}
        return do(*parts)

    return Table(**{name: by_name(name) for name in Table.__slots__})


def _own(array: Array, kind: Any) -> Array:
    """An array that may be written to, copied if need be: compiled loops then know one kind only."""
    return np.require(array, kind, ["C", "A", "W"])


def _offsets(lengths: Any) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def _recoded(column: Coded, lexicon: Lexicon) -> Array:
    codes = lexicon.codes(column.values)
    return codes[column.codes] if len(codes) else np.zeros(0, np.int32)


def _single(column: Coded | None, lexicon: Lexicon, count: int) -> NDArray[np.int32]:
    if column is None:
        return np.full(count, -1, np.int32)
    codes = np.append(lexicon.codes(column.values), np.int32(-1))
    return codes[column.codes]  # -1 finds the last: none


def _many(column: Coded | None, lexicon: Lexicon, count: int) -> Ragged:
    if column is None:
        return Ragged(np.zeros(0, np.int32), np.zeros(count + 1, np.int64))
    return Ragged(*deduplicated(_recoded(column, lexicon), _many_offsets(column), len(lexicon)))


def _many_offsets(column: Coded) -> NDArray[np.int64]:
    if column.offsets is None:
        raise ValueError("A column with many values an image needs offsets.")
    return _own(column.offsets, np.int64)


def _attributes(columns: dict[str, Coded], known: Lexicons, count: int) -> Ragged:
    rows, pairs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for name, column in columns.items():
        if known.names.find(name) < 0:
            known.pairs.append(Lexicon())  # before the name, which readers may look up at once
        name_code = known.names.code(name)
        codes = _single(column, known.pairs[name_code], count)
        has = np.flatnonzero(codes >= 0)
        rows.append(has)
        pairs.append(name_code << 32 | codes[has].astype(np.int64))
    all_rows = np.concatenate(rows)
    order = np.argsort(all_rows, kind="stable")
    return Ragged(np.concatenate(pairs)[order], _offsets(np.bincount(all_rows, minlength=count)))
