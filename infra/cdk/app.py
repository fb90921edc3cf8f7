"""`python -m infra.cdk.app`: every stack of one installation, in the order in which one needs another.

The profile is PIXPLORE_PROFILE, or `-c profile=` of the CDK's command line.
"""

import os
import sys

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.cdk.config import Deployment, from_environment
from infra.cdk.stacks.auth import AuthProps, AuthStack
from infra.cdk.stacks.cluster import ClusterProps, ClusterStack
from infra.cdk.stacks.dashboard import DashboardProps, DashboardStack
from infra.cdk.stacks.data import DataProps, DataStack
from infra.cdk.stacks.delivery import DeliveryProps, DeliveryStack
from infra.cdk.stacks.edge import EdgeProps, EdgeStack
from infra.cdk.stacks.ingest import IngestProps, IngestStack
from infra.cdk.stacks.network import NetworkStack
from infra.cdk.stacks.observability import TAG, ObservabilityProps, ObservabilityStack
from infra.cdk.stacks.recovery import ElsewhereStack, RecoveryProps, RecoveryStack
from infra.cdk.stacks.search import SearchProps, SearchStack

# The CDK's newer ways, where they change what we make.
FLAGS = {
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker": True,
    "@aws-cdk/aws-ecs:removeDefaultDeploymentAlarm": True,
    "@aws-cdk/aws-apigateway:disableCloudWatchRole": True,
    "@aws-cdk/aws-rds:databaseProxyUniqueResourceName": True,
    "@aws-cdk/aws-s3:createDefaultLoggingPolicy": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-route53-targets:userPoolDomainNameMethodWithoutCustomResource": True,
    "@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption": True,
}


def build(deployment: Deployment, outdir: str | None = None, checks: bool = True) -> App:
    """The app, not yet synthesised. `checks`: cdk-nag looks at it when it is."""
    app = App(context=FLAGS, outdir=outdir)
    if checks:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    home = Environment(account=deployment.account, region=deployment.region)

    def named(what: str) -> str:
        return f"{deployment.name}-{what}"

    given = {"env": home}
    network = NetworkStack(app, named("network"), deployment, **given)
    edge = EdgeStack(app, named("edge"), EdgeProps(deployment, network.vpc, network.groups, network.logs), **given)
    data = DataStack(app, named("data"), DataProps(deployment, network.vpc, network.groups, network.logs, edge.origin),
                     **given)  # fmt: skip
    delivery = DeliveryStack(app, named("delivery"), DeliveryProps(deployment, network.logs, edge.origin), **given)
    auth = AuthStack(app, named("auth"), AuthProps(deployment), **given)
    ingest = IngestStack(app, named("ingest"), IngestProps(deployment, data, delivery.renditions, auth), **given)
    cluster = ClusterStack(app, named("cluster"), ClusterProps(deployment, network.vpc), **given)
    search = SearchStack(app, named("search"), SearchProps(
        deployment, network.vpc, network.groups, network.logs, ingest, delivery, auth, cluster, edge),
        **given)  # fmt: skip
    dashboard = DashboardStack(app, named("dashboard"), DashboardProps(
        deployment, network.groups, ingest, delivery, auth, cluster, edge, data.key, search.address),
        **given)  # fmt: skip
    ObservabilityStack(app, named("observability"), ObservabilityProps(
        deployment, data.key, data.cluster, ingest, search, dashboard, edge),
        **given)  # fmt: skip
    recovery = RecoveryStack(app, named("recovery"), RecoveryProps(
        deployment, data.key, data.cluster, data.originals), **given)  # fmt: skip
    if deployment.profile.copy_region:
        there = Environment(account=deployment.account, region=deployment.profile.copy_region)
        recovery.add_stack_dependency(ElsewhereStack(app, named("elsewhere"), deployment, env=there))
    Tags.of(app).add(TAG, deployment.profile.name)
    return app


def main() -> None:
    try:
        deployment = from_environment(os.environ.get("PIXPLORE_PROFILE", "small"))
    except ValueError as error:
        sys.exit(f"infra/cdk: {error}")
    build(deployment).synth()


if __name__ == "__main__":
    main()
