"""How it runs: scaling, alarms, what depends on what, and the list of resources."""

import json
import os
import re
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from search_api import minute_log
from search_api.__main__ import KEPT_OPEN_S
from tests.infra.conftest import Templates, needs_cdk

needs_cdk()

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("resources.json")


def test_services_scale_from_one_to_three_at_75_percent_and_by_requests(scale: Templates) -> None:
    targets = scale.resources("AWS::ApplicationAutoScaling::ScalableTarget")
    assert {name.split("/")[0]: (t["MinCapacity"], t["MaxCapacity"]) for name, t in targets.items()} == {
        "search": (1, 3), "dashboard": (1, 3),
    }  # fmt: skip
    assert all("ScheduledActions" not in target for target in targets.values())
    tracked: dict[str, dict[str, float]] = {}
    for name, policy in scale.resources("AWS::ApplicationAutoScaling::ScalingPolicy").items():
        rule = policy["TargetTrackingScalingPolicyConfiguration"]
        kind = rule["PredefinedMetricSpecification"]["PredefinedMetricType"]
        tracked.setdefault(name.split("/")[0], {})[kind] = rule["TargetValue"]
        assert rule["ScaleOutCooldown"] > 120, "shorter than a task's start: one too many would be asked for"
    assert tracked == {
        "search": {"ECSServiceAverageCPUUtilization": 75, "ALBRequestCountPerTarget": 1500},
        "dashboard": {"ECSServiceAverageCPUUtilization": 75, "ALBRequestCountPerTarget": 600},
    }


def test_small_sleeps_at_night_and_takes_pictures_all_the_same(small: Templates) -> None:
    for target in small.resources("AWS::ApplicationAutoScaling::ScalableTarget").values():
        hours = {
            a["ScheduledActionName"]: (a["Schedule"], a["ScalableTargetAction"]) for a in target["ScheduledActions"]
        }
        assert hours == {
            "Wake": ("cron(0 6 ? * MON-FRI *)", {"MinCapacity": 1, "MaxCapacity": 2}),
            "Sleep": ("cron(0 20 ? * MON-FRI *)", {"MinCapacity": 0, "MaxCapacity": 0}),
        }
    assert small.one("AWS::Events::Rule", "ingest/SweepSchedule")["ScheduleExpression"] == "cron(* 6-19 ? * MON-FRI *)"
    assert small.one("AWS::RDS::DBCluster", "data/")["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0
    mapping = small.one("AWS::Lambda::EventSourceMapping", "ingest/")
    assert mapping.get("Enabled", True) is True


def test_a_bad_deployment_rolls_itself_back(each: Templates) -> None:
    services = each.resources("AWS::ECS::Service")
    assert len(services) == 2
    for service in services.values():
        assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
        assert service["DeploymentConfiguration"]["MinimumHealthyPercent"] == 100


def test_the_dashboard_is_sticky_and_the_search_api_is_not(each: Templates) -> None:
    for name, group in each.resources("AWS::ElasticLoadBalancingV2::TargetGroup").items():
        told = {one["Key"]: one["Value"] for one in group["TargetGroupAttributes"]}
        assert told["stickiness.enabled"] == ("true" if name.startswith("dashboard/") else "false"), name
        assert group["HealthCheckPath"] == ("/_stcore/health" if name.startswith("dashboard/") else "/healthz")


def test_a_balancer_never_sends_into_a_connection_that_the_search_api_closes(each: Templates) -> None:
    for balancer in each.resources("AWS::ElasticLoadBalancingV2::LoadBalancer").values():
        told = {one["Key"]: one["Value"] for one in balancer["LoadBalancerAttributes"]}
        assert int(told["idle_timeout.timeout_seconds"]) < KEPT_OPEN_S


def alarms(templates: Templates) -> dict[str, dict[str, object]]:
    return {re.sub(r"[0-9A-F]{8}$", "", name.split("/")[1]): alarm
            for name, alarm in templates.resources("AWS::CloudWatch::Alarm").items()
            if name.startswith("observability/")}  # fmt: skip


def test_every_queue_function_and_service_has_its_alarm(each: Templates) -> None:
    watched = json.dumps(list(alarms(each).values()))
    for queue in each.resources("AWS::SQS::Queue"):
        assert re.sub(r"[0-9A-F]{8}$", "", queue.split("/")[1]) in watched, queue
    functions = [name for name in each.resources("AWS::Lambda::Function") if name.startswith("ingest/")]
    assert len(functions) == 5
    for function in functions:
        assert function.split("/")[1] in watched
    assert set(alarms(each)) >= {
        "QueueAge", "DeadLetters", "Uploads5xx", "Search5xx", "Dashboard5xx", "SearchSlow", "SearchCpu", "DashboardCpu",
        "DatabaseCpu", "DatabaseConnections", "IndexLag", "RecognitionThrottled",
    }  # fmt: skip
    assert alarms(each)["SearchSlow"]["ExtendedStatistic"] == "p95"
    assert alarms(each)["SearchSlow"]["Threshold"] == 0.8


def test_searches_are_seen_by_whichever_door_they_come(each: Templates) -> None:
    """The search API's own account has those of the dashboard too, which in `small` pass no balancer."""
    for name, metric in (("SearchSlow", "SearchSeconds"), ("Search5xx", "SearchFailed")):
        alarm = alarms(each)[name]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("Pixplore", metric)
        assert "Dimensions" not in alarm
        assert metric in minute_log.UNITS


def test_every_alarm_says_what_to_do_and_where_that_is_written(each: Templates) -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbooks" / "alarms.md").read_text(), re.M)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for name, alarm in alarms(each).items():
        said = str(alarm["AlarmDescription"])
        assert "What to do: " in said, name
        page, _, anchor = said.rpartition("Runbook: ")[2].partition("#")
        assert page == "docs/runbooks/alarms.md"
        assert anchor in anchors, (name, anchor)
        assert alarm["AlarmActions"] == alarm["OKActions"] != []


def test_alarms_may_be_told_to_the_topic(each: Templates) -> None:
    """Its own policy takes the place of the one that lets AWS's services in; it is encrypted with a key of ours."""
    topics = [one["PolicyDocument"] for one in each.resources("AWS::SNS::TopicPolicy").values()]
    keys = [one["KeyPolicy"] for one in each.resources("AWS::KMS::Key").values()]
    for policies, action in ((topics, "sns:Publish"), (keys, ["kms:Decrypt", "kms:GenerateDataKey"])):
        allowed = [one["Principal"] for policy in policies for one in policy["Statement"] if one["Action"] == action]
        for service in ("cloudwatch.amazonaws.com", "costalerts.amazonaws.com"):
            assert service in json.dumps(allowed), (service, action)


def test_services_run_only_in_zones_that_the_balancer_is_in(each: Templates) -> None:
    """It sends nothing anywhere else: a task in another zone would never be found healthy."""
    balancer = each.one("AWS::ElasticLoadBalancingV2::LoadBalancer", "edge/")

    def zones(subnets: list[object]) -> set[str]:
        return set(re.findall(r"Vpc(?:public|private)Subnet(\d)Subnet", json.dumps(subnets)))

    for service in each.resources("AWS::ECS::Service").values():
        inside = service["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]
        assert len(zones(inside)) == len(inside) > 1
        assert zones(inside) <= zones(balancer["Subnets"])
        assert "DesiredCount" not in service, "a deployment would undo what scaling did"


def test_the_limit_is_one_for_people_and_not_for_cloudfront(scale: Templates) -> None:
    rules = scale.one("AWS::WAFv2::WebACL", "edge/")["Rules"]
    (limit,) = [one["Statement"]["RateBasedStatement"] for one in rules if "RateBasedStatement" in one["Statement"]]
    assert limit["AggregateKeyType"] == "FORWARDED_IP"
    assert limit["ForwardedIPConfig"]["HeaderName"] == "X-Forwarded-For"


def test_spending_is_watched_by_the_tag_that_everything_has(each: Templates) -> None:
    monitor = each.one("AWS::CE::AnomalyMonitor", "observability/")
    tag = json.loads(monitor["MonitorSpecification"])["Tags"]
    for name, bucket in each.resources("AWS::S3::Bucket").items():
        assert {"Key": tag["Key"], "Value": tag["Values"][0]} in bucket["Tags"], name


def test_no_stack_waits_for_one_that_waits_for_it(each: Templates) -> None:
    order = list(TopologicalSorter(each.needs).static_order())
    assert set(order) == set(each.stacks)
    assert order.index("data") < order.index("ingest") < order.index("search") < order.index("dashboard")


def test_the_schema_is_new_before_anything_that_needs_it(each: Templates) -> None:
    """The trigger lies in the data stack, waits for the database, and every program's stack waits for that stack."""
    resources = each.stacks["data"]["Resources"]
    (trigger,) = [one for one in resources.values() if one["Type"] == "Custom::Trigger"]
    waits = set(trigger["DependsOn"])
    assert any(resources[name]["Type"] == "AWS::RDS::DBInstance" for name in waits)
    for stack in ("ingest", "search", "dashboard"):
        assert "data" in each.needs[stack] | each.needs["ingest"]


@pytest.mark.parametrize("profile", ["small", "scale", "domain"])
def test_the_list_of_resources_is_the_one_that_was_agreed(profile: str, request: pytest.FixtureRequest) -> None:
    """A change shows here first. `PIXPLORE_AGREE=1` writes the list anew: read its difference before committing."""
    templates: Templates = request.getfixturevalue(profile)
    found = {
        stack: dict(sorted(Counter(resource["Type"] for resource in template["Resources"].values()).items()))
        for stack, template in sorted(templates.stacks.items())
    }
    agreed = json.loads(LIST.read_text()) if LIST.exists() else {}
    if os.environ.get("PIXPLORE_AGREE"):
        LIST.write_text(json.dumps(agreed | {profile: found}, indent=1, sort_keys=True) + "\n")
        return
    assert found == agreed[profile]
