"""A month's cost from a profile and what happens in it. Every assumption is a constant here, with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.cdk.config import Profile
from infra.cost.prices import prices
from pixplore.prices import REKOGNITION_PER_IMAGE

HOURS = 730.0
WEEKS = 52 / 12
ORIGINAL_MB, RENDITIONS_MB = 2.5, 0.08
"""A product photograph of 12 megapixels as JPEG; thumbnail and preview as WebP."""
CATALOGUE_KB = 8.0
"""One picture's rows with their indexes."""
LABEL_SECONDS, LABEL_GB = 1.2, 1769 / 1024
"""One picture in label_image, most of it waiting for Rekognition (docs/benchmarks.md has our share of it)."""
SEEN_MB = 0.4
"""What one picture sends to Rekognition, four calls together: the bytes, made small."""
QUESTIONS = 150 * 21
"""A person's searches and pages in a month: 150 on each working day."""
SHOWN, SHOWN_KB, ANSWER_KB = 30, 15.0, 40.0
"""Thumbnails of one answer that the browser does not have yet, and their size; what else it sends."""
WORKING_HOURS = 8 * 21
PEOPLE_PER_ACU = 50
"""People at work whom one more unit of the database carries."""
ALARMS, METRICS, SECRETS, IMAGES_GB = 21, 7, 5, 1.6
PARTS = ("idle", "pictures", "people")


@dataclass(frozen=True)
class Month:
    """`images` arrive, `users` sign in, `kept` pictures were there before."""

    images: int
    users: int
    kept: int = 0


@dataclass(frozen=True)
class Line:
    """Dollars of one service: standing there, for pictures that arrive (and lie there), for people at work."""

    service: str
    idle: float = 0.0
    pictures: float = 0.0
    people: float = 0.0

    @property
    def all(self) -> float:
        return self.idle + self.pictures + self.people


def estimate(profile: Profile, month: Month) -> list[Line]:
    """Dearest first."""
    return sorted(_lines(profile, month), key=lambda line: -line.all)


def per_image(lines: list[Line], month: Month) -> float:
    """What one picture more costs in the month it arrives."""
    return sum(line.pictures for line in lines) / month.images if month.images else 0.0


def awake_hours(profile: Profile) -> float:
    if profile.awake is None:
        return HOURS
    first, last = (_DAYS.index(day) for day in profile.awake.days.split("-"))
    return (profile.awake.end - profile.awake.begin) * (last - first + 1) * WEEKS


_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def _lines(profile: Profile, month: Month) -> Iterator[Line]:
    cost = prices()
    awake, asked = awake_hours(profile), month.users * QUESTIONS
    gigabytes = month.images * (ORIGINAL_MB + RENDITIONS_MB) / 1000
    kept_gb = month.kept * (ORIGINAL_MB + RENDITIONS_MB) / 1000
    catalogue_gb = (month.images + month.kept) * CATALOGUE_KB / 1e6

    yield Line("Rekognition", pictures=month.images * sum(price for _, price in REKOGNITION_PER_IMAGE.values()))
    # The search API asks 20 times a second what is new: while it runs, the database never sleeps.
    instances = 2 if profile.reader else 1
    yield Line(
        "Aurora PostgreSQL",
        idle=max(profile.least_acu, 0.5) * instances * awake * cost["aurora_acu_hour"],
        pictures=catalogue_gb * cost["aurora_gb_month"] + month.images * 40 / 1e6 * cost["aurora_million_io"],
        people=month.users / PEOPLE_PER_ACU * WORKING_HOURS * cost["aurora_acu_hour"],
    )
    tasks = [
        (one.least, one.cpu / 1024 * cost["fargate_cpu_hour"] + one.memory / 1024 * cost["fargate_gb_hour"])
        for one in (profile.search, profile.dashboard)
    ]
    yield Line("Fargate", idle=sum(number * each for number, each in tasks) * awake)
    balancers = 2 if profile.inner_balancer else 1
    yield Line(
        "Load balancers",
        idle=balancers * HOURS * cost["balancer_hour"] + profile.balancer_zones * HOURS * cost["address_hour"],
        people=asked * ANSWER_KB / 1e6 * cost["balancer_unit_hour"] + asked * ANSWER_KB / 1e6 * cost["out_gb"],
    )
    yield _ways_out(profile, month, cost)
    if profile.waf:
        yield Line("WAF", idle=cost["firewall_month"] + 4 * cost["firewall_rule_month"],
                   people=asked * 5 / 1e6 * cost["firewall_million"])  # fmt: skip
    yield Line(
        "S3",
        pictures=(gigabytes + kept_gb) * cost["s3_gb_month"]
        + month.images * (3 / 1000 * cost["s3_thousand_puts"] + 2 / 1000 * cost["s3_thousand_gets"]),
    )
    yield Line("CloudFront", people=asked * SHOWN * (SHOWN_KB / 1e6 * cost["cdn_gb"] + cost["cdn_ten_thousand"] / 1e4))
    yield _functions(profile, month, awake, cost)
    users = cost["plus_user"] * month.users if profile.threat_protection else (
        cost["essentials_user"] * max(0, month.users - 10_000)
    )  # fmt: skip
    yield Line("Cognito", people=users)
    yield Line(
        "CloudWatch",
        idle=ALARMS * cost["alarm_month"] + METRICS * cost["metric_month"] + 0.5 * cost["log_gb"]
        + (2 * cost["insights_task_month"] if profile.container_insights else 0),
        pictures=month.images * 1.5 / 1e6 * cost["log_gb"], people=asked * 0.5 / 1e6 * cost["log_gb"],
    )  # fmt: skip
    keys = 2 if profile.copy_region else 1
    yield Line("Keys, secrets, names, registry", idle=keys * cost["key_month"] + SECRETS * cost["secret_month"]
               + cost["zone_month"] + IMAGES_GB * cost["registry_gb_month"])  # fmt: skip
    copies = 2 if profile.copy_region else 1
    yield Line(
        "Backup",
        pictures=copies * ((gigabytes + kept_gb) * cost["backup_s3_gb_month"]
                           + catalogue_gb * cost["backup_aurora_gb_month"])
        + (gigabytes * cost["copy_gb"] if profile.copy_region else 0),
    )  # fmt: skip


def _ways_out(profile: Profile, month: Month, cost: dict[str, float]) -> Line:
    """NAT and endpoints: S3 has its own free way, Rekognition is the rest."""
    gigabytes = month.images * SEEN_MB / 1000
    if profile.nat == "instance":
        hour = cost["nat_instance_hour"] + cost["address_hour"]
        return Line("NAT instance", idle=profile.nat_zones * (HOURS * hour + 8 * cost["disk_gb_month"]))
    endpoints = 3 * len(profile.interface_endpoints) * HOURS * cost["endpoint_hour"]
    through = cost["endpoint_gb"] if "REKOGNITION" in profile.interface_endpoints else cost["nat_gateway_gb"]
    gateways = profile.nat_zones * HOURS * (cost["nat_gateway_hour"] + cost["address_hour"])
    return Line("NAT gateways and endpoints", idle=gateways + endpoints, pictures=gigabytes * through)


def _functions(profile: Profile, month: Month, awake: float, cost: dict[str, float]) -> Line:
    """Lambda, API Gateway and SQS. The sweep runs each minute; an upload asks the API once for each 100 files."""
    sweeps = awake * 60
    second = LABEL_SECONDS * LABEL_GB * cost["lambda_gb_second"] + cost["lambda_million"] / 1e6 / 5
    return Line(
        "Lambda, API Gateway, SQS",
        idle=sweeps * (0.2 * 0.5 * cost["lambda_gb_second"] + cost["lambda_million"] / 1e6)
        + awake * 3600 / 20 * 2 / 1e6 * cost["sqs_million"] * 5,
        pictures=month.images * (second + 4 / 1e6 * cost["sqs_million"] + 0.05 / 1e6 * cost["api_million"]),
    )
