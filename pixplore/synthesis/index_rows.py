"""A chunk as the index takes it: codes, not texts, so that ten million images need no database."""

import uuid
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pixplore.index.columns import SECTION_END, VALUE_END, Coded, Rows
from pixplore.labels import SHIFT
from pixplore.synthesis import made_up as words
from pixplore.synthesis.make import DIMENSIONS, NAME_NUMBERS, Chunk, Ints
from pixplore.words import words as split

_ORIENTATIONS = ["square", "landscape", "portrait"]
_VALUE, _SECTION, _NOTHING = 0, 1, -1


class _Tokens:
    """All words there can be but the numbers of SKUs, each once, and for each list of made_up the words of each
    entry as a matrix of places, -1 where an entry has fewer."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {VALUE_END: _VALUE, SECTION_END: _SECTION}
        numbers = [f"{number:04}" for number in range(NAME_NUMBERS)]
        self.file_type = self.matrix(["jpg"])
        self.numbers, self.adjectives, self.kinds = map(self.matrix, (numbers, words.ADJECTIVES, words.KINDS))
        self.models, self.brands, self.materials = map(self.matrix, (words.MODELS, words.BRANDS, words.MATERIALS))
        self.seasons, self.sizes, self.tags = map(self.matrix, (words.SEASONS, words.SIZES, words.TAGS))
        self.categories = self.matrix(words.CATEGORIES)
        self.prefixes = self.matrix([sku_prefix(group) for group in range(len(words.GROUPS))])
        self.wholes = self.matrix([str(number) for number in range(3_000)])
        self.cents = self.matrix([f"{number:02}" for number in range(100)])
        self.values = list(self.places)

    def matrix(self, texts: list[str]) -> Ints:
        found = [[part for word in split(text) for part in word.parts] for text in texts]
        for word in chain.from_iterable(found):
            self.places.setdefault(word, len(self.places))
        rows = [[self.places[word] for word in some] for some in found]
        wide = max(map(len, rows))
        # The last row, which code -1 finds, is of an entry that is not there.
        return np.array([row + [_NOTHING] * (wide - len(row)) for row in [*rows, []]], np.int32)


_kept: list[_Tokens] = []


def to_rows(chunk: Chunk, terms: bool = True) -> Rows:
    """The chunk as Rows; a label's id is its code + 1 (`label_names`). `terms=False` leaves the labels out."""
    n = len(chunk)
    tokens = _kept[0] if _kept else _Tokens()
    _kept[:] = [tokens]
    flat, offsets = _terms(chunk) if terms else (np.zeros(0, np.int32), np.zeros(n + 1, np.int64))
    sku_values, sku_codes = skus(chunk)
    no_embeddings = np.zeros((n, DIMENSIONS), np.float16) if chunk.embeddings is None else chunk.embeddings
    width, height = chunk.width.astype(np.int64), chunk.height
    near = np.abs(width - height) * 50 <= np.maximum(width, height)
    turned = np.where(near, 0, np.where(width > height, 1, 2)).astype(np.int32)
    return Rows(
        ids=chunk.ids, created=chunk.created, trashed=np.zeros(n, bool), width=chunk.width, height=chunk.height,
        name_keys=names(chunk), terms=flat, term_offsets=offsets, words=_words(chunk, tokens),
        embeddings=no_embeddings, has_embedding=np.full(n, chunk.embeddings is not None), phash=chunk.phash,
        has_phash=np.full(n, chunk.embeddings is not None),
        single={
            "category": Coded(words.CATEGORIES, chunk.category),
            "status": Coded(["ready"], np.zeros(n, np.int32)),
            "uploader": Coded(words.UPLOADERS, chunk.uploader),
            "batch_id": _batches(chunk),
            "orientation": Coded(_ORIENTATIONS, np.where(chunk.width < 0, np.int32(-1), turned)),
            "sku": Coded(sku_values, sku_codes),
        },
        many={
            "tag": Coded(words.TAGS, chunk.tags, chunk.tag_offsets),
            "colour": Coded(words.COLOURS, chunk.colours, chunk.colour_offsets),
        },
        attributes={
            "brand": Coded(words.BRANDS, chunk.brand),
            "material": Coded(words.MATERIALS, chunk.material),
            "season": Coded(words.SEASONS, chunk.season),
            "size": Coded(words.SIZES, chunk.size),
            "price": _prices(chunk),
        },
    )  # fmt: skip


def label_names() -> dict[int, str]:
    """The names behind the ids in `terms`."""
    return {code + 1: name for code, name in enumerate(words.LABELS)}


def names(chunk: Chunk) -> list[str]:
    """File names, all in small letters."""
    adjectives, kinds = [a.lower() for a in words.ADJECTIVES], [k.lower() for k in words.KINDS]
    parts = zip(chunk.adjective.tolist(), chunk.kind.tolist(), chunk.name_number.tolist(), strict=True)
    return [f"{adjectives[a]}-{kinds[k]}-{number:04}.jpg" for a, k, number in parts]


def sku_prefix(group: int) -> str:
    return words.GROUPS[group][:3].upper()


def skus(chunk: Chunk) -> tuple[list[str], Ints]:
    """The chunk's SKUs, each once, and for each image the place of its own, or -1."""
    products, first, codes = np.unique(chunk.product, return_index=True, return_inverse=True)
    groups = chunk.kind[first] // words.KINDS_A_GROUP
    made = [f"{sku_prefix(g)}-{p:07}" for g, p in zip(groups.tolist(), products.tolist(), strict=True) if p >= 0]
    return made, (codes - (products[0] < 0)).astype(np.int32)


def batch_id(number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-batch-{number}")


def _batches(chunk: Chunk) -> Coded:
    numbers, codes = np.unique(chunk.batch, return_inverse=True)
    return Coded([str(batch_id(number)) for number in numbers.tolist()], codes.astype(np.int32))


def _prices(chunk: Chunk) -> Coded:
    prices, codes = np.unique(chunk.price, return_inverse=True)
    made = [price_text(price) for price in prices.tolist() if price >= 0]
    return Coded(made, (codes - (prices[0] < 0)).astype(np.int32))


def price_text(price: int) -> str:
    """Hundredths as a decimal number; they never end in 0, so it has one spelling."""
    return f"{price // 100}.{price % 100:02}"


def _terms(chunk: Chunk) -> tuple[Ints, NDArray[np.int64]]:
    """Each label with those above it at its confidence: sorted, each pair once."""
    image = np.repeat(np.arange(len(chunk), dtype=np.int64), np.diff(chunk.label_offsets))
    keys = [image << 32 | (chunk.labels + 1) << SHIFT | chunk.tenths]
    for above in (words.PARENT, words.GRANDPARENT):
        code = above[chunk.labels]
        has = code >= 0
        keys.append(image[has] << 32 | (code[has] + 1) << SHIFT | chunk.tenths[has])
    every = np.concatenate(keys)
    every.sort()
    once = np.append(True, every[1:] != every[:-1])[: len(every)]
    every = every[once]
    offsets = np.zeros(len(chunk) + 1, np.int64)
    np.cumsum(np.bincount(every >> 32, minlength=len(chunk)), out=offsets[1:])
    return (every & 0xFFFFFFFF).astype(np.int32), offsets


def _words(chunk: Chunk, tokens: _Tokens) -> Coded:
    """What pixplore.words.document makes of name, title, SKU | tags | category, attributes | (no text found)."""
    n = len(chunk)
    value, section = np.full((n, 1), _VALUE, np.int32), np.full((n, 1), _SECTION, np.int32)
    has_sku = (chunk.product >= 0)[:, None]
    # The numbers of SKUs follow all other words, from the least product of the chunk on.
    last = int(chunk.product.max(initial=0))
    least = int(chunk.product[chunk.product >= 0].min(initial=last))
    number = np.where(has_sku, len(tokens.values) + chunk.product[:, None] - least, _NOTHING)
    title = [tokens.adjectives[chunk.adjective], tokens.kinds[chunk.kind]]
    prefix = tokens.prefixes[np.where(chunk.product >= 0, chunk.kind // words.KINDS_A_GROUP, -1)]
    cents = np.where(chunk.price >= 0, chunk.price % 100, -1)
    tags = _padded(chunk.tags, chunk.tag_offsets)
    after_tags = [np.where((tags[:, at : at + 1] >= 0), _VALUE, _NOTHING) for at in range(1, tags.shape[1])]
    tag_parts = [tokens.tags[tags[:, :1]].reshape(n, -1)]
    for at, end in enumerate(after_tags, 1):
        tag_parts += [end.astype(np.int32), tokens.tags[tags[:, at]]]
    parts = [
        *title, tokens.numbers[chunk.name_number], np.broadcast_to(tokens.file_type[0], (n, 1)),
        value, *title, tokens.models[chunk.model],
        np.where(has_sku, value, _NOTHING), prefix, number,
        section, *tag_parts,
        section, tokens.categories[chunk.category],
    ]  # fmt: skip
    there = chunk.category >= 0
    for table, codes in ((tokens.sizes, chunk.size), (tokens.brands, chunk.brand), (tokens.wholes, chunk.price // 100),
                         (tokens.seasons, chunk.season), (tokens.materials, chunk.material)):  # fmt: skip
        parts += [np.where((codes >= 0) & there, _VALUE, _NOTHING)[:, None], table[np.where(codes >= 0, codes, -1)]]
        if table is tokens.wholes:
            parts.append(tokens.cents[cents])
        there = there | (codes >= 0)
    parts.append(section)
    every = np.concatenate(parts, axis=1).astype(np.int32)
    kept = every >= 0
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(kept.sum(axis=1), out=offsets[1:])
    values = [*tokens.values, *(f"{number:07}" for number in range(least, last + 1))]
    return Coded(values, every[kept], offsets)


def _padded(flat: Ints, offsets: NDArray[np.int64]) -> Ints:
    """Rows of any length as a matrix, -1 where a row has ended; one column at least."""
    lengths = np.diff(offsets)
    matrix = np.full((len(lengths), max(1, int(lengths.max(initial=1)))), -1, np.int32)
    matrix[np.arange(matrix.shape[1]) < lengths[:, None]] = flat
    return matrix
