"""Embeddings as the catalogue keeps them: 256 float16 (512 bytes) an image, or none."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from pixplore.errors import NotFound


def embedding(connection: Connection, image_id: UUID) -> bytes | None:
    """Of one image, also in the trash; None for a catalogue entry without a picture. Raises NotFound."""
    row = connection.execute(text("select embedding from image where id = :id"), {"id": image_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such image in the catalogue, or no longer. Look for it anew.")
    return None if row.embedding is None else bytes(row.embedding)


def embeddings(connection: Connection, image_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Of those that have one."""
    rows = connection.execute(_OF, {"ids": [str(i) for i in image_ids]})
    return {row.id: bytes(row.embedding) for row in rows}


_OF = text("select id, embedding from image where id = any(cast(:ids as uuid[])) and embedding is not null")
