"""`make sbom`: a bill of materials (CycloneDX, JSON) of each program, in build/sbom.

Each is read from what its lock file installs for the Python and the processor it runs on, on AWS; `one-machine` is what
`make run` installs here.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from infra.supply.packages import ON_AWS, ROOT, install

BILLS = ROOT / "build" / "sbom"
PROGRAMS = {
    "dashboard": "requirements-dashboard.txt",
    "functions": "requirements-lambda.txt",
    "label-image": "requirements-lambda-vision.txt",
    "search-api": "requirements-search.txt",
    "search-api-models": "requirements-models.txt",
}


def main() -> int:
    BILLS.mkdir(parents=True, exist_ok=True)
    for program, lock in PROGRAMS.items():
        print(bill(program, lock, *ON_AWS))
    print(bill("one-machine", "requirements.txt"))
    return 0


def bill(program: str, lock: str, python: str = "", wheels: str = "") -> Path:
    """Write it. Raises CalledProcessError: what stood in the way has been printed."""
    home = BILLS / f".{program}"
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    install(packages, lock, python, wheels)
    made = BILLS / f"{program}.cdx.json"
    write = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "environment", str(home), "--output-reproducible",
             "--pyproject", "pyproject.toml", "--output-format", "JSON", "--output-file", str(made)]  # fmt: skip
    subprocess.run(write, cwd=ROOT, check=True)
    shutil.rmtree(home)
    return made


if __name__ == "__main__":
    raise SystemExit(main())
