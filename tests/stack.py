"""The whole stack as tests start it: `python -m embedded` with a home and ports of its own, spoken to from outside."""

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil

from embedded.home import free_port

ROOT = Path(__file__).resolve().parents[1]
ENDED = {"ready", "duplicate", "rejected", "failed"}


def free_ports(count: int) -> list[str]:
    """Different ones: each asked for alone, two may be the same."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return [str(port) for port in found]


@dataclass
class Stack:
    """Started by `start()`; `ends` is endpoints.json."""

    home: Path
    extra: dict[str, str] = field(default_factory=dict)
    program: str = "embedded"
    process: subprocess.Popen[bytes] | None = None
    ends: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def environment(self) -> dict[str, str]:
        names = ("PIXPLORE_PORT", "PIXPLORE_API_PORT", "PIXPLORE_AWS_PORT")
        inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("AWS_")}
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        return inherited | {"PIXPLORE_HOME": str(self.home), "PIXPLORE_DEMO": "0"} | ports | self.extra

    @property
    def output(self) -> str:
        return (self.home.parent / f"{self.home.name}.out").read_text()

    def launch(self) -> "subprocess.Popen[bytes]":
        with (self.home.parent / f"{self.home.name}.out").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.program], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )
        return self.process

    def start(self, limit: float = 120) -> "Stack":
        """Until `ready:` is printed."""
        process = self.launch()
        deadline = time.monotonic() + limit
        while "ready:" not in self.output:
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the stack did not start:\n{self.output}")
            time.sleep(0.1)
        self.ends = json.loads((self.home / "endpoints.json").read_text())
        return self

    def tree(self) -> list[psutil.Process]:
        assert self.process
        with contextlib.suppress(psutil.Error):
            top = psutil.Process(self.process.pid)
            return [p for p in (top, *top.children(recursive=True)) if p.status() != psutil.STATUS_ZOMBIE]
        return []

    def parts(self, words: str) -> list[psutil.Process]:
        """The processes whose command line holds `words`."""
        found = []
        for process in self.tree():
            with contextlib.suppress(psutil.Error):
                if words in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def kill(self) -> None:
        """kill -9 of everything."""
        for process in reversed(self.tree()):
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self.process:
            self.process.wait(10)

    def stop(self) -> float:
        """SIGTERM; returns the seconds until nothing of it runs any more (10 at most, else AssertionError)."""
        assert self.process
        tree, began = self.tree(), time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(12)
        left = psutil.wait_procs(tree, timeout=1)[1]
        left = [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        assert not left, f"still running: {left}"
        return time.monotonic() - began

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of the local endpoint with the installation's keys."""
        settings = {
            "endpoint_url": self.ends["aws_endpoint"],
            "region_name": self.ends["region"],
            "aws_access_key_id": self.ends["aws_access_key_id"],
            "aws_secret_access_key": self.ends["aws_secret_access_key"],
        }
        return boto3.client(service, **(settings | options))  # type: ignore[call-overload]

    def token(self, role: str = "admin", kind: str = "AccessToken") -> str:
        """A fresh token of a demo user."""
        user = self.ends["demo_users"][role]
        return self.sign_in(user["email"], user["password"])[kind]

    def sign_in(self, email: str, password: str) -> dict[str, str]:
        answer = self.client("cognito-idp").initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.ends["client_id"],
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        return dict(answer["AuthenticationResult"])

    def letters(self, to: str) -> list[str]:
        """The mails to an address, oldest first."""
        texts = [path.read_text() for path in sorted(Path(self.ends["mail_dir"]).glob("*.eml"))]
        return [text for text in texts if f"To: {to}" in text]

    def code(self, to: str) -> str:
        """The code of the newest mail to an address."""
        found = re.search(r"\b(\d{6})\b", self.letters(to)[-1].split("\n\n", 1)[1])
        assert found
        return found[1]

    def call(self, method: str, url: str, token: str | None = None, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(method, url, headers=headers | request.pop("headers", {}), timeout=60, **request)

    def grant(self, token: str, files: list[tuple[str, bytes, str]], **body: Any) -> Any:
        """POST /uploads for (name, bytes, type) files. Returns its answer."""
        wanted = [
            {"name": name, "size": len(content), "content_type": kind, "sha256": hashlib.sha256(content).hexdigest()}
            for name, content, kind in files
        ]
        answer = self.call("POST", f"{self.ends['uploads_api']}/uploads", token, json={"files": wanted, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def upload(self, token: str, files: list[tuple[str, bytes, str]], **body: Any) -> Any:
        """Ask for grants and send each granted file to S3. Returns the answer of POST /uploads."""
        answer = self.grant(token, files, **body)
        for (_, content, kind), item in zip(files, answer["items"], strict=True):
            if item.get("upload"):
                grant = item["upload"]
                sent = httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", content, kind)}, timeout=60)
                assert sent.status_code in (200, 201, 204), sent.text
        return answer

    def batch(self, token: str, batch_id: str) -> Any:
        answer = self.call("GET", f"{self.ends['uploads_api']}/uploads/{batch_id}", token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, token: str, batch_id: str, limit: float = 60) -> Any:
        """Until every item of the batch has ended. Returns the batch."""
        deadline = time.monotonic() + limit
        while True:
            batch = self.batch(token, batch_id)
            if batch["counts"] and {k for k, n in batch["counts"].items() if n} <= ENDED:
                return batch
            assert time.monotonic() < deadline, f"not ended after {limit} s: {batch['counts']}"
            time.sleep(0.2)

    def images(self, token: str, **query: Any) -> Any:
        """GET /v1/images, its answer as JSON."""
        answer = self.call("GET", f"{self.ends['search_api']}/v1/images", token, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()
