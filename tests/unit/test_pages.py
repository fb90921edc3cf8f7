"""The pages' own logic: real files of pages/ in a session of their own, only HTTP is faked."""

import re
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
import streamlit as st

from dashboard import session
from dashboard.session import Device
from pixplore.aws import cognito
from pixplore.domain import Role
from pixplore.errors import Unavailable
from tests.unit.faked_services import PICTURE, Dashboard, usual, words
from tests.unit.faked_services import dashboard as dashboard

SENTENCE = "The service is resting."


@pytest.mark.parametrize(
    ("role", "has", "has_not"),
    [
        (Role.VIEWER, ["Find a picture", "New in the catalogue", "Collections"], ["Health", "Dead letters"]),
        (Role.ANALYST, ["How good the labels are", "Health", "This week", "your eyes"], ["Dead letters"]),
        (Role.ADMIN, ["Is everything moving", "Dead letters", "Latest uploads", "Estimated this month"], ["Health"]),
    ],
)
def test_home_is_what_each_role_came_for(dashboard: Dashboard, role: Role, has: list[str], has_not: list[str]) -> None:
    said = words(dashboard.open("home", role))
    assert [word for word in has if word not in said] == []
    assert [word for word in has_not if word in said] == []


def test_the_numbers_of_home_lead_to_what_they_count(dashboard: Dashboard) -> None:
    app = dashboard.open("home", Role.VIEWER)
    ways = {one.proto.label: (one.proto.page, one.proto.query_string) for one in app.get("page_link")}
    assert ways["1 category"] == ("insights", "shape=category")
    assert ways["12 pictures"][0] == "catalogue"


@pytest.mark.parametrize(
    ("address", "asks", "not_asks"),
    [
        ({}, "/v1/insights/labels", "/v1/insights/health"),
        ({"view": "health"}, "/v1/insights/health", "/v1/insights/labels"),
        ({"view": "trend"}, "/v1/insights/trend", "/v1/insights/health"),
        ({"view": "copies"}, "/v1/near-duplicates", "/v1/insights/labels"),
        ({"view": "nonsense"}, "/v1/insights/labels", "/v1/insights/health"),
    ],
)
def test_the_address_of_insights_opens_its_part_and_asks_for_no_other(
    dashboard: Dashboard, address: dict[str, str], asks: str, not_asks: str
) -> None:
    dashboard.open("insights", Role.VIEWER, **address)
    assert asks in dashboard.services.paths
    assert not_asks not in dashboard.services.paths


def test_copies_are_told_in_groups_that_open(dashboard: Dashboard) -> None:
    two = [PICTURE | {"id": str(UUID(int=number)), "name": f"{number}.jpg"} for number in (1, 2)]
    found = {"items": [{"count": 9, "images": two}], "total": 3, "images": 21, "next_cursor": "more", "version": 1}
    dashboard.services.answers["/v1/near-duplicates"] = found
    app = dashboard.open("insights", Role.VIEWER, view="copies")
    said = words(app)
    assert "3 groups of nearly equal pictures" in said
    assert f"/catalogue?id={UUID(int=1)}" in said
    assert "The 1 largest are shown; 2 more." in said
    assert "Compare" in [button.label for button in app.button]


@pytest.mark.parametrize(("page", "who"), [("review", "analysts"), ("operations", "administrators"),
                                           ("upload", "administrators")])  # fmt: skip
def test_a_viewer_is_told_whom_a_page_is_for(dashboard: Dashboard, page: str, who: str) -> None:
    app = dashboard.open(page, Role.VIEWER)
    assert f"This page is for {who}" in words(app)
    assert dashboard.services.paths == []


@pytest.mark.parametrize(
    ("page", "role", "title"),
    [
        ("catalogue", Role.VIEWER, "Not available just now"),
        ("insights", Role.VIEWER, "Not available just now"),
        ("products", Role.VIEWER, "Not available just now"),
        ("review", Role.ANALYST, "Not available just now"),
        ("collections", Role.VIEWER, ""),
        ("upload", Role.ADMIN, "Not available just now"),
        ("operations", Role.ADMIN, "cannot be read just now"),
        ("home", Role.ANALYST, "Health is not available just now."),
    ],
)
def test_a_service_that_is_away_is_said_in_its_own_words(
    dashboard: Dashboard, page: str, role: Role, title: str
) -> None:
    dashboard.services.away = True
    app = dashboard.open(page, role)
    assert title in words(app)
    assert SENTENCE in words(app)


def test_a_part_that_is_away_leaves_the_others_and_comes_back(dashboard: Dashboard) -> None:
    dashboard.services.away = {"/v1/insights/labels"}
    app = dashboard.open("insights", Role.VIEWER)
    assert f"<b>Labels is not available just now.</b> {SENTENCE}" in words(app)
    assert "Different labels" in words(app)
    dashboard.services.away = False
    app.button(key="px-part-again-Labels").click().run()
    assert "not available" not in words(app)
    assert "Labels by number of pictures" in words(app)


def test_a_part_that_breaks_keeps_what_is_not_for_people_in_the_log(dashboard: Dashboard) -> None:
    right = dashboard.services.answers["/v1/insights/labels"]
    dashboard.services.answers["/v1/insights/labels"] = {"rows": [{"<b>secret</b>": 1}], "total": 12, "distinct": 1}
    app = dashboard.open("insights", Role.VIEWER)
    assert "<b>Labels is not available just now.</b> It has a fault. Nothing is lost. Reference: " in words(app)
    assert not re.search("Error|secret|label'", words(app))
    assert "Different labels" in words(app), "the other parts stay"
    dashboard.services.answers["/v1/insights/labels"] = right
    del app.session_state["px_insights"]  # what was answered is kept for a moment
    app.button(key="px-part-again-Labels").click().run()
    assert "Labels by number of pictures" in words(app)


@pytest.mark.parametrize(
    ("page", "role", "said"),
    [
        ("home", Role.VIEWER, "No pictures yet"),
        ("home", Role.ANALYST, "There is nothing to judge yet"),
        ("home", Role.ADMIN, "No upload yet"),
        ("catalogue", Role.VIEWER, "No pictures yet"),
        ("insights", Role.VIEWER, "No pictures yet"),
        ("products", Role.VIEWER, "No products yet"),
        ("collections", Role.VIEWER, "No collections yet"),
        ("upload", Role.ADMIN, "No uploads yet"),
        ("review?view=teach", Role.ANALYST, "No label is taught yet"),  # of an empty queue its component tells
        ("operations", Role.ADMIN, "No file ended in the last hour"),
    ],
)
def test_an_empty_catalogue_says_what_to_do(dashboard: Dashboard, page: str, role: Role, said: str) -> None:
    dashboard.services.answers = usual(0) | {"/v1/taught-labels": {"items": [], "next_cursor": None}}
    name, _, asked = page.partition("?")
    assert said in words(dashboard.open(name, role, **dict(parse_qsl(asked))))


@pytest.mark.parametrize(
    ("away", "stays"),
    [("Two-step verification", "Where you are signed in"), ("Where you are signed in", "Two-step verification")],
)
def test_a_part_of_the_account_that_is_away_leaves_the_others(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, away: str, stays: str
) -> None:
    def resting(*_: object) -> NoReturn:
        raise Unavailable(SENTENCE)

    here = Device("hash", "Firefox/140 Windows", datetime.now(UTC), True)
    monkeypatch.setattr(cognito, "has_totp", resting if away.startswith("Two") else lambda _: False)
    monkeypatch.setattr(session, "devices", resting if away.startswith("Where") else lambda _: [here])
    app = dashboard.open("account", Role.VIEWER)
    assert f"<b>{away} is not available just now.</b> {SENTENCE}" in words(app)
    assert f"<b>{stays} is not" not in words(app)
    said = {"Two-step verification": "a stolen password alone", "Where you are signed in": "Firefox on Windows"}
    assert said[stays] in words(app)
    assert "Sign out" in [one.label for one in app.button]
    assert "Current password" in [one.label for one in app.text_input]


def test_an_hour_of_the_past_carries_the_exact_one(dashboard: Dashboard) -> None:
    """Wherever a list says how long ago, the very moment stands behind it."""
    at = "2026-06-15T12:00:00Z"
    taught = {"id": "t", "label": "Mug", "active": True, "examples": [], "by": "a@example.com", "updated_at": at}
    board = {"id": "c", "name": "Autumn", "note": "", "images": 0, "created_by": "a@example.com", "created_at": at}
    dashboard.services.answers |= {
        "/v1/taught-labels": {"items": [taught], "next_cursor": None}, "/v1/collections/c": board,
    }  # fmt: skip
    for page, asked in (("review", {"view": "teach"}), ("collections", {"collection": "c"})):
        said = words(dashboard.open(page, Role.ANALYST, **asked))
        assert 'title="15 June 2026, 12:00 UTC"' in said, page


def test_a_bar_of_operations_opens_the_files_that_it_counts(dashboard: Dashboard) -> None:
    one = {"image_id": "7d0c6c1e-0000-4000-8000-000000000001", "batch_id": "b", "name": "cup.jpg", "error": None,
           "duplicate_of": None}  # fmt: skip
    asked = {"ended": "ready", "minute": "2026-11-29T10:20:00Z"}
    for total, told in ((1234, True), (200, False)):
        st.cache_data.clear()
        dashboard.services.answers["/v1/operations/ended"] = {"items": [one] * 200, "total": total}
        app = dashboard.open("operations", Role.ADMIN, **asked)
        assert f"10:20 UTC, searchable: {total:,} files" in words(app)
        assert ("The newest 200 are shown." in words(app)) == told


def test_bulk_work_that_is_under_way_is_told_as_people_say_it(dashboard: Dashboard) -> None:
    job = {"id": "j", "state": "running", "action": "tag", "value": "summer", "undo_of": None, "total": 1200,
           "done": 300, "eta": 8.0, "created_by": "ann@example.com"}  # fmt: skip
    dashboard.services.answers["/v1/jobs"] = {"items": [job]}
    (told,) = dashboard.open("operations", Role.ADMIN).get("progress")
    said = re.sub(r"\\([^\w\s])", r"\1", told.proto.text).replace("\u200b", "")
    assert said == "Tagging 1,200 pictures with “summer”: 300 of 1,200, about 8 seconds left, begun by ann@example.com"


def test_nearly_equal_pictures_that_do_not_fit_are_told_of(dashboard: Dashboard) -> None:
    def picture(number: int, batch_id: str) -> dict[str, object]:
        return PICTURE | {"id": str(UUID(int=number)), "batch_id": batch_id, "bytes": 1, "width": number,
                          "created_at": "2026-11-29T10:20:00Z"}  # fmt: skip

    group = {"count": 25, "images": [picture(1, "b"), picture(2, "older")]}
    dashboard.services.answers |= {
        "/uploads/b": {"batch_id": "b", "name": "Mugs", "created_at": "2026-11-29T10:20:00Z", "counts": {"ready": 24},
                       "items": [], "next_cursor": None},
        "/v1/near-duplicates": {"items": [group], "total": 1, "images": 25, "next_cursor": None, "version": 1},
    }  # fmt: skip
    app = dashboard.open("upload", Role.ADMIN, batch="b")
    assert "1 pair of nearly equal pictures" in words(app)
    next(one for one in app.button if one.label == "Keep both").click().run()
    app.run()  # AppTest runs no fragment by itself
    assert "23 more pictures are nearly equal to these" in words(app)
    assert "Every pair of nearly equal pictures" not in words(app)


def test_a_session_that_ended_asks_to_sign_in(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    app = dashboard.open("products", Role.VIEWER)
    monkeypatch.setattr(session, "session", lambda: None)
    app.run()
    assert not app.exception
    assert [one.label for one in app.text_input][:2] == ["Email", "Password"]


def test_the_products_page_follows_its_address(dashboard: Dashboard) -> None:
    app = dashboard.open("products", Role.VIEWER, view="none", least="3")
    assert app.number_input(key="px-least").value == 3
    assert "Products without any picture" in words(app)
    app.query_params["view"], app.query_params["least"] = "few", "2"  # the browser's back
    app.run()
    assert app.number_input(key="px-least").value == 2
    assert "Products that have pictures, but not enough" in words(app)


@pytest.mark.parametrize(
    ("page", "path"),
    [("collections", "/v1/collections"), ("home", "/v1/insights/health"), ("products", "/v1/products/reconciliation")],
)
def test_a_page_that_breaks_shows_a_reference_and_the_log_has_the_rest(
    dashboard: Dashboard, page: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    dashboard.services.answers[path] = ["an answer of another shape"]
    said = words(dashboard.open(page, Role.ANALYST))
    (reference,) = re.findall("Reference: ([0-9a-f]{12})", said)
    assert "Traceback" not in said
    assert "Error" not in said
    (line,) = [one for one in caplog.records if reference in one.getMessage()]
    assert line.exc_info
    assert line.exc_info[1].__traceback__  # type: ignore[union-attr]
