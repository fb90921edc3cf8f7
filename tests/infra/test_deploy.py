"""`make deploy` before it changes anything: whose account, the signing key, CloudFront's addresses."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from moto import mock_aws

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"


def deploy(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_", "CDK_"))}
    clean |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/none", "AWS_SHARED_CREDENTIALS_FILE": "/none"}
    command = [sys.executable, "-m", "infra.cdk.deploy", *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=60)


def test_without_credentials_it_says_so_and_changes_nothing() -> None:
    done = deploy("--profile", "small")
    assert done.returncode == 1
    assert "no AWS credentials that hold, so nothing was changed" in done.stderr
    assert "aws sso login" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"profile": "huge"}, "choose one of small, scale"),
        ({"profile": "small", "PIXPLORE_DOMAIN": "pictures.example.com"}, "PIXPLORE_ZONE_ID"),
        ({"profile": "scale", "PIXPLORE_REGION": "eu-west-1"}, "PIXPLORE_COPY_REGION"),
        ({"profile": "small", "PIXPLORE_ALARM_EMAIL": "nobody"}, "PIXPLORE_ALARM_EMAIL"),
    ],
)
def test_nonsense_is_refused_before_anybody_is_asked(given: dict[str, str], sentence: str) -> None:
    done = deploy("--profile", given.pop("profile"), **given)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.session.Session(region_name=REGION)


def test_the_signing_key_is_made_once_and_its_public_half_found_again(account: Any) -> None:
    from infra.cdk.deploy import signing_key

    secrets = account.client("secretsmanager")
    first = signing_key(secrets, "pixplore-small/signing-key")
    again = signing_key(secrets, "pixplore-small/signing-key")
    assert (first.arn, first.public) == (again.arn, again.public)
    assert first.public.startswith("-----BEGIN PUBLIC KEY-----")
    private = secrets.get_secret_value(SecretId=first.arn)["SecretString"]
    loaded: Any = serialization.load_pem_private_key(private.encode(), None)
    assert loaded.key_size == 2048  # the only size that CloudFront takes for RSA
    assert "PRIVATE" not in first.public


def test_a_region_without_cloudfronts_addresses_needs_a_domain() -> None:
    from infra.cdk.deploy import Refused, edge_prefix_list

    class Region:
        def __init__(self, found: list[dict[str, str]]) -> None:
            self.found = found

        def describe_managed_prefix_lists(self, **asked: Any) -> dict[str, Any]:
            assert asked["Filters"][0]["Values"] == ["com.amazonaws.global.cloudfront.origin-facing"]
            return {"PrefixLists": self.found}

    assert edge_prefix_list(Region([{"PrefixListId": "pl-123"}])) == "pl-123"
    with pytest.raises(Refused, match="PIXPLORE_DOMAIN"):
        edge_prefix_list(Region([]))


@pytest.mark.parametrize(("yes", "approval", "at_once"), [(False, "broadening", "1"), (True, "never", "3")])
def test_the_cdk_asks_one_stack_at_a_time(monkeypatch: pytest.MonkeyPatch, yes: bool, approval: str,
                                          at_once: str) -> None:  # fmt: skip
    """Its command line refuses to ask while it makes several."""
    from infra.cdk import deploy as program
    from infra.cdk.config import from_environment

    said: list[list[str]] = []

    def run(command: list[str], **how: Any) -> "subprocess.CompletedProcess[str]":
        said.append(command[1:])
        return subprocess.CompletedProcess(command, len(said) - 1)  # the second stops, which ends it

    monkeypatch.setattr(program.subprocess, "run", run)
    assert program.cdk(from_environment("small"), "1", {}, yes) == 1
    (_, deployed) = said
    assert deployed[deployed.index("--require-approval") + 1] == approval
    assert deployed[deployed.index("--concurrency") + 1] == at_once


def test_images_for_arm_need_an_arm_machine_or_an_emulator(tmp_path: Path) -> None:
    from infra.cdk.deploy import builds_for_arm

    assert builds_for_arm("aarch64", tmp_path / "none")
    assert builds_for_arm("x86_64", tmp_path)
    assert builds_for_arm("x86_64", tmp_path / "none") is (sys.platform != "linux")
