"""What serves as a filter is kept for half a minute, but not from whoever just gave pictures another attribute."""

from typing import Any

import pytest
import streamlit as st

from dashboard import client
from dashboard.bulk import changes
from dashboard.catalogue import filter_panel
from dashboard.products import product_views
from pixplore.errors import Unavailable


class Asked:
    """The search API's two answers, by the names in `known`; `versions` are the least ones that were asked for."""

    def __init__(self) -> None:
        self.known, self.versions, self.away_before = ["brand"], list[int](), 100

    def get(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        if path == "/v1/images":
            return self.images()
        if self.away_before < params.get("min_version", 0):
            raise Unavailable("Not yet.")
        self.versions.append(params.get("min_version", 0))
        return {"values": [{"value": name, "count": 3} for name in self.known], "distinct": len(self.known)}

    def images(self) -> dict[str, Any]:
        values = [{"value": "Acme", "count": 3}]
        return {"facets": {f"attr.{name}": {"values": values, "unset": 0, "distinct": 1} for name in self.known}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = Asked()
    monkeypatch.setattr(client, "get", asked.get)
    st.session_state.clear()
    monkeypatch.setattr(filter_panel, "_least", [0])
    filter_panel.forget()
    return asked


def names() -> list[str]:
    return [one.name for one in filter_panel.attributes()]


def ended(action: str) -> None:
    followed: dict[str, Any] = {"everything": False, "gone": ()}
    changes._refresh(followed, [{"action": action, "version": 7}])


def test_bulk_work_that_set_an_attribute(asked: Asked) -> None:
    before = names()
    asked.known.append("season")
    ended("tag")
    assert names() == before, "kept"
    ended("set_attribute")
    assert len(names()) == len(before) + 1
    assert asked.versions == [0, 7]


def test_an_imported_list(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names()
    asked.known.append("season")
    monkeypatch.setattr(client, "send", lambda *_of, **_more: {"version": 9})
    monkeypatch.setattr(st, "rerun", lambda: None)
    product_views._import(b"sku,season\n", {"digest": "d"}, 1)
    assert len(names()) == len(before) + 1
    assert asked.versions == [0, 9]


def test_an_index_that_is_far_behind_takes_no_page_away(asked: Asked) -> None:
    asked.away_before = 5
    ended("set_attribute")
    assert names()
    assert asked.versions == [0]
