"""an index of the SKUs of pictures outside the trash, which counts them without the pictures' rows"""

from alembic import op

from pixplore.catalogue import schema

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    (index,) = (one for one in schema.image.indexes if one.name == "image_sku_kept")
    index.create(op.get_bind())
