"""The same programs as on one machine: every setting they read is given, names and figures are the same."""

import json
import re
import typing
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from embedded import provision_api, provision_functions, provision_people, provision_storage
from pixplore import settings
from pixplore.aws import origins
from tests.infra.conftest import Templates, needs_cdk

needs_cdk()

# What each program loads at its start, as its own code says.
LOADS: dict[str, tuple[type[BaseSettings], ...]] = {
    "issue_uploads": (settings.DatabaseSettings, settings.StorageSettings, settings.QueueSettings,
                      settings.IdentitySettings),
    "upload_status": (settings.DatabaseSettings, settings.IdentitySettings),
    "label_image": (settings.DatabaseSettings, settings.StorageSettings, settings.QueueSettings,
                    settings.VisionSettings),
    "sweep": (settings.DatabaseSettings, settings.StorageSettings, settings.QueueSettings, settings.TrashSettings),
    "redrive": (settings.DatabaseSettings, settings.StorageSettings, settings.QueueSettings),
    "migrate": (settings.DatabaseSettings, settings.OwnerSettings),
    "search": (settings.DatabaseSettings, settings.StorageSettings, settings.QueueSettings, settings.IdentitySettings,
               settings.IndexSettings, settings.DeliverySettings, settings.TellingSettings),
    "dashboard": (settings.DatabaseSettings, settings.StorageSettings, settings.IdentitySettings,
                  settings.DashboardSettings, settings.TrashSettings),
}  # fmt: skip


def variables(templates: Templates) -> dict[str, dict[str, Any]]:
    """Program -> its environment, secrets included."""
    found = {}
    for function in templates.resources("AWS::Lambda::Function").values():
        if handler := re.fullmatch(r"backend_lambdas\.(\w+)\.handler", function.get("Handler", "")):
            found[handler[1]] = function["Environment"]["Variables"]
    for name, task in templates.resources("AWS::ECS::TaskDefinition").items():
        (container,) = task["ContainerDefinitions"]
        plain = {one["Name"]: one["Value"] for one in container["Environment"]}
        found[name.split("/")[0]] = plain | {one["Name"]: one["ValueFrom"] for one in container["Secrets"]}
    return found


@pytest.mark.parametrize("program", sorted(LOADS))
def test_each_program_is_given_the_settings_it_reads(program: str, each: Templates) -> None:
    given = variables(each)[program]
    for kind in LOADS[program]:
        prefix = str(kind.model_config.get("env_prefix", ""))
        for field, about in kind.model_fields.items():
            name = (prefix + field).upper()
            if about.is_required() or name.startswith("PIXPLORE_RENDITIONS_"):
                assert name in given, f"{program} lacks {name}"


def test_the_dashboard_knows_how_many_proxies_stand_before_it(small: Templates, domain: Templates) -> None:
    """CloudFront and the balancer, or the balancer alone: who guesses passwords is told apart by what they write."""
    assert variables(small)["dashboard"]["PIXPLORE_PROXIES"] == "2"
    assert variables(domain)["dashboard"]["PIXPLORE_PROXIES"] == "1"


def test_the_dashboard_says_what_the_sweep_does_to_the_trash(each: Templates) -> None:
    days = {program: variables(each)[program]["PIXPLORE_TRASH_DAYS"] for program in ("sweep", "dashboard")}
    assert days == {"sweep": "30", "dashboard": "30"}


def test_no_program_is_given_a_setting_that_nobody_reads(each: Templates) -> None:
    known = {
        (str(kind.model_config.get("env_prefix", "")) + field).upper()
        for kind in vars(settings).values()
        if isinstance(kind, type) and issubclass(kind, BaseSettings)
        for field in kind.model_fields
    }
    others = {"AWS_REGION", "OMP_NUM_THREADS", "POWERTOOLS_LOG_LEVEL", "PIXPLORE_API_WORKERS",
              "STREAMLIT_SERVER_ALLOWED_HOSTS", "STREAMLIT_SERVER_COOKIE_SECRET"}  # fmt: skip
    for program, given in variables(each).items():
        assert set(given) <= known | others, program


def test_queue_rule_and_functions_are_those_of_one_machine(each: Templates) -> None:
    queue = each.one("AWS::SQS::Queue", "ingest/Queue")
    assert queue["VisibilityTimeout"] == 6 * provision_storage.LABEL_TIMEOUT
    assert queue["RedrivePolicy"]["maxReceiveCount"] == provision_storage.MOST_RECEIVES
    assert each.one("AWS::SQS::Queue", "ingest/DeadLetters")["MessageRetentionPeriod"] == 14 * 86400
    pattern = each.one("AWS::Events::Rule", "ingest/Arrived")["EventPattern"]
    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail-type"] == ["Object Created"]
    assert "Originals" in json.dumps(pattern["detail"]["bucket"]["name"])
    assert each.one("AWS::S3::Bucket", "data/Originals")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    handlers = {f["Handler"]: f for f in each.resources("AWS::Lambda::Function").values() if "VpcConfig" in f}
    for ours in provision_functions.FUNCTIONS:
        function = handlers[f"backend_lambdas.{ours.file}.handler"]
        assert (function["Timeout"], function["MemorySize"]) == (ours.timeout, ours.memory), ours.file
    mapping = each.one("AWS::Lambda::EventSourceMapping", "ingest/")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10


def test_concurrency_is_bounded_by_the_queue_and_reserved_where_there_is_enough(
    small: Templates, scale: Templates
) -> None:
    for templates, most in ((small, 4), (scale, 20)):
        mapping = templates.one("AWS::Lambda::EventSourceMapping", "ingest/")
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": most}
        reserved = [f.get("ReservedConcurrentExecutions") for name, f in
                    templates.resources("AWS::Lambda::Function").items() if name.startswith("ingest/")]  # fmt: skip
        assert (None in reserved) is (templates is small)
        assert (most in reserved) is (templates is scale)


def test_the_uploads_api_has_our_routes_scopes_and_sentences(each: Templates) -> None:
    methods = each.resources("AWS::ApiGateway::Method")
    assert len(methods) == len(provision_api.ROUTES)
    for method in methods.values():
        assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert method["AuthorizationScopes"] == provision_api.SCOPES
    checked = [m for m in methods.values() if "RequestValidatorId" in m]
    assert {m["HttpMethod"] for m in checked} == {"POST"}
    assert len(checked) == 2
    answers = {a["ResponseType"]: a for a in each.resources("AWS::ApiGateway::GatewayResponse").values()}
    for kind, (status, _, sentence) in provision_api.REFUSALS.items():
        assert answers[kind]["StatusCode"] == str(status)
        assert json.loads(answers[kind]["ResponseTemplates"]["application/json"])["detail"] == sentence
    assert answers["BAD_REQUEST_BODY"]["StatusCode"] == "422"  # as our own code answers
    stage = each.one("AWS::ApiGateway::Stage", "ingest/")
    assert stage["StageName"] == provision_api.STAGE
    assert "requestId" in stage["AccessLogSetting"]["Format"]
    limits = stage["MethodSettings"][0]
    assert 0 < limits["ThrottlingRateLimit"] < limits["ThrottlingBurstLimit"]


def test_people_sign_in_as_on_one_machine(small: Templates, scale: Templates) -> None:
    wanted: typing.Any = provision_people.POOL_SETTINGS
    for templates, plan in ((small, "ESSENTIALS"), (scale, "PLUS")):
        pool = templates.one("AWS::Cognito::UserPool", "auth/")
        policy = pool["Policies"]["PasswordPolicy"]
        assert {key: policy[key] for key in wanted["Policies"]["PasswordPolicy"]} == wanted["Policies"][
            "PasswordPolicy"
        ]
        assert pool["EmailVerificationMessage"] == wanted["VerificationMessageTemplate"]["EmailMessage"]
        assert (
            provision_people.INVITATION.split("{address}")[1]
            in pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"]
        )
        assert pool["AccountRecoverySetting"] == wanted["AccountRecoverySetting"]
        assert pool["UserAttributeUpdateSettings"] == wanted["UserAttributeUpdateSettings"]
        assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
        assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
        assert pool["UserPoolTier"] == plan
        groups = {g["GroupName"]: g["Precedence"] for g in templates.resources("AWS::Cognito::UserPoolGroup").values()}
        assert groups == {role: number for number, role in enumerate(provision_people.ROLES)}
        client, here = templates.one("AWS::Cognito::UserPoolClient", "auth/"), provision_people.CLIENT_SETTINGS
        assert client["PreventUserExistenceErrors"] == here["PreventUserExistenceErrors"] == "ENABLED"
        assert client["EnableTokenRevocation"] is here["EnableTokenRevocation"] is True
        minutes = {"minutes": 1, "hours": 60, "days": 24 * 60}
        for kind in ("AccessToken", "IdToken", "RefreshToken"):
            there, ours = (one[f"{kind}Validity"] * minutes[one["TokenValidityUnits"][kind]] for one in (client, here))
            assert there == ours, kind


def test_three_zones_and_a_database_that_no_route_leads_out_of(each: Templates) -> None:
    subnets = each.resources("AWS::EC2::Subnet")
    assert {subnet["AvailabilityZone"] for subnet in subnets.values()} == {f"eu-central-1{zone}" for zone in "abc"}
    assert len(subnets) == 9
    ways = [name for name in each.resources("AWS::EC2::Route") if "isolated" in name.lower()]
    assert ways == []
    entries = each.resources("AWS::EC2::NetworkAclEntry").values()
    inbound = [entry for entry in entries if not entry["Egress"]]
    assert [(e["PortRange"], e["RuleAction"]) for e in inbound] == [({"From": 5432, "To": 5432}, "allow")] * 3


def test_the_nat_instance_has_an_address_and_a_way_out_before_it_starts(small: Templates) -> None:
    """It installs what it needs at its first start, and never again."""
    (instance,) = [one for one in small.stacks["network"]["Resources"].values() if one["Type"] == "AWS::EC2::Instance"]
    (card,) = instance["Properties"]["NetworkInterfaces"]
    assert card["AssociatePublicIpAddress"] is True
    assert any("DefaultRoute" in name for name in instance["DependsOn"])
    assert instance["Properties"]["MetadataOptions"] == {"HttpTokens": "required"}


def test_browsers_are_sent_to_the_bucket_in_its_own_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without a region answers them with a redirect while a bucket is new."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(name, value)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-south-1")
    assert origins.of_buckets("pictures") == ["https://pictures.s3.eu-south-1.amazonaws.com"]
