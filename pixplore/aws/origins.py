"""Where a browser meets the buckets: the web origins that the dashboard's pages may send files to and show."""

from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from pixplore.aws.clients import REGIONAL


def of_buckets(*buckets: str) -> list[str]:
    """scheme://host[:port] of each bucket's pre-signed addresses, in order and without doubles; no request is made."""
    s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3=REGIONAL))
    found = []
    for bucket in buckets:
        get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"}, ExpiresIn=60)
        post = s3.generate_presigned_post(bucket, "x", ExpiresIn=60)["url"]
        found += [f"{part.scheme}://{part.netloc}" for part in map(urlsplit, (get, post))]
    return list(dict.fromkeys(found))
