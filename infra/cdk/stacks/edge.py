"""Where browsers come in: the load balancer, its TLS, the firewall, and the name under which Pixplore is found.

With a domain: the balancer has its certificate and the domain points to it. Without: CloudFront in front of it, which
brings a name and TLS of its own; the balancer then answers only who knows the secret word that CloudFront sends.
"""

from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment
from infra.cdk.constructs.firewall import protect
from infra.cdk.stacks.network import Groups

WORD_HEADER = "X-Pixplore-Edge"
PROGRAMS_ASK = ("/v1/*", "/data/*", "/shared/v1/*")
"""A token that was sent in the clear has been read: who asks so is told, not sent on as a person with a browser is."""
IDLE_SECONDS = 120  # a Streamlit page holds one WebSocket; it is pinged more often than this


@dataclass(frozen=True)
class EdgeProps:
    deployment: Deployment
    vpc: ec2.Vpc
    groups: Groups
    logs: s3.Bucket


class EdgeStack(Stack):
    """Offers `balancer`, `host`, `origin`, how many `proxies` stand before a service, and `admit`, by which services
    hang themselves in."""

    def __init__(self, scope: Construct, name: str, props: EdgeProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        zones = props.deployment.profile.balancer_zones
        self.balancer = elb.ApplicationLoadBalancer(
            self, "Balancer",
            vpc=props.vpc, internet_facing=True, security_group=props.groups.balancer,
            vpc_subnets=ec2.SubnetSelection(subnets=props.vpc.public_subnets[:zones]),
            deletion_protection=True, drop_invalid_header_fields=True,
            desync_mitigation_mode=elb.DesyncMitigationMode.STRICTEST,
            idle_timeout=Duration.seconds(IDLE_SECONDS),
        )  # fmt: skip
        self.balancer.log_access_logs(props.logs, "balancer")
        if props.deployment.domain:
            self.host, self.proxies = props.deployment.domain, 1
            self.conditions: list[elb.ListenerCondition] = []
            self.listener = self._own_domain(props.deployment)
        else:
            word = secrets.Secret(
                self, "Word", description="What CloudFront says to the balancer",
                generate_secret_string=secrets.SecretStringGenerator(password_length=40, exclude_punctuation=True),
            )  # fmt: skip
            acknowledge(word, "secret by hand")
            said = word.secret_value.unsafe_unwrap()  # a reference that CloudFormation resolves, not the word itself
            self.conditions = [elb.ListenerCondition.http_header(WORD_HEADER, [said])]
            self.listener = self._behind_cloudfront()
            self.host, self.proxies = self._cloudfront(said), 2
        self.origin = f"https://{self.host}"
        CfnOutput(self, "Address", value=self.origin, description="Where people sign in")
        if props.deployment.profile.waf:
            protect(self, self.balancer, behind_cloudfront=not props.deployment.domain)

    def admit(self, scope: Construct, name: str, group: elb.ApplicationTargetGroup, priority: int, *paths: str) -> None:
        """Send requests for these paths to a target group. The rule lies in the caller's stack."""
        elb.ApplicationListenerRule(
            scope, name, listener=self.listener, priority=priority, target_groups=[group],
            conditions=[elb.ListenerCondition.path_patterns(list(paths)), *self.conditions],
        )  # fmt: skip

    def _own_domain(self, deployment: Deployment) -> elb.ApplicationListener:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=deployment.zone_id, zone_name=deployment.domain.partition(".")[2]
        )
        certificate = acm.Certificate(
            self, "Certificate", domain_name=deployment.domain, validation=acm.CertificateValidation.from_dns(zone)
        )
        target = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer))
        route53.ARecord(self, "Name", zone=zone, record_name=deployment.domain, target=target)
        elb.ApplicationListenerRule(
            self, "PlainPrograms", listener=self.balancer.add_redirect(open=False), priority=1,
            conditions=[elb.ListenerCondition.path_patterns(list(PROGRAMS_ASK))],
            action=_refused("Ask by https, with a new token: this one was sent in the clear.\n"),
        )  # fmt: skip
        return self.balancer.add_listener(
            "Https", port=443, certificates=[certificate], ssl_policy=elb.SslPolicy.TLS13_RES, open=False,
            default_action=_refused(),
        )  # fmt: skip

    def _behind_cloudfront(self) -> elb.ApplicationListener:
        listener = self.balancer.add_listener(
            "Http", port=80, protocol=elb.ApplicationProtocol.HTTP, open=False, default_action=_refused()
        )
        return listener

    def _cloudfront(self, word: str) -> str:
        origin = origins.HttpOrigin(
            self.balancer.load_balancer_dns_name, protocol_policy=cloudfront.OriginProtocolPolicy.HTTP_ONLY,
            custom_headers={WORD_HEADER: word}, read_timeout=Duration.seconds(60),
        )  # fmt: skip

        def to(plain: cloudfront.ViewerProtocolPolicy) -> cloudfront.BehaviorOptions:
            return cloudfront.BehaviorOptions(
                origin=origin, viewer_protocol_policy=plain,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER,
            )  # fmt: skip

        distribution = cloudfront.Distribution(
            self, "Front",
            comment="Pixplore: TLS and a name for the dashboard",
            default_behavior=to(cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS),
            additional_behaviors=dict.fromkeys(PROGRAMS_ASK, to(cloudfront.ViewerProtocolPolicy.HTTPS_ONLY)),
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        )  # fmt: skip
        acknowledge(distribution, "front without a domain")
        return distribution.distribution_domain_name


def _refused(why: str = "Nothing is served here.\n") -> elb.ListenerAction:
    return elb.ListenerAction.fixed_response(403, content_type="text/plain", message_body=why)
