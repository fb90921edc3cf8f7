"""an index of what lies in the trash, by which the sweep finds what is over its time there"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Programs write meanwhile: behind a long write this gives way, rather than hold up all that come after it.
    op.execute("set local lock_timeout = '20s'")
    op.execute("create index image_trash on image (deleted_at) where deleted_at is not null")
    op.execute("set local lock_timeout = default")
