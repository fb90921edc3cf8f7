"""The base of an index on disk: one segment, every value it knows, and the names of its labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pixplore.index import store
from pixplore.index.arrays import Array, Words
from pixplore.index.column import Attributes, Column
from pixplore.index.columns import MANY, SINGLE
from pixplore.index.inverted import Inverted
from pixplore.index.lexicon import Lexicon
from pixplore.index.numbers import Numbers, numbers
from pixplore.index.segment import Segment
from pixplore.index.strings import Strings, strings
from pixplore.index.table import Lexicons
from pixplore.index.terms import Terms


@dataclass(frozen=True, slots=True)
class Base:
    """`labels`: names by label id. `numbers`: by the code of an attribute's name."""

    segment: Segment
    known: Lexicons
    labels: dict[int, str]
    numbers: list[Numbers]
    version: int


def rows_alone(count: int) -> NDArray[np.int64]:
    """Offsets of `count` rows without anything in them, without room."""
    return np.broadcast_to(np.int64(0), count + 1)


def write(folder: Path, segment: Segment, known: Lexicons, labels: Mapping[int, str], version: int) -> None:
    meta = {"images": len(segment), "version": version}
    store.write(folder, _arrays(segment, known, labels), meta)


def load(folder: Path, check: bool = True) -> Base:
    """Raises Damaged, see pixplore.index.store."""
    arrays, meta = store.load(folder, check)
    parts: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        part, _, rest = name.partition(".")
        parts.setdefault(part, {})[rest] = array
    known, found = _lexicons(parts["lexicons"])
    names = Strings(parts["labels"]["blob"], parts["labels"]["offsets"])
    labels = dict(zip(parts["labels"]["ids"].tolist(), names, strict=True))
    return Base(_segment(parts, meta["images"]), known, labels, found, meta["version"])


def _arrays(segment: Segment, known: Lexicons, labels: Mapping[int, str]) -> Iterator[tuple[str, Array]]:
    yield from segment.arrays()
    yield "labels.ids", segment.labels
    yield from _texts("labels", strings([labels[label] for label in segment.labels.tolist()]))
    for name, lexicon in known.columns.items():
        yield from _texts(f"lexicons.{name}", lexicon.base)
    yield from _texts("lexicons.attribute", known.names.base)
    pairs = [lexicon.base for lexicon in known.pairs]
    found = [numbers(list(texts)) for texts in pairs]
    for name, sizes in (("values", [len(texts) for texts in pairs]), ("numbers", [len(one.codes) for one in found])):
        starts = np.zeros(len(pairs) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        yield f"lexicons.{name}_starts", starts
    blobs = [np.zeros(0, np.uint8), *(texts.blob for texts in pairs)]
    lengths = [np.zeros(1, np.int64), *(np.diff(texts.offsets) for texts in pairs)]
    yield "lexicons.values_blob", np.concatenate(blobs)
    yield "lexicons.values_offsets", np.cumsum(np.concatenate(lengths))
    yield "lexicons.numbers_codes", np.concatenate([np.zeros(0, np.int32), *(one.codes for one in found)])
    yield "lexicons.numbers_values", np.concatenate([np.zeros(0), *(one.values for one in found)])


def _texts(name: str, texts: Strings) -> Iterator[tuple[str, Array]]:
    join = "." if "." not in name else "_"
    yield f"{name}{join}blob", texts.blob
    yield f"{name}{join}offsets", texts.offsets


def _lexicons(arrays: dict[str, Array]) -> tuple[Lexicons, list[Numbers]]:
    def lexicon(name: str) -> Lexicon:
        return Lexicon(Strings(arrays[f"{name}_blob"], arrays[f"{name}_offsets"]))

    pairs, found = [], []
    values, held = arrays["values_starts"].tolist(), arrays["numbers_starts"].tolist()
    for name in range(len(values) - 1):
        offsets = arrays["values_offsets"][values[name] : values[name + 1] + 1]
        pairs.append(Lexicon(Strings(arrays["values_blob"], offsets)))
        span = slice(held[name], held[name + 1])
        found.append(Numbers(arrays["numbers_codes"][span], arrays["numbers_values"][span]))
    return Lexicons({name: lexicon(name) for name in (*SINGLE, *MANY)}, lexicon("attribute"), pairs), found


def _segment(parts: dict[str, dict[str, Any]], count: int) -> Segment:
    terms, names, words = parts["terms"], parts["names"], parts["text"]
    vocabulary = Strings(words.pop("vocabulary_blob"), words.pop("vocabulary_offsets"))
    return Segment(
        ids=parts["ids"]["ids"],
        created=parts["created"]["created"],
        trashed=parts["created"]["trashed"],
        width=parts["size"]["width"],
        height=parts["size"]["height"],
        names=Strings(names["blob"], names["offsets"]),
        by_name=names["by_name"],
        name_rank=names["rank"],
        by_id=parts["ids"]["by_id"],
        labels=terms.pop("labels"),
        terms=Terms(**terms),
        columns={name: _column(parts[name]) for name in (*SINGLE, *MANY)},
        attributes=_attributes(parts["attributes"]),
        words=Words(np.zeros(0, np.int32), rows_alone(count), vocabulary),
        text=words,
        vectors=parts["vectors"],
    )


def _column(arrays: dict[str, Array]) -> Column:
    return Column(arrays.pop("flat"), arrays.pop("offsets", None), Inverted(**arrays))


def _attributes(arrays: dict[str, Array]) -> Attributes:
    def inverted(kind: str) -> Inverted:
        return Inverted(**{name: arrays[f"{kind}_{name}"] for name in Inverted.__slots__})

    dense = {int(name[6:]): array for name, array in arrays.items() if name.startswith("dense_")}
    return Attributes(inverted("name"), arrays["starts_of_names"], inverted("pair"), dense)


def sizes(segment: Segment, known: Lexicons) -> dict[str, int]:
    """Bytes of each part of a base."""
    found: dict[str, int] = {}
    for name, array in segment.arrays():
        part = name.partition(".")[0]
        found[part] = found.get(part, 0) + array.nbytes
    texts: list[Any] = [*known.columns.values(), known.names, *known.pairs]
    found["values"] = sum(lexicon.base.offsets.nbytes for lexicon in texts) + sum(
        lexicon.base.blob.nbytes for lexicon in [*known.columns.values(), known.names, *known.pairs[:1]]
    )
    return found
