"""The dashboard as a service: Streamlit, whose pages hold one connection each, hence sticky."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import DASHBOARD_PORT, Deployment
from infra.cdk.constructs.function import allow
from infra.cdk.constructs.service import ServiceProps, WebService
from infra.cdk.stacks.auth import AuthStack
from infra.cdk.stacks.cluster import ClusterStack
from infra.cdk.stacks.delivery import DeliveryStack
from infra.cdk.stacks.edge import EdgeStack
from infra.cdk.stacks.ingest import IngestStack
from infra.cdk.stacks.network import Groups

A_MINUTE = 600
"""Requests to one task in a minute: half a core's worth at 50 ms each, about what a click's run takes with fifty people
at once (docs/benchmarks.md: 62 ms median)."""
# Operations > People manages accounts; everything a person does for themselves needs no right of ours.
MANAGE = tuple(
    f"cognito-idp:{action}"
    for action in (
        "ListUsers", "ListUsersInGroup", "AdminListGroupsForUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup",
        "AdminCreateUser", "AdminUserGlobalSignOut", "AdminEnableUser", "AdminDisableUser",
    )
)  # fmt: skip


@dataclass(frozen=True)
class DashboardProps:
    deployment: Deployment
    groups: Groups
    ingest: IngestStack
    delivery: DeliveryStack
    auth: AuthStack
    cluster: ClusterStack
    edge: EdgeStack
    key: kms.Key
    search_api: str


class DashboardStack(Stack):
    """Offers `web`."""

    def __init__(self, scope: Construct, name: str, props: DashboardProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        session_key = self._secret("SessionKey", "Seals the sessions that the dashboard keeps in the database", 43)
        cookie = self._secret("Cookie", "Signs Streamlit's own cookie, alike in every task", 64)
        contact = props.deployment.security_contact
        self.web = WebService(self, "Dashboard", ServiceProps(
            image="dashboard", port=DASHBOARD_PORT, tasks=props.deployment.profile.dashboard,
            deployment=props.deployment, cluster=props.cluster.cluster, group=props.groups.dashboard,
            health="/_stcore/health", sticky=True,
            environment={
                **props.ingest.settings, **props.auth.settings,
                "PIXPLORE_UPLOADS_API": props.ingest.api.url, "PIXPLORE_SEARCH_API": props.search_api,
                "PIXPLORE_RENDITIONS_URL": props.delivery.url, "PIXPLORE_COOKIE_SECURE": "1",
                "PIXPLORE_PROXIES": str(props.edge.proxies),
                "STREAMLIT_SERVER_ALLOWED_HOSTS": props.edge.host,
                **({"PIXPLORE_SECURITY_CONTACT": contact} if contact else {}),
            },
            secrets={"PIXPLORE_SESSION_KEY": session_key, "STREAMLIT_SERVER_COOKIE_SECRET": cookie},
            may=[props.ingest.may.connect(), allow(*MANAGE, on=[props.auth.pool.user_pool_arn])],
        ))  # fmt: skip
        props.edge.admit(self, "Everything", self.web.target_group, 100, "/*")
        self.web.scale_on_requests(A_MINUTE, self.web.target_group)

    def _secret(self, name: str, what: str, length: int) -> secrets.Secret:
        """Letters and digits: 43 of them are the 32 bytes of a Fernet key in its own alphabet."""
        made = secrets.Secret(
            self, name, description=what,
            generate_secret_string=secrets.SecretStringGenerator(password_length=length, exclude_punctuation=True),
        )  # fmt: skip
        acknowledge(made, "secret by hand")
        return made
