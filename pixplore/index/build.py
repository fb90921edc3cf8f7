"""Making segments: the base of an index in a folder, and small ones in memory."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index import base, bits, near, orders, text
from pixplore.index.arrays import Array, Words
from pixplore.index.column import attribute_columns, compact, many_column, single_column
from pixplore.index.columns import DIMENSIONS, Rows
from pixplore.index.gather_terms import gather
from pixplore.index.lexicon import Lexicon
from pixplore.index.mapped import give_back
from pixplore.index.ragged import Ragged
from pixplore.index.segment import Segment
from pixplore.index.strings import Strings
from pixplore.index.table import Lexicons, Table, coded, joined


def build(chunks: Iterable[Rows], labels: Mapping[int, str], folder: Path, version: int = 0) -> None:
    """Build the base of an index into `folder` (see pixplore.index.store), from all images, in any order.

    `labels`: the names of all label ids that the terms use. Needs about 1 GB for a million images of 18 terms, most
    of it for their values and words; embeddings pass through a file.
    Raises KeyError when a label has no name.
    """
    with tempfile.TemporaryDirectory(dir=_made(folder.parent)) as spare:
        known, tables = Lexicons(), []
        vectors = Path(spare) / "embeddings"
        with vectors.open("wb") as file:
            for rows in chunks:
                table = coded(rows, known)
                file.write(np.ascontiguousarray(table.embeddings, np.float16).data)
                tables.append(replace(table, embeddings=np.zeros((len(table), 0), np.float16)))
        table = joined(tables, consume=True) if tables else coded(no_rows(), known)
        tables.clear()
        count = len(table)
        embeddings: Array = np.zeros((0, DIMENSIONS), np.float16)
        if count:
            embeddings = np.memmap(vectors, np.float16, "r", shape=(count, DIMENSIONS))
        order = orders.newest_first(table.created, table.ids)
        if order is not None:
            table = table.take(order, consume=True)
            embeddings = _reordered(embeddings, order, Path(spare) / "in-order")
        sorted_known, table = _with_sorted(known, table)
        segment = _segment(table, embeddings, sorted_known, local=False)
        base.write(folder, segment, sorted_known, labels, version)


def build_small(table: Table, known: Lexicons) -> tuple[Segment, Table]:
    """A segment in memory, of rows coded with `known`, in any order; and the rows in the segment's order."""
    order = orders.newest_first(table.created, table.ids)
    if order is not None:
        table = table.take(order)
    return _segment(table, table.embeddings, known, local=True), table


def no_rows() -> Rows:
    from pixplore.index.columns import Coded

    empty = np.zeros(0, np.int32)
    return Rows(
        ids=np.zeros((0, 16), np.uint8), created=empty.astype(np.int64), trashed=empty.astype(np.bool_), width=empty,
        height=empty, name_keys=[], terms=empty, term_offsets=np.zeros(1, np.int64),
        words=Coded([], empty, np.zeros(1, np.int64)), embeddings=np.zeros((0, DIMENSIONS), np.float16),
        has_embedding=empty.astype(np.bool_), phash=empty.astype(np.int64), has_phash=empty.astype(np.bool_),
    )  # fmt: skip


def _segment(table: Table, embeddings: Array, known: Lexicons, local: bool) -> Segment:
    labels = _labels(table.terms.flat)
    words = _words(table.words, known.words, local)
    name_order = orders.by_name(table.names, table.ids)
    rank = np.empty(len(table), np.int32)
    rank[name_order] = np.arange(len(table), dtype=np.int32)
    columns = {}
    for name, codes in table.single.items():
        columns[name] = single_column(codes, len(known.columns[name]), local)
    for name, values in table.many.items():
        columns[name] = many_column(values, len(known.columns[name]), local)
    return Segment(
        ids=table.ids,
        created=table.created,
        trashed=bits.from_flags(table.trashed),
        width=table.width,
        height=table.height,
        names=Strings(table.names.flat, table.names.offsets),
        by_name=name_order,
        name_rank=rank,
        by_id=orders.by_id(table.ids),
        labels=labels,
        terms=gather(table.terms, labels),
        columns=columns,
        attributes=attribute_columns(table.attributes, [len(values) for values in known.pairs], local),
        words=Words(np.zeros(0, np.int32), base.rows_alone(len(table)), words.vocabulary),
        text=text.build_postings(words),
        vectors=near.build_vectors(embeddings, table.has_embedding, table.phash, table.has_phash),
    )


def _labels(terms: NDArray[np.int32]) -> NDArray[np.int32]:
    if not len(terms):
        return np.zeros(0, np.int32)
    used = np.zeros((int(terms.max()) >> 10) + 1, np.bool_)
    used[terms >> 10] = True
    return np.flatnonzero(used).astype(np.int32)


def _words(words: Ragged, lexicon: Lexicon, local: bool) -> Words:
    if not local:
        return Words(words.flat, words.offsets, lexicon.base)
    codes, known = compact(np.concatenate([words.flat, np.array([0, 1], np.int32)]), len(lexicon))
    place, texts = lexicon.in_order(known)
    return Words(place.astype(np.int32)[codes[:-2]], words.offsets, texts)


def _with_sorted(known: Lexicons, table: Table) -> tuple[Lexicons, Table]:
    """The same with every lexicon sorted, so that codes compare as their texts do."""
    columns, new = {}, {}
    for name, lexicon in known.columns.items():
        ordered, new[name] = lexicon.sorted()
        columns[name] = Lexicon(ordered)
    name_texts, new_names = known.names.sorted()
    pairs: list[Any] = [None] * len(known.pairs)
    new_pairs = []
    for code, lexicon in enumerate(known.pairs):
        ordered, renumbered = lexicon.sorted()
        new_pairs.append(renumbered)
        pairs[new_names[code]] = Lexicon(ordered)
    vocabulary, new_words = known.words.sorted()
    names, values = table.attributes.flat >> 32, table.attributes.flat & 0xFFFFFFFF
    if len(names):
        starts = np.zeros(len(new_pairs) + 1, np.int64)
        np.cumsum([len(one) for one in new_pairs], out=starts[1:])
        values = np.concatenate(new_pairs)[starts[names] + values].astype(np.int64)
        names = new_names[names].astype(np.int64)
    table = replace(
        table,
        single={name: np.append(new[name], np.int32(-1))[codes] for name, codes in table.single.items()},
        many={name: Ragged(new[name][held.flat], held.offsets) for name, held in table.many.items()},
        attributes=Ragged(names << 32 | values, table.attributes.offsets),
        words=Ragged(new_words[table.words.flat], table.words.offsets),
    )
    return Lexicons(columns, Lexicon(name_texts), pairs, Lexicon(vocabulary)), table


def _reordered(embeddings: Array, order: NDArray[np.int64], path: Path) -> Array:
    step = 65_536
    with path.open("wb") as file:
        for begin in range(0, len(order), step):
            file.write(np.ascontiguousarray(embeddings[order[begin : begin + step]]).data)
            give_back(embeddings)
    return np.memmap(path, np.float16, "r", shape=(len(order), DIMENSIONS))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
