"""The alarms, one a row: what is measured, from which figure on it rings, what that means and what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_apigateway as gateway
from aws_cdk import aws_cloudwatch as watch
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

from infra.cdk.constructs.alarm import AlarmProps
from infra.cdk.constructs.service import WebService

FIVE = Duration.minutes(5)
P95_SECONDS = 0.8


@dataclass(frozen=True)
class Watched:
    queue: sqs.Queue
    dlq: sqs.Queue
    functions: Mapping[str, lambda_.Function]
    api: gateway.RestApi
    cluster: rds.DatabaseCluster
    search: WebService
    dashboard: WebService
    balancer: elb.ApplicationLoadBalancer


@dataclass(frozen=True)
class Named:
    name: str
    props: AlarmProps


def alarms(seen: Watched) -> Iterator[Named]:
    yield from _pictures(seen)
    yield from _services(seen)
    yield from _database(seen.cluster)


def _pictures(seen: Watched) -> Iterator[Named]:
    yield _alarm(
        "QueueAge", seen.queue.metric_approximate_age_of_oldest_message(period=FIVE, statistic="Maximum"), 900, 2,
        "The picture that waits longest has waited for more than 15 minutes.",
        "look whether label_image fails or is throttled; a large upload drains by itself.", "queue-age",
    )  # fmt: skip
    yield _alarm(
        "DeadLetters", seen.dlq.metric_approximate_number_of_messages_visible(period=FIVE, statistic="Maximum"), 0, 1,
        "Pictures could not be taken after five tries.",
        "read their reasons under Operations > Dead letters, mend the cause, redrive them there.", "dead-letters",
    )  # fmt: skip
    for file, function in seen.functions.items():
        yield _alarm(
            f"Errors{file.title().replace('_', '')}", function.metric_errors(period=FIVE, statistic="Sum"), 3, 2,
            f"The function {file} ends in errors.",
            "read its log for `level: ERROR`; the newest deployment can be rolled back.", "function-errors",
        )  # fmt: skip
    yield _alarm(
        "LabelThrottled", seen.functions["label_image"].metric_throttles(period=FIVE, statistic="Sum"), 50, 3,
        "Lambda starts no more of label_image: the account's concurrency is used up.",
        "ask for a higher quota of concurrent executions, or lower label_concurrency.", "function-throttles",
    )  # fmt: skip
    yield _alarm(
        "RecognitionThrottled", _ours("RecognitionThrottled"), 100, 3,
        "Rekognition refuses more than it takes.",
        "ask for a higher quota of DetectLabels a second, or lower label_concurrency.", "recognition-throttles",
    )  # fmt: skip


def _services(seen: Watched) -> Iterator[Named]:
    yield _alarm(
        "Uploads5xx", seen.api.metric_server_error(period=FIVE, statistic="Sum"), 5, 2,
        "The uploads API answers with errors of ours.",
        "read the logs of issue_uploads and upload_status; is the database reachable?", "uploads-5xx",
    )  # fmt: skip
    pages = seen.dashboard.target_group.metrics
    errors = pages.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, period=FIVE, statistic="Sum")
    for name, failed in (("Search", _ours("SearchFailed")), ("Dashboard", errors)):
        yield _alarm(f"{name}5xx", failed, 5, 2, f"{name} answers with errors of ours.",
                     "read its log; roll the newest deployment back if it began with it.", "service-5xx")  # fmt: skip
    for name, web in (("Search", seen.search), ("Dashboard", seen.dashboard)):
        yield _alarm(f"{name}Cpu", web.service.metric_cpu_utilization(period=FIVE), 90, 3,
                     f"{name} is at its limit although it was scaled out.",
                     "raise `most` or `cpu` of its tasks in infra/cdk/config.py.", "service-cpu")  # fmt: skip
        yield _alarm(f"{name}Unhealthy",
                     web.target_group.metrics.unhealthy_host_count(period=FIVE, statistic="Maximum"), 0, 2,
                     f"A task of {name} does not answer its health check.",
                     "look at its stopped tasks' reasons; a bad deployment rolls itself back.",
                     "service-health")  # fmt: skip
    # By its own account: most of what people do comes from the dashboard, in `small` by no balancer.
    yield _alarm(
        "SearchSlow", _ours("SearchSeconds", "p95"), P95_SECONDS, 3, "One search in twenty takes longer than 0.8 s.",
        "does /readyz say `sql`? Then the index is not ready; else add tasks or cores.", "search-slow",
    )  # fmt: skip
    yield _alarm(
        "IndexLag", _ours("IndexLag", "Maximum"), 30, 3,
        "The search index is more than 30 s behind the catalogue; SQL answers instead.",
        "read the search API's log for `index`; deleting the task makes it anew.", "index-lag",
    )  # fmt: skip


def _database(cluster: rds.DatabaseCluster) -> Iterator[Named]:
    yield _alarm(
        "DatabaseCpu", cluster.metric_cpu_utilization(period=FIVE), 85, 3, "The database is at its limit.",
        "find the dearest statements in Performance Insights; raise most_acu in infra/cdk/config.py.", "database",
    )  # fmt: skip
    yield _alarm(
        "DatabaseCapacity", cluster.metric_acu_utilization(period=FIVE), 90, 3,
        "The database has grown to nearly all it may.", "raise most_acu in infra/cdk/config.py.", "database",
    )  # fmt: skip
    yield _alarm(
        "DatabaseConnections", cluster.metric_database_connections(period=FIVE, statistic="Maximum"), 300, 3,
        "More connections than our programs have reason to hold.",
        "look in pg_stat_activity who holds them; lower label_concurrency.", "database",
    )  # fmt: skip


def _ours(name: str, statistic: str = "Sum") -> watch.Metric:
    return watch.Metric(namespace="Pixplore", metric_name=name, statistic=statistic, period=FIVE)


def _alarm(name: str, metric: watch.IMetric, above: float, times: int, means: str, do: str, runbook: str) -> Named:
    return Named(name, AlarmProps(metric, above, times, means, do, runbook))
