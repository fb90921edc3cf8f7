"""Each image's very command line, in an environment made from its lock file alone, from files it cannot write.

Python is the images' own version where it is found (python3.13, or PIXPLORE_IMAGE_PYTHON), else this one.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from embedded.home import free_port
from tests.infra.conftest import NEEDED, needs_cdk
from tests.infra.dockerfile import ROOT, Image, read
from tests.infra.reached import modules_of

needs_cdk()

NAMES = ("search", "dashboard")


def python() -> str:
    known = [os.environ.get("PIXPLORE_IMAGE_PYTHON"), shutil.which("python3.13"),
             *sorted(map(str, Path("~/.pyenv/versions").expanduser().glob("3.13.*/bin/python")))]  # fmt: skip
    for path in filter(None, known):
        if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:  # a shim may lead nowhere
            return path
    return sys.executable


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, too."""
    folder = Path(f"/tmp/pixplore-images-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=NAMES)
def laid_out(request: pytest.FixtureRequest, open_folder: Path) -> tuple[Image, Path]:
    """The image's files and packages as its last stage has them, read-only."""
    pytest.importorskip("cdk_nag", reason=NEEDED)  # uv and the rest of `make synth`
    image, folder = read(request.param), open_folder / request.param
    app = folder / "app"
    for source, target in image.copies:
        shutil.copytree(ROOT / source, app / target, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", python(), str(folder / "venv")], check=True)
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(folder / "venv/bin/python"),
         "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy", "-r", str(ROOT / image.lock)], check=True,
    )  # fmt: skip
    for path in [app, *app.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return image, folder


def starts(image: Image) -> list[str]:
    """What is imported, but for what then runs as a page."""
    if image.path.name.startswith("search"):
        return ["search_api.app"]
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "dashboard").rglob("*.py"))
    return sorted(
        {".".join(path.parts).removesuffix(".__init__") for path in files} - {"dashboard.app", "dashboard.main"}
    )


def powerless() -> list[str]:
    """Root without its powers may write only what anybody may: the same as an image's own user."""
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def environment(image: Image, folder: Path, settings: dict[str, str]) -> dict[str, str]:
    writable = folder / "writable"
    writable.mkdir(exist_ok=True)
    writable.chmod(0o777)
    own = image.environment | {"HOME": str(writable), "TMPDIR": str(writable)}
    own |= {name: str(writable / "index") for name in ("PIXPLORE_INDEX_DIR",) if name in own}
    own.pop("PYTHONPATH")  # its packages are the environment's
    return {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"} | own | settings


def test_the_lock_file_has_all_that_its_modules_import(laid_out: tuple[Image, Path], model_dir: Path) -> None:
    image, folder = laid_out
    names = modules_of(*starts(image))
    assert len(names) > 60
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = subprocess.run(
        [*powerless(), str(folder / "venv/bin/python"), "-c", code, *names], cwd=folder / "app", capture_output=True,
        text=True, env=environment(image, folder, SETTINGS | {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}),
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


SETTINGS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true", "PIXPLORE_ORIGINALS_BUCKET": "originals-of-the-test",
    "PIXPLORE_RENDITIONS_BUCKET": "renditions-of-the-test", "PIXPLORE_QUEUE_URL": "http://127.0.0.1:1/q",
    "PIXPLORE_DLQ_URL": "http://127.0.0.1:1/d", "PIXPLORE_USER_POOL_ID": "eu-central-1_test",
    "PIXPLORE_CLIENT_ID": "client", "PIXPLORE_TOKEN_ISSUER": "https://127.0.0.1:1/pool",
    "PIXPLORE_JWKS_URL": "http://127.0.0.1:1/jwks", "PIXPLORE_UPLOADS_API": "http://127.0.0.1:1",
    "PIXPLORE_SEARCH_API": "http://127.0.0.1:1", "PIXPLORE_COOKIE_SECURE": "1",
    "PIXPLORE_SESSION_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode()[:43],  # as Secrets Manager makes it
    "PIXPLORE_LOG": "json", "STREAMLIT_SERVER_COOKIE_SECRET": "x" * 64, "STREAMLIT_SERVER_ALLOWED_HOSTS": "127.0.0.1",
}  # fmt: skip
HEALTH = {"search": ("/healthz", "/readyz", "/openapi.json"), "dashboard": ("/_stcore/health", "/")}


def test_its_command_answers(laid_out: tuple[Image, Path], database_url: str, model_dir: Path) -> None:
    """On loopback and a port of the test; every other word of the command is the image's."""
    image, folder = laid_out
    name, port = image.path.stem.split(".")[0], free_port()
    told = dict(zip(("0.0.0.0", image.command[-1], "python"),
                    ("127.0.0.1", str(port), str(folder / "venv/bin/python")), strict=True))  # fmt: skip
    command = [told.get(word, word) for word in image.command]
    settings = SETTINGS | {"DATABASE_URL": database_url, "PIXPLORE_MODEL_DIR": str(model_dir)}
    log = folder / "out"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*powerless(), *command], cwd=folder / "app", env=environment(image, folder, settings), stdout=out,
            stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        for path in HEALTH[name]:
            assert answer(f"http://127.0.0.1:{port}{path}", process, log) == 200, log.read_text()
        left = [str(path) for path in (folder / "app").rglob("__pycache__")]
        assert left == []
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    lines = log.read_text().splitlines()
    assert lines, "it says that it has started"
    for line in lines:
        assert line.startswith("{"), log.read_text()
        assert {"level", "logger", "message"} <= json.loads(line).keys(), line


def answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> int:
    deadline = time.monotonic() + 90
    while True:
        assert process.poll() is None, log.read_text()
        try:
            found = httpx.get(url, timeout=10)
            if found.status_code < 500 or time.monotonic() > deadline:
                return found.status_code
        except httpx.TransportError:
            assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
