"""The estimate counts what the templates have, adds up, and docs/cost.md is what it says."""

from pathlib import Path

from tests.infra.conftest import Templates


def test_it_counts_what_the_templates_have(small: Templates, scale: Templates) -> None:
    from infra.cdk.config import SCALE, SMALL
    from infra.cost import estimate

    for templates, profile in ((small, SMALL), (scale, SCALE)):
        assert len(templates.resources("AWS::CloudWatch::Alarm")) == estimate.ALARMS
        assert len(templates.resources("AWS::SecretsManager::Secret")) + 2 == estimate.SECRETS  # owner's, signing key
        assert len(templates.resources("AWS::RDS::DBInstance")) == 1 + profile.reader
        gateways, instances = (len(templates.resources(f"AWS::EC2::{kind}")) for kind in ("NatGateway", "Instance"))
        assert (gateways, instances) == ((0, 1) if profile.nat == "instance" else (profile.nat_zones, 0))
        balancers = templates.resources("AWS::ElasticLoadBalancingV2::LoadBalancer")
        assert len(balancers) == 1 + profile.inner_balancer
        (outer,) = [b for b in balancers.values() if b["Scheme"] == "internet-facing"]
        assert len(outer["Subnets"]) == profile.balancer_zones
        endpoints = [
            e for e in templates.resources("AWS::EC2::VPCEndpoint").values() if e["VpcEndpointType"] != "Gateway"
        ]
        assert len(endpoints) == len(profile.interface_endpoints)
        assert all(len(endpoint["SubnetIds"]) == 3 for endpoint in endpoints)
        assert len(templates.resources("AWS::WAFv2::WebACL")) == profile.waf
        for task, one in (("search/", profile.search), ("dashboard/", profile.dashboard)):
            found = templates.one("AWS::ECS::TaskDefinition", task)
            assert (found["Cpu"], found["Memory"]) == (str(one.cpu), str(one.memory))


def test_idle_costs_are_what_the_profiles_promise() -> None:
    from infra.cdk.config import SCALE, SMALL
    from infra.cost.estimate import Month, estimate

    nothing = Month(0, 0)
    idle = {profile.name: sum(line.all for line in estimate(profile, nothing)) for profile in (SMALL, SCALE)}
    assert 50 < idle["small"] < 75
    assert 350 < idle["scale"] < 450
    page = (Path(__file__).resolve().parents[2] / "docs" / "aws.md").read_text(encoding="utf-8")
    assert f"| standing still, a month | about ${idle['small']:.0f} | about ${idle['scale']:.0f} |" in page


def test_a_picture_costs_what_rekognition_asks_and_little_more() -> None:
    from infra.cdk.config import SMALL
    from infra.cost.estimate import Month, estimate, per_image
    from pixplore.prices import REKOGNITION_PER_IMAGE

    month = Month(100_000, 50)
    lines = estimate(SMALL, month)
    looked_at = sum(price for _, price in REKOGNITION_PER_IMAGE.values())
    assert looked_at < per_image(lines, month) < 1.1 * looked_at
    assert sum(line.all for line in lines) == sum(line.idle + line.pictures + line.people for line in lines)
    twice = estimate(SMALL, Month(200_000, 50))
    assert 1.99 < sum(line.pictures for line in twice) / sum(line.pictures for line in lines) < 2.01


def test_the_page_is_what_the_estimate_says() -> None:
    from infra.cost.paper import PAPER, paper

    assert PAPER.read_text(encoding="utf-8") == paper(), "python -m infra.cost --publish"


def test_every_price_is_used_and_says_where_it_is_from() -> None:
    import csv

    folder = Path(__file__).resolve().parents[2] / "infra" / "cost"
    used = (folder / "estimate.py").read_text()
    with (folder / "prices.csv").open() as file:
        for row in csv.DictReader(file):
            assert float(row["dollars"]) > 0
            assert f'"{row["name"]}"' in used, row["name"]
            assert row["page"].startswith("aws.amazon.com/")
            assert row["unit"]
