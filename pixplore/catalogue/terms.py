"""Which labels an image carries after people have had their say, and the same spread over their ancestors.

What the recogniser said stays in image_label for ever; a rejected label counts no more, and what a person says
of a label stands above what the recogniser says of it.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, text

CARRIED = """
    select said.image_id, said.label_id, label.name, said.confidence, said.source, label.parents, label.categories,
           said.boxes, said.model, said.by
      from image_label said join label on label.id = said.label_id
     where said.image_id = any(cast(:ids as uuid[]))
       and not exists (select from decision d
                        where d.image_id = said.image_id and d.label = label.name and d.verdict = 'reject')
       and (said.source = 'person'
            or not exists (select from image_label over_it where over_it.image_id = said.image_id
                              and over_it.label_id = said.label_id and over_it.source = 'person'))
"""
"""The labels that count, of the images `ids`: rejections out, a person above the recogniser."""

_MISSING = text(
    f"""
    insert into label (name)
    select distinct ancestor from ({CARRIED}) own, unnest(own.parents) ancestor order by ancestor
    on conflict (name) do nothing
"""  # noqa: S608 - CARRIED is ours
)
_CLEAR = text("delete from image_term where image_id = any(cast(:ids as uuid[]))")
_SPREAD = text(
    f"""
    with own as ({CARRIED})
    insert into image_term (image_id, label_id, confidence)
    select image_id, label_id, confidence from own
    union
    select own.image_id, ancestor.id, own.confidence
      from own, unnest(own.parents) up(name) join label ancestor on ancestor.name = up.name
"""  # noqa: S608 - CARRIED is ours
)


def refresh_terms(connection: Connection, image_ids: Iterable[UUID]) -> None:
    """Build image_term of these images anew from image_label and decision. Ancestors become labels of their own.

    Call it in the transaction that changed either, with the images' rows locked by that transaction.
    """
    ids = {"ids": [str(i) for i in image_ids]}
    for statement in (_MISSING, _CLEAR, _SPREAD):
        connection.execute(statement, ids)
