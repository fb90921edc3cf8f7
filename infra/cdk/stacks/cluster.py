"""Where containers run, and the name under which they find one another."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_servicediscovery as discovery
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment

NAMESPACE = "pixplore.internal"


@dataclass(frozen=True)
class ClusterProps:
    deployment: Deployment
    vpc: ec2.Vpc


class ClusterStack(Stack):
    """Offers `cluster` and `namespace`."""

    def __init__(self, scope: Construct, name: str, props: ClusterProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        insights = props.deployment.profile.container_insights
        self.cluster = ecs.Cluster(
            self, "Cluster",
            vpc=props.vpc, enable_fargate_capacity_providers=False,
            container_insights_v2=ecs.ContainerInsights.ENHANCED if insights else ecs.ContainerInsights.DISABLED,
        )  # fmt: skip
        if not insights:
            acknowledge(self.cluster, "no container insights")
        self.namespace = discovery.PrivateDnsNamespace(self, "Names", name=NAMESPACE, vpc=props.vpc)
