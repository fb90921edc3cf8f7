"""an index of the SKUs of pictures outside the trash, which counts them without the pictures' rows"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Programs write meanwhile: behind a long write this gives way, rather than hold up all that come after it.
    op.execute("set local lock_timeout = '20s'")
    op.execute("create index image_sku_kept on image (sku) where deleted_at is null")
    op.execute("set local lock_timeout = default")
