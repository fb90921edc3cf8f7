"""How each long-running part is started, and how it shows that it is ready."""

import signal
import sys
from pathlib import Path

from embedded import database
from embedded.aws_guard import TOKEN_HEADER
from embedded.aws_lambda import session
from embedded.children import ROOT, Child, answers
from embedded.home import Home


def postgres(home: Home, server: database.Server) -> Child:
    return Child(
        "database", server.command, {"LC_ALL": "C.UTF-8"}, home.logs / "database.log",
        lambda: database.answers(server.admin_url),
        stop=signal.SIGINT,  # "fast": ends open sessions instead of waiting for them
        user=server.user, fds=server.fds,
    )  # fmt: skip


def aws_endpoint(home: Home, port: int) -> Child:
    token = {TOKEN_HEADER: home.secret("aws-control-token")}
    return Child(
        "aws endpoint", [sys.executable, "-m", "embedded.aws_endpoint"],
        {"PIXPLORE_HOME": str(home.root), "PIXPLORE_AWS_PORT": str(port)}, home.logs / "aws-endpoint.log",
        answers(f"http://127.0.0.1:{port}/_ministack/health", token),
    )  # fmt: skip


def recogniser(home: Home, port: int, settings: dict[str, str]) -> Child:
    seed, label_image = home.secret("aws-role-sessions"), "pixplore-label-image"
    settings = settings | {"PIXPLORE_RECOGNISER_KEYS": session(seed, label_image, label_image)[0]}
    return Child(
        "recogniser", [sys.executable, "-m", "embedded.recogniser", "--port", str(port)],
        settings, home.logs / "recogniser.log", answers(f"http://127.0.0.1:{port}/healthz"),
    )  # fmt: skip


def search_api(home: Home, port: int, settings: dict[str, str]) -> Child:
    return Child(
        "search api",
        [sys.executable, "-m", "search_api", "--port", str(port)],
        settings | {"PIXPLORE_INDEX_DIR": str(home.index)}, home.logs / "search-api.log", answers(f"http://127.0.0.1:{port}/readyz"),
    )  # fmt: skip


def dashboard(home: Home, port: int, settings: dict[str, str]) -> Child:
    streamlit = Path(sys.executable).with_name("streamlit")
    return Child(
        "dashboard",
        [str(streamlit), "run", str(ROOT / "dashboard" / "app.py"), "--server.address", "127.0.0.1",
         "--server.port", str(port), "--server.headless", "true"],
        settings, home.logs / "dashboard.log", answers(f"http://127.0.0.1:{port}/_stcore/health"),
    )  # fmt: skip
