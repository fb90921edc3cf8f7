"""`make deploy PROFILE=small`: into the AWS account whose credentials the environment has.

It finds what templates cannot know (CloudFront's addresses, the key that signs renditions), then leaves the rest to the
CDK, which shows every change of rights and asks before it makes it.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.cdk.config import Deployment, from_environment

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EMULATOR = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")
EDGE = "com.amazonaws.global.cloudfront.origin-facing"


class Refused(Exception):
    """Nothing is deployed; the text says why and what to do."""


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m infra.cdk.deploy", description="Into your AWS account.")
    asked.add_argument("--profile", default="small")
    asked.add_argument("--yes", action="store_true", help="do not ask before changes of rights")
    given = asked.parse_args()
    try:
        deployment = from_environment(given.profile)
        account = whose_account()
        tools_are_there()
        session = boto3.session.Session(region_name=deployment.region)
        key = signing_key(session.client("secretsmanager"), f"{deployment.name}/signing-key")
        told = {
            "CDK_DEFAULT_ACCOUNT": account, "PIXPLORE_PROFILE": given.profile, "AWS_REGION": deployment.region,
            "PIXPLORE_SIGNING_KEY": key.public, "PIXPLORE_SIGNING_SECRET": key.arn,
            "PIXPLORE_EDGE_PREFIX_LIST": edge_prefix_list(session.client("ec2")),
        }  # fmt: skip
        return cdk(deployment, account, told, given.yes)
    except (ValueError, Refused) as refused:
        print(f"deploy: {refused}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"deploy: AWS refused a question before anything was changed: {error}", file=sys.stderr)
        return 1


def whose_account() -> str:
    """The account's number. Refused without credentials that hold."""
    try:
        return str(boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise Refused(
            "there are no AWS credentials that hold, so nothing was changed. Sign in (`aws sso login`), or set "
            f"AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; then run it again. ({error})"
        ) from error


def tools_are_there() -> None:
    """Images are built on this machine."""
    if not (HERE / "node_modules" / ".bin" / "cdk").exists():
        raise Refused("the CDK's command line is missing: run `make deploy`, which installs it.")
    docker = shutil.which(os.environ.get("CDK_DOCKER", "docker"))
    if docker is None or subprocess.run([docker, "info"], capture_output=True).returncode:
        raise Refused(
            "no Docker answers here, and the two images are built by it: start Docker (or set CDK_DOCKER=podman or "
            "finch), then run it again. Everything else works without: `make synth`."
        )
    if not builds_for_arm():
        raise Refused(
            "this machine cannot build images for ARM processors, on which the services run: install QEMU's user "
            "emulation (`docker run --privileged --rm tonistiigi/binfmt --install arm64`), or deploy from an ARM "
            "machine, then run it again."
        )


def builds_for_arm(processor: str = platform.machine(), emulator: Path = EMULATOR) -> bool:
    """On ARM, or where the system hands ARM programs to an emulator; outside of Linux Docker brings its own."""
    return processor in ("aarch64", "arm64") or sys.platform != "linux" or emulator.exists()


class Key:
    """The pair that signs addresses of renditions: the secret's `arn`, and its `public` half for CloudFront."""

    def __init__(self, arn: str, private: str) -> None:
        loaded = serialization.load_pem_private_key(private.encode(), None)
        kind, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self.arn, self.public = arn, loaded.public_key().public_bytes(kind, form).decode()


def signing_key(secrets: Any, name: str) -> Key:
    """Made the first time; the private half never touches this machine's disk."""
    try:
        found = secrets.get_secret_value(SecretId=name)
        return Key(found["ARN"], found["SecretString"])
    except secrets.exceptions.ResourceNotFoundException:
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        private = rsa.generate_private_key(65537, 2048).private_bytes(serialization.Encoding.PEM, *form).decode()
        about = "Pixplore: signs the addresses of renditions; CloudFront knows its public half"
        return Key(secrets.create_secret(Name=name, Description=about, SecretString=private)["ARN"], private)


def edge_prefix_list(ec2: Any) -> str:
    """The list of addresses from which CloudFront asks a balancer, which AWS keeps in each region."""
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [EDGE]}])["PrefixLists"]
    if not found:
        raise Refused(f"this region has no prefix list {EDGE}: set PIXPLORE_DOMAIN and PIXPLORE_ZONE_ID instead.")
    return str(found[0]["PrefixListId"])


def cdk(deployment: Deployment, account: str, told: dict[str, str], without_asking: bool) -> int:
    """Bootstrap each region, then every stack, each after those it needs."""
    regions = [deployment.region, *filter(None, [deployment.profile.copy_region])]
    places = [f"aws://{account}/{region}" for region in regions]
    outputs = ROOT / "build" / "cdk" / "outputs.json"
    outputs.parent.mkdir(parents=True, exist_ok=True)
    # Several stacks at once cannot ask at once: the CDK's command line refuses both together.
    approval, at_once = ("never", "3") if without_asking else ("broadening", "1")
    for command in (
        ["bootstrap", *places],
        ["deploy", "--all", "--require-approval", approval, "--outputs-file", str(outputs), "--concurrency", at_once],
    ):
        environment = os.environ | told | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([str(HERE / "node_modules" / ".bin" / "cdk"), *command], cwd=HERE, env=environment)
        if done.returncode:
            print("deploy: the CDK stopped; what it had finished stays, and running it again goes on.", file=sys.stderr)
            return done.returncode
    address = json.loads(outputs.read_text())[f"{deployment.name}-edge"]["Address"]
    print(f"ready: {address}\nThe first administrator: sign up there, then see docs/aws.md, `The first person`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
