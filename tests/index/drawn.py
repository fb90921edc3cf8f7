"""Drawn pictures as the columns that an index is built from."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pixplore.domain import orientation
from pixplore.index.columns import Coded, Rows
from pixplore.words import SECTION_END, VALUE_END, document
from tests.contract.catalogues import LABELS, START, Picture
from tests.contract.oracle import as_text, terms
from tests.contract.questions import looks, looks_hash

NAMES = {3 * place + 1: name for place, name in enumerate(LABELS)}
"""Label ids, with holes."""
_IDS = {name: label for label, name in NAMES.items()}
_EPOCH = START.replace(year=1970, month=1, day=1)


def rows_of(pictures: Sequence[Picture]) -> Rows:
    held = [sorted(_IDS[name] * 1024 + int(confidence * 10) for name, confidence in terms(one)) for one in pictures]
    seen = [np.frombuffer(looks(one.id) or bytes(512), np.float16) for one in pictures]
    sizes = [one.size or (-1, -1) for one in pictures]
    attributes = {name for one in pictures for name in one.attributes}
    return Rows(
        ids=np.frombuffer(b"".join(one.id.bytes for one in pictures), np.uint8).reshape(-1, 16),
        created=np.array([round((one.created_at - _EPOCH).total_seconds() * 1e6) for one in pictures], np.int64),
        trashed=np.array([one.deleted for one in pictures], np.bool_),
        width=np.array([width for width, _ in sizes], np.int32),
        height=np.array([height for _, height in sizes], np.int32),
        name_keys=[one.name.lower() for one in pictures],
        terms=np.array([term for one in held for term in one], np.int32),
        term_offsets=_offsets(held),
        words=_many([_tokens(one) for one in pictures]),
        embeddings=np.array(seen, np.float16).reshape(-1, 256),
        has_embedding=np.array([bool(looks(one.id)) for one in pictures], np.bool_),
        phash=np.array([looks_hash(one.id) or 0 for one in pictures], np.int64),
        has_phash=np.array([looks_hash(one.id) is not None for one in pictures], np.bool_),
        single={
            "category": _single([one.category for one in pictures]),
            "status": _single(["ready"] * len(pictures)),
            "uploader": _single([one.uploader for one in pictures]),
            "batch_id": _single([one.batch_id and str(one.batch_id) for one in pictures]),
            "orientation": _single([orientation(*(one.size or (None, None))) for one in pictures]),
            "sku": _single([one.sku for one in pictures]),
        },
        many={
            "tag": _many([one.tags for one in pictures]),
            "colour": _many([one.colours for one in pictures]),
            "collection": _many([list(map(str, one.collections)) for one in pictures]),
        },
        attributes={
            name: _single([as_text(one.attributes[name]) if name in one.attributes else None for one in pictures])
            for name in attributes
        },
    )


def _tokens(one: Picture) -> list[str]:
    sections: list[list[Any]] = [
        [one.name, one.title, one.sku], one.tags, [one.category, *map(as_text, one.attributes.values())], one.text
    ]  # fmt: skip
    stored = document([text for text in section if text] for section in sections)
    for end in (VALUE_END, SECTION_END):
        stored = stored.replace(end, f" {end} ")
    return stored.split(" ")


def _single(values: Sequence[str | None]) -> Coded:
    known = list({value for value in values if value is not None})
    codes = [-1 if value is None else known.index(value) for value in values]
    return Coded(known, np.array(codes, np.int32))


def _many(values: Sequence[Iterable[str]]) -> Coded:
    rows = [[value for value in row if value] for row in values]
    known = list({value for row in rows for value in row})
    codes = [known.index(value) for row in rows for value in row]
    return Coded(known, np.array(codes, np.int32), _offsets(rows))


def _offsets(rows: Sequence[Sequence[Any]]) -> Any:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
