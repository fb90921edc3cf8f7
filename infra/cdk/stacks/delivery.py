"""The bucket of renditions and the CDN in front of it, together: apart they would tie two stacks into a knot.

Nobody reaches the bucket but CloudFront (origin access control) and our own programs; CloudFront answers only signed
addresses, which the search API makes (pixplore/aws/delivery.py).
"""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.cdk.acknowledged import acknowledge
from infra.cdk.config import Deployment


@dataclass(frozen=True)
class DeliveryProps:
    deployment: Deployment
    logs: s3.Bucket
    origin: str


class DeliveryStack(Stack):
    """Offers `renditions`, `url` and `key_id`."""

    def __init__(self, scope: Construct, name: str, props: DeliveryProps, **options: Any) -> None:
        super().__init__(scope, name, **options)
        self.renditions = s3.Bucket(
            self, "Renditions",
            # They can be made again from the originals at any time; S3's own keys spare CloudFront a key policy.
            encryption=s3.BucketEncryption.S3_MANAGED, block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True, versioned=True, object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=props.logs, server_access_logs_prefix="renditions/",
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[s3.LifecycleRule(
                id="only the newest", noncurrent_version_expiration=Duration.days(7),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )],
        )  # fmt: skip
        public = cloudfront.PublicKey(self, "SigningKey", encoded_key=props.deployment.signing_key)
        signers = cloudfront.KeyGroup(self, "Signers", items=[public])
        distribution = cloudfront.Distribution(
            self, "Cdn",
            comment="Pixplore: thumbnails and previews",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.renditions),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=_headers(self, props.origin),
                trusted_key_groups=[signers],
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3, price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        )  # fmt: skip
        acknowledge(distribution, "cdn")
        self.url = f"https://{distribution.distribution_domain_name}"
        self.key_id = public.public_key_id


def _headers(scope: Construct, origin: str) -> cloudfront.ResponseHeadersPolicy:
    """A rendition is a picture for our pages and nothing else."""
    year = Duration.days(365)
    return cloudfront.ResponseHeadersPolicy(
        scope, "Headers",
        cors_behavior=cloudfront.ResponseHeadersCorsBehavior(
            access_control_allow_credentials=False, access_control_allow_headers=["*"],
            access_control_allow_methods=["GET", "HEAD"], access_control_allow_origins=[origin], origin_override=True,
        ),
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy="default-src 'none'; sandbox", override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=year, include_subdomains=True, override=True
            ),
        ),
    )  # fmt: skip
