"""The words of images, that `q` searches: made from everything of an image that has words, but for its labels."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.words import document

_CHUNK = 5_000


def reading(which: str, tags: str = "i.tags", category: str = "i.category", attributes: str = "i.attributes") -> str:
    """SQL for `worded`: of the images `i` that `which` (joins and a where) names, as they are, or as they would be
    with other tags, category or attributes."""
    return f"""
        select i.id, i.words, i.name, i.title, i.sku, {tags}, {category},
               array[product.title, product.category],
               (select array_agg(value) from jsonb_each_text({attributes})), i.text_found
          from image as i left join product on product.sku = i.sku {which}
    """  # noqa: S608 - pieces of ours


_READ = text(reading("where i.id = any(cast(:ids as uuid[]))"))
_WRITE = text("""
    update image set words = made.words
      from unnest(cast(:ids as uuid[]), cast(:words as text[])) as made(id, words) where image.id = made.id
""")


def refresh_words(connection: Connection, image_ids: Iterable[UUID]) -> list[UUID]:
    """Write the words of these images anew, from what the caller's transaction sees of them; answers with those
    whose words are others now.

    Call it after any change of name, title, SKU, category, tags, attributes, text found or product.
    """
    ids = [str(i) for i in image_ids]
    changed: list[UUID] = []
    for start in range(0, len(ids), _CHUNK):
        rows = connection.execute(_READ, {"ids": ids[start : start + _CHUNK]})
        made = {image_id: words for image_id, had, words in worded(rows) if words != had}
        if made:
            connection.execute(_WRITE, {"ids": [str(i) for i in made], "words": list(made.values())})
            changed += made
    return changed


def worded(rows: Iterable[Any]) -> Iterator[tuple[UUID, str, str]]:
    """(id, words it has, words it should have) of each row that `reading` reads."""
    for image_id, had, name, title, sku, tags, category, product, attributes, found in rows:
        c = _there((category, *product, *(attributes or ())))
        yield image_id, had, document(((name, title or "", sku or ""), tags, c, found))


def words_of(
    name: str, title: str | None = None, sku: str | None = None, tags: Sequence[str] = (),
    category: str | None = None, attributes: Mapping[str, Any] | None = None, found: Sequence[str] = (),
    product: Sequence[str | None] = (),
) -> str:  # fmt: skip
    """The words of one image that is about to be written; `product` is the title and category of its product."""
    told = (attribute_text(value) for value in attributes.values()) if attributes else ()
    return document(((name, title or "", sku or ""), tags, _there((category, *product, *told)), found))


def attribute_text(value: Any) -> str | None:
    """An attribute's value as PostgreSQL's ->> gives it; None for none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def _there(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value]
