"""The functions' packages: whole (each handler starts from its package alone), bounded, for their own platform."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.conftest import NEEDED, needs_cdk
from tests.infra.reached import modules_of

needs_cdk()

LIMIT = 250_000_000
PLAIN = ("issue_uploads", "upload_status", "sweep", "redrive", "migrate")
VISION = "from pathlib import Path; from pixplore.vision.embedding import Embedder; Embedder(Path('models'))"
LATE = {"migrate": "import alembic.command, pixplore.catalogue.migrations.versions", "label_image": VISION}


@pytest.fixture(scope="module")
def package():
    pytest.importorskip("aws_cdk", reason=NEEDED)
    from infra.cdk.constructs.package import made

    return made


@pytest.mark.parametrize("function", [*PLAIN, "label_image"])
def test_a_handler_starts_from_its_package_alone(function: str, package) -> None:
    folder = package("vision" if function == "label_image" else "plain", "here")
    reached = modules_of(f"backend_lambdas.{function}")
    assert len(reached) > 8
    code = f"import {', '.join(reached)}; {LATE.get(function, 'pass')}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PIXPLORE_"))}
    clean |= {"PYTHONPATH": str(folder), "AWS_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=folder, env=clean, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", ["plain", "vision"])
def test_a_package_is_for_the_functions_own_platform_and_small_enough(name: str, package) -> None:
    folder: Path = package(name, "lambda")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LIMIT
    libraries = [path for path in files if ".cpython-" in path.name]
    assert len(libraries) > 10
    for path in libraries:
        assert "cpython-313-aarch64" in path.name, path
        assert path.read_bytes()[18:20] == b"\xb7\x00", path  # ELF's number for ARM of 64 bits
    assert not [path for path in files if path.suffix == ".pyc"]
    assert not [path for path in files if path.name.startswith("open_nsfw-")]
    assert (folder / "pixplore" / "catalogue" / "migrations" / "versions").is_dir()


def test_the_same_sources_make_the_same_package_once(package) -> None:
    first = package("plain", "here")
    stamp = first.stat().st_mtime_ns
    assert package("plain", "here") == first
    assert first.stat().st_mtime_ns == stamp
