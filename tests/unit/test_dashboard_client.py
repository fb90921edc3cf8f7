"""How the answers of our APIs become errors for people, and parameters an address."""

import httpx
import pytest

from dashboard import client, failures
from dashboard.account.authenticator import PasswordRules
from dashboard.look import theme
from pixplore.errors import Conflict, Forbidden, Invalid, NotFound, PixploreError, Unauthenticated, Unavailable


def told(answer: httpx.Response, method: str = "GET") -> PixploreError:
    return client._problem(answer, method, "/v1/images", "3f9c2a81d04b")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Unauthenticated), (403, Forbidden), (404, NotFound), (409, Conflict), (422, Invalid), (400, Invalid),
     (503, Unavailable), (500, Unavailable), (429, Unavailable)],
)  # fmt: skip
def test_each_status_is_an_error_of_ours(status: int, kind: type[PixploreError]) -> None:
    problem = told(httpx.Response(status, json={"title": "T", "detail": "Say this."}))
    assert type(problem) is kind
    if status != 401 and status < 500:
        assert problem.detail == "Say this."


def test_what_nobody_expects_says_whether_anything_is_lost_and_names_its_reference() -> None:
    answer = httpx.Response(503, json={"detail": "The service is resting. Try again in a moment."})
    resting = "The service is resting. Try again in a moment."
    assert told(answer, "GET").detail == f"{resting} Nothing was changed or lost. Reference: 3f9c2a81d04b"
    look = "Look whether your change was made before you make it again."
    assert told(answer, "POST").detail == f"{resting} {look} Reference: 3f9c2a81d04b"


@pytest.mark.parametrize(
    ("method", "error", "sure"),
    [("GET", httpx.ReadTimeout(""), True), ("PUT", httpx.ReadTimeout(""), False), ("PUT", httpx.ReadError(""), False),
     ("PUT", httpx.ConnectError(""), True), ("PUT", httpx.PoolTimeout(""), True)],
)  # fmt: skip
def test_a_change_that_was_sent_and_not_answered_may_have_been_made(
    method: str, error: httpx.HTTPError, sure: bool, caplog: pytest.LogCaptureFixture
) -> None:
    said = failures.unanswered(error, method, "/v1/taxonomy", "3f9c2a81d04b")
    assert ("Nothing was changed" in said, "Look whether" in said) == (sure, not sure)
    assert said.endswith("Reference: 3f9c2a81d04b")
    assert f"request 3f9c2a81d04b: {method} '/v1/taxonomy': {type(error).__name__}" in caplog.text


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"[1]", b"null", b'{"detail": null}'])
def test_an_answer_without_words_still_says_something(body: bytes) -> None:
    for status in (400, 401, 403, 404, 409, 500, 502):
        assert len(told(httpx.Response(status, content=body)).detail) > 20


def test_fields_at_fault_are_named() -> None:
    errors = [{"field": "min_confidence", "message": "is no number"}]
    for said in (errors, {"min_confidence": "is no number"}):
        problem = told(httpx.Response(422, json={"detail": "No.", "errors": said}))
        assert isinstance(problem, Invalid)
        assert problem.fields == {"min_confidence": "is no number"}


def test_parameters_are_flattened() -> None:
    flat = client._flat({"label": ["Dog", "Cat"], "q": "", "cursor": None, "trashed": True, "limit": 5})
    assert flat == [("label", "Dog"), ("label", "Cat"), ("trashed", "true"), ("limit", "5")]


@pytest.mark.parametrize(
    ("password", "lacks"),
    [("Correct-horse 7", ""), ("Vk7qtmze", ""), ("Sh0rt", "at least 8"), ("lower case 7", "capital"),
     ("No Digits Here", "number"), (" Leading-space 7", "space"), ("Trailing-space 7 ", "space"), ("A1" * 129, "256")],
)  # fmt: skip
def test_the_password_policy_in_words(password: str, lacks: str) -> None:
    said = PasswordRules().diagnose_password(password)
    assert lacks in said if lacks else said == ""


def test_plain_text_stays_plain() -> None:
    assert theme.plain("*a* [b](c) $x$ :red[y]") == r"\*a\* \[b\]\(c\) \$x\$ \:red\[y\]"
    later = ":material/delete:", ":cat: and :+1:", "a -> b", "<->", "http://a.example", "www.a.example", "a@b.example"
    for text in later:
        assert "\u200b" in theme.plain(text), text
        assert theme.plain(text).replace("\u200b", "").replace("\\", "") == text
    assert theme.plain("12:30, A-B, 3 > 2") == r"12\:30, A\-B, 3 \> 2"
