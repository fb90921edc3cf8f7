"""No password, token, cookie, code, signature or address of somebody in any log, whatever people do.

The same is looked for at the end of every run of the integration tests and of the browser tests (conftest.py).
"""

import base64
import json
import re
import secrets

import httpx
import pytest

from tests.integration.callers import PASSWORD
from tests.integration.streamlit_page import Page
from tests.integration.told_secrets import told
from tests.pictures import photo
from tests.stack import Stack

WRONG = "Not-the-horse 9"


@pytest.fixture(scope="module")
def used(stack: Stack) -> list[str]:
    """People have used everything that takes or makes a secret, rightly and wrongly; the secrets."""
    base, email = stack.ends["dashboard"], f"{secrets.token_hex(4)}@pixplore.example"
    with Page(base) as page:
        page.press("Create an account")
        assert b"px-confirm" in page.press("Create account", Email=email, Password=PASSWORD, Repeat_password=PASSWORD)
        code = stack.code(email)
        assert b"not right" in page.press("Confirm", Code="000000" if code != "000000" else "111111")
        assert b"is confirmed" in page.press("Confirm", Code=code)
        assert b"Wrong email" in page.press("Sign in", Email=email, Password=WRONG)
        page.press("Sign in", Email=email, Password=PASSWORD)
        ticket = page.ticket()
    own = {"Origin": base}
    cookie = str(httpx.post(f"{base}/auth/session", json={"ticket": ticket}, headers=own).cookies["px"])
    person, admin = stack.sign_in(email, PASSWORD), stack.token("admin")
    grant = _uploaded(stack, admin)
    share = stack.call("POST", f"{stack.ends['search_api']}/v1/shares", admin, json={"filters": {}}).json()["token"]
    shared = stack.call("GET", f"{base}/shared/v1/images", share).json()["items"][0]
    addresses = [shared["thumbnail_url"], _original(stack, admin, shared["id"])]
    for address in addresses:
        assert httpx.get(address).status_code == 200
        assert httpx.get(address.replace("X-Amz-Signature=", "X-Amz-Signature=0")).status_code == 403
    _failing(stack, cookie, admin, share)
    signatures = [found for address in addresses for found in re.findall(r"Signature=([\w%]+)", address)]
    tokens = [admin, *(person[kind] for kind in ("AccessToken", "IdToken", "RefreshToken"))]
    return [PASSWORD, WRONG, code, ticket, cookie, share, email, *signatures, *grant, *tokens]


def _uploaded(stack: Stack, admin: str) -> list[str]:
    """A picture is there; the signature and the policy of its form."""
    content = photo(11) + secrets.token_bytes(8)
    answer = stack.upload(admin, [("secret.jpg", content, "image/jpeg"), ("bad.jpg", b"no picture", "image/jpeg")])
    stack.wait(admin, answer["batch_id"])
    fields = answer["items"][0]["upload"]["fields"]
    wrong = fields | {"key": "elsewhere"}
    refused = httpx.post(answer["items"][0]["upload"]["url"], data=wrong, files={"file": ("f", content, "image/jpeg")})
    assert refused.status_code == 403
    return [fields["x-amz-signature"], fields["policy"]]


def _original(stack: Stack, admin: str, image_id: str) -> str:
    address = f"{stack.ends['search_api']}/v1/images/{image_id}/original"
    return stack.call("GET", address, admin, follow_redirects=False).headers["location"]


def _failing(stack: Stack, cookie: str, admin: str, share: str) -> None:
    """Calls that are refused, or cannot be understood, with everything that lets somebody in."""
    api, base = stack.ends["search_api"], stack.ends["dashboard"]
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "x"}).encode()).decode()
    for token in (admin[:-9], f"{admin.split('.')[0]}.{claims}.x", share, share[:-1] + "_"):
        for address in (f"{api}/v1/images", f"{api}/v1/shared", f"{stack.ends['uploads_api']}/uploads"):
            stack.call("GET", address, token)
    for query in (f"token={admin}", f"nonsense={share}", "limit=x"):
        stack.call("GET", f"{api}/v1/images?{query}", admin)
    stack.call("POST", f"{api}/v1/bulk", admin, content=b"{")
    for name in ("csv", "parquet"):
        assert stack.call("GET", f"{api}/v1/export?format={name}", admin).status_code == 200
    kept = {"px": cookie}
    for path in ("/data/v1/images", "/data/v1/audit", "/report", "/detail/x", f"/data/v1/images?token={cookie}"):
        httpx.get(base + path, cookies=kept, timeout=30)
    httpx.post(f"{base}/auth/session", json={"ticket": cookie}, headers={"Origin": "https://evil.example"})
    httpx.post(f"{base}/auth/sign-out", cookies=kept, headers={"Origin": base})


def test_nothing_is_told(stack: Stack, used: list[str]) -> None:
    assert told(stack, used) == []


@pytest.mark.parametrize("line", [
    "signed in with {0}", "account {6} signed in", "code {2}", "GET /x?token={5}", "cookie px={4}",
    "Authorization: Bearer {9}", "PUT https://s3/k?X-Amz-Signature=00", "postgresql://pix:word@127.0.0.1/x",
])  # fmt: skip
def test_it_would_be_found(stack: Stack, used: list[str], line: str) -> None:
    log = stack.home / "logs" / "of-this-test.log"
    log.write_text(line.format(*used))
    try:
        assert [found.partition(":")[0] for found in told(stack)] != []
    finally:
        log.unlink()


def test_no_answer_repeats_what_let_somebody_in(stack: Stack, used: list[str]) -> None:
    """Errors tell the field, never the token, also where it was sent in the wrong place."""
    token = stack.token("admin")
    for place in (f"/v1/images?token={token}", f"/v1/images?limit={token}", f"/v1/images/{token}"):
        answer = stack.call("GET", stack.ends["search_api"] + place, token)
        assert answer.status_code in (404, 422)
        assert token.split(".")[2] not in answer.text.replace(answer.json()["instance"], "")
