"""What a form for an upload and the address of a picture are good for: one file each, and not for long."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pixplore.aws import clients, storage
from pixplore.domain import MAX_FILE_BYTES
from tests.integration.callers import inside
from tests.integration.test_uploads_end_to_end import JPEG, fresh
from tests.stack import Stack

Fields = dict[str, str]


def wider(fields: Fields) -> Fields:
    """The same signature under a policy that allows more."""
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["expiration"] = "2099-01-01T00:00:00Z"
    policy["conditions"] = [["starts-with", "$key", ""], *policy["conditions"]]
    return fields | {"policy": base64.b64encode(json.dumps(policy).encode()).decode()}


CHANGES: dict[str, Callable[[Fields], Fields]] = {
    "another key": lambda fields: fields | {"key": f"{fields['key'][:-1]}x"},
    "a key below it": lambda fields: fields | {"key": f"{fields['key']}/more"},
    "another type": lambda fields: fields | {"Content-Type": "text/html"},
    "readable by everybody": lambda fields: fields | {"acl": "public-read"},
    "somewhere else afterwards": lambda fields: fields | {"success_action_redirect": "https://evil.example"},
    "another name beside it": lambda fields: fields | {"x-amz-meta-by": "eve@example.com"},
    "a wider policy": wider,
    "no policy": lambda fields: {name: value for name, value in fields.items() if name != "policy"},
    "no signature": lambda fields: {name: value for name, value in fields.items() if name != "x-amz-signature"},
    "another signature": lambda fields: fields | {"x-amz-signature": fields["x-amz-signature"][::-1]},
}


def send(url: str, fields: Fields, content: bytes = b"") -> int:
    sent = httpx.post(url, data=fields, files={"file": ("f", content or fresh(), JPEG)}, timeout=60)
    return sent.status_code


@pytest.fixture(scope="module")
def grant(stack: Stack) -> dict[str, Any]:
    answer = stack.grant(stack.token(), [("cup.jpg", fresh(), JPEG)])
    return dict(answer["items"][0]["upload"])


@pytest.mark.parametrize("change", CHANGES, ids=lambda name: name.replace(" ", "-"))
def test_a_form_with_a_word_changed_is_refused(grant: dict[str, Any], change: str) -> None:
    assert send(grant["url"], CHANGES[change](grant["fields"])) in (400, 403)


@pytest.mark.parametrize("bucket", ["renditions_bucket", "originals_bucket"])
def test_a_form_is_for_its_bucket_and_size(stack: Stack, grant: dict[str, Any], bucket: str) -> None:
    there = grant["url"].replace(stack.ends["originals_bucket"], stack.ends[bucket])
    content = b"x" * (MAX_FILE_BYTES + 1) if bucket == "originals_bucket" else fresh()
    assert send(there, grant["fields"], content) in (400, 403)


def test_a_form_ends_after_an_hour(stack: Stack, grant: dict[str, Any], signing: None) -> None:
    policy = json.loads(base64.b64decode(grant["fields"]["policy"]))
    left = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert 0 < left.total_seconds() <= storage.GRANT_SECONDS == 3600
    over = storage.post_grant(stack.ends["originals_bucket"], "test/over", JPEG, seconds=-1)
    assert send(over.url, over.fields) == 403
    right = storage.post_grant(stack.ends["originals_bucket"], "test/right", JPEG, seconds=60)
    assert send(right.url, right.fields) == 204, "only its time was over"


@pytest.fixture(scope="module")
def signing(stack: Stack) -> Iterator[None]:
    """This process signs as the stack's programs do."""
    with inside(stack):
        clients.forget()
        yield
    clients.forget()


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, str]:
    """Of a picture, as its people and as visitors get them."""
    admin, api = stack.token(), stack.ends["search_api"]
    answer = stack.upload(admin, [("cup.jpg", fresh(9), JPEG)])
    stack.wait(admin, answer["batch_id"])
    image = f"/images/{answer['items'][0]['image_id']}"
    asked = {"filters": {"batch_id": [answer["batch_id"]]}, "originals": True}
    share = stack.call("POST", f"{api}/v1/shares", admin, json=asked).json()["token"]
    found = {}
    for whose, token, place in (("ours", admin, "/v1"), ("a visitor's", share, "/v1/shared")):
        told = stack.call("GET", f"{api}{place}{image}", token).json()
        found |= {f"{whose} {kind}": told[f"{kind}_url"] for kind in ("thumbnail", "preview")}
        original = stack.call("GET", f"{api}{place}{image}/original", token, follow_redirects=False)
        found[f"{whose} original"] = original.headers["location"]
    return found


LIVES = {"thumbnail": 2 * storage.STABLE_SECONDS, "preview": 2 * storage.STABLE_SECONDS, "original": 300}
VISITORS = {"thumbnail": 1800, "preview": 1800, "original": 300}


@pytest.mark.parametrize("kind", LIVES)
@pytest.mark.parametrize("whose", ["ours", "a visitor's"])
def test_an_address_is_for_one_picture_and_not_for_long(addresses: dict[str, str], whose: str, kind: str) -> None:
    address = addresses[f"{whose} {kind}"]
    assert httpx.get(address).status_code == 200
    (seconds,) = parse_qs(urlsplit(address).query)["X-Amz-Expires"]
    assert int(seconds) <= (LIVES if whose == "ours" else VISITORS)[kind]
    path = urlsplit(address).path
    bucket, _, key = path.lstrip("/").partition("/")
    changed = {
        "another picture": address.replace(key, key.replace(key[0], "0" if key[0] != "0" else "1", 1)),
        "the list": address.replace(path, f"/{bucket}"),
        "the list below it": address.replace(path, f"/{bucket}/") + "&list-type=2",
        "for longer": address.replace(f"X-Amz-Expires={seconds}", "X-Amz-Expires=604800"),
        "later": address.replace("X-Amz-Date=20", "X-Amz-Date=21"),
        "without a signature": address.split("X-Amz-Signature")[0],
    }
    assert {name: httpx.get(one).status_code for name, one in changed.items()} == dict.fromkeys(changed, 403)
    assert httpx.put(address, content=b"x").status_code == 403
    assert httpx.delete(address).status_code == 403
    assert httpx.get(address).status_code == 200, "and it is as it was"


def test_an_address_ends(stack: Stack, addresses: dict[str, str], signing: None) -> None:
    key = urlsplit(addresses["ours original"]).path.partition(stack.ends["originals_bucket"])[2].lstrip("/")
    address = storage.download_url(stack.ends["originals_bucket"], key, "cup.jpg", JPEG, seconds=1)
    assert httpx.get(address).status_code == 200
    time.sleep(2)
    assert httpx.get(address).status_code == 403


def test_a_form_used_while_its_picture_is_looked_at_changes_nothing(stack: Stack) -> None:
    """Right after the first: what was announced is shown, or nothing is; never what somebody sent in its place."""
    token, first = stack.token(), fresh(1)
    answer = stack.upload(token, [("cup.jpg", first, JPEG)])
    form, image_id = answer["items"][0]["upload"], answer["items"][0]["image_id"]
    assert send(form["url"], form["fields"], fresh(2)) == 204
    (before,) = stack.wait(token, answer["batch_id"])["items"]
    original = stack.call(
        "GET", f"{stack.ends['search_api']}/v1/images/{image_id}/original", token, follow_redirects=False
    )
    if before["status"] == "ready":  # the first was looked at before the second came
        assert httpx.get(original.headers["location"]).content == first
    else:
        assert (before["status"], before["error"]["code"]) == ("rejected", "changed_on_the_way")
        assert original.status_code == 404
    assert send(form["url"], form["fields"], fresh(3)) == 204
    time.sleep(2)
    (after,) = stack.batch(token, answer["batch_id"])["items"]
    when = "updated_at" if before["status"] == "rejected" else ""  # what came last was looked at, and rejected, too
    assert {name for name in before.keys() | after if before.get(name) != after.get(name)} <= {when}
    assert stack.images(token, batch_id=answer["batch_id"])["total"] == (before["status"] == "ready")
