"""The local AWS endpoint: ministack in this process, on 127.0.0.1 only, with its weak points mended.

`python -m embedded.aws_endpoint`, with PIXPLORE_HOME and PIXPLORE_AWS_PORT set. What differs from ministack as
it ships is beside this file: aws_guard (who may call), aws_state (what survives kill -9), aws_cognito (codes and
letters), aws_lambda (the functions' processes).
"""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from embedded import aws_state
from embedded.home import Home, access_key_id, from_environment

SERVICES = "s3,sqs,events,lambda,apigateway,cognito-idp,secretsmanager,iam,sts"
ACCOUNT = "000000000000"
# A constant, whatever AWS_REGION the person's shell has: what was created must be found again. Not us-east-1,
# where boto3 still signs addresses in a form that AWS's newer regions refuse.
REGION = "eu-central-1"


def keys(home: Home) -> tuple[str, str]:
    """The installation's root access key: (id, secret)."""
    return home.secret("aws-access-key-id", access_key_id), home.secret("aws-secret-access-key")


def environment(home: Home, port: int) -> dict[str, str]:
    """The variables ministack reads when it is imported."""
    key, secret = keys(home)
    return {
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT, "SERVICES": SERVICES,
        "AUTH": "true", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
        "PERSIST_STATE": "1", "STATE_DIR": str(home.aws / "state"),
        "S3_PERSIST": "1", "S3_DATA_DIR": str(home.aws / "s3"),
        "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "WARNING", "DOCKER_HOST": "unix:///nowhere",
        "LAMBDA_EXECUTOR": "local", "LAMBDA_WARM_TTL_SECONDS": "300", "MINISTACK_WORKER_THREADS": "16",
        "TMPDIR": str(home.aws / "tmp"), "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2",
    }  # fmt: skip


def _fresh_folders(home: Home) -> None:
    """Functions unpack their code below TMPDIR: what a killed run left there goes."""
    shutil.rmtree(home.aws / "tmp", ignore_errors=True)
    for name in ("tmp", "state", "s3"):
        (home.aws / name).mkdir(parents=True, exist_ok=True)


async def serve(home: Home, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then save the state and end every function's process."""
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack import app as ministack

    from embedded import aws_cognito, aws_guard, aws_lambda, aws_objects

    aws_cognito.install(home.mail)
    aws_objects.install()
    aws_lambda.install(home.logs, home.secret("aws-role-sessions"))
    aws_guard.check_every_signature(keys(home)[0])
    journal = aws_state.install()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    config.accesslog = None
    gate = aws_guard.Gate(ministack.app, port, home.secret("aws-control-token"), journal.touch, aws_lambda.provisioned)
    app: Any = gate  # hypercorn's own types want its frozen scope classes
    await hypercorn_serve(app, config, shutdown_trigger=stop.wait)
    journal.save()
    aws_lambda.end_all()


def main() -> None:
    home = from_environment()
    home.make()
    port = int(os.environ.get("PIXPLORE_AWS_PORT", "4566"))
    os.umask(0o077)  # the signing key and people's records are among what is written
    _fresh_folders(home)
    aws_state.mend_queues(home.aws / "state" / "sqs.json", port)
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        os.environ.pop(name, None)
    os.environ.update(environment(home, port))
    # Functions are subprocesses that inherit this environment: nothing of ours may leak into their imports.
    os.environ.pop("PYTHONPATH", None)
    os.chdir(home.aws)
    with contextlib.suppress(ValueError):
        sys.path.remove("")
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    asyncio.run(serve(home, port))
    shutil.rmtree(home.aws / "tmp", ignore_errors=True)
    logging.shutdown()
    os._exit(0)  # threads that wait for a function's answer must not hold the end up


if __name__ == "__main__":
    main()
