"""What is looked at and what rings: alarms to one topic, one dashboard, and a watch over the bill."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_ce as ce
from aws_cdk import aws_cloudwatch as watch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.cdk.config import Deployment
from infra.cdk.constructs.alarm import Alarm
from infra.cdk.stacks.alarms import Watched, alarms
from infra.cdk.stacks.dashboard import DashboardStack
from infra.cdk.stacks.edge import EdgeStack
from infra.cdk.stacks.ingest import IngestStack
from infra.cdk.stacks.search import SearchStack

TAG = "pixplore"
ANOMALY_DOLLARS = "20"


@dataclass(frozen=True)
class ObservabilityProps:
    deployment: Deployment
    key: kms.Key
    cluster: rds.DatabaseCluster
    ingest: IngestStack
    search: SearchStack
    dashboard: DashboardStack
    edge: EdgeStack


class ObservabilityStack(Stack):
    def __init__(self, scope: Construct, name: str, props: ObservabilityProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        topic = sns.Topic(self, "Alarms", display_name=f"Alarms of {props.deployment.name}", master_key=props.key,
                          enforce_ssl=True)  # fmt: skip
        for service in ("cloudwatch", "costalerts"):
            self._may_ring(topic, props.key, iam.ServicePrincipal(f"{service}.amazonaws.com"))
        if props.deployment.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(props.deployment.alarm_email))
        watched = Watched(
            queue=props.ingest.queue, dlq=props.ingest.dlq, functions=props.ingest.functions, api=props.ingest.api.api,
            cluster=props.cluster, search=props.search.web, dashboard=props.dashboard.web, balancer=props.edge.balancer,
        )  # fmt: skip
        made = {one.name: Alarm(self, one.name, topic, one.props) for one in alarms(watched)}
        self._dashboard(props, watched, list(made.values()))
        self._bill(topic, props.deployment)

    def _dashboard(self, props: ObservabilityProps, seen: Watched, rung: list[Alarm]) -> None:
        minute = Duration.minutes(1)

        def graph(title: str, *metrics: watch.IMetric, right: list[watch.IMetric] | None = None) -> watch.GraphWidget:
            return watch.GraphWidget(title=title, left=list(metrics), right=right or [], width=8, height=6)

        def ours(name: str, how: str = "Sum") -> watch.Metric:
            return watch.Metric(namespace="Pixplore", metric_name=name, statistic=how, period=minute)

        label = seen.functions["label_image"]
        board = watch.Dashboard(self, "Board", dashboard_name=props.deployment.name)
        board.add_widgets(watch.AlarmStatusWidget(title="Alarms", alarms=list(rung), width=24, height=4))
        board.add_widgets(
            graph("Pictures", ours("ImagesProcessed"), ours("ImagesRefused"), ours("RecognitionThrottled")),
            graph("Seconds from arrival to ready", ours("TimeToReady", "p50"), ours("TimeToReady", "p95")),
            graph("Queue", seen.queue.metric_approximate_number_of_messages_visible(period=minute),
                  seen.dlq.metric_approximate_number_of_messages_visible(period=minute),
                  right=[seen.queue.metric_approximate_age_of_oldest_message(period=minute)]),
        )  # fmt: skip
        board.add_widgets(
            graph("Search: seconds", *[ours("SearchSeconds", how) for how in ("p50", "p95")],
                  right=[ours("IndexLag", "Maximum")]),
            graph("Tasks: CPU", seen.search.service.metric_cpu_utilization(period=minute),
                  seen.dashboard.service.metric_cpu_utilization(period=minute)),
            graph("Database", seen.cluster.metric_serverless_database_capacity(period=minute),
                  right=[seen.cluster.metric_database_connections(period=minute)]),
        )  # fmt: skip
        board.add_widgets(
            graph("Balancer", seen.balancer.metrics.request_count(period=minute)),
            graph("Functions: errors", *[f.metric_errors(period=minute) for f in seen.functions.values()]),
            graph("label_image", label.metric_duration(statistic="p95", period=minute),
                  right=[label.metric("ConcurrentExecutions", statistic="Maximum", period=minute)]),
        )  # fmt: skip

    def _may_ring(self, topic: sns.Topic, key: kms.Key, service: iam.ServicePrincipal) -> None:
        """A policy of the topic's own replaces the one that lets the account's services in, and the key knows none."""
        ours = {"StringEquals": {"aws:SourceAccount": self.account}}
        topic.add_to_resource_policy(iam.PolicyStatement(
            actions=["sns:Publish"], resources=[topic.topic_arn], principals=[service], conditions=ours
        ))  # fmt: skip
        key.add_to_resource_policy(iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=["*"], principals=[service], conditions=ours
        ))  # fmt: skip

    def _bill(self, topic: sns.Topic, deployment: Deployment) -> None:
        """What costs more than it used to. The tag counts once the account has activated it (docs/aws.md)."""
        monitor = ce.CfnAnomalyMonitor(
            self, "Spending", monitor_name=deployment.name, monitor_type="CUSTOM",
            monitor_specification=self.to_json_string(
                {"Tags": {"Key": TAG, "Values": [deployment.profile.name], "MatchOptions": ["EQUALS"]}}
            ),
        )  # fmt: skip
        subscription = ce.CfnAnomalySubscription(
            self, "SpendingAlarm", subscription_name=deployment.name, frequency="IMMEDIATE",
            monitor_arn_list=[monitor.attr_monitor_arn],
            subscribers=[ce.CfnAnomalySubscription.SubscriberProperty(type="SNS", address=topic.topic_arn)],
            threshold_expression=self.to_json_string({"Dimensions": {
                "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                "Values": [ANOMALY_DOLLARS],
            }}),
        )  # fmt: skip
        subscription.node.add_dependency(topic)  # its policy, too: the subscription is tried when it is made
