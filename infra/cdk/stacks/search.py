"""The search API as a service: behind the balancer for programs, beside the dashboard by a name of its own."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_servicediscovery as discovery
from constructs import Construct

from infra.cdk.config import SEARCH_PORT, Deployment
from infra.cdk.constructs.service import ServiceProps, WebService
from infra.cdk.stacks.auth import AuthStack
from infra.cdk.stacks.cluster import NAMESPACE, ClusterStack
from infra.cdk.stacks.delivery import DeliveryStack
from infra.cdk.stacks.edge import EdgeStack
from infra.cdk.stacks.ingest import IngestStack
from infra.cdk.stacks.network import PRIVATE, Groups

INDEX_DIR = "/var/lib/pixplore"
PATHS = ("/v1/*", "/docs", "/docs/*", "/openapi.json")
A_MINUTE = 1_500
"""Requests to one task in a minute: half a core's worth at 20 ms each, between a plain search (4 ms, docs/load.md) and
the counts and pictures of a click (31 to 42 ms, docs/benchmarks.md)."""


@dataclass(frozen=True)
class SearchProps:
    deployment: Deployment
    vpc: ec2.Vpc
    groups: Groups
    logs: s3.Bucket
    ingest: IngestStack
    delivery: DeliveryStack
    auth: AuthStack
    cluster: ClusterStack
    edge: EdgeStack


class SearchStack(Stack):
    """Offers `address` (for the dashboard) and `web`."""

    def __init__(self, scope: Construct, name: str, props: SearchProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        may, profile = props.ingest.may, props.deployment.profile
        # Made by `make deploy` beside the public half that CloudFront knows.
        key = secrets.Secret.from_secret_complete_arn(self, "SigningKey", props.deployment.signing_secret)
        asked = ServiceProps(
            image="search", port=SEARCH_PORT, tasks=profile.search, deployment=props.deployment,
            cluster=props.cluster.cluster, group=props.groups.search, health="/healthz",
            environment={
                **props.ingest.settings, **props.auth.settings,
                "PIXPLORE_RENDITIONS_URL": props.delivery.url, "PIXPLORE_RENDITIONS_KEY_ID": props.delivery.key_id,
                "PIXPLORE_INDEX_DIR": f"{INDEX_DIR}/index", "PIXPLORE_METRICS_IN_LOG": "1",
                "PIXPLORE_API_WORKERS": str(profile.search.processes),
            },
            secrets={"PIXPLORE_RENDITIONS_KEY": key},
            may=[may.connect(), may.ask_for_groups(), *may.read_originals(), may.send(), may.take(may.dlq)],
            writable=("/tmp", INDEX_DIR),  # noqa: S108
            names=ecs.CloudMapOptions(
                name="search", cloud_map_namespace=props.cluster.namespace, dns_ttl=Duration.seconds(10),
                dns_record_type=discovery.DnsRecordType.A,
            ),
        )  # fmt: skip
        self.web = WebService(self, "Search", asked)
        props.edge.admit(self, "Paths", self.web.target_group, 10, *PATHS)
        if profile.inner_balancer:
            self.address = self._behind_its_own_balancer(props, asked)
        else:
            self.web.scale_on_requests(A_MINUTE, self.web.target_group)
            self.address = f"http://search.{NAMESPACE}:{SEARCH_PORT}"

    def _behind_its_own_balancer(self, props: SearchProps, asked: ServiceProps) -> str:
        """So that several tasks share what the dashboard asks evenly, and are counted by it."""
        balancer = elb.ApplicationLoadBalancer(
            self, "Inner",
            vpc=props.vpc, internet_facing=False, security_group=props.groups.inner_balancer, vpc_subnets=PRIVATE,
            deletion_protection=True, drop_invalid_header_fields=True, idle_timeout=Duration.seconds(60),
            desync_mitigation_mode=elb.DesyncMitigationMode.STRICTEST,
        )  # fmt: skip
        balancer.log_access_logs(props.logs, "inner-balancer")
        group = self.web.target("Inside", asked)
        balancer.add_listener(
            "Http", port=SEARCH_PORT, protocol=elb.ApplicationProtocol.HTTP, open=False, default_target_groups=[group]
        )
        self.web.scale_on_requests(A_MINUTE, group)
        return f"http://{balancer.load_balancer_dns_name}:{SEARCH_PORT}"
