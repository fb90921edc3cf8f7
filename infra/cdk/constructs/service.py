"""One of our containers as a Fargate service: read-only, not as root, scaled by what it has to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment, Hours, Tasks
from infra.cdk.constructs.log import log_group
from infra.cdk.constructs.package import ROOT

CPU_PERCENT = 75
IMAGES = {"search": "infra/images/search.Dockerfile", "dashboard": "infra/images/dashboard.Dockerfile"}


@dataclass(frozen=True)
class ServiceProps:
    """`writable` are folders on the task's own, encrypted disk; everything else is read-only.

    `health` is the path that a balancer asks. `secrets` become variables of the container.
    """

    image: str
    port: int
    tasks: Tasks
    deployment: Deployment
    cluster: ecs.Cluster
    group: ec2.ISecurityGroup
    environment: Mapping[str, str]
    may: Sequence[iam.PolicyStatement]
    health: str
    secrets: Mapping[str, sm.ISecret] = field(default_factory=dict)
    writable: Sequence[str] = ("/tmp",)  # noqa: S108
    names: ecs.CloudMapOptions | None = None
    sticky: bool = False


class WebService(Construct):
    """Offers `service` and `target_group`."""

    def __init__(self, scope: Construct, name: str, props: ServiceProps) -> None:
        super().__init__(scope, name)
        task = self._task(props)
        self.service = ecs.FargateService(
            self, "Service",
            cluster=props.cluster, task_definition=task, vpc_subnets=_zones(props),
            security_groups=[props.group], assign_public_ip=False,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            min_healthy_percent=100, max_healthy_percent=200, health_check_grace_period=Duration.seconds(90),
            cloud_map_options=props.names, enable_ecs_managed_tags=True, propagate_tags=ecs.PropagatedTagSource.SERVICE,
            platform_version=ecs.FargatePlatformVersion.VERSION1_4,
        )  # fmt: skip
        self.target_group = self.target("Target", props)
        self._scale(props)

    def _task(self, props: ServiceProps) -> ecs.FargateTaskDefinition:
        task = ecs.FargateTaskDefinition(
            self, "Task",
            cpu=props.tasks.cpu, memory_limit_mib=props.tasks.memory,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
        )  # fmt: skip
        log = log_group(self, "Log", props.deployment.profile.log_days)
        container = task.add_container(
            "main",
            image=ecs.ContainerImage.from_asset(
                str(ROOT), file=IMAGES[props.image], platform=assets.Platform.LINUX_ARM64
            ),
            environment={**props.environment, "AWS_REGION": props.deployment.region, "PIXPLORE_LOG": "json"},
            secrets={name: ecs.Secret.from_secrets_manager(secret) for name, secret in props.secrets.items()},
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=props.image, log_group=log, mode=ecs.AwsLogDriverMode.NON_BLOCKING
            ),
            port_mappings=[ecs.PortMapping(container_port=props.port)],
            health_check=ecs.HealthCheck(
                command=["CMD", *_asks(props.port, props.health)], interval=Duration.seconds(30),
                timeout=Duration.seconds(5), start_period=Duration.seconds(60), retries=3,
            ),
            readonly_root_filesystem=True, essential=True, stop_timeout=Duration.seconds(30),
            linux_parameters=ecs.LinuxParameters(self, "Linux", init_process_enabled=True),
        )  # fmt: skip
        for number, folder in enumerate(props.writable):
            volume = f"writable{number}"
            task.add_volume(name=volume)
            container.add_mount_points(ecs.MountPoint(container_path=folder, source_volume=volume, read_only=False))
        for statement in props.may:
            task.add_to_task_role_policy(statement)
        acknowledge(task, "task")
        return task

    def target(self, name: str, props: ServiceProps) -> elb.ApplicationTargetGroup:
        """A target group of this service for one more balancer."""
        return elb.ApplicationTargetGroup(
            self, name,
            vpc=props.cluster.vpc, port=props.port, protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.IP, targets=[self.service],
            deregistration_delay=Duration.seconds(30),
            load_balancing_algorithm_type=elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
            stickiness_cookie_duration=Duration.hours(12) if props.sticky else None,
            health_check=elb.HealthCheck(
                path=props.health, interval=Duration.seconds(15), timeout=Duration.seconds(5),
                healthy_threshold_count=2, unhealthy_threshold_count=3, healthy_http_codes="200",
            ),
        )  # fmt: skip

    def _scale(self, props: ServiceProps) -> None:
        count = self.service.auto_scale_task_count(min_capacity=props.tasks.least, max_capacity=props.tasks.most)
        calm, soon = Duration.minutes(5), Duration.minutes(3)  # longer than a task takes to start: else one too many
        count.scale_on_cpu_utilization(
            "Cpu", target_utilization_percent=CPU_PERCENT, scale_in_cooldown=calm, scale_out_cooldown=soon
        )
        self.count, self._calm, self._soon = count, calm, soon
        if props.deployment.profile.awake:
            _sleep(count, props.tasks, props.deployment.profile.awake)

    def scale_on_requests(self, per_target: int, group: elb.ApplicationTargetGroup) -> None:
        """Possible once the target group hangs on a balancer."""
        self.count.scale_on_request_count(
            "Requests", requests_per_target=per_target, target_group=group,
            scale_in_cooldown=self._calm, scale_out_cooldown=self._soon,
        )  # fmt: skip


def _zones(props: ServiceProps) -> ec2.SubnetSelection:
    """Only where the balancer stands: it sends nothing into a zone that it is not in."""
    return ec2.SubnetSelection(subnets=props.cluster.vpc.private_subnets[: props.deployment.profile.balancer_zones])


def _asks(port: int, path: str) -> list[str]:
    """The command of the image's own HEALTHCHECK, which ECS does not read."""
    return ["python", "-c", f"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}{path}', timeout=3)"]


def _sleep(count: ecs.ScalableTaskCount, tasks: Tasks, awake: Hours) -> None:
    count.scale_on_schedule(
        "Wake", schedule=scaling.Schedule.cron(minute="0", hour=str(awake.begin), week_day=awake.days),
        min_capacity=tasks.least, max_capacity=tasks.most,
    )  # fmt: skip
    count.scale_on_schedule(
        "Sleep", schedule=scaling.Schedule.cron(minute="0", hour=str(awake.end), week_day=awake.days),
        min_capacity=0, max_capacity=0,
    )  # fmt: skip
