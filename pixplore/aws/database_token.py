"""RDS's IAM authentication: a signed address takes the place of a password, good for opening a connection."""

from typing import Any

import boto3
from botocore.model import ServiceId
from botocore.signers import RequestSigner

from pixplore.errors import Unavailable

_SECONDS = 900
_session = boto3.session.Session()


def token(host: str, port: int, user: str) -> str:
    """The password for `user` for the next 15 minutes. No request is made, but to learn the role's own credentials.

    Made as RDS's client makes it, without loading that client: its description is a second of a function's start.
    """
    credentials, region = _session.get_credentials(), _session.region_name
    if credentials is None or region is None:
        raise Unavailable("No AWS role or region to sign in to the database with: set AWS_REGION and credentials.")
    emitter: Any = _session.events
    signer = RequestSigner(ServiceId("RDS"), region, "rds-db", "v4", credentials, emitter)
    address = signer.generate_presigned_url(
        {"method": "GET", "url": f"https://{host}:{port}/?Action=connect&DBUser={user}", "body": {}, "headers": {},
         "context": {}},
        "connect", expires_in=_SECONDS, region_name=region, signing_name="rds-db",
    )  # fmt: skip
    return str(address).removeprefix("https://")
