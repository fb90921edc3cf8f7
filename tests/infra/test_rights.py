"""Who may do what: least privilege, and nothing open to the public."""

import json
import re
from typing import Any

from tests.infra.conftest import Templates, listed, needs_cdk

needs_cdk()

READS = {"s3:GetObject", "s3:GetObjectVersion"}
WORKS_WITHOUT_A_RESOURCE = {
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "ecr:GetAuthorizationToken",
    "rekognition:DetectLabels", "rekognition:DetectText", "rekognition:DetectModerationLabels",
}  # fmt: skip


def allowed(templates: Templates, actions: set[str], resource: str) -> set[str]:
    """The policies that allow one of these actions on what is named like `resource`."""
    return {
        re.sub(r"[0-9A-F]{8}$", "", name)
        for name, statement in templates.statements()
        if statement["Effect"] == "Allow"
        and actions & set(listed(statement["Action"]))
        and resource in json.dumps(statement["Resource"])
    }


def test_three_programs_read_originals_and_one_lets_browsers_write_them(each: Templates) -> None:
    assert allowed(each, READS, "Originals") == {
        "ingest/LabelImageRoleDefaultPolicy", "search/SearchTaskTaskRoleDefaultPolicy",
    }  # fmt: skip
    assert allowed(each, {"s3:PutObject"}, "Originals") == {"ingest/IssueUploadsRoleDefaultPolicy"}
    assert allowed(each, {"s3:DeleteObject"}, "Originals") == set()
    assert allowed(each, {"s3:DeleteObjectVersion"}, "Originals") == {"ingest/SweepRoleDefaultPolicy"}  # the trash
    for name, key_right in (("kms:Decrypt", {"ingest/LabelImageRoleDefaultPolicy", "data/MigrateRoleDefaultPolicy",
                                             "search/SearchTaskTaskRoleDefaultPolicy"}),
                            ("kms:GenerateDataKey", {"ingest/IssueUploadsRoleDefaultPolicy"})):  # fmt: skip
        assert allowed(each, {name}, "Key") == key_right


def test_who_may_ask_what_somebody_is_allowed(each: Templates) -> None:
    """All that let people in: what a token says may be an hour old."""
    assert allowed(each, {"cognito-idp:AdminListGroupsForUser"}, "People") == {
        "ingest/IssueUploadsRoleDefaultPolicy", "ingest/UploadStatusRoleDefaultPolicy",
        "search/SearchTaskTaskRoleDefaultPolicy", "dashboard/DashboardTaskTaskRoleDefaultPolicy",
    }  # fmt: skip


def test_buckets_admit_nobody_by_their_own_policies_but_the_cdn_and_the_log_writers(each: Templates) -> None:
    for name, policy in each.resources("AWS::S3::BucketPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                continue
            who = statement["Principal"]
            assert who != "*"
            assert who != {"AWS": "*"}
            if name.startswith("delivery/"):
                assert who == {"Service": "cloudfront.amazonaws.com"}
                assert statement["Action"] == "s3:GetObject"
                assert "AWS:SourceArn" in json.dumps(statement["Condition"])
            else:
                assert name.startswith("network/"), name
                assert set(listed(statement["Action"])) <= {"s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket"}


def test_every_bucket_is_private_and_asks_for_tls(each: Templates) -> None:
    buckets = each.resources("AWS::S3::Bucket")
    assert {name.split("/")[0] for name in buckets} == {"network", "data", "delivery"}
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    refusals = [
        statement
        for policy in each.resources("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert len(refusals) == len(buckets)


def test_no_action_is_a_pattern_and_a_star_stands_for_nothing_that_has_a_name(each: Templates) -> None:
    statements = each.statements()
    assert len(statements) > 40
    for name, statement in statements:
        for action in listed(statement["Action"]):
            assert "*" not in action, (name, action)
        if "*" in listed(statement["Resource"]) and statement["Effect"] == "Allow":
            assert set(listed(statement["Action"])) <= WORKS_WITHOUT_A_RESOURCE, name


def test_the_functions_own_code_may_not_touch_network_interfaces(each: Templates) -> None:
    roles = {name for name in each.resources("AWS::IAM::Role") if re.search(r"/(\w+)Role[0-9A-F]{8}$", name)
             and not name.startswith(("search/", "dashboard/", "recovery/"))}  # fmt: skip
    denied = {name for name, statement in each.statements() if statement["Effect"] == "Deny"}
    functions = [f for f in each.resources("AWS::Lambda::Function").values() if "VpcConfig" in f]
    assert len(denied) == len(functions) == 6, roles


def test_no_role_is_open_to_another_account(each: Templates) -> None:
    for name, role in each.resources("AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert set(statement["Principal"]) == {"Service"}, name
            assert statement["Principal"]["Service"].endswith(".amazonaws.com")


def test_only_the_balancer_is_reached_from_outside(each: Templates, domain: Templates) -> None:
    for name, group in each.resources("AWS::EC2::SecurityGroup").items():
        for rule in group.get("SecurityGroupIngress", []):
            if rule.get("CidrIp") == "0.0.0.0/0" or "CidrIpv6" in rule:
                assert each is domain
                assert name.startswith("network/Balancer")
                assert rule["FromPort"] == rule["ToPort"]
                assert rule["FromPort"] in (80, 443)
    named = [rule for rule in each.resources("AWS::EC2::SecurityGroupIngress").values() if "SourcePrefixListId" in rule]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in named] == ([] if each is domain else [(80, 80)])
    for rule in each.resources("AWS::EC2::SecurityGroupIngress").values():
        assert "CidrIp" not in rule
    for subnet in each.resources("AWS::EC2::Subnet").values():
        assert subnet["MapPublicIpOnLaunch"] is False
    for instance in each.resources("AWS::RDS::DBInstance").values():
        assert instance["PubliclyAccessible"] is False
    for service in each.resources("AWS::ECS::Service").values():
        assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_the_database_is_reached_by_three_parts_on_one_port(each: Templates) -> None:
    rules = [(name, rule) for name, rule in each.resources("AWS::EC2::SecurityGroupIngress").items()
             if name.startswith("network/Database")]  # fmt: skip
    assert len(rules) == 3
    for _, rule in rules:
        assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
    assert {re.sub(r"[0-9A-F]{8}.*", "", json.dumps(rule["SourceSecurityGroupId"])) for _, rule in rules} == {
        '{"Fn::GetAtt": ["Dashboard', '{"Fn::GetAtt": ["Search', '{"Fn::GetAtt": ["Functions',
    }  # fmt: skip


def test_without_a_domain_only_cloudfronts_word_opens_the_balancer(small: Templates, domain: Templates) -> None:
    for templates, wanted in ((small, True), (domain, False)):
        for rule in templates.resources("AWS::ElasticLoadBalancingV2::ListenerRule").values():
            worded = [c for c in rule["Conditions"] if c["Field"] == "http-header"]
            assert bool(worded) is wanted
            for condition in worded:
                assert "resolve:secretsmanager" in json.dumps(condition["HttpHeaderConfig"]["Values"])
    listener = small.one("AWS::ElasticLoadBalancingV2::Listener", "edge/")
    assert listener["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "403"


def test_renditions_are_answered_to_signed_addresses_only(each: Templates) -> None:
    behaviour = each.one("AWS::CloudFront::Distribution", "delivery/")["DistributionConfig"]["DefaultCacheBehavior"]
    assert len(behaviour["TrustedKeyGroups"]) == 1
    assert behaviour["ViewerProtocolPolicy"] == "https-only"


def test_secrets_reach_a_program_by_their_own_way_never_in_a_template(each: Templates) -> None:
    secret = re.compile(r"KEY$|SECRET$|PASSWORD|TOKEN$")
    told: list[dict[str, Any]] = []
    for task in each.resources("AWS::ECS::TaskDefinition").values():
        for container in task["ContainerDefinitions"]:
            told += container["Environment"]
            for one in container["Secrets"]:
                assert isinstance(one["ValueFrom"], dict) or one["ValueFrom"].startswith("arn:aws:secretsmanager:")
    for function in each.resources("AWS::Lambda::Function").values():
        variables = function.get("Environment", {}).get("Variables", {})
        told += [{"Name": name, "Value": value} for name, value in variables.items()]
    assert len(told) > 50
    for one in told:
        if secret.search(one["Name"]):
            assert one["Name"] == "PIXPLORE_DATABASE_OWNER_SECRET", one["Name"]  # an ARN
        if one["Name"] == "DATABASE_URL":
            assert one["Value"]["Fn::Join"][1][0] == "postgresql+iam://pixplore@"


def test_the_browsers_client_has_no_secret(each: Templates) -> None:
    client = each.one("AWS::Cognito::UserPoolClient", "auth/")
    assert client["GenerateSecret"] is False
    assert set(client["ExplicitAuthFlows"]) == {
        "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    }  # fmt: skip
