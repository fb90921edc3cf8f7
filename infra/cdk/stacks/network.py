"""The VPC, who may speak to whom in it, and the bucket that all access logs go to."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import DASHBOARD_PORT, DATABASE_PORT, SEARCH_PORT, Deployment

PUBLIC = ec2.SubnetSelection(subnet_group_name="public")
PRIVATE = ec2.SubnetSelection(subnet_group_name="private")
ISOLATED = ec2.SubnetSelection(subnet_group_name="isolated")
LOG_DAYS = 90
ADDRESSES = "10.20.0.0/16"


@dataclass(frozen=True)
class Groups:
    """One security group a part. All rules are here: a rule elsewhere would tie two stacks into a knot."""

    balancer: ec2.SecurityGroup
    inner_balancer: ec2.SecurityGroup
    dashboard: ec2.SecurityGroup
    search: ec2.SecurityGroup
    functions: ec2.SecurityGroup
    endpoints: ec2.SecurityGroup
    database: ec2.SecurityGroup


class NetworkStack(Stack):
    """Offers `vpc`, `groups` and `logs`."""

    def __init__(self, scope: Construct, name: str, deployment: Deployment, **options: Any) -> None:
        super().__init__(scope, name, **options)
        self.logs = self._log_bucket()
        self.vpc = self._vpc(deployment)
        self._close_isolated_subnets()
        self.groups = self._groups(deployment)
        self._endpoints(deployment.profile.interface_endpoints)

    def _log_bucket(self) -> s3.Bucket:
        """Balancers can write to a bucket with S3's own keys only."""
        bucket = s3.Bucket(
            self, "Logs",
            encryption=s3.BucketEncryption.S3_MANAGED, block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True, versioned=True, object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[s3.LifecycleRule(
                id="forget", expiration=Duration.days(LOG_DAYS), noncurrent_version_expiration=Duration.days(1),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )],
        )  # fmt: skip
        acknowledge(bucket, "log bucket")
        return bucket

    def _vpc(self, deployment: Deployment) -> ec2.Vpc:
        profile = deployment.profile
        small = ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO)
        image = ec2.MachineImage.latest_amazon_linux2023(cpu_type=ec2.AmazonLinuxCpuType.ARM_64)
        self.nat = (
            ec2.NatProvider.instance_v2(
                instance_type=small,
                machine_image=image,
                default_allowed_traffic=ec2.NatTrafficDirection.OUTBOUND_ONLY,
                associate_public_ip_address=True,  # the subnet gives none
            )
            if profile.nat == "instance"
            else ec2.NatProvider.gateway()
        )
        vpc = ec2.Vpc(
            self, "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(ADDRESSES),
            # Named, not looked up: a template must not depend on who makes it.
            availability_zones=[deployment.region + letter for letter in "abc"],
            nat_gateways=profile.nat_zones, nat_gateway_provider=self.nat,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24,
                                        map_public_ip_on_launch=False),
                ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20),
                ec2.SubnetConfiguration(name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )  # fmt: skip
        vpc.add_flow_log(
            "Rejected",
            destination=ec2.FlowLogDestination.to_s3(self.logs, "flows/"),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        if isinstance(self.nat, ec2.NatInstanceProviderV2):
            self.nat.connections.allow_from(ec2.Peer.ipv4(ADDRESSES), ec2.Port.all_traffic(), "from inside the VPC")
            for instance, subnet in zip(self.nat.gateway_instances, vpc.public_subnets, strict=False):
                _harden(instance)
                # It installs what it needs once, when it starts: the way out must be there by then.
                instance.node.add_dependency(subnet.internet_connectivity_established)
        return vpc

    def _endpoints(self, services: tuple[str, ...]) -> None:
        """What is asked most, without the way through a NAT gateway that is paid by the gigabyte."""
        for service in services:
            self.vpc.add_interface_endpoint(
                f"To{service.title()}",
                service=getattr(ec2.InterfaceVpcEndpointAwsService, service),
                subnets=PRIVATE, security_groups=[self.groups.endpoints], open=False,
            )  # fmt: skip

    def _close_isolated_subnets(self) -> None:
        """A second lock before the database: only its port from the private subnets, only answers back."""
        acl = ec2.NetworkAcl(self, "DatabaseAcl", vpc=self.vpc, subnet_selection=ISOLATED)
        acknowledge(acl, "network acl")
        for number, subnet in enumerate(self.vpc.select_subnets(subnet_group_name="private").subnets):
            from_private = ec2.AclCidr.ipv4(subnet.ipv4_cidr_block)
            acl.add_entry(f"In{number}", cidr=from_private, rule_number=100 + number,
                          traffic=ec2.AclTraffic.tcp_port(DATABASE_PORT),
                          direction=ec2.TrafficDirection.INGRESS)  # fmt: skip
            acl.add_entry(f"Out{number}", cidr=from_private, rule_number=100 + number,
                          traffic=ec2.AclTraffic.tcp_port_range(1024, 65535),
                          direction=ec2.TrafficDirection.EGRESS)  # fmt: skip

    def _groups(self, deployment: Deployment) -> Groups:
        def group(name: str, what: str, outbound: bool = False) -> ec2.SecurityGroup:
            return ec2.SecurityGroup(self, name, vpc=self.vpc, description=what, allow_all_outbound=outbound)

        groups = Groups(
            balancer=group("Balancer", "The load balancer that browsers reach"),
            inner_balancer=group("InnerBalancer", "The load balancer between dashboard and search API"),
            # AWS's own services have no fixed addresses: what runs here may ask out by HTTPS, and nothing else.
            dashboard=group("Dashboard", "Tasks of the dashboard"),
            search=group("Search", "Tasks of the search API"),
            functions=group("Functions", "Lambda functions"),
            endpoints=group("Endpoints", "AWS services inside the VPC"),
            database=group("Database", "The database of the catalogue"),
        )
        _admit_browsers(groups.balancer, deployment)
        _allow(groups.balancer, groups.dashboard, DASHBOARD_PORT)
        _allow(groups.balancer, groups.search, SEARCH_PORT)
        _allow(groups.dashboard, groups.search, SEARCH_PORT)
        _allow(groups.dashboard, groups.inner_balancer, SEARCH_PORT)
        _allow(groups.inner_balancer, groups.search, SEARCH_PORT)
        for asks in (groups.dashboard, groups.search, groups.functions):
            _allow(asks, groups.database, DATABASE_PORT)
            _allow(asks, groups.endpoints, 443)
            asks.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS's services")
        return groups


def _harden(nat: ec2.Instance) -> None:
    """Its disk is encrypted and nobody signs in to it; it gives its metadata, its role's key too, to sessions only."""
    plain = nat.node.default_child
    assert isinstance(plain, ec2.CfnInstance)  # noqa: S101
    disk = ec2.CfnInstance.EbsProperty(encrypted=True, volume_type="gp3", volume_size=8)
    plain.block_device_mappings = [ec2.CfnInstance.BlockDeviceMappingProperty(device_name="/dev/xvda", ebs=disk)]
    plain.metadata_options = ec2.CfnInstance.MetadataOptionsProperty(http_tokens="required")
    acknowledge(nat, "nat instance")


def _admit_browsers(balancer: ec2.SecurityGroup, deployment: Deployment) -> None:
    if deployment.domain:
        acknowledge(balancer, "open to browsers")
        balancer.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "browsers")
        balancer.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(80), "sent on to HTTPS")
    else:
        edge = ec2.Peer.prefix_list(deployment.edge_prefix_list)
        balancer.add_ingress_rule(edge, ec2.Port.tcp(80), "CloudFront, which ends TLS")


def _allow(asks: ec2.SecurityGroup, answers: ec2.SecurityGroup, port: int) -> None:
    asks.add_egress_rule(answers, ec2.Port.tcp(port))
    answers.add_ingress_rule(asks, ec2.Port.tcp(port))
