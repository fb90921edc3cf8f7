"""The catalogue's tables, as SQLAlchemy Core. Migrations beside this file build exactly this.

Read it as the story of a picture: a `batch` promises `item`s; an item that proves to be a picture becomes an
`image` with what the recogniser `said`; people's `decision`s and the `taxonomy` stand above that; what then counts,
spread over the ancestors, is the image's `terms`; `change` remembers who did what, in order.

A label of an image is one number, label id * 1024 + confidence in tenths (0-1000): see pixplore.labels.
The search index (pixplore.index) answers; the tables keep the truth and only the indexes that writers need.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID
from sqlalchemy.types import UserDefinedType

metadata = MetaData()


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: orders changes by commit visibility where `seq` cannot."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


NOW = text("now()")
EMPTY_ARRAY = text("'{}'")
EMPTY_OBJECT = text("'{}'::jsonb")


def _when(name: str, nullable: bool = False) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=None if nullable else NOW)


def _texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=EMPTY_ARRAY)


def _labels(name: str) -> Column[object]:
    return Column(name, ARRAY(Integer), nullable=False, server_default=EMPTY_ARRAY)


def _object(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=EMPTY_OBJECT)


batch = Table(
    "batch",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_by", Text, nullable=False),  # e-mail
    _when("created_at"),
    _object("defaults"),  # category, tags, attributes given to every picture of the batch
    Index("batch_created", "created_at", "id"),
)

item = Table(
    "item",
    metadata,
    Column("image_id", UUID, primary_key=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("position", Integer, nullable=False),  # order within the batch
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("sha256", Text),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("duplicate_of", UUID),
    Column("object_key", Text, nullable=False),
    Column("sequencer", Text),  # of the newest S3 event seen, right-padded; older events are ignored
    Column("attempts", Integer, nullable=False, server_default="0"),
    _object("given"),  # by an import: title, sku, category, created_at, tags, attributes, accepted (labels)
    _when("expires_at"),  # until when the grant holds
    _when("look_at"),  # the sweep leaves it alone until then
    _when("created_at"),
    _when("updated_at"),
    Index("item_batch", "batch_id", "position", "image_id"),
    Index("item_open", "look_at", postgresql_where=text("status in ('expected','received','processing')")),
    Index("item_status", "status", "updated_at"),
)

image = Table(
    "image",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text(collation="C"), nullable=False),  # Python's name.lower(): what sorts by name compare
    Column("title", Text),
    Column("sku", Text),
    Column("category", Text),
    _when("created_at"),
    _when("updated_at"),
    _when("deleted_at", nullable=True),  # in the trash since
    Column("width", Integer),
    Column("height", Integer),
    Column("orientation", Text),
    Column("bytes", BigInteger),
    Column("content_type", Text),
    Column("sha256", Text),
    Column("phash", BigInteger),  # 64-bit perceptual hash, as a signed number
    Column("embedding", LargeBinary),  # 256 float16, little endian, unit length
    Column("status", Text, nullable=False, server_default="ready"),
    _texts("colours"),
    _texts("tags"),
    _object("attributes"),
    _texts("text_found"),
    Column("moderation", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("faces", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _object("exif"),
    _object("quality"),
    Column("label_model", Text),
    Column("uploader", Text),
    Column("batch_id", UUID),
    Column("object_key", Text),
    Column("object_version", Text),  # the very bytes that were looked at; a later upload to the key changes nothing
    Column("has_renditions", Boolean, nullable=False, server_default=text("false")),
    _labels("said"),  # what the recogniser said, whatever became of it
    _object("boxes"),  # label id (as text) -> where the recogniser saw it
    _labels("taught"),  # what labels that people taught say
    _labels("terms"),  # what counts: after decisions and taxonomy, with ancestors; sorted, each pair once
    Column("words", Text, nullable=False, server_default=""),  # what `q` searches; see pixplore.words.document
    Index("image_sha256", "sha256", unique=True),
    Index("image_newest", text("created_at desc"), "id"),
    Index("image_name", "name_key", "id"),
    Index("image_sku", "sku"),
    Index("image_sku_kept", "sku", postgresql_where=text("deleted_at is null")),
    Index("image_trash", "deleted_at", postgresql_where=text("deleted_at is not null")),
    Index("image_batch", "batch_id"),
)

label = Table(
    "label",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _texts("parents"),  # every ancestor, nearest first
    _texts("categories"),
)

decision = Table(
    "decision",
    metadata,
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Text, primary_key=True),  # the recogniser's or the person's own name for it, before the taxonomy
    Column("verdict", Text, nullable=False),  # accept | reject
    Column("by", Text, nullable=False),
    _when("at"),
    Index("decision_at", "at", "image_id", "label"),
    Index("decision_label", "label", "at"),
)

review_skip = Table(
    "review_skip",
    metadata,
    Column("by", Text, primary_key=True),  # the queue leaves this out for this person, for a while
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Text, primary_key=True),  # as it was shown
    _when("until"),
)

product = Table(
    "product",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("title", Text),
    Column("category", Text),
    Column("file_name", Text),
    _when("created_at", nullable=True),  # the date the CSV gives; becomes the picture's
    _object("attributes"),
    _when("updated_at"),
    Column("updated_by", Text, nullable=False),
    Index("product_file", text("lower(file_name)")),
    Index("product_sku_lower", text("lower(sku)")),
)

collection = Table(
    "collection",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("created_by", Text, nullable=False),
    _when("created_at"),
)

collection_image = Table(
    "collection_image",
    metadata,
    Column("collection_id", ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True),
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False, server_default="0"),
    _when("added_at"),
    Index("collection_image_image", "image_id"),
)

change = Table(
    "change",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),  # the `version` that writes answer with
    Column("xid", Xid8(), nullable=False, server_default=text("pg_current_xact_id()")),
    _when("at"),
    Column("actor", Text, nullable=False),  # e-mail, or `system`
    Column("action", Text, nullable=False),  # ingest, relabel, edit, delete, restore, product, ...
    Column("image_id", UUID),
    _object("detail"),  # before and after, as far as people want to know
    Index("change_image", "image_id", "seq"),
    Index("change_xid", "xid"),  # what a reader has not seen yet: pixplore.catalogue.feed
    Index("change_at", "at", "seq"),
    Index("change_actor", text('actor collate "C"'), "at", "seq"),
    # What machines write by the million is found soon enough without an index, and is written faster.
    Index("change_action", "action", "at", "seq", postgresql_where=text("action not in ('import','ingest','relabel')")),
)

session = Table(
    "session",
    metadata,
    Column("sid_hash", Text, primary_key=True),  # sha256 of the cookie; the cookie itself is never stored
    Column("sub", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # tokens, encrypted
    Column("ticket_hash", Text, unique=True),  # one-time exchange of a sign-in for a cookie
    _when("ticket_until", nullable=True),
    _when("created_at"),
    _when("seen_at"),
    _when("expires_at"),
    Index("session_sub", "sub"),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("subject", Text, primary_key=True),  # name or address, hashed
    Column("failures", Integer, nullable=False),
    _when("blocked_until", nullable=True),
    _when("updated_at"),
)

taxonomy = Table(
    "taxonomy",
    metadata,
    Column("version", Integer, Identity(), primary_key=True),  # the highest one holds
    Column("rules", JSONB, nullable=False),  # name -> {"to": name, "hidden": bool, "threshold": 0-100}
    Column("note", Text, nullable=False, server_default=""),
    Column("by", Text, nullable=False),
    _when("at"),
    Column("job_id", UUID),  # that brings the images' terms in line with it
)

taught_label = Table(
    "taught_label",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("label", Text, nullable=False, unique=True),
    Column("examples", ARRAY(UUID), nullable=False),
    Column("counter_examples", ARRAY(UUID), nullable=False, server_default=EMPTY_ARRAY),
    Column("model", JSONB),  # what was learned from them; null until it was
    Column("version", Integer, nullable=False, server_default="1"),
    Column("active", Boolean, nullable=False, server_default=text("false")),  # new pictures are asked
    Column("by", Text, nullable=False),
    _when("created_at"),
    _when("updated_at"),
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
    Column("sort", Text, nullable=False, server_default="newest"),
    Column("owner", Text, nullable=False),  # e-mail
    _when("created_at"),
    _when("updated_at"),
    Index("saved_search_owner", "owner", "created_at", "id"),
)

share = Table(
    "share",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("filters", JSONB, nullable=False),
    Column("sort", Text, nullable=False, server_default="newest"),
    Column("originals", Boolean, nullable=False, server_default=text("false")),  # may download
    Column("created_by", Text, nullable=False),
    _when("created_at"),
    _when("expires_at"),
    _when("revoked_at", nullable=True),
    Index("share_created", "created_at", "id"),
)

job = Table(
    "job",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("action", Text, nullable=False),
    Column("value", JSONB),
    Column("filters", JSONB, nullable=False),
    Column("state", Text, nullable=False),  # waiting | running | done | failed
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("undo_of", UUID),
    Column("undone_by", UUID),
    Column("error", Text),
    Column("version", BigInteger),  # of its last change
    Column("created_by", Text, nullable=False),
    _when("created_at"),
    _when("beat_at"),  # a worker that is silent for long has died: another goes on
    _when("ended_at", nullable=True),
    Index("job_created", "created_at", "id"),
    Index("job_open", "beat_at", postgresql_where=text("state in ('waiting','running')")),
)

job_image = Table(
    "job_image",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("image_id", UUID, nullable=False),
    Column("state", SmallInteger, nullable=False, server_default="0"),  # 0 waiting 1 changed 2 unchanged 3 failed
    Column("before", JSONB),  # what undo puts back
    Column("error", Text),
)

secret = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),  # share: the key that signs share links
    Column("value", LargeBinary, nullable=False),
    _when("created_at"),
)
