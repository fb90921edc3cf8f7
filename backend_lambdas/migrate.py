"""Bring the database to the newest schema; called by a deployment before the new code takes over.

Where the owner's password lies in a secret, it first makes the role under which all of us sign in.
"""

from typing import Any

from aws_lambda_powertools import Logger

from pixplore.aws import secrets
from pixplore.catalogue.database import migrate
from pixplore.catalogue.roles import admit, lets_in
from pixplore.settings import DatabaseSettings, OwnerSettings, load

log = Logger(service="migrate")


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    url = load(DatabaseSettings).database_url
    secret = load(OwnerSettings).database_owner_secret
    # Once the role is there, its maker counts as a member of `rds_iam`, and RDS takes no password of such: what the
    # owner's word is needed for is done the first time only.
    if secret and not lets_in(url):
        owner = secrets.read(secret)
        admit(url, owner["username"], owner["password"])
    migrate(url)
    return {"migrated": True}
