"""The search API on the dashboard's origin: with the session's cookie, for the dashboard's own pages."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page

from tests.browser.conftest import Person

ASK = """async ([path, method, body]) => {
    const answer = await fetch(path, {method, body: body && JSON.stringify(body),
        headers: body ? {"Content-Type": "application/json"} : {}});
    return [answer.status, answer.headers.get("content-type"), await answer.text()];
}"""


def ask(page: Page, path: str, method: str = "GET", body: object = None) -> tuple[int, str, str]:
    status, kind, text = page.evaluate(ASK, [path, method, body])
    return status, kind, text


def cookies(person: Person) -> dict[str, str]:
    return {one["name"]: one["value"] for one in person.context.cookies()}


def test_reads_writes_and_files(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    page = signed_in("admin").go("/")
    status, kind, text = ask(page, "/data/v1/images?limit=1&facets=label")
    assert (status, kind) == (200, "application/json")
    assert '"facets"' in text
    assert ask(page, f"/data/v1/images/{pictures[0]}", "PATCH", {"title": "Through the dashboard"})[0] == 200
    assert "Through the dashboard" in ask(page, f"/data/v1/images/{pictures[0]}")[2]
    status, kind, text = ask(page, "/data/v1/export?format=csv")
    assert status == 200
    assert kind.startswith("text/csv")
    assert len(text.splitlines()) > len(pictures)
    assert ask(page, "/data/v1/images?limit=x")[0] == 422
    assert ask(page, "/data/v1/..%2Fmetrics")[0] == 400, "Streamlit refuses ways up"


def test_the_role_counts(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    page = signed_in("viewer").go("/")
    assert ask(page, f"/data/v1/images/{pictures[0]}", "PATCH", {"title": "No"})[0] == 403


def test_nobody_else(signed_in: Callable[[str], Person], pictures: list[str]) -> None:
    admin = signed_in("admin")
    address = f"{admin.base}/data/v1/images/{pictures[0]}"
    assert httpx.get(address).status_code == 401
    assert httpx.get(address, cookies={"px": "made-up"}).status_code == 401
    kept = cookies(admin)
    assert httpx.get(address, cookies=kept).status_code == 200
    for origin in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        answer = httpx.patch(address, json={"title": "Theirs"}, cookies=kept, headers=origin)
        assert answer.status_code == 403
    answer = httpx.get(address, cookies=kept)
    assert answer.headers["cache-control"] == "no-store"
    assert "authorization" not in str(answer.headers).lower()


def test_the_uploaders_questions_are_guarded_as_well(signed_in: Callable[[str], Person]) -> None:
    admin = signed_in("admin")
    address, kept = f"{admin.base}/upload/ask", cookies(admin)
    asked, own = {"queue": "no such", "request": "1", "kind": "states"}, {"Origin": admin.base}
    for origin in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        assert httpx.post(address, json=asked, cookies=kept, headers=origin).status_code == 403
    assert httpx.post(address, content=b"[1]", cookies=kept, headers=own).status_code == 400
    assert "session is over" in httpx.post(address, json=asked, headers=own).json()["error"]
    answer = httpx.post(address, json=asked, cookies=kept, headers=own)
    assert "choose the same files again" in answer.json()["error"]
    assert answer.headers["cache-control"] == "no-store"
