"""A log that ends: lines are kept as long as the profile says, and go with the stack."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

_KEPT = {30: logs.RetentionDays.ONE_MONTH, 365: logs.RetentionDays.ONE_YEAR}


def log_group(scope: Construct, name: str, days: int, called: str | None = None) -> logs.LogGroup:
    """`called`: the name under which a service of AWS would make it by itself, without an end. Made before by us, it
    has one; whatever writes the first line has to depend on it."""
    return logs.LogGroup(
        scope, name, log_group_name=called, retention=_KEPT[days], removal_policy=RemovalPolicy.DESTROY
    )
