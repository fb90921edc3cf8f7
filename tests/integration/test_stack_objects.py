"""Files that were stored lie on the disk, every version of them, and not in memory."""

import os

from tests.stack import Stack


def test_stored_files_take_no_memory_and_every_version_stays(stack: Stack) -> None:
    s3, bucket = stack.client("s3"), stack.ends["originals_bucket"]
    (endpoint,) = stack.parts("embedded.aws_endpoint")
    contents = [os.urandom(4_000_000) for _ in range(3)]
    versions = [s3.put_object(Bucket=bucket, Key="test/versions", Body=c)["VersionId"] for c in contents]
    before = endpoint.memory_full_info().pss
    for number in range(40):
        s3.put_object(Bucket=bucket, Key=f"test/{number}", Body=contents[0])
    assert endpoint.memory_full_info().pss - before < 60_000_000  # of 160 MB sent
    for version, content in zip(versions, contents, strict=True):
        found = s3.get_object(Bucket=bucket, Key="test/versions", VersionId=version)["Body"].read()
        assert found == content
    assert s3.get_object(Bucket=bucket, Key="test/versions")["Body"].read() == contents[-1]
    s3.delete_object(Bucket=bucket, Key="test/versions", VersionId=versions[-1])
    assert s3.get_object(Bucket=bucket, Key="test/versions")["Body"].read() == contents[1]
