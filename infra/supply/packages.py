"""What a lock file installs into a folder, for the Python and processor that will run it."""

import os
import subprocess
import sys
from pathlib import Path

from infra.cdk.config import ARCHITECTURE, RUNTIME

ROOT = Path(__file__).resolve().parents[2]
ON_AWS = (RUNTIME.removeprefix("python"), {"arm64": "aarch64"}.get(ARCHITECTURE, ARCHITECTURE) + "-manylinux_2_28")
"""The Python and platform of functions and containers."""


def install(folder: Path, lock: str, python: str = "", wheels: str = "") -> None:
    """`python` (3.13) and `wheels` (a platform) as uv names them; without: this machine's. uv, not pip: pip chooses
    versions by the Python it runs in, not by the one it is to install for. Raises CalledProcessError."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(folder), "--require-hashes",
               "--only-binary", ":all:", "--link-mode", "copy", "--python", sys.executable]  # fmt: skip
    command += ["--python-version", python] if python else []
    command += ["--python-platform", wheels] if wheels else []
    index = os.environ.get("PIP_INDEX_URL") or _pips_index()
    environment = os.environ | ({"UV_DEFAULT_INDEX": index} if index else {})
    subprocess.run([*command, "-r", lock], cwd=ROOT, check=True, env=environment)


def _pips_index() -> str:
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()
