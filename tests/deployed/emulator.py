"""An emulator of AWS for a deployment by the CDK: ministack on loopback, its keys checked, its state thrown away.

By TLS: buckets and queues that refuse anything else refuse it here, too.
"""

import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from embedded.home import access_key_id, free_port

ACCOUNT, REGION = "111122223333", "eu-central-1"


@dataclass
class Emulator:
    """Runs from `start()` to `stop()`."""

    folder: Path
    url: str
    certificate: Path
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
            "AWS_CA_BUNDLE": str(self.certificate), "NODE_EXTRA_CA_CERTS": str(self.certificate),
            "SSL_CERT_FILE": str(self.certificate), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "CDK_DISABLE_CLI_TELEMETRY": "1",
        }  # fmt: skip

    def client(self, service: str) -> Any:
        made: Any = boto3.client
        return made(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key,
                    aws_secret_access_key=self.secret, verify=str(self.certificate))  # fmt: skip

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
    certificate, private = _certificate(folder)
    settings = {
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT, "AUTH": "true", "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": "unix:///nowhere", "LAMBDA_EXECUTOR": "local", "TMPDIR": str(folder / "tmp"),
        "AWS_EC2_METADATA_DISABLED": "true", "USE_SSL": "1", "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(private), "AWS_CA_BUNDLE": str(certificate), "SSL_CERT_FILE": str(certificate),
    }  # fmt: skip
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_")) and k != "PYTHONPATH"}
    command = [sys.executable, str(Path(__file__).with_name("by_tls.py"))]
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=clean | settings | extra,
            stdout=log,
            stderr=log,
        )
    made = Emulator(folder, f"https://127.0.0.1:{port}", certificate, key, secret, process)
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, made.log
        try:
            httpx.get(f"{made.url}/_ministack/health", timeout=2, verify=trusting(certificate)).raise_for_status()
            return made
        except httpx.HTTPError:
            assert time.monotonic() < deadline, made.log
            time.sleep(0.1)


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def _certificate(folder: Path) -> tuple[Path, Path]:
    """For 127.0.0.1, by itself, for a day."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulator")]),
    )
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    certificate.write_bytes(made.public_bytes(pem))
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate, private
