"""What the page does when the viewer is closed: here, or by a link to another page."""

from typing import Any

import pytest

from dashboard.picture import detail


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, str], dict[str, Any], list[Any]]:
    """The address, the session, and what the catalogue is told of writes."""
    address, session, writes = {"collection": "b", "id": "1"}, {}, []
    monkeypatch.setattr(detail.st, "query_params", address)
    monkeypatch.setattr(detail.st, "session_state", session)
    monkeypatch.setattr(detail.catalogue_calls, "changed", lambda *what, **how: writes.append((what, how)))
    return address, session, writes


def test_closed_the_picture_leaves_the_address(told: tuple[dict[str, str], dict[str, Any], list[Any]]) -> None:
    address, session, writes = told
    detail._closed({"id": "1", "changed": ["1"], "gone": [], "version": 7})
    assert address == {"collection": "b"}
    assert writes == [((["1"],), {"version": 7})]
    assert session[detail._CHANGED]


def test_left_by_a_link_writes_are_noted_and_the_other_pages_address_stays(
    told: tuple[dict[str, str], dict[str, Any], list[Any]],
) -> None:
    address, session, writes = told
    detail._closed({"id": "1", "changed": ["1"], "gone": [], "version": 7, "left": True})
    assert address == {"collection": "b", "id": "1"}
    assert writes == [((["1"],), {"version": 7})]
    assert not session.get(detail._CHANGED)
