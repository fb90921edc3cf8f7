"""Numbers for CloudWatch stand in the logs: embedded metric format, read by name in infra/cdk/stacks/alarms.py."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from starlette.testclient import TestClient

from backend_lambdas import figures
from pixplore.errors import Throttled, Unavailable
from search_api import minute_log
from search_api.edge import Edge


def record(seconds_ago: float) -> SQSRecord:
    return SQSRecord({"attributes": {"SentTimestamp": str(int((time.time() - seconds_ago) * 1000))}})


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What one call of a function leaves in its log."""
    figures.metrics.clear_metrics()

    def lines(*steps: Any) -> dict[str, Any]:
        @figures.metrics.log_metrics
        def handler(event: Any, context: Any) -> None:
            for step, *arguments in steps:
                step(*arguments)

        handler({}, SimpleNamespace(function_name="f"))
        return dict(json.loads(capsys.readouterr().out))

    return lines


def test_each_end_is_counted_and_only_ready_ones_are_timed(told: Any) -> None:
    said = told(
        (figures.ended, "ready", record(2)), (figures.ended, "rejected", record(1)),
        (figures.ended, "duplicate", record(1)), (figures.ended, "failed", record(1)),
    )  # fmt: skip
    (about,) = said["_aws"]["CloudWatchMetrics"]
    assert (about["Namespace"], about["Dimensions"]) == ("Pixplore", [[]])  # as infra/cdk/stacks/alarms.py asks
    assert sum(said["ImagesProcessed"]) == 4
    assert sum(said["ImagesRefused"]) == 2
    (seconds,) = said["TimeToReady"]
    assert 2 <= seconds < 10


def test_only_throttling_is_counted_as_throttling(told: Any) -> None:
    said = told((figures.put_off, Throttled("slow down")), (figures.put_off, Unavailable("away")),
                (figures.ended, "ready", record(0)))  # fmt: skip
    assert said["RecognitionThrottled"] == [1.0]


def test_the_lag_of_the_index_is_told_while_the_search_api_runs(capsys: pytest.CaptureFixture[str]) -> None:
    engines: Any = SimpleNamespace(follower=SimpleNamespace(view=lambda: object(), lag_s=1.25))
    with minute_log.told(engines, wanted=True, each_s=0.01):
        time.sleep(0.2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) > 2
    assert lines[0]["IndexLag"] == 1.25
    assert lines[0]["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "IndexLag", "Unit": "Seconds"}]
    time.sleep(0.05)
    assert capsys.readouterr().out == ""


def test_how_quickly_it_answers_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Every call under /v1 counts, by its own status; at most a hundred values stand in a line."""

    async def some(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("broken"):
            raise ValueError("a fault of ours")
        status = 503 if scope["path"].endswith("bad") else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(Edge(some), raise_server_exceptions=False)
    with minute_log.told(SimpleNamespace(follower=None), wanted=True, each_s=0.4):  # type: ignore[arg-type]
        for at in range(205):
            client.get({0: "/v1/bad", 1: "/v1/broken"}.get(at, "/v1/images"))
        client.get("/healthz")
        time.sleep(1)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(len(line["SearchSeconds"]) for line in lines) == 205
    assert max(len(line["SearchSeconds"]) for line in lines) <= 100
    assert sum(line["SearchFailed"] for line in lines) == 2
    assert all(0 <= seconds < 5 for line in lines for seconds in line["SearchSeconds"])
    named = {metric["Name"] for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert named == {"SearchSeconds", "SearchFailed"}


def test_without_an_index_the_lag_grows_from_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    engines: Any = SimpleNamespace(follower=SimpleNamespace(view=lambda: None, lag_s=0.0))
    with minute_log.told(engines, wanted=True, each_s=0.01):
        time.sleep(0.2)
    lags = [json.loads(line)["IndexLag"] for line in capsys.readouterr().out.splitlines()]
    assert lags == sorted(lags)
    assert lags[-1] > 0.1


def test_nothing_is_told_where_nobody_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    engines: Any = SimpleNamespace(follower=SimpleNamespace(view=lambda: object(), lag_s=1.25))
    with minute_log.told(engines, wanted=False, each_s=0.01):
        time.sleep(0.1)
    assert capsys.readouterr().out == ""
