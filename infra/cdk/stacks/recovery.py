"""Backups beside those that RDS keeps: of database and originals, in a vault of their own, elsewhere too in `scale`."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment

MONTHLY_DAYS = 365


@dataclass(frozen=True)
class RecoveryProps:
    deployment: Deployment
    key: kms.Key
    cluster: rds.DatabaseCluster
    originals: s3.Bucket


class RecoveryStack(Stack):
    def __init__(self, scope: Construct, name: str, props: RecoveryProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        profile = props.deployment.profile
        vault = backup.BackupVault(self, "Vault", encryption_key=props.key, removal_policy=RemovalPolicy.RETAIN)
        plan = backup.BackupPlan(self, "Plan", backup_vault=vault)
        copies = [self._copy(props.deployment)] if profile.copy_region else []
        plan.add_rule(backup.BackupPlanRule(
            rule_name="any-moment", enable_continuous_backup=True, delete_after=Duration.days(profile.backup_days),
            schedule_expression=events.Schedule.cron(hour="3", minute="0"),
        ))  # fmt: skip
        plan.add_rule(backup.BackupPlanRule(
            rule_name="weekly", delete_after=Duration.days(MONTHLY_DAYS), copy_actions=copies,
            schedule_expression=events.Schedule.cron(hour="4", minute="0", week_day="SUN"),
        ))  # fmt: skip
        # The CDK gives this role the two policies for everything else itself; S3 has its own.
        role = iam.Role(
            self, "Role",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(f"AWSBackupServiceRolePolicyForS3{what}")
                for what in ("Backup", "Restore")
            ],
        )  # fmt: skip
        acknowledge(role, "backup role")
        plan.add_selection(
            "All", role=role,
            resources=[
                backup.BackupResource.from_arn(props.cluster.cluster_arn),
                backup.BackupResource.from_arn(props.originals.bucket_arn),
            ],
            allow_restores=True,
        )  # fmt: skip

    def _copy(self, deployment: Deployment) -> backup.BackupPlanCopyActionProps:
        elsewhere = self.format_arn(
            service="backup", region=deployment.profile.copy_region, resource="backup-vault",
            resource_name=vault_name(deployment), arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )  # fmt: skip
        return backup.BackupPlanCopyActionProps(
            destination_backup_vault=backup.BackupVault.from_backup_vault_arn(self, "Elsewhere", elsewhere),
            delete_after=Duration.days(MONTHLY_DAYS),
        )


class ElsewhereStack(Stack):
    """In another region: the vault that copies go to. Its key stays when everything else is gone."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment, **options: Any) -> None:
        super().__init__(scope, name, **options)
        key = kms.Key(self, "Key", description="Pixplore: copies of backups", enable_key_rotation=True,
                      removal_policy=RemovalPolicy.RETAIN)  # fmt: skip
        backup.BackupVault(self, "Vault", backup_vault_name=vault_name(deployment), encryption_key=key,
                           removal_policy=RemovalPolicy.RETAIN)  # fmt: skip


def vault_name(deployment: Deployment) -> str:
    """Known beforehand, so that the plan can name a vault of another region."""
    return f"{deployment.name}-copies"
