"""What differs from one installation to another: the two profiles in one table, and what a deployment is told.

`Profile` holds every difference between `small` and `scale`; no stack asks for a profile's name.
"""

import os
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"
DATABASE_PORT, SEARCH_PORT, DASHBOARD_PORT = 5432, 8502, 8501
LABEL_TIMEOUT, MOST_RECEIVES = 60, 5
"""Seconds; the queue hides a message six times as long. The same as on one machine (embedded/provision_storage.py)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tasks(_Frozen):
    """A Fargate service. `cpu` in 1/1024 of a core, `memory` in MiB; `processes` answer in one task."""

    cpu: int
    memory: int
    least: int
    most: int
    processes: int = 1


class Hours(_Frozen):
    """When the containers run, in UTC. Outside of it there is no dashboard, and the database may go to sleep."""

    days: str = "MON-FRI"
    begin: int = Field(ge=0, le=23)
    end: int = Field(ge=1, le=23)


class Profile(_Frozen):
    """Every difference between two installations."""

    name: str
    nat: Literal["instance", "gateways"]
    nat_zones: int
    balancer_zones: int
    interface_endpoints: tuple[str, ...]
    least_acu: float
    most_acu: float
    reader: bool
    backup_days: int
    copy_region: str | None
    search: Tasks
    dashboard: Tasks
    inner_balancer: bool
    awake: Hours | None
    label_concurrency: int
    reserved: bool
    api_rate: int
    waf: bool
    threat_protection: bool
    container_insights: bool
    log_days: int
    budget: int


SMALL = Profile(
    name="small",
    # One t4g.nano that the company patches by replacing it, instead of a gateway at $33 a month.
    nat="instance",
    nat_zones=1,
    balancer_zones=2,
    interface_endpoints=(),
    least_acu=0,
    most_acu=4,
    reader=False,
    backup_days=7,
    copy_region=None,
    search=Tasks(cpu=512, memory=1024, least=1, most=2),
    dashboard=Tasks(cpu=256, memory=1024, least=1, most=2),
    inner_balancer=False,
    awake=Hours(begin=6, end=20),
    # A new account may run ten functions at once, and nothing may be reserved of so few: the queue's own limit acts.
    label_concurrency=4,
    reserved=False,
    api_rate=20,
    waf=False,
    threat_protection=False,
    container_insights=False,
    log_days=30,
    budget=150,
)
SCALE = Profile(
    name="scale",
    nat="gateways",
    nat_zones=2,
    balancer_zones=3,
    interface_endpoints=("SQS", "REKOGNITION"),
    least_acu=1,
    most_acu=32,
    reader=True,
    backup_days=35,
    copy_region="eu-west-1",
    search=Tasks(cpu=1024, memory=4096, least=1, most=3, processes=2),
    dashboard=Tasks(cpu=512, memory=2048, least=1, most=3),
    inner_balancer=True,
    awake=None,
    label_concurrency=20,
    reserved=True,
    api_rate=100,
    waf=True,
    threat_protection=True,
    container_insights=True,
    log_days=365,
    budget=1500,
)
PROFILES = {profile.name: profile for profile in (SMALL, SCALE)}

PLACEHOLDER_KEY = "-----BEGIN PUBLIC KEY-----\nmade by `make deploy`\n-----END PUBLIC KEY-----\n"
PLACEHOLDER_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:pixplore/signing-key-Ab1Cd2"  # noqa: S105


class Deployment(_Frozen):
    """Where to, and what only the company knows. Read from the environment: see `from_environment`.

    `signing_key` is the public half of the pair that signs the addresses of renditions, `signing_secret` the ARN of the
    other; `edge_prefix_list` names the addresses from which CloudFront asks. `make deploy` finds all three.
    """

    profile: Profile
    account: str = Field(default="111122223333", pattern=r"^\d{12}$")
    region: str = Field(default="eu-central-1", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    domain: str = ""
    zone_id: str = ""
    alarm_email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")
    security_contact: str = Field(default="", pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)?$")
    signing_key: str = PLACEHOLDER_KEY
    signing_secret: str = PLACEHOLDER_SECRET
    edge_prefix_list: str = Field(default="pl-a3a144ca", pattern=r"^pl-[0-9a-f]+$")
    packages: Literal["lambda", "here", "none"] = "lambda"

    @field_validator("domain")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if name and (name != name.lower() or "." not in name or "/" in name):
            raise ValueError("is a host name such as pictures.example.com")
        return name

    @model_validator(mode="after")
    def _belong_together(self) -> "Deployment":
        if bool(self.domain) != bool(self.zone_id):
            raise ValueError("PIXPLORE_DOMAIN and PIXPLORE_ZONE_ID (its Route 53 zone) go together")
        if self.profile.copy_region == self.region:
            raise ValueError("the region for copies of backups must be another one: set PIXPLORE_COPY_REGION")
        return self

    @property
    def name(self) -> str:
        return f"pixplore-{self.profile.name}"


def from_environment(profile: str) -> Deployment:
    """A Deployment from PIXPLORE_* and what the CDK says of account and region. Raises ValueError in plain words."""
    if profile not in PROFILES:
        raise ValueError(f"PROFILE is {profile!r}: choose one of {', '.join(PROFILES)}.")
    variables = {
        "account": "CDK_DEFAULT_ACCOUNT", "region": "PIXPLORE_REGION", "domain": "PIXPLORE_DOMAIN",
        "zone_id": "PIXPLORE_ZONE_ID", "alarm_email": "PIXPLORE_ALARM_EMAIL", "signing_key": "PIXPLORE_SIGNING_KEY",
        "security_contact": "PIXPLORE_SECURITY_CONTACT",
        "signing_secret": "PIXPLORE_SIGNING_SECRET",
        "edge_prefix_list": "PIXPLORE_EDGE_PREFIX_LIST", "packages": "PIXPLORE_PACKAGES",
    }  # fmt: skip
    given = {field: os.environ[name] for field, name in variables.items() if os.environ.get(name)}
    chosen = PROFILES[profile]
    if copies := os.environ.get("PIXPLORE_COPY_REGION"):
        chosen = chosen.model_copy(update={"copy_region": copies})
    try:
        return Deployment.model_validate({"profile": chosen, **given})
    except ValidationError as error:
        faults = [(variables.get(str(e["loc"][0]) if e["loc"] else ""), e["msg"]) for e in error.errors()]
        told = [f"{name} {said}" if name else said.removeprefix("Value error, ") for name, said in faults]
        raise ValueError("; ".join(told)) from error
