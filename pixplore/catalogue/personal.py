"""Everything the catalogue keeps about one person, table by table, by their address and the id of their account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from pixplore.catalogue.snapshot import Engine, snapshot

_PART = 1_000
PARTS = {
    "sessions": "select created_at, seen_at, expires_at from session where sub = :sub order by created_at",
    "uploads": """
        select id, name, created_at, defaults from batch where lower(created_by) = :email order by created_at
    """,
    "files": """
        select item.image_id, item.batch_id, item.name, size, item.sha256, status, error_message, item.created_at
          from item join batch on batch.id = batch_id where lower(created_by) = :email order by batch_id, position
    """,
    "pictures": """
        select id, name, created_at, deleted_at, exif from image where lower(uploader) = :email order by created_at
    """,
    "verdicts": """
        select image_id, label, verdict, at from decision where lower("by") = :email order by at
    """,
    "skipped": """
        select image_id, label, until from review_skip where lower("by") = :email order by until
    """,
    "saved_searches": """
        select id, name, filters, sort, created_at, updated_at from saved_search where lower(owner) = :email
         order by created_at
    """,
    "collections": """
        select id, name, note, created_at from collection where lower(created_by) = :email order by created_at
    """,
    "shares": """
        select id, name, filters, sort, originals, created_at, expires_at, revoked_at from share
         where lower(created_by) = :email order by created_at
    """,
    "jobs": """
        select id, action, value, filters, state, total, changed, failed, created_at, ended_at from job
         where lower(created_by) = :email order by created_at
    """,
    "taught_labels": """
        select id, label, created_at, updated_at from taught_label where lower("by") = :email order by created_at
    """,
    "taxonomies": """
        select version, note, rules, at from taxonomy where lower("by") = :email order by version
    """,
    "products": "select sku, updated_at from product where lower(updated_by) = :email order by sku",
    "changes": """
        select seq as version, at, action, image_id, detail from change where lower(actor) = :email order by seq
    """,
    "changes_about_them": """
        select seq as version, at, actor, action, detail from change
         where action = 'account' and lower(detail ->> 'account') in (:email, :sub) order by seq
    """,
}
"""Name in the export -> question. What signs somebody in (cookies, tokens) is no part of it."""


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """One moment to read all parts from. Raises Unavailable.

    A reader that takes nothing for two minutes loses it: it would keep the database from tidying up.
    """
    with snapshot(engine) as connection:
        connection.execute(text("set local idle_in_transaction_session_timeout = '2min'"))
        yield connection


def kept(connection: Connection, part: str, email: str, sub: str) -> Iterator[dict[str, Any]]:
    """The rows of one part, as they come: an administrator's changes may be millions."""
    rows = connection.execution_options(yield_per=_PART).execute(
        text(PARTS[part]), {"email": email.lower(), "sub": sub}
    )
    for row in rows.mappings():
        yield dict(row)
