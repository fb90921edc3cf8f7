"""What the supervisor hands to provisioning, and the settings every program is started with."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from embedded.aws_endpoint import REGION, keys
from embedded.home import Home


@dataclass(frozen=True)
class Plan:
    """Addresses and folders that are known before anything is created in the endpoint."""

    home: str
    aws: str
    recogniser: str
    search_api: str
    dashboard: str
    database_url: str
    runtime: str


@dataclass(frozen=True)
class Made:
    """What provisioning created; goes into endpoints.json and into every program's settings."""

    originals_bucket: str
    renditions_bucket: str
    queue_url: str
    dlq_url: str
    user_pool_id: str
    client_id: str
    uploads_api: str
    demo_users: dict[str, dict[str, str]]


def common(plan: Plan) -> dict[str, str]:
    """The settings of every program, the functions included, that do not depend on what is created."""
    return {
        "AWS_ENDPOINT_URL": plan.aws,
        "AWS_ENDPOINT_URL_REKOGNITION": plan.recogniser,
        "DATABASE_URL": plan.database_url,
        "PIXPLORE_MODEL_DIR": str(Path(plan.home) / "models"),
        "PIXPLORE_FACES": os.environ.get("PIXPLORE_FACES", "0"),
        "PIXPLORE_TRASH_DAYS": os.environ.get("PIXPLORE_TRASH_DAYS", "30"),
        "OMP_NUM_THREADS": "1",
        # Pictures come and go: what they took must go back to the system, not stay in a heap of each process.
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
        "MALLOC_TRIM_THRESHOLD_": "1048576",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def resources(plan: Plan, made: Made) -> dict[str, str]:
    """The settings that name what was created."""
    return {
        "PIXPLORE_ORIGINALS_BUCKET": made.originals_bucket,
        "PIXPLORE_RENDITIONS_BUCKET": made.renditions_bucket,
        "PIXPLORE_QUEUE_URL": made.queue_url,
        "PIXPLORE_DLQ_URL": made.dlq_url,
        "PIXPLORE_USER_POOL_ID": made.user_pool_id,
        "PIXPLORE_CLIENT_ID": made.client_id,
        "PIXPLORE_TOKEN_ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{made.user_pool_id}",
        "PIXPLORE_JWKS_URL": f"{plan.aws}/{made.user_pool_id}/.well-known/jwks.json",
    }


def credentials(home: Home) -> dict[str, str]:
    """What boto3 reads in the programs that run outside a function."""
    key, secret = keys(home)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION}  # fmt: skip


def endpoints(plan: Plan, made: Made, home: Home) -> dict[str, object]:
    """The content of endpoints.json, as the contract has it."""
    key, secret = keys(home)
    return {
        "dashboard": plan.dashboard, "search_api": plan.search_api, "aws_endpoint": plan.aws, "region": REGION,
        "database_url": plan.database_url, "aws_access_key_id": key, "aws_secret_access_key": secret,
        "recogniser": plan.recogniser, "mail_dir": str(home.mail), **asdict(made),
    }  # fmt: skip
