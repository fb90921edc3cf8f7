"""Who is refused stands in the logs of the search API and the uploads API: whose token, which door, never the token."""

import io
import json
import logging
from uuid import UUID

import pytest

from backend_lambdas.api import log as uploads_log
from pixplore import refusals
from search_api import edge
from tests.contract.conftest import Api
from tests.contract.test_uploads_api import Api as Uploads
from tests.contract.test_uploads_api import api as uploads  # noqa: F401


@pytest.fixture(autouse=True)
def a_minute_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests before have used theirs."""
    monkeypatch.setattr(edge, "_refused", refusals.Refusals(logging.getLogger("pixplore.search_api").warning))


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in caplog.records if record.name == "pixplore.search_api"]
    caplog.clear()
    return [line for line in found if line.startswith("refused: ")]


def test_whose_token_which_door_and_why(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    image = UUID(int=7)
    answer = api.call("viewer", "DELETE", f"/v1/images/{image}")
    (line,) = lines(caplog)
    assert (answer.status_code, line) == (403, (
        f"refused: 403 forbidden, DELETE /v1/images/{{image_id}}, request {answer.json()['request_id']}, "
        "by sub-viewer. This needs the role admin. Ask an administrator."
    ))  # fmt: skip
    token = api.issuer.token("viewer", sub="forged")
    for path in ("/v1/images", "/v1/collections", f"/v1/images/{image}"):
        for sent in (None, f"{token[:-9]}AAAAAAAAA"):
            head = {"Authorization": f"Bearer {sent}"} if sent else {}
            assert api.client.get(f"{api.address}{path}?limit=7", headers=head).status_code == 401
            (line,) = lines(caplog)
            assert ("by nobody known" in line, "refused: 401 unauthenticated" in line) == (True, True)
            assert token[:20] not in line
            assert "Bearer" not in line
            assert not {str(image), "limit"} & set(line.replace("?", " ").replace("=", " ").split())


def test_who_was_signed_out_is_known(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    for number, path in enumerate(("/v1/images", "/v1/collections")):
        token = api.issuer.token("viewer", sub=f"sub-of-anna-{number}")
        api.issuer.signed_out.add(token)
        head = {"Authorization": f"Bearer {token}"}
        assert api.client.get(api.address + path, headers=head).status_code == 401
        (line,) = lines(caplog)
        assert f"by sub-of-anna-{number}. Your session is over." in line
        assert token not in line


def test_what_is_no_refusal_has_no_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    assert api.get("viewer", "/v1/images?limit=0").status_code == 422
    assert api.get("viewer", "/v1/nothing").status_code == 404
    assert lines(caplog) == []


def test_the_uploads_api_does_the_same(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    said = io.StringIO()
    monkeypatch.setattr(uploads_log.registered_handler, "stream", said)
    sub = uploads.claims["sub"]
    uploads.claims["client_id"] = "another"
    status, problem = uploads.call("GET", "/uploads")
    (line,) = [json.loads(line) for line in said.getvalue().splitlines()]
    assert (status, line["level"], line["status"], line["type"]) == (401, "WARNING", 401, "unauthenticated")
    assert (line["route"], line["sub"], line["request_id"]) == ("/uploads", sub, problem["request_id"])
    assert uploads.token not in said.getvalue()
