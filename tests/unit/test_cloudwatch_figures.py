"""Numbers for CloudWatch stand in the logs: embedded metric format, read by name in infra/cdk/stacks/alarms.py."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from backend_lambdas import figures
from pixplore.errors import Throttled, Unavailable
from search_api import lag_log


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
    with lag_log.told(engines, wanted=True, each_s=0.01):
        time.sleep(0.2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) > 2
    assert lines[0]["IndexLag"] == 1.25
    assert lines[0]["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "IndexLag", "Unit": "Seconds"}]
    time.sleep(0.05)
    assert capsys.readouterr().out == ""


def test_without_an_index_the_lag_grows_from_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    engines: Any = SimpleNamespace(follower=SimpleNamespace(view=lambda: None, lag_s=0.0))
    with lag_log.told(engines, wanted=True, each_s=0.01):
        time.sleep(0.2)
    lags = [json.loads(line)["IndexLag"] for line in capsys.readouterr().out.splitlines()]
    assert lags == sorted(lags)
    assert lags[-1] > 0.1


def test_nothing_is_told_where_nobody_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    engines: Any = SimpleNamespace(follower=SimpleNamespace(view=lambda: object(), lag_s=1.25))
    with lag_log.told(engines, wanted=False, each_s=0.01):
        time.sleep(0.1)
    assert capsys.readouterr().out == ""
