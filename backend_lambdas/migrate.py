"""Bring the database to the newest schema; called by a deployment before the new code takes over."""

from typing import Any

from aws_lambda_powertools import Logger

from pixplore.catalogue.database import migrate
from pixplore.settings import DatabaseSettings, load

log = Logger(service="migrate")


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    migrate(load(DatabaseSettings).database_url)
    return {"migrated": True}
