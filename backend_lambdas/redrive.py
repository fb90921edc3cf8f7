"""Put dead letters back into the queue: `{"message_ids": [...]}`, or all of them with `{}`."""

from typing import Any

from aws_lambda_powertools import Logger

from backend_lambdas.sweep import places
from pixplore import operations

log = Logger(service="redrive")


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    redriven = operations.redrive(places(), event.get("message_ids"))
    log.info({"redriven": redriven})
    return {"redriven": redriven}
