"""Secrets Manager: a secret's fields."""

import json
from typing import Any

from pixplore.aws import clients


def read(arn: str) -> dict[str, Any]:
    """The fields of a secret that is JSON. Raises NotFound, Unavailable."""
    with clients.reachable("The keeper of secrets"):
        found: dict[str, Any] = json.loads(clients.secrets().get_secret_value(SecretId=arn)["SecretString"])
        return found
