"""The catalogue's database, the bucket of originals, and the function that brings the schema up to date."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import ArnFormat, CfnResource, Duration, RemovalPolicy, Stack, triggers
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import DATABASE_PORT, Deployment
from infra.cdk.constructs.function import Function, FunctionProps, Inside, allow
from infra.cdk.constructs.log import log_group
from infra.cdk.stacks.network import ISOLATED, Groups

DATABASE, ROLE, OWNER = "pixplore", "pixplore", "owner"
ENGINE = rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.VER_17_9)
IDLE_MINUTES = 10
_CALLER = "AWSCDK.TriggerCustomResourceProviderCustomResourceProvider"


@dataclass(frozen=True)
class DataProps:
    deployment: Deployment
    vpc: ec2.Vpc
    groups: Groups
    logs: s3.Bucket
    origin: str
    """Of the dashboard: its pages may send files to the bucket."""


@dataclass(frozen=True)
class Database:
    """How a program reaches the catalogue: its address, and the action on `users` that its role must be allowed."""

    url: str
    users: str


class DataStack(Stack):
    """Offers `key`, `cluster`, `database`, `originals` and `inside` (how functions stand in the VPC)."""

    def __init__(self, scope: Construct, name: str, props: DataProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        self.key = kms.Key(
            self, "Key", description="Pixplore: originals, catalogue, secrets, backups", enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        self.originals = self._originals(props)
        self.cluster = self._cluster(props)
        self.database = Database(
            url=f"postgresql+iam://{ROLE}@{self.cluster.cluster_endpoint.hostname}:{DATABASE_PORT}/{DATABASE}"
            "?sslmode=require",
            users=self.format_arn(
                service="rds-db", resource="dbuser", resource_name=f"{self.cluster.cluster_resource_identifier}/{ROLE}",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
        )  # fmt: skip
        self.inside = Inside(props.deployment, props.vpc, props.groups.functions)
        self._migrations()

    def _originals(self, props: DataProps) -> s3.Bucket:
        bucket = s3.Bucket(
            self, "Originals",
            encryption=s3.BucketEncryption.KMS, encryption_key=self.key, bucket_key_enabled=True, enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL, versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=props.logs, server_access_logs_prefix="originals/",
            removal_policy=RemovalPolicy.RETAIN,
            cors=[s3.CorsRule(
                allowed_origins=[props.origin], allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.PUT],
                allowed_headers=["*"], exposed_headers=["ETag", "x-amz-version-id"], max_age=3600,
            )],
            lifecycle_rules=[s3.LifecycleRule(
                id="colder with age", abort_incomplete_multipart_upload_after=Duration.days(2),
                # Read once on arrival, then only when somebody downloads it: each step down in price when that is rare.
                transitions=[
                    s3.Transition(storage_class=kind, transition_after=Duration.days(days))
                    for kind, days in (
                        (s3.StorageClass.INFREQUENT_ACCESS, 30),
                        (s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, 90),
                    )
                ],
            ), s3.LifecycleRule(
                # An older version is what a deleted or replaced picture can be brought back from.
                id="older versions", noncurrent_versions_to_retain=2,
                noncurrent_version_transitions=[s3.NoncurrentVersionTransition(
                    storage_class=s3.StorageClass.DEEP_ARCHIVE, transition_after=Duration.days(90),
                )],
                noncurrent_version_expiration=Duration.days(365),
            )],
        )  # fmt: skip
        # `event_bridge_enabled` would add a function of the CDK's own for what is one property.
        plain = bucket.node.default_child
        assert isinstance(plain, s3.CfnBucket)  # noqa: S101
        plain.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
        return bucket

    def _cluster(self, props: DataProps) -> rds.DatabaseCluster:
        """Its owner's password is made, kept and rotated by RDS; our programs have none: they sign in by their role."""
        profile = props.deployment.profile
        seen: dict[str, Any] = {"enable_performance_insights": True, "performance_insight_encryption_key": self.key}
        reader = [rds.ClusterInstance.serverless_v2("Reader", scale_with_writer=True, **seen)] if profile.reader else []
        called = f"{props.deployment.name}-catalogue"
        log = log_group(self, "CatalogueLog", profile.log_days, f"/aws/rds/cluster/{called}/postgresql")
        cluster = rds.DatabaseCluster(
            self, "Catalogue",
            cluster_identifier=called, engine=ENGINE, default_database_name=DATABASE,
            credentials=rds.Credentials.from_username(OWNER), manage_master_user_password=True,
            writer=rds.ClusterInstance.serverless_v2("Writer", **seen), readers=reader,
            serverless_v2_min_capacity=profile.least_acu, serverless_v2_max_capacity=profile.most_acu,
            vpc=props.vpc, vpc_subnets=ISOLATED, security_groups=[props.groups.database],
            storage_encrypted=True, storage_encryption_key=self.key, iam_authentication=True,
            backup=rds.BackupProps(retention=Duration.days(profile.backup_days), preferred_window="01:30-02:30"),
            preferred_maintenance_window="sun:03:00-sun:04:00", copy_tags_to_snapshot=True,
            deletion_protection=True, removal_policy=RemovalPolicy.SNAPSHOT, auto_minor_version_upgrade=True,
            cloudwatch_logs_exports=["postgresql"],
            monitoring_interval=Duration.minutes(1) if profile.container_insights else None,
            parameters={
                "rds.force_ssl": "1",
                "log_min_duration_statement": "2000",
                # A frozen function holds its connection, and a connection holds the database awake.
                "idle_session_timeout": str(IDLE_MINUTES * 60_000),
            },
        )  # fmt: skip
        cluster.node.add_dependency(log)
        acknowledge(cluster, "database monitoring")
        return cluster

    def _migrations(self) -> None:
        """Run at each deployment whose code changed, before anything that needs the new schema."""
        secret = self.cluster.secret
        assert secret  # noqa: S101
        self.migrate = Function(self, "Migrate", FunctionProps(
            file="migrate", what="Brings the catalogue's schema up to date", inside=self.inside,
            environment={"DATABASE_URL": self.database.url, "PIXPLORE_DATABASE_OWNER_SECRET": secret.secret_arn},
            may=[
                allow("rds-db:connect", on=[self.database.users]),
                allow("secretsmanager:GetSecretValue", on=[secret.secret_arn]),
                allow("kms:Decrypt", on=[self.key.key_arn]),
            ],
            memory=512, seconds=300,
        ))  # fmt: skip
        migrated = triggers.Trigger(self, "Migrated", handler=self.migrate, timeout=Duration.minutes(5),
                                    execute_after=[self.cluster])  # fmt: skip
        # The function that calls ours at a deployment is the CDK's own: of its log only the name is known.
        (caller,) = (one for one in self.node.find_all() if one.node.path.endswith(f"{_CALLER}/Handler"))
        assert isinstance(caller, CfnResource)  # noqa: S101
        days = self.inside.deployment.profile.log_days
        migrated.node.add_dependency(log_group(self, "MigratedLog", days, f"/aws/lambda/{caller.ref}"))
