"""Making the images, a chunk at a time, as columns of codes into the lists of pixplore.synthesis.made_up.

Images come newest first. Four in a row show one product and share its category, brand, price and so on; an image's
labels come half from its category, half from everywhere by Zipf's law.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from pixplore.synthesis import made_up as words

Ints = NDArray[np.int32]
CHUNK = 50_000
IMAGES_A_PRODUCT = 4
IMAGES_A_BATCH = 500
NAME_NUMBERS = 10_000
NEWEST = round(datetime(2026, 11, 1, tzinfo=UTC).timestamp()) * 1_000_000
SPAN = 3 * 365 * 86_400 * 1_000_000
DIMENSIONS = 256
_TABLE = 2**18
_YEAR = 365.25 * 86_400 * 1_000_000


@dataclass(slots=True)
class Chunk:
    """n images, from number `first` on. Codes are places in the lists of made_up; -1 says "none"."""

    first: int
    ids: NDArray[np.uint8]  # (n, 16), as UUID.bytes
    created: NDArray[np.int64]  # microseconds since 1970, UTC, falling
    width: Ints
    height: Ints
    product: Ints  # its number; -1: no SKU
    kind: Ints  # what the picture shows
    category: Ints  # = kind, or -1
    adjective: Ints
    model: Ints
    name_number: Ints
    brand: Ints
    material: Ints
    season: Ints
    size: Ints
    price: Ints  # in hundredths
    uploader: Ints
    batch: Ints  # its number
    labels: Ints  # flat, each label once an image, rising
    tenths: Ints  # confidence of each label, 200-1000
    label_offsets: NDArray[np.int64]
    tags: Ints
    tag_offsets: NDArray[np.int64]
    colours: Ints
    colour_offsets: NDArray[np.int64]
    phash: NDArray[np.int64]
    embeddings: NDArray[np.float16] | None  # (n, 256), unit length

    def __len__(self) -> int:
        return len(self.created)


def chunks(images: int, seed: int = 1, embeddings: bool = False) -> Iterator[Chunk]:
    """`images` images in chunks of 50,000 (the last may be smaller), newest first, over three years."""
    tables = _Tables(seed)
    for first in range(0, images, CHUNK):
        yield _chunk(tables, seed, first, min(CHUNK, images - first), images, embeddings)


class _Tables:
    """Lookup tables: a uniform place in one is a draw from a distribution, several times faster than a search."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng([seed, 2**31])
        groups, kinds, count = len(words.GROUPS), len(words.KINDS), len(words.LABELS)
        sizes = [groups, kinds, count - groups - kinds]
        order = np.argsort(chance.uniform(0, np.repeat([300, 1_200, count], sizes)))  # broad labels come more often
        self.labels = order[_zipf(count, 2.0)].astype(np.int32)
        self.kinds = chance.permutation(kinds)[_zipf(kinds, 8.0)].astype(np.int32)
        self.tags = chance.permutation(len(words.TAGS))[_zipf(len(words.TAGS), 3.0)].astype(np.int32)
        self.brands = chance.integers(0, len(words.BRANDS), (groups, 16)).astype(np.int32)
        self.materials = chance.integers(0, len(words.MATERIALS), (groups, 8)).astype(np.int32)
        self.colours = _zipf(len(words.COLOURS), 3.0)
        self.price = chance.lognormal(7.5, 0.9, kinds)  # typical price of each kind, in hundredths
        self.centres = chance.standard_normal((kinds, DIMENSIONS), np.float32)


def _zipf(count: int, shift: float) -> Ints:
    """Places 0..count - 1, each as often as 1 / (place + 1 + shift) demands, in a table of 2^18."""
    weights = np.cumsum(1 / (np.arange(count) + 1 + shift))
    found: Ints = np.searchsorted(weights, (np.arange(_TABLE) + 0.5) / _TABLE * weights[-1]).astype(np.int32)
    return found


def _chunk(tables: _Tables, seed: int, first: int, count: int, images: int, embeddings: bool) -> Chunk:
    chance = np.random.Generator(np.random.SFC64([seed, first]))

    def some(high: int, size: int = count) -> Ints:
        return chance.integers(0, high, size, np.int32)

    def where(share: float, codes: Ints) -> Ints:
        return np.where(chance.random(len(codes), np.float32) < share, codes, np.int32(-1))

    products = -(-count // IMAGES_A_PRODUCT)

    def product(codes: Ints) -> Ints:
        return np.repeat(codes, IMAGES_A_PRODUCT)[:count]

    ids = np.frombuffer(chance.bytes(16 * count), np.uint8).reshape(count, 16).copy()
    ids[:, 6] = ids[:, 6] & 0x0F | 0x40  # version and variant of a random UUID
    ids[:, 8] = ids[:, 8] & 0x3F | 0x80
    age = (np.arange(first, first + count) + chance.random(count)) / images
    created = NEWEST - (SPAN * age**1.3).astype(np.int64)  # the catalogue grows faster and faster
    kind = tables.kinds[some(_TABLE, products)]
    group = kind // words.KINDS_A_GROUP
    narrow = some(words.FEWEST_NARROW, products)
    adjectives = np.array([some_of[: words.FEWEST_NARROW] for some_of in words.NARROW], np.int32)
    price = (tables.price[kind] * chance.lognormal(0, 0.4, products)).clip(100, 299_900).astype(np.int32)
    quarter = (created[::IMAGES_A_PRODUCT] / _YEAR % 1 * 4 + 0.17).astype(np.int32) % 4
    season = np.where(chance.random(products) < 0.7, quarter, some(4, products)).astype(np.int32)
    size = np.where(group < words.CLOTHES, some(len(words.SIZES), products), -1).astype(np.int32)
    pictures = words.PICTURE_SIZES[np.where(some(100) == 0, len(words.PICTURE_SIZES) - 1, some(12))]
    kinds = product(kind)
    labels, tenths, label_offsets = _labels(chance, tables, kinds, product(narrow))
    tags, tag_offsets = _several(chance, tables.tags, count, (0.3, 0.3, 0.25, 0.15))
    colours, colour_offsets = _several(chance, tables.colours, count, (0.02, 0.38, 0.4, 0.2))
    made = Chunk(
        first=first, ids=ids, created=created, width=pictures[:, 0].copy(), height=pictures[:, 1].copy(),
        product=product(where(0.9, first // IMAGES_A_PRODUCT + np.arange(products, dtype=np.int32))), kind=kinds,
        category=where(0.97, kinds), adjective=product(adjectives[kind, narrow]),
        model=product(some(len(words.MODELS), products)), name_number=some(NAME_NUMBERS),
        brand=product(where(0.97, tables.brands[group, some(16, products)])),
        material=product(where(0.85, tables.materials[group, some(8, products)])),
        season=product(where(0.7, season)), size=product(size), price=product(where(0.95, price // 10 * 10 + 9)),
        uploader=((first + np.arange(count)) // IMAGES_A_BATCH % len(words.UPLOADERS)).astype(np.int32),
        batch=((first + np.arange(count)) // IMAGES_A_BATCH).astype(np.int32),
        labels=labels, tenths=tenths, label_offsets=label_offsets, tags=tags, tag_offsets=tag_offsets,
        colours=colours, colour_offsets=colour_offsets, phash=chance.integers(-(2**63), 2**63, count, np.int64),
        embeddings=None,
    )  # fmt: skip
    if embeddings:
        made.embeddings = _embeddings(chance, tables.centres, kinds)
    return made


def _labels(
    chance: np.random.Generator, tables: _Tables, kind: Ints, narrow: Ints
) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """(labels, tenths, offsets): about 12 an image, 1 % of the images without any.

    What is above a label is said with it, at its confidence or a little more, as recognisers do.
    """
    count = len(kind)
    image = np.arange(count, dtype=np.int64)
    first_narrow = words.FIRST_NARROW[kind]
    kept = chance.random((3, count), np.float32) < np.array([[0.9], [0.8], [0.45]], np.float32)
    own = np.stack([
        len(words.GROUPS) + kind, first_narrow + narrow, first_narrow + chance.integers(0, words.FEWEST_NARROW, count)
    ])  # fmt: skip
    others = chance.poisson(3.5, count)
    everywhere = tables.labels[chance.integers(0, _TABLE, int(others.sum()), np.int32)].astype(np.int64)
    # Image, label, and last whether it came by chance: of two alike the image's own comes first.
    keys = np.concatenate([
        (image << 16 | own.astype(np.int64) << 1)[kept],
        np.repeat(image, others) << 16 | everywhere << 1 | 1,
    ])  # fmt: skip
    keys.sort()
    keys = keys[_first_of(keys >> 1)]
    keys = keys[(chance.random(count, np.float32) >= 0.01)[keys >> 16]]
    luck = chance.random(len(keys), np.float32)
    tenths = np.where(keys & 1, 200 + 801 * luck, 1000 - 500 * luck * luck).astype(np.int64)
    images, codes = keys >> 16, keys >> 1 & 0x7FFF
    below = [images << 32 | codes << 16 | (1000 - tenths)]
    surer = tenths
    for above in (words.PARENT, words.GRANDPARENT):
        surer = np.minimum(surer + chance.integers(-30, 30, len(surer)).clip(0), 1000)
        has = above[codes] >= 0
        below.append(images[has] << 32 | above[codes[has]] << 16 | (1000 - surer[has]))
    every = np.concatenate(below)
    every.sort()
    every = every[_first_of(every >> 16)]  # the surest of each
    offsets = _offsets(np.bincount(every >> 32, minlength=count))
    return (every >> 16 & 0xFFFF).astype(np.int32), (1000 - (every & 0xFFFF)).astype(np.int32), offsets


def _first_of(keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of sorted keys are not the same as the one before."""
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return first


def _several(
    chance: np.random.Generator, table: Ints, count: int, shares: tuple[float, ...]
) -> tuple[Ints, NDArray[np.int64]]:
    """(codes, offsets): `shares[i]` of the rows draw i times from `table`; what comes twice counts once."""
    draws = np.searchsorted(np.cumsum(shares[:-1]), chance.random(count))
    flat = table[chance.integers(0, _TABLE, int(draws.sum()), np.int32)]
    keys = np.unique(np.repeat(np.arange(count, dtype=np.int64), draws) << 16 | flat)
    return (keys & 0xFFFF).astype(np.int32), _offsets(np.bincount(keys >> 16, minlength=count))


def _embeddings(chance: np.random.Generator, centres: NDArray[np.float32], kind: Ints) -> NDArray[np.float16]:
    vectors = chance.standard_normal((len(kind), DIMENSIONS), np.float32)
    vectors += centres[kind]
    vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return vectors.astype(np.float16)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
