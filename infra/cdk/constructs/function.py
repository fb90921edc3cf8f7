"""One of our Lambda functions: its own role that may do what it is given and no more, its own log, in the VPC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import ARCHITECTURE, RUNTIME, Deployment
from infra.cdk.constructs.log import log_group
from infra.cdk.constructs.package import code
from infra.cdk.stacks.network import PRIVATE

_INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
               "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses",
               "ec2:UnassignPrivateIpAddresses"]  # fmt: skip


@dataclass(frozen=True)
class Inside:
    """Where functions stand: they reach the database by the VPC, AWS's services by its NAT."""

    deployment: Deployment
    vpc: ec2.IVpc
    group: ec2.ISecurityGroup


@dataclass(frozen=True)
class FunctionProps:
    """`file` names a handler in backend_lambdas/; `package` one of constructs/package.py."""

    file: str
    what: str
    inside: Inside
    environment: Mapping[str, str]
    may: Sequence[iam.PolicyStatement]
    memory: int
    seconds: int
    package: str = "plain"
    reserved: int | None = None


def allow(*actions: str, on: Sequence[str]) -> iam.PolicyStatement:
    """A statement that names each action and each resource."""
    return iam.PolicyStatement(actions=list(actions), resources=list(on))


class Function(lambda_.Function):
    """Logs as JSON, traced, kept as long as the profile says."""

    def __init__(self, scope: Construct, name: str, props: FunctionProps) -> None:
        log = log_group(scope, f"{name}Log", props.inside.deployment.profile.log_days)
        role = _role(scope, name, props, log)
        reserved = props.reserved if props.inside.deployment.profile.reserved else None
        super().__init__(
            scope, name,
            description=props.what, code=code(props.package, props.inside.deployment.packages),
            handler=f"backend_lambdas.{props.file}.handler",
            runtime=lambda_.Runtime(RUNTIME, lambda_.RuntimeFamily.PYTHON),
            architecture=lambda_.Architecture.custom(ARCHITECTURE),
            memory_size=props.memory, timeout=Duration.seconds(props.seconds),
            environment={**props.environment, "POWERTOOLS_LOG_LEVEL": "INFO"},
            vpc=props.inside.vpc, vpc_subnets=PRIVATE, security_groups=[props.inside.group],
            role=role, log_group=log, logging_format=lambda_.LoggingFormat.JSON,
            reserved_concurrent_executions=reserved, tracing=lambda_.Tracing.ACTIVE, retry_attempts=0,
        )  # fmt: skip
        acknowledge(role, "function role")
        acknowledge(self, "function")


def _role(scope: Construct, name: str, props: FunctionProps, log: logs.LogGroup) -> iam.Role:
    role = iam.Role(scope, f"{name}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(allow("logs:CreateLogStream", "logs:PutLogEvents", on=[log.log_group_arn]))
    role.add_to_policy(allow(*_INTERFACES, on=["*"]))
    role.add_to_policy(_not_by_the_code_itself(scope))
    for statement in props.may:
        role.add_to_policy(statement)
    return role


def _not_by_the_code_itself(scope: Construct) -> iam.PolicyStatement:
    """Lambda makes network interfaces with the function's role; the function's own code has no business with them."""
    functions = Stack.of(scope).format_arn(
        service="lambda", resource="function", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    return iam.PolicyStatement(
        effect=iam.Effect.DENY, actions=_INTERFACES, resources=["*"],
        conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
    )  # fmt: skip
