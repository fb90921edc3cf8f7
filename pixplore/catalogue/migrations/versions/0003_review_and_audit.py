"""what a person skipped in the review queue; indexes of decisions and of the audit trail"""

from alembic import op

from pixplore.catalogue import schema

revision = "0003"
down_revision = "0002"

_INDEXES = {"decision": ("decision_at", "decision_label"), "change": ("change_at", "change_actor", "change_action")}


def upgrade() -> None:
    schema.metadata.tables["review_skip"].create(op.get_bind())
    for table, names in _INDEXES.items():
        for index in schema.metadata.tables[table].indexes:
            if index.name in names:
                index.create(op.get_bind())
