"""What `q` searches: one tsvector per image, made here from everything that has words, most telling fields first."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.words import words
from pixplore.domain import SHOWN_CONFIDENCE

FIELDS = (
    ("name", "A"),
    ("title", "A"),
    ("sku", "A"),
    ("tags", "B"),
    ("labels", "B"),
    ("category", "C"),
    ("product", "C"),
    ("text", "D"),
)
"""Fields in the order they are written, and their weight in ts_rank."""

_GAP = 10  # empty places between values, so that no phrase runs from one into the next
_MAX_PLACE = 16_000  # PostgreSQL keeps no place beyond 16383
_READ = text("""
    select image.id, image.name, image.title, image.sku, image.category, image.tags, image.text_found as text,
           (select array_agg(distinct label.name) from image_term join label on label.id = image_term.label_id
             where image_term.image_id = image.id and image_term.confidence >= :shown) as labels,
           (select array[product.title, product.category] from product where product.sku = image.sku)
           || (select array_agg(value) from jsonb_each_text(image.attributes)) as product
      from image where image.id = any(cast(:ids as uuid[]))
""")
_WRITE = text("""
    update image set document = made.document::tsvector
      from unnest(cast(:ids as uuid[]), cast(:documents as text[])) as made(id, document) where image.id = made.id
""")


def refresh_documents(connection: Connection, image_ids: Iterable[UUID]) -> None:
    """Write the search documents of these images anew, from what the caller's transaction sees of them.

    Call it after any change of name, title, SKU, category, tags, attributes, text found, product or image_term.
    """
    ids = [str(i) for i in image_ids]
    for start in range(0, len(ids), 1_000):
        asked = {"ids": ids[start : start + 1_000], "shown": SHOWN_CONFIDENCE}
        rows = connection.execute(_READ, asked).mappings().all()
        documents = [document({field: _texts(row[field]) for field, _ in FIELDS}) for row in rows]
        connection.execute(_WRITE, {"ids": [str(row["id"]) for row in rows], "documents": documents})


def document(fields: dict[str, list[str]]) -> str:
    """PostgreSQL's text form of a tsvector: `'shoe':1A 'run':2A ...`, made without any dictionary of its own."""
    places: dict[str, list[str]] = {}
    for word, place, weight in _placed(fields):
        spots = places.setdefault(word, [])
        if len(spots) < 250:  # PostgreSQL keeps 255 places per word
            spots.append(f"{place}{weight}")
    quoted = ((word.replace("\\", "\\\\").replace("'", "''"), spots) for word, spots in places.items())
    return " ".join(f"'{word}':{','.join(spots)}" for word, spots in quoted)


def _placed(fields: dict[str, list[str]]) -> Iterator[tuple[str, int, str]]:
    place = 0
    for field, weight in FIELDS:
        for value in fields.get(field, []):
            for word in words(value):
                if place > _MAX_PLACE:
                    return
                yield word.whole, place + 1, weight
                for part in word.parts:
                    place += 1
                    if part != word.whole:
                        yield part, place, weight
            place += _GAP


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    return [part for part in value if part] if isinstance(value, list) else [str(value)]
