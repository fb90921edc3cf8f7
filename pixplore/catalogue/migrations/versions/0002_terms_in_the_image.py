"""labels, terms and words in the image's own row; taxonomy, taught labels, saved searches, shares, jobs"""

import sqlalchemy as sa
from alembic import op

from pixplore.catalogue import schema

revision = "0002"
down_revision = "0001"

_NEW = ("taxonomy", "taught_label", "saved_search", "share", "job", "job_image", "secret")


def upgrade() -> None:
    for name, kind, default in (
        ("name_key", sa.Text(collation="C"), sa.text("''")),
        ("said", sa.ARRAY(sa.Integer()), schema.EMPTY_ARRAY),
        ("boxes", sa.dialects.postgresql.JSONB(), schema.EMPTY_OBJECT),
        ("taught", sa.ARRAY(sa.Integer()), schema.EMPTY_ARRAY),
        ("terms", sa.ARRAY(sa.Integer()), schema.EMPTY_ARRAY),
        ("words", sa.Text(), sa.text("''")),
    ):
        op.add_column("image", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column(
        "item", sa.Column("given", sa.dialects.postgresql.JSONB(), nullable=False, server_default=schema.EMPTY_OBJECT)
    )
    op.alter_column("image", "name_key", server_default=None)
    for name in ("image_tags", "image_colours", "image_attributes", "image_document", "image_category", "image_name"):
        op.drop_index(name, "image")
    op.execute(_LABELS)
    op.execute(_TERMS)
    op.execute(_DECIDED)
    # Embeddings were of another kind (1280 numbers): `python -m pixplore relabel` makes those of older pictures anew.
    op.execute("update image set embedding = null where octet_length(embedding) <> 512")
    op.drop_column("image", "document")
    op.drop_table("image_term")
    op.drop_table("image_label")
    for name in _NEW:
        schema.metadata.tables[name].create(op.get_bind())
    _write_words(op.get_bind())
    op.create_index("image_name", "image", ["name_key", "id"])
    op.create_index("change_xid", "change", ["xid"])


def _write_words(connection: sa.Connection) -> None:
    from pixplore.catalogue.document import refresh_words

    ids = connection.execute(sa.text("select id, name from image")).all()
    for start in range(0, len(ids), 5_000):
        part = ids[start : start + 5_000]
        connection.execute(
            sa.text("""
                update image set name_key = made.key
                  from unnest(cast(:ids as uuid[]), cast(:keys as text[])) as made(id, key) where image.id = made.id
            """),
            {"ids": [str(row.id) for row in part], "keys": [row.name.lower() for row in part]},
        )
        refresh_words(connection, [row.id for row in part])


_LABELS = """
    update image set said = made.said, boxes = made.boxes
      from (select image_id, array_agg(label_id * 1024 + (confidence * 10)::int order by confidence desc, label_id)
                   as said,
                   coalesce(jsonb_object_agg(label_id::text, boxes) filter (where boxes <> '[]'), '{}') as boxes
              from image_label where source = 'ai' group by image_id) made
     where image.id = made.image_id
"""
_TERMS = """
    update image set terms = made.terms
      from (select image_id, array_agg(label_id * 1024 + (confidence * 10)::int order by label_id, confidence) as terms
              from image_term group by image_id) made
     where image.id = made.image_id
"""
# What a person accepted stands in `decision` alone.
_DECIDED = """
    insert into decision (image_id, label, verdict, "by", at)
    select said.image_id, label.name, 'accept', coalesce(said."by", 'system'), said.at
      from image_label said join label on label.id = said.label_id where said.source = 'person'
    on conflict do nothing
"""
