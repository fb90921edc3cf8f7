"""Choosing a collection, or naming a new one: in the bulk bar and at an opened picture."""

from collections.abc import Iterator
from typing import Any

import streamlit as st

from dashboard import client, session
from pixplore.domain import Role

Board = dict[str, str]


def open_to_me() -> Board:
    """Name -> id of the collections that this person may change, the newest first."""
    person = session.current()
    boards: Board = {}
    for one in every():
        if person and (Role.ADMIN in person.role.includes or one["created_by"] == person.email):
            boards.setdefault(one["name"], one["id"])
    return boards


def every() -> Iterator[dict[str, Any]]:
    """All collections, the newest first."""
    after: str | None = None
    while True:
        answer = client.get("/v1/collections", {"limit": 200, "cursor": after})
        yield from answer["items"]
        after = answer["next_cursor"]
        if not after:
            return


def field(mine: Board, key: str, first: str | None = None) -> str | None:
    """The name chosen or typed; None as long as there is none."""
    names = list(mine)
    name = st.selectbox(
        "Collection", names, index=names.index(first) if first in names else None, accept_new_options=True,
        placeholder="Choose one or type a new name", key=key,
    )  # fmt: skip
    return (name or "").strip() or None


def resolved(mine: Board, name: str) -> str:
    """Its id; a new one is made. Raises what client.post raises."""
    return mine.get(name) or str(client.post("/v1/collections", {"name": name})["id"])
