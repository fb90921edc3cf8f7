"""The versions of one object: what a bucket with versioning keeps of everything that was written or deleted."""

from dataclasses import dataclass

from pixplore.aws import clients
from pixplore.errors import PixploreError

_WHAT = "The storage"


@dataclass(frozen=True, slots=True)
class Version:
    """`marker`: a deletion, which hides what is below it (0 bytes). `archived`: S3 takes hours to make it readable."""

    id: str
    marker: bool
    bytes: int
    archived: bool = False


_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
_BACK_DAYS = 7


def of(bucket: str, key: str) -> list[Version]:
    """All of this very key, the newest first."""
    found = []
    with clients.reachable(_WHAT):
        for page in clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
            for one in page.get("Versions", []):
                if one["Key"] == key:
                    archived = one.get("StorageClass") in _ARCHIVES
                    version = Version(one["VersionId"], False, one["Size"], archived)
                    found.append((one["LastModified"], one["IsLatest"], version))
            for gone in page.get("DeleteMarkers", []):
                if gone["Key"] == key:
                    found.append((gone["LastModified"], gone["IsLatest"], Version(gone["VersionId"], True, 0)))
    # S3 tells times in seconds: the sort is stable, and what is the latest is said for certain.
    return [one for _, _, one in sorted(found, key=lambda each: (each[1], each[0]), reverse=True)]


def remove_all(bucket: str, beginning: str) -> None:
    """Take every version and deletion of the keys that begin so away for good; where there is none, nothing happens."""
    with clients.reachable(_WHAT):
        for page in clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=beginning):
            for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                clients.s3().delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


def remove(bucket: str, key: str, version: str) -> None:
    """Take this very version, or deletion, away for good."""
    with clients.reachable(_WHAT):
        clients.s3().delete_object(Bucket=bucket, Key=key, VersionId=version)


def bring_up(bucket: str, key: str, version: str) -> str | None:
    """Copy a version over the newest, with its type and metadata; the id of what is the newest now."""
    with clients.reachable(_WHAT):
        answer = clients.s3().copy_object(
            Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": version}
        )
    return answer.get("VersionId")


def is_back(bucket: str, key: str, version: str) -> bool:
    """Whether an archived version that was asked back can be read now."""
    with clients.reachable(_WHAT):
        told = clients.s3().head_object(Bucket=bucket, Key=key, VersionId=version)
    return 'ongoing-request="false"' in told.get("Restore", "")


def ask_back(bucket: str, key: str, version: str) -> None:
    """Have an archived version made readable, within two days and for a week. Asking again does no harm."""
    try:
        with clients.reachable(_WHAT):
            clients.s3().restore_object(
                Bucket=bucket, Key=key, VersionId=version,
                RestoreRequest={"Days": _BACK_DAYS, "GlacierJobParameters": {"Tier": "Bulk"}},
            )  # fmt: skip
    except PixploreError as error:
        if "RestoreAlreadyInProgress" not in error.detail:
            raise
