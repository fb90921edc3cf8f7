"""`q` as SQL: each phrase found in an image's words or in the name of a label that it shows, and how well."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    TableValuedAlias,
    and_,
    any_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pixplore import spelling
from pixplore.catalogue.schema import image, label
from pixplore.domain import SHOWN_CONFIDENCE
from pixplore.labels import CERTAIN, SHIFT
from pixplore.query import Query
from pixplore.words import SECTION_END, Phrase, asked, stored

Clause = ColumnElement[bool]
PER_LABEL = 1 << SHIFT
"""A label of an image is one number: label id * 1024 + confidence in tenths (see pixplore.labels)."""
SHOWN = (round(SHOWN_CONFIDENCE * 10), CERTAIN)
_SECTIONS = 4
FEW = 12
"""Up to so many labels, looking for each is faster than looking at all that an image carries."""
_stored = lru_cache(1 << 16)(stored)  # names of labels: some thousands, asked for by every `q`


@dataclass(frozen=True, slots=True)
class Wording:
    """What was asked: `found` holds for images that answer all of it, `rank` is the greater the better they do."""

    found: Clause | None
    rank: ColumnElement[Any] | None
    spelling: dict[str, list[str]]


def understand(connection: Connection, query: Query) -> Wording:
    """`q` against the catalogue as the connection sees it. A `q` without any word in it finds nothing."""
    if not query.q:
        return Wording(None, None, {})
    if not (phrases := asked(query.q)):
        return Wording(false(), None, {})
    names = {row.id: _stored(row.name) for row in connection.execute(select(label.c.id, label.c.name))}
    understood, meant = phrases, dict[str, list[str]]()
    if query.within is None:
        understood, meant = spelling.spelt(
            phrases, lambda word: _begins(connection, names, word), lambda word: _vocabulary(connection, names, word)
        )
    rank: ColumnElement[Any] = literal(0, Integer)
    for phrase in understood:
        rank = rank + _rank(phrase, names)
    return Wording(and_(*(_found(phrase, names) for phrase in understood)), rank, meant)


def carries(ids: Iterable[int], tenths: tuple[int, int]) -> Clause:
    """The image carries one of these labels within this confidence."""
    wanted = sorted(ids)
    if len(wanted) <= FEW:
        return or_(false(), *(_carries_one(one, tenths) for one in wanted))
    each = each_term("carried")
    held = select(literal(1)).select_from(each).where(is_any(each.c.term, wanted), within(each.c.term, tenths))
    return held.correlate(image).exists()


def _carries_one(label_id: int, tenths: tuple[int, int]) -> Clause:
    """By binary search: width_bucket counts the (sorted) terms up to a value, at a twentieth of what unnest takes."""
    first, last = (label_id * PER_LABEL + edge for edge in tenths)
    return func.width_bucket(last, image.c.terms) > func.width_bucket(first - 1, image.c.terms)


def each_term(name: str, terms: ColumnElement[Any] = image.c.terms) -> TableValuedAlias:
    """The labels of an image as rows of `term` and `place`, from 1."""
    rows = func.unnest(terms).table_valued(column("term", Integer), with_ordinality="place")
    return rows.render_derived(name)


def is_any(term: ColumnElement[int], ids: Sequence[int]) -> Clause:
    return term // PER_LABEL == any_(cast(list(ids), ARRAY(Integer)))


def within(term: ColumnElement[int], tenths: tuple[int, int]) -> Clause:
    return (term % PER_LABEL).between(*tenths)


def _found(phrase: Phrase, names: dict[int, str]) -> Clause:
    pieces = phrase.begun or phrase.complete  # what is complete has begun
    return or_(_says(image.c.words, pieces), carries(_named(pieces, names), SHOWN))


def _rank(phrase: Phrase, names: dict[int, str]) -> ColumnElement[Any]:
    """8 for section A, 6 for B and labels, 4 for C, 2 for D; one less where the last word goes on."""
    steps: list[tuple[Clause, int]] = []
    for place in range(_SECTIONS):
        section = func.split_part(image.c.words, SECTION_END, place + 1)
        for pieces, worth in ((phrase.complete, 8 - 2 * place), (phrase.begun, 7 - 2 * place)):
            if pieces:
                here = _says(section, pieces)
                steps.append((or_(here, carries(_named(pieces, names), SHOWN)) if place == 1 else here, worth))
    return case(*steps, else_=0) if steps else literal(0, Integer)


def _says(column: ColumnElement[Any], pieces: Iterable[str]) -> Clause:
    return or_(false(), *(column.like(f"%{piece}%") for piece in pieces))  # words hold no % _ or \


def _named(pieces: Iterable[str], names: dict[int, str]) -> Iterator[int]:
    return (i for i, name in names.items() if any(piece in name for piece in pieces))


def _begins(connection: Connection, names: dict[int, str], word: str) -> bool:
    """Whether a word of any image, or of a label that any image shows, begins with `word`."""
    piece = f" {word}"
    if _any(connection, _says(image.c.words, [piece])):
        return True
    named = list(_named([piece], names))
    return bool(named) and _any(connection, carries(named, SHOWN))


def _vocabulary(connection: Connection, names: dict[int, str], word: str) -> set[str]:
    """The catalogue's words that may be like `word`: those of images, and of labels that any image shows."""
    reach = spelling.reach(word)
    found = set(connection.execute(_WORDS, {"shortest": len(word) - reach, "longest": len(word) + reach}).scalars())
    for i, name in names.items():
        near = set(spelling.within_reach(word, name.split())) - found
        if near and _any(connection, carries([i], SHOWN)):
            found |= near
    return found


def _any(connection: Connection, clause: Clause) -> bool:
    return bool(connection.execute(select(select(literal(1)).where(clause).exists())).scalar_one())


# Numbers are like no word of letters. Tokens lie between spaces; those that end values and sections are too short.
_WORDS = text(r"""
    select distinct word from (select unnest(string_to_array(words, ' ')) as word from image) each
     where length(word) between :shortest and :longest and word ~ '[^0-9]'
""")
