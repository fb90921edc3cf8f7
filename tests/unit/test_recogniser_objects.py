"""Pictures named by their place in S3, asked in one process so that moto stands for S3."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws
from starlette.applications import Starlette

from embedded.recogniser import objects
from embedded.recogniser.app import make_app
from embedded.recogniser.operations import Operations
from pixplore.vision.model import build_models

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photos" / "polar_bear.jpg"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    folder = tmp_path_factory.mktemp("models")
    build_models(folder)
    return make_app(Operations(folder), threads=1)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        objects._s3.cache_clear()
        client = boto3.client("s3")
        client.create_bucket(Bucket="pictures")
        client.put_bucket_versioning(Bucket="pictures", VersioningConfiguration={"Status": "Enabled"})
        yield client
    objects._s3.cache_clear()


def ask(app: Starlette, place: dict[str, str]) -> tuple[int, dict[str, Any]]:
    headers = {"x-amz-target": "RekognitionService.DetectLabels",
               "authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/x/rekognition/aws4_request"}  # fmt: skip

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://recogniser") as client:
            return await client.post("/", json={"Image": {"S3Object": place}}, headers=headers)

    answer = asyncio.run(post())
    return answer.status_code, answer.json()


def test_an_object_and_an_older_version_of_it(app: Starlette, s3: Any) -> None:
    old = s3.put_object(Bucket="pictures", Key="a b/1", Body=PHOTO.read_bytes())["VersionId"]
    s3.put_object(Bucket="pictures", Key="a b/1", Body=b"now something else")
    status, answer = ask(app, {"Bucket": "pictures", "Name": "a b/1", "Version": old})
    assert (status, answer["Labels"][-1]["Name"]) == (200, "Polar Bear")
    status, answer = ask(app, {"Bucket": "pictures", "Name": "a b/1"})
    assert (status, answer["__type"]) == (400, "InvalidImageFormatException")


@pytest.mark.parametrize("place", [{"Bucket": "pictures", "Name": "none"}, {"Bucket": "no-such", "Name": "x"}])
def test_an_object_that_is_not_there(app: Starlette, s3: Any, place: dict[str, str]) -> None:
    status, answer = ask(app, place)
    assert (status, answer["__type"]) == (400, "InvalidS3ObjectException")


def test_an_object_above_15_mb(app: Starlette, s3: Any) -> None:
    s3.put_object(Bucket="pictures", Key="big", Body=b"\0" * (15 * 1024 * 1024 + 1))
    assert ask(app, {"Bucket": "pictures", "Name": "big"})[1]["__type"] == "ImageTooLargeException"


def test_a_place_half_named(app: Starlette, s3: Any) -> None:
    assert ask(app, {"Bucket": "pictures"})[1]["__type"] == "InvalidParameterException"
