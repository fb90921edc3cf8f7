"""Bootstrap, deploy, hand out; in the end tear everything down."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest
from psycopg2 import sql

from embedded import database
from embedded.home import free_port
from tests.deployed import emulator
from tests.deployed.fitted import Fitted, fit

ROOT = Path(__file__).resolve().parents[2]
CDK = ROOT / "infra" / "cdk" / "node_modules" / ".bin" / "cdk"
ORDER = ("network", "edge", "data", "delivery", "auth", "ingest", "cluster", "search", "dashboard", "observability",
         "recovery")  # fmt: skip
OWNER = {"username": "owner", "password": "of-the-owner"}


@dataclass
class Deployed:
    """The stacks as the emulator has them."""

    emulator: emulator.Emulator
    fitted: Fitted
    assembly: Path
    seconds: dict[str, float] = field(default_factory=dict)

    def stack(self, name: str) -> str:
        return f"pixplore-small-{name}"

    def resources(self, name: str) -> dict[str, tuple[str, str]]:
        """Logical id -> (type, physical id) of a stack."""
        pages = self.emulator.client("cloudformation").get_paginator("list_stack_resources")
        return {
            one["LogicalResourceId"]: (one["ResourceType"], one.get("PhysicalResourceId", ""))
            for page in pages.paginate(StackName=self.stack(name))
            for one in page["StackResourceSummaries"]
        }

    def physical(self, name: str, logical: str) -> str:
        """The physical id of the resource that the CDK has called `logical` (and eight signs of its own)."""
        found = [at for known, (_, at) in self.resources(name).items() if re.fullmatch(logical + "[0-9A-F]{8}", known)]
        assert len(found) == 1, (name, logical, found)
        return found[0]

    def function(self, logical: str) -> str:
        return self.physical("data" if logical == "Migrate" else "ingest", logical)

    def invoke(self, logical: str, payload: dict[str, Any] | None = None) -> Any:
        answer = self.emulator.client("lambda").invoke(
            FunctionName=self.function(logical), Payload=json.dumps(payload or {}).encode()
        )
        body = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, f"{body}\n{self.emulator.log[-3000:]}"
        return json.loads(body or "null")

    def container(self, name: str) -> dict[str, str]:
        """The environment of a service's container, as its deployed task definition has it."""
        task = self.physical(name, f"{name.title()}Task")
        found = self.emulator.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
        return {one["name"]: one["value"] for one in found["containerDefinitions"][0]["environment"]}


def cdk(deployed: Deployed, *arguments: str) -> None:
    began = time.monotonic()
    done = subprocess.run(
        [str(CDK), "--app", str(deployed.assembly), *arguments], cwd=deployed.assembly.parent,
        env=deployed.emulator.environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    deployed.seconds[arguments[0]] = round(time.monotonic() - began, 1)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{deployed.emulator.log[-2000:]}"


@pytest.fixture(scope="session")
def catalogue(postgres: database.Server) -> str:
    """In Aurora's place: a PostgreSQL with an owner who is no superuser, `rds_iam`, and nothing of ours yet.

    Gives the address under which functions sign in. Nobody can check tokens here: our role is let in as it comes.
    """
    with contextlib.closing(psycopg2.connect(postgres.admin_url)) as link:
        link.autocommit = True
        run = link.cursor().execute
        run("create role rds_iam nologin")
        run(sql.SQL("create role owner login createrole createdb password {}").format(sql.Literal(OWNER["password"])))
        run("grant rds_iam to owner with admin option")
        run("create database pixplore owner owner template template0")
        cursor = link.cursor()
        cursor.execute("show hba_file")
        rules = Path(str((cursor.fetchone() or [""])[0]))
        rules.write_text("host all pixplore 127.0.0.1/32 trust\n" + rules.read_text())
        run("select pg_reload_conf()")
    place = postgres.admin_url.rsplit("@", 1)[1].rsplit("/", 1)[0]
    return f"postgresql+iam://pixplore@{place}/pixplore"


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, catalogue: str, model_dir: Path) -> Iterator[Deployed]:
    """All stacks of `small` in an emulator of their own."""
    folder = tmp_path_factory.mktemp("deployed")
    seeing = free_port()
    running = emulator.start(
        folder / "aws", {"AWS_ENDPOINT_URL_REKOGNITION": f"http://127.0.0.1:{seeing}", "OMP_NUM_THREADS": "1"}
    )
    recogniser, trusted = None, os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(running.certificate)  # for httpx, in the tests themselves
    try:
        secret = running.client("secretsmanager").create_secret(Name="owner", SecretString=json.dumps(OWNER))["ARN"]
        _synthesise(folder / "synthesised")
        fitted = fit(folder / "synthesised", folder / "fitted", {"DATABASE_URL": catalogue},
                     {"MasterUserSecret.SecretArn": secret})  # fmt: skip
        print(f"\nof the templates of `small`, for the emulator:\n{fitted.told()}")
        made = Deployed(running, fitted, folder / "fitted")
        cdk(made, "bootstrap", f"aws://{emulator.ACCOUNT}/{emulator.REGION}")
        cdk(made, "deploy", "--all", "--require-approval", "never", "--concurrency", "1")
        print(f"seconds: {made.seconds}")
        recogniser = _recogniser(made, seeing, model_dir)
        yield made
    finally:
        os.environ.pop("SSL_CERT_FILE") if trusted is None else os.environ.update(SSL_CERT_FILE=trusted)
        running.stop()
        if recogniser:
            recogniser.terminate()
            recogniser.wait(10)


def _recogniser(deployed: Deployed, port: int, model_dir: Path) -> "subprocess.Popen[bytes]":
    """In Rekognition's place: it answers the role of label_image and nobody else."""
    found = deployed.emulator.client("lambda").get_function(FunctionName=deployed.function("LabelImage"))[
        "Configuration"
    ]
    key = hashlib.sha256(f"{found['FunctionArn']}:{found['Role']}".encode()).hexdigest()[:16].upper()
    environment = os.environ | {
        "PIXPLORE_MODEL_DIR": str(model_dir), "OMP_NUM_THREADS": "1", "PIXPLORE_RECOGNISER_KEYS": f"ASIA{key}",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "embedded.recogniser", "--port", str(port), "--workers", "1"], cwd=ROOT, env=environment
    )


def _synthesise(folder: Path) -> None:
    """As `make deploy` does, packages included; they are for this machine, on which the functions run here."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_", "CDK_"))}
    environment |= {"CDK_OUTDIR": str(folder), "PIXPLORE_PACKAGES": "here", "CDK_VALIDATION": "false",
                    "CDK_DEFAULT_ACCOUNT": emulator.ACCOUNT,
                    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "infra.cdk.app"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def migrated(deployed: Deployed) -> Deployed:
    """The function that the deployment's trigger would have called. Twice: each deployment calls it."""
    for _ in range(2):
        assert deployed.invoke("Migrate") == {"migrated": True}
    return deployed


@pytest.fixture(scope="session")
def search_api(migrated: Deployed, tmp_path_factory: pytest.TempPathFactory, catalogue: str) -> Iterator[str]:
    """The search API with the environment of its deployed task; keys of tokens come from the emulator's pool."""
    port = free_port()
    environment = migrated.emulator.environment | migrated.container("search")
    pool = environment["PIXPLORE_USER_POOL_ID"]
    environment |= {
        "DATABASE_URL": catalogue, "PIXPLORE_JWKS_URL": f"{migrated.emulator.url}/{pool}/.well-known/jwks.json",
        "PIXPLORE_INDEX_DIR": str(tmp_path_factory.mktemp("index")), "PIXPLORE_RENDITIONS_URL": "",
    }  # fmt: skip
    log = tmp_path_factory.mktemp("search") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "search_api", "--port", str(port)], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                break
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    yield url
    process.terminate()
    process.wait(15)
