"""Pictures that a call names by their place in S3."""

from functools import cache
from typing import Any

from embedded.recogniser.request import OBJECT_LIMIT, Fault, S3Object


@cache
def _s3() -> Any:
    import boto3  # 40 MB that a recogniser asked with bytes alone never needs

    return boto3.client("s3")


def fetch(place: S3Object) -> bytes:
    """The object's bytes, through the endpoint that boto3 is set to. Fault where it is away or above 15 MB."""
    from botocore.exceptions import BotoCoreError, ClientError

    version = {"VersionId": place.version} if place.version else {}
    try:
        found = _s3().get_object(Bucket=place.bucket, Key=place.name, **version)
        if found["ContentLength"] > OBJECT_LIMIT:
            raise Fault("ImageTooLargeException", "The object is larger than 15 MB.")
        data: bytes = found["Body"].read()
        return data
    except (ClientError, BotoCoreError) as error:
        raise Fault(
            "InvalidS3ObjectException",
            "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        ) from error
