"""200 mixed questions to a synthetic catalogue, the same for the same seed and for every engine.

Each asks for the newest 50 images, the exact total, the 50 most frequent labels and the categories, both multi-select
(a facet's own any-of choice does not narrow it). Labels are drawn as people meet them: half by how frequent they are,
half evenly. Six of ten keep the default confidence, the others ask for any other at 0.1.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from pixplore.query import Condition, Query, Range
from pixplore.synthesis import made_up as words
from pixplore.synthesis.make import NEWEST, SPAN, Chunk, chunks

QUESTIONS = 200
LIMIT = 50
FACETS = ("label", "category")
KINDS = {
    "everything": 8, "one label": 50, "two labels": 40, "three labels": 15, "any label": 20, "not label": 15,
    "category": 20, "date": 10, "tag or attribute": 12, "text": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    query: Query


class _Draw:
    """Draws that know how frequent things are in the catalogue."""

    def __init__(self, chunk: Chunk, seed: int) -> None:
        self.chance = random.Random(seed)
        self.chunk = chunk
        self.labels = np.bincount(chunk.labels, minlength=len(words.LABELS)).tolist()

    def label(self) -> str:
        if self.chance.random() < 0.5:
            return self.chance.choices(words.LABELS, self.labels)[0]
        return self.chance.choice(words.LABELS)

    def together(self, count: int) -> list[str]:
        """Labels of one image, so that they do occur together; sometimes ones that hardly do."""
        while True:
            row = self.chance.randrange(len(self.chunk))
            held = self.chunk.labels[self.chunk.label_offsets[row] : self.chunk.label_offsets[row + 1]].tolist()
            if len(held) >= count:
                break
        found = [words.LABELS[code] for code in self.chance.sample(held, count)]
        return found if self.chance.random() < 0.8 else list(dict.fromkeys([*found[1:], self.label()]))

    def categories(self, most: int) -> tuple[str, ...]:
        return tuple(self.chance.sample(words.CATEGORIES, self.chance.randint(1, most)))

    def dates(self) -> dict[str, datetime]:
        newest = datetime.fromtimestamp(NEWEST / 1e6, UTC).replace(hour=0, minute=0, second=0)
        days = SPAN // 86_400_000_000
        start = newest - timedelta(days=self.chance.randint(30, days))
        if self.chance.random() < 0.3:
            return {"created_from": start}
        return {"created_from": start, "created_to": start + timedelta(days=self.chance.choice([7, 30, 90, 365]))}

    def confidence(self) -> dict[str, Decimal]:
        if self.chance.random() < 0.6:
            return {}
        return {"min_confidence": Decimal(self.chance.randint(200, 990)) / 10}

    def word(self) -> str:
        """A word of a title, or the beginning of one."""
        word = self.chance.choice([*words.ADJECTIVES, *words.KINDS, *words.MODELS[:300]]).lower()
        return word if self.chance.random() < 0.6 else word[: max(3, len(word) - 2)]


def questions(seed: int = 7) -> list[Question]:
    """The list, in an order of chance: any beginning of it is a fair sample."""
    draw = _Draw(next(chunks(20_000, seed)), seed)
    made = [Question(kind, _one(draw, kind)) for kind, count in KINDS.items() for _ in range(count)]
    assert len(made) == QUESTIONS
    draw.chance.shuffle(made)
    return made


def _one(draw: _Draw, kind: str) -> Query:
    chance, query = draw.chance, Query(**draw.confidence())
    if kind == "everything":
        return query
    query = _ASKED[kind](draw, query)
    if kind not in ("category", "date") and chance.random() < 0.2:
        query = _with(query, "category", any=draw.categories(2))
    if kind != "date" and chance.random() < 0.15:
        query = replace(query, **draw.dates())
    return query


def _with(query: Query, name: str, **more: tuple[str, ...]) -> Query:
    old = query.condition(name)
    joined = {kind: tuple(dict.fromkeys([*getattr(old, kind), *values])) for kind, values in more.items()}
    return replace(query, conditions={**query.conditions, name: replace(old, **joined)})


def _any_label(draw: _Draw, query: Query) -> Query:
    query = _with(query, "label", any=tuple(draw.label() for _ in range(draw.chance.randint(2, 4))))
    return _with(query, "label", all=(draw.label(),)) if draw.chance.random() < 0.3 else query


def _not_label(draw: _Draw, query: Query) -> Query:
    first, second = draw.together(2)[0], draw.label()
    query = _with(query, "label", none=(second,)) if first != second else query
    return _with(query, "label", all=(first,)) if draw.chance.random() < 0.7 else query


def _category(draw: _Draw, query: Query) -> Query:
    query = _with(query, "category", any=draw.categories(3))
    return _with(query, "label", all=(draw.label(),)) if draw.chance.random() < 0.5 else query


def _dates(draw: _Draw, query: Query) -> Query:
    query = replace(query, **draw.dates())
    return _with(query, "label", all=(draw.label(),)) if draw.chance.random() < 0.5 else query


def _tag_or_attribute(draw: _Draw, query: Query) -> Query:
    chance = draw.chance
    what = chance.randrange(4)
    if what == 0:
        query = _with(query, "tag", all=(words.TAGS[int(chance.choice(draw.chunk.tags))],))
    elif what == 1:
        query = _with(query, "tag", any=tuple(chance.sample(words.TAGS, 3)))
    elif what == 2:
        query = _with(query, "attr.brand", any=tuple(chance.sample(words.BRANDS, 2)))
        query = _with(query, "attr.season", any=(chance.choice(words.SEASONS),))
    else:
        low = chance.randint(1, 60)
        query = replace(query, ranges={"price": Range(Decimal(low), Decimal(low) + chance.choice([5, 20, 100]))})
        query = _with(query, "attr.material", any=(chance.choice(words.MATERIALS),))
    return _with(query, "label", all=(draw.label(),)) if chance.random() < 0.4 else query


def _text(draw: _Draw, query: Query) -> Query:
    query = replace(query, q=" ".join(draw.word() for _ in range(draw.chance.choice([1, 1, 2]))))
    return _with(query, "label", all=(draw.label(),)) if draw.chance.random() < 0.3 else query


_ASKED: dict[str, Callable[[_Draw, Query], Query]] = {
    "one label": lambda draw, query: _with(query, "label", all=(draw.label(),)),
    "two labels": lambda draw, query: _with(query, "label", all=tuple(draw.together(2))),
    "three labels": lambda draw, query: _with(query, "label", all=tuple(draw.together(3))),
    "any label": _any_label, "not label": _not_label, "category": _category, "date": _dates,
    "tag or attribute": _tag_or_attribute, "text": _text,
}  # fmt: skip
assert set(_ASKED) | {"everything"} == set(KINDS)
__all__ = ["FACETS", "KINDS", "LIMIT", "QUESTIONS", "Condition", "Question", "questions"]
