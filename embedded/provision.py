"""Create or bring up to date everything Pixplore needs in the local AWS endpoint.

`python -m embedded.provision` reads a Plan as JSON from stdin, writes endpoints.json and prints what it made as
JSON. It may run any number of times: what is there and right stays as it is.
"""

import json
import secrets
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from embedded import plan as plans
from embedded.aws_endpoint import REGION, keys
from embedded.aws_guard import PROVISIONED, TOKEN_HEADER
from embedded.home import Home, write_private
from embedded.provision_api import uploads_api
from embedded.provision_functions import functions
from embedded.provision_people import people
from embedded.provision_storage import storage

Clients = Callable[[str], Any]


def clients(plan: plans.Plan) -> Clients:
    """A boto3 client by service name, each made once."""
    home = Home(Path(plan.home))
    key, secret = keys(home)
    session = botocore.session.Session()
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.create_client(
                service,
                region_name=REGION,
                endpoint_url=plan.aws,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=Config(retries={"max_attempts": 3, "mode": "standard"}),
            )
        return made[service]

    return client


def provision(plan: plans.Plan) -> plans.Made:
    """Everything, in the order in which one part needs another."""
    home, client = Home(Path(plan.home)), clients(plan)
    suffix = home.secret("bucket-suffix", lambda: secrets.token_hex(4))
    stored = storage(client, suffix, plan.dashboard)
    pool_id, client_id, demo_users = people(client, home, plan.dashboard)
    made = plans.Made(**stored, user_pool_id=pool_id, client_id=client_id, uploads_api="", demo_users=demo_users)
    environment = plans.common(plan) | plans.resources(plan, made)
    arns = functions(client, environment, plan.runtime, made)
    address = uploads_api(client, plan.aws, pool_id, arns)
    made = plans.Made(**{**asdict(made), "uploads_api": address})
    write_private(home.endpoints, json.dumps(plans.endpoints(plan, made, home), indent=2) + "\n")
    _tell(plan.aws + PROVISIONED, home)
    return made


def _tell(url: str, home: Home) -> None:
    """Let the endpoint know, so that it warms the functions up."""
    headers = {TOKEN_HEADER: home.secret("aws-control-token")}
    request = urllib.request.Request(url, method="POST", headers=headers)  # noqa: S310 - ours, http
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - the same


if __name__ == "__main__":
    print(json.dumps(asdict(provision(plans.Plan(**json.load(sys.stdin))))))
