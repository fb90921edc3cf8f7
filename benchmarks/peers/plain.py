"""The synthetic images and the questions as numbers, for engines that know nothing of ours.

Images are numbered from the newest on (0, 1, ...), so the newest 50 are those with the lowest numbers. Labels, tags,
categories, attributes and words are codes. Each image has each of its labels once, at the surest: for a lower bound of
the confidence that is the same as all pairs that ours keeps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.queries import Question
from pixplore.index.filters import microseconds
from pixplore.query import Query
from pixplore.synthesis import Chunk, chunks, to_rows
from pixplore.synthesis import made_up as lists
from pixplore.words import asked, words

ATTRIBUTES = {"brand": lists.BRANDS, "material": lists.MATERIALS, "season": lists.SEASONS, "size": lists.SIZES}
SHOWN = 550
CERTAIN = 1000
STEPS = (0, *range(250, 1000, 50))
"""Confidences (tenths) at which engines that cannot compare inside a list keep the labels ready; 0: all of them.
Between two steps there are pairs of label and confidence: `around` a confidence lie a step and the pairs above it."""
_LABEL = {name: code for code, name in enumerate(lists.LABELS)}
_CATEGORY = {name: code for code, name in enumerate(lists.CATEGORIES)}
_TAG = {name: code for code, name in enumerate(lists.TAGS)}


@dataclass(slots=True)
class Images:
    """n images from number `first` on; -1: none. Lists are flat with offsets."""

    first: int
    created: NDArray[np.int64]  # microseconds
    category: NDArray[np.int32]
    price: NDArray[np.int32]  # hundredths
    attributes: dict[str, NDArray[np.int32]]
    labels: NDArray[np.int32]
    tenths: NDArray[np.int32]
    label_offsets: NDArray[np.int64]
    tags: NDArray[np.int32]
    tag_offsets: NDArray[np.int64]
    words: NDArray[np.int32]  # each once an image, without numbers
    word_offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.created)

    def numbers(self) -> NDArray[np.int64]:
        return np.arange(self.first, self.first + len(self))

    def rows(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """The image number of each entry of a list."""
        return np.repeat(self.numbers(), np.diff(offsets))


@dataclass(frozen=True, slots=True)
class Plain:
    """A question in codes. `words`: for each word asked for, the complete words and the labels (at 55 %) that say it.
    `attributes`: at least one code of each.
    """

    query: Query  # as ours takes it
    low: int  # tenths
    all: tuple[int, ...]
    any: tuple[int, ...]
    none: tuple[int, ...]
    categories: tuple[int, ...]
    tags: tuple[int, ...]
    any_tags: tuple[int, ...]
    attributes: dict[str, tuple[int, ...]]
    price: tuple[int, int] | None  # both included
    since: int | None  # microseconds, included
    until: int | None  # excluded
    words: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    def forms(self) -> tuple["Plain", "Plain", "Plain"]:
        """What the page and total, the label facet, and the category facet are counted over."""
        return self, replace(self, any=()), replace(self, categories=())


class Dictionary:
    """Words that are no numbers, as codes in the order they are met."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def code(self, word: str) -> int:
        return self.codes.setdefault(word, len(self.codes)) if word.isalpha() else -1

    def beginning(self, prefix: str) -> tuple[int, ...]:
        return tuple(code for word, code in self.codes.items() if word.startswith(prefix))


def around(low: int, steps: tuple[int, ...] = STEPS) -> tuple[int, int | None]:
    """The step at or below a confidence, and the one above, if there is one."""
    return max(step for step in steps if step <= low), next((step for step in steps if step > low), None)


def images(count: int, seed: int, dictionary: Dictionary) -> Iterator[Images]:
    for chunk in chunks(count, seed):
        word_codes, word_offsets = _words(chunk, dictionary)
        yield Images(
            chunk.first, chunk.created, chunk.category, chunk.price,
            {"brand": chunk.brand, "material": chunk.material, "season": chunk.season, "size": chunk.size},
            chunk.labels, chunk.tenths, chunk.label_offsets, chunk.tags, chunk.tag_offsets, word_codes, word_offsets,
        )  # fmt: skip


def plain(question: Question, dictionary: Dictionary) -> Plain:
    query = question.query
    label, tag, category = (query.condition(name) for name in ("label", "tag", "category"))
    price = query.ranges.get("price")
    asked_words = []
    for phrase in asked(query.q):
        (word,) = phrase.parts
        labels = [c for n, c in _LABEL.items() if any(p.startswith(word) for w in words(n) for p in w.parts)]
        asked_words.append((dictionary.beginning(word), tuple(labels)))
    return Plain(
        query=query, low=query.tenths[0],
        all=tuple(_LABEL[name] for name in label.all),
        any=tuple(_LABEL[name] for name in label.any),
        none=tuple(_LABEL[name] for name in label.none),
        categories=tuple(_CATEGORY[name] for name in category.any),
        tags=tuple(_TAG[name] for name in tag.all),
        any_tags=tuple(_TAG[name] for name in tag.any),
        attributes={
            name: tuple(values.index(text) for text in query.condition(f"attr.{name}").any)
            for name, values in ATTRIBUTES.items() if query.condition(f"attr.{name}").any
        },
        price=None if price is None else (int(price.gte * 100), int(price.lte * 100)),
        since=None if query.created_from is None else microseconds(query.created_from),
        until=None if query.created_to is None else microseconds(query.created_to),
        words=tuple(asked_words),
    )  # fmt: skip


def _words(chunk: Chunk, dictionary: Dictionary) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    coded = to_rows(chunk, terms=False).words
    assert coded.offsets is not None
    known = np.array([dictionary.code(word) for word in coded.values], np.int64)
    rows = np.repeat(np.arange(len(chunk), dtype=np.int64), np.diff(coded.offsets))
    codes = known[coded.codes]
    keys = np.unique((rows << 32 | codes)[codes >= 0])
    offsets = np.zeros(len(chunk) + 1, np.int64)
    np.cumsum(np.bincount(keys >> 32, minlength=len(chunk)), out=offsets[1:])
    return (keys & 0xFFFFFFFF).astype(np.int32), offsets
