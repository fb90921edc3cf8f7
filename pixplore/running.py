"""The installation that a command typed by a person is about: what the environment names, else what runs here."""

import json
import os
from pathlib import Path

_SETTINGS = {
    "DATABASE_URL": "database_url", "AWS_ENDPOINT_URL": "aws_endpoint", "AWS_REGION": "region",
    "AWS_DEFAULT_REGION": "region", "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key", "PIXPLORE_ORIGINALS_BUCKET": "originals_bucket",
    "PIXPLORE_RENDITIONS_BUCKET": "renditions_bucket", "PIXPLORE_QUEUE_URL": "queue_url",
    "PIXPLORE_DLQ_URL": "dlq_url", "PIXPLORE_USER_POOL_ID": "user_pool_id", "PIXPLORE_CLIENT_ID": "client_id",
    "PIXPLORE_SEARCH_API": "search_api", "PIXPLORE_UPLOADS_API": "uploads_api", "PIXPLORE_DASHBOARD": "dashboard",
    "AWS_ENDPOINT_URL_REKOGNITION": "recogniser",
}  # fmt: skip


def home() -> Path:
    """PIXPLORE_HOME, else `.pixplore` in the checkout."""
    return Path(os.environ.get("PIXPLORE_HOME") or Path(__file__).resolve().parents[1] / ".pixplore").expanduser()


def take_over() -> None:
    """Fill in the settings that the environment leaves out from the home's endpoints.json, if there is one.

    Where DATABASE_URL names another database than the one there, nothing is taken from it.
    """
    try:
        told = json.loads((home() / "endpoints.json").read_text())
    except (OSError, ValueError):
        return
    if os.environ.get("DATABASE_URL", told.get("database_url")) == told.get("database_url"):
        for name, key in _SETTINGS.items():
            if told.get(key):
                os.environ.setdefault(name, str(told[key]))
