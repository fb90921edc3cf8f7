"""Rules of cdk-nag that we do not follow in a place, each with its reason. `make synth` fails on any other finding."""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

# cdk-nag names a resource of another stack by the export that it comes by.
_ORIGINALS = "IAM5[Resource::{name}-data:ExportsOutputFnGetAttOriginals63BA965BArn26B89E1C/*]"
_RENDITIONS = "IAM5[Resource::{name}-delivery:ExportsOutputFnGetAttRenditions81538D22Arn9C6DA3D0/*]"
_KEYS = "The rights are to read, write or delete objects of this one bucket; their keys are made as pictures arrive."
_BY_HAND = (
    "It is known to our own programs only. A new value would sign everybody out (session key, cookie) or cut the "
    "front off for minutes (word), so it is changed by hand, as docs/aws.md says, when there is a reason to."
)
_GEO = "A company's people travel; who may see anything is decided by sign-in and signatures, not by place."
_CDN_WAF = (
    "A web ACL for CloudFront lives in us-east-1 and costs $8 a month. What it would look at is a signed address of "
    "one picture, or goes on to the balancer, where `scale` has a web ACL."
)
_CDN_LOGS = (
    "Standard logs need a bucket with access control lists, which S3 advises against. The balancer logs every call "
    "behind the front; an address of a rendition is signed for one picture, and handing it out is logged."
)
_CDN_TLS = "CloudFront's own name brings its own certificate, whose TLS policy it sets itself; a domain brings yours."

REASONS: dict[str, dict[str, str]] = {
    "log bucket": {"S1": "It is where the access logs go: logging its own would fill it with itself."},
    "network acl": {
        "VPC3": "One list, on the database's subnets only: a second lock should a security group be opened by mistake.",
    },
    "nat instance": {
        "EC28": "It has one task and passes packets on. Lost, no picture is labelled: QueueAge rings.",
        "EC29": "It keeps nothing and is replaced when its image is: protection would only stop that.",
    },
    "secret by hand": {"SMG4": _BY_HAND},
    "front without a domain": {
        "CFR1": _GEO, "CFR2": _CDN_WAF, "CFR3": _CDN_LOGS, "CFR4": _CDN_TLS,
        "CFR5": "A balancer has no certificate without a domain. It answers CloudFront's addresses only, and only with "
                "the secret word; set PIXPLORE_DOMAIN for TLS on this stretch too.",
    },
    "cdn": {"CFR1": _GEO, "CFR2": _CDN_WAF, "CFR3": _CDN_LOGS, "CFR4": _CDN_TLS},
    "function": {
        "L1": "The newest Python that this project is tried on: packages and images run their tests on 3.13, which AWS "
              "supports until 2029.",
    },
    "function role": {
        "IAM5[Resource::*]": "Network interfaces, traces and Rekognition's detections have no resource to name. The "
                             "interfaces are denied to the function's own code.",
        "IAM5[Resource::arn:<AWS::Partition>:lambda:{region}:{account}:function:*]": "It narrows a denial.",
        _ORIGINALS: _KEYS, _RENDITIONS: _KEYS,
    },
    "task": {
        "IAM5[Resource::*]": "The registry's sign-in (ecr:GetAuthorizationToken) has no resource to name.",
        _ORIGINALS: _KEYS,
        "ECS2": "Only addresses and names are plain; each secret comes from Secrets Manager, and the database knows "
                "no password at all.",
    },
    "user pool": {
        "COG1": "The company's own rule: eight characters with an upper-case letter and a number. Guessing is slowed "
                "by growing delays and, in `scale`, by Cognito's threat protection.",
        "COG2": "Each person turns their second factor on; a company that wants it of all sets mfa to REQUIRED here.",
    },
    "user pool without threat protection": {
        "COG1": "The company's own rule: eight characters with an upper-case letter and a number; guessing is slowed "
                "by growing delays (dashboard/session.py).",
        "COG2": "Each person turns their second factor on; a company that wants it of all sets mfa to REQUIRED here.",
        "COG8": "The plus plan is paid for each person who signs in; `scale` has it.",
    },
    "uploads api": {
        "APIG3": "Every call but a refusal needs an administrator's token, and the stage limits the rate; a web ACL "
                 "here costs as much as everything else of `small`'s API.",
        "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]":
            "The policy that API Gateway asks for by name, one for the whole account.",
    },
    "no container insights": {"ECS4": "CPU and memory of services are measured without it; `scale` has it enhanced."},
    "open to browsers": {
        "EC23": "With a domain the balancer is what browsers reach: 443, and 80 only to be sent on to it.",
    },
    "database monitoring": {
        "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]":
            "The policy that RDS asks for by name: it may write to one log group, RDSOSMetrics.",
    },
    "backup role": {
        f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{what}]":
            "AWS Backup's own policies, which change with what it can save; only AWS Backup may take this role on."
        for what in (
            "service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores",
            "AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore",
        )
    },
}  # fmt: skip


def acknowledge(construct: IConstruct, what: str) -> None:
    """Acknowledge, on this construct and all in it, the rules that REASONS lists under `what`."""
    stack = Stack.of(construct)
    place = {"name": stack.stack_name.rsplit("-", 1)[0], "region": stack.region, "account": stack.account}
    told = [
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule.format(**place)}", reason=why)
        for rule, why in REASONS[what].items()
    ]
    if told:
        Validations.of(construct).acknowledge(*told)
