"""The catalogue's tables, as SQLAlchemy Core. Migrations beside this file build exactly this.

Read it as the story of a picture: a `batch` promises `item`s; an item that proves to be a picture becomes an
`image` with `image_label`s; `image_term` spreads those over their ancestors; people's `decision`s stand above
what the recogniser says; `change` remembers who did what, in order.
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
    Numeric,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, TSVECTOR, UUID
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
    Column("embedding", LargeBinary),  # 1280 float16, little endian, unit length
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
    Column("document", TSVECTOR),  # what `q` searches; kept by pixplore.catalogue.document
    Index("image_sha256", "sha256", unique=True),
    Index("image_newest", text("created_at desc"), "id"),
    Index("image_name", text('lower(name) collate "C"'), "id"),
    Index("image_sku", "sku"),
    Index("image_category", "category"),
    Index("image_batch", "batch_id"),
    Index("image_tags", "tags", postgresql_using="gin"),
    Index("image_colours", "colours", postgresql_using="gin"),
    Index("image_attributes", "attributes", postgresql_using="gin"),
    Index("image_document", "document", postgresql_using="gin"),
)

label = Table(
    "label",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _texts("parents"),  # every ancestor, nearest first
    _texts("categories"),
)

image_label = Table(
    "image_label",
    metadata,
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", ForeignKey("label.id"), primary_key=True),
    Column("source", Text, primary_key=True),  # ai | person
    Column("confidence", Numeric(4, 1), nullable=False),  # 0-100, tenths
    Column("boxes", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("model", Text),
    Column("by", Text),  # the person's e-mail where source is person
    _when("at"),
    Index("image_label_label", "label_id"),
)

image_term = Table(
    "image_term",
    metadata,
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", ForeignKey("label.id"), primary_key=True),
    Column("confidence", Numeric(4, 1), primary_key=True),
    Index("image_term_label", "label_id", "confidence", "image_id"),
)

decision = Table(
    "decision",
    metadata,
    Column("image_id", ForeignKey("image.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Text, primary_key=True),
    Column("verdict", Text, nullable=False),  # accept | reject
    Column("by", Text, nullable=False),
    _when("at"),
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
