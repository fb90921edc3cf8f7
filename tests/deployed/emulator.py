"""An emulator of AWS for a deployment by the CDK: ministack on loopback, its keys checked, its state thrown away."""

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from embedded.home import access_key_id, free_port

ACCOUNT, REGION = "111122223333", "eu-central-1"


@dataclass
class Emulator:
    """Runs from `start()` to `stop()`."""

    folder: Path
    url: str
    key: str
    secret: str
    process: "subprocess.Popen[bytes]"

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 and the CDK need to speak to it, and to nobody else."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_", "CDK_"))}
        return clean | {
            "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "CDK_DISABLE_CLI_TELEMETRY": "1",
        }  # fmt: skip

    def client(self, service: str) -> Any:
        made: Any = boto3.client
        return made(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key,
                    aws_secret_access_key=self.secret)  # fmt: skip

    @property
    def log(self) -> str:
        return (self.folder / "ministack.log").read_text(errors="replace")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def start(folder: Path, extra: dict[str, str]) -> Emulator:
    """`extra` goes to the functions' processes, too, which inherit the emulator's environment."""
    folder.mkdir(parents=True)
    port, key, secret = free_port(), access_key_id(), secrets.token_urlsafe(30)
    (folder / "tmp").mkdir()
    settings = {
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT, "AUTH": "true", "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": "unix:///nowhere", "LAMBDA_EXECUTOR": "local", "TMPDIR": str(folder / "tmp"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_")) and k != "PYTHONPATH"}
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], cwd=folder, env=clean | settings | extra, stdout=log, stderr=log
        )
    made = Emulator(folder, f"http://127.0.0.1:{port}", key, secret, process)
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, made.log
        try:
            httpx.get(f"{made.url}/_ministack/health", timeout=2).raise_for_status()
            return made
        except httpx.HTTPError:
            assert time.monotonic() < deadline, made.log
            time.sleep(0.1)
