"""The terms of images, built anew from what was said, taught and decided, and from the taxonomy that holds."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.catalogue.labels import name_labels, vocabulary_to_write
from pixplore.labels import counted

_CHUNK = 5_000
DECISIONS = """
    (select array_agg(array[label, verdict, "by"] order by label) from decision where decision.image_id = image.id)
"""
"""An SQL expression over `image`: its decisions as pixplore.labels takes them; null for none."""
_READ = text(f"""
    select id, said, taught, terms, {DECISIONS} as decisions from image where id = any(cast(:ids as uuid[]))
""")  # noqa: S608 - DECISIONS is ours
_WRITE = text("""
    update image set terms = made.terms::integer[]
      from unnest(cast(:ids as uuid[]), cast(:terms as text[])) as made(id, terms) where image.id = made.id
""")
_NAMELESS = text("""
    select distinct label from decision where image_id = any(cast(:ids as uuid[])) and verdict = 'accept'
       and not exists (select from label where label.name = decision.label)
""")


def refresh_terms(connection: Connection, image_ids: Iterable[UUID]) -> list[UUID]:
    """Write the terms of these images; answers with those whose terms are others now.

    Call it in the transaction that changed said, taught, decision or taxonomy, with the images' rows locked by it.
    Accepted names, new names of the taxonomy and ancestors become labels of their own.
    """
    ids = [str(i) for i in image_ids]
    if not ids:
        return []
    if nameless := connection.execute(_NAMELESS, {"ids": ids}).scalars().all():
        name_labels(connection, nameless)
    vocabulary = vocabulary_to_write(connection)
    changed: list[UUID] = []
    for start in range(0, len(ids), _CHUNK):
        made: dict[UUID, str] = {}
        for row in connection.execute(_READ, {"ids": ids[start : start + _CHUNK]}):
            terms = counted(vocabulary, row.said, row.taught, row.decisions or ())
            if terms != row.terms:
                made[row.id] = "{" + ",".join(map(str, terms)) + "}"
        if made:
            connection.execute(_WRITE, {"ids": [str(i) for i in made], "terms": list(made.values())})
            changed += made
    return changed
