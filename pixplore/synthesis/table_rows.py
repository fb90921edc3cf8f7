"""A chunk as a table with the columns of the import: for Parquet as it is, for CSV and JSON Lines as text."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixplore.domain import Label
from pixplore.synthesis import made_up as words
from pixplore.synthesis.index_rows import names, price_text, skus
from pixplore.synthesis.make import Chunk, Ints

_CONFIDENCES = [f"{tenths / 10:.1f}" for tenths in range(1001)]


def labels() -> list[Label]:
    """Every label with all above it, nearest first: an import knows labels by name alone."""
    made = []
    for code, name in enumerate(words.LABELS):
        above = (words.PARENT[code], words.GRANDPARENT[code])
        made.append(Label(name, 100.0, parents=tuple(words.LABELS[up] for up in above if up >= 0)))
    return made


def to_batch(chunk: Chunk) -> Any:
    """A pyarrow RecordBatch with the columns of the import: id (32 hexadecimal digits, the same as in the index), sku,
    name, title, category, created_at, width, height, labels (list of {name, confidence}), tags (list), attributes (a
    JSON object as text)."""
    named = _texts(words.LABELS, chunk.labels)
    confidence = pa.array(np.arange(1001) / 10).take(pa.array(chunk.tenths))
    said = pa.StructArray.from_arrays([named, confidence], ["name", "confidence"])
    columns = _plain(chunk) | {
        "labels": pa.ListArray.from_arrays(_ends(chunk.label_offsets), said),
        "tags": pa.ListArray.from_arrays(_ends(chunk.tag_offsets), _texts(words.TAGS, chunk.tags)),
        "attributes": _attributes(chunk),
    }
    return pa.RecordBatch.from_pydict(columns)


def to_text(chunk: Chunk) -> Any:
    """The same for CSV: labels as `name:confidence|...`, tags as `tag|...`, times and numbers as text."""
    said = _joined(_texts(words.LABELS, chunk.labels), ":", _texts(_CONFIDENCES, chunk.tenths))
    tags = pa.ListArray.from_arrays(_ends(chunk.tag_offsets), _texts(words.TAGS, chunk.tags))
    plain = _plain(chunk)
    columns = plain | {
        "created_at": pc.strftime(plain["created_at"], format="%Y-%m-%dT%H:%M:%SZ"),
        "labels": pc.binary_join(pa.ListArray.from_arrays(_ends(chunk.label_offsets), said), "|"),
        "tags": pc.binary_join(tags, "|"),
        "attributes": _attributes(chunk),
    }
    return pa.RecordBatch.from_pydict(columns)


def _plain(chunk: Chunk) -> dict[str, Any]:
    values, codes = skus(chunk)
    title = [_texts(words.ADJECTIVES, chunk.adjective), " ", _texts(words.KINDS, chunk.kind), " ",
             _texts(words.MODELS, chunk.model)]  # fmt: skip
    return {
        "id": _hexadecimal(chunk),
        "sku": _texts(values, codes),
        "name": pa.array(names(chunk)),
        "title": _joined(*title),
        "category": _texts(words.CATEGORIES, chunk.category),
        "created_at": pa.array(chunk.created, pa.timestamp("us", tz="UTC")),
        "width": _numbers(chunk.width),
        "height": _numbers(chunk.height),
    }


def _hexadecimal(chunk: Chunk) -> Any:
    digits = chunk.ids.tobytes().hex().encode()
    ends = np.arange(0, 32 * (len(chunk) + 1), 32, dtype=np.int32)
    return pa.StringArray.from_buffers(len(chunk), pa.py_buffer(ends.tobytes()), pa.py_buffer(digits))


def _attributes(chunk: Chunk) -> Any:
    """JSON objects of the attributes that an image has."""
    prices, codes = np.unique(chunk.price, return_inverse=True)
    made = [f',"price":{price_text(price)}' if price >= 0 else "" for price in prices.tolist()]
    pieces = [
        _pieces("brand", words.BRANDS, chunk.brand), _pieces("material", words.MATERIALS, chunk.material),
        _pieces("season", words.SEASONS, chunk.season), _pieces("size", words.SIZES, chunk.size),
        pa.array(made, pa.string()).take(pa.array(codes)),
    ]  # fmt: skip
    return _joined("{", pc.utf8_slice_codeunits(_joined(*pieces), start=1), "}")


def _pieces(name: str, values: list[str], codes: Ints) -> Any:
    """`,"name":"value"`, or nothing."""
    return pa.array([*(f',"{name}":"{value}"' for value in values), ""], pa.string()).take(
        pa.array(np.where(codes < 0, len(values), codes))
    )


def _texts(values: list[str], codes: Ints) -> Any:
    """The values behind the codes, null for -1."""
    return pa.array(values, pa.string()).take(pa.array(codes, mask=codes < 0))


def _numbers(column: Ints) -> Any:
    return pa.array(column, mask=column < 0)


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")


def _ends(offsets: Any) -> Any:
    return pa.array(offsets, pa.int32())
