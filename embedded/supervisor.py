"""Start every part in order, keep them running, end them all.

database -> migrations; aws endpoint -> its resources; models -> recogniser; then search API and dashboard side by
side; a sweep; on the first start the demo catalogue; `ready:`.
"""

import base64
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from embedded import database, parts, plan, preflight
from embedded.children import ROOT, Child, PartFailed, bound_logs, end, look_after, wait_ready
from embedded.home import Home, from_environment

PORTS = {"PIXPLORE_PORT": 8501, "PIXPLORE_API_PORT": 8502, "PIXPLORE_AWS_PORT": 4566}
PATIENCE = 120.0  # seconds for one step of the start: a small machine may be busy with other things
END_LIMIT, DATABASE_END_LIMIT = 5.0, 3.0  # seconds; together below the ten that are promised
DEMO_MARKER = "demo-loaded"  # written by demo.load


class Ended(BaseException):
    """A signal asked this process to end."""


def say(text: str) -> None:
    print(text, flush=True)


@dataclass
class Stack:
    """What runs. `tasks` are programs that do one thing and end."""

    home: Home
    children: list[Child] = field(default_factory=list)
    tasks: list[Child] = field(default_factory=list)
    scratch: list[Path] = field(default_factory=list)

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def begin(self, name: str, arguments: list[str], environment: dict[str, str]) -> Child:
        """Start a task: `python -m ...`, its output in a log of its own."""
        task = Child(name, [sys.executable, "-m", *arguments], environment,
                     self.home.logs / f"{name.replace(' ', '-')}.log", lambda: True)  # fmt: skip
        self.tasks.append(task)
        task.start()
        return task

    def finish(self, task: Child, limit: float) -> None:
        """Wait for a task; PartFailed where it does not succeed in time."""
        assert task.process  # noqa: S101
        try:
            code = task.process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        if code != 0:
            how = f"took longer than {limit:.0f} s" if code is None else f"failed (exit code {code})"
            raise PartFailed(f"{task.name} {how}. Its log is {task.log}; it ends:\n{task.last_words()}")

    def end(self) -> None:
        databases = [child for child in self.children if child.user or "postgres" in child.command[0]]
        end([*self.tasks, *(child for child in self.children if child not in databases)], END_LIMIT)
        end(databases, DATABASE_END_LIMIT)
        for folder in self.scratch:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _ended)
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[variable]  # an account of yours is none of this machine's business
    home = from_environment()
    stack = Stack(home)
    try:
        runtime = preflight.python_matches(os.environ.get("PIXPLORE_LAMBDA_RUNTIME"))
        preflight.home_is_usable(home)
        lock = preflight.take_lock(home)
        ports = preflight.ports(PORTS)
        say(f"home: {home.root}")
        start(stack, ports, runtime)
        while lock:
            time.sleep(0.5)
            look_after(stack.children, say)
            stack.tasks = [task for task in stack.tasks if task.running]
            bound_logs(home.logs)
    except (preflight.Refused, PartFailed, database.DatabaseFailed) as error:
        say(f"error: {error}")
        return 1
    except Ended:
        say("stopping ...")
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)  # we are at it already
        stack.end()
    say("stopped")
    return 0


def _ended(number: int, frame: FrameType | None) -> None:
    raise Ended


def start(stack: Stack, ports: dict[str, int], runtime: str) -> None:
    """Bring everything up; returns once a person can sign in and find the demo catalogue."""
    home = stack.home
    models = None
    if not any(home.models.iterdir()):  # else the recogniser looks whether they are the newest
        models = stack.begin("models", ["pixplore", "models"], {"PIXPLORE_HOME": str(home.root)})
    url, server = _database(stack)
    migrations = stack.begin("migrations", ["pixplore", "migrate"], {"DATABASE_URL": url})
    aws = stack.add(parts.aws_endpoint(home, ports["PIXPLORE_AWS_PORT"]))
    recogniser_port = home.port("recogniser")
    local = "http://127.0.0.1:"
    the_plan = plan.Plan(
        home=str(home.root), aws=f"{local}{ports['PIXPLORE_AWS_PORT']}", recogniser=f"{local}{recogniser_port}",
        search_api=f"{local}{ports['PIXPLORE_API_PORT']}", dashboard=f"{local}{ports['PIXPLORE_PORT']}",
        database_url=url, runtime=runtime,
    )  # fmt: skip
    if models:
        stack.finish(models, PATIENCE)
        say("models: built")
    common = plan.common(the_plan) | plan.credentials(home)
    recogniser = stack.add(parts.recogniser(home, recogniser_port, common))
    stack.finish(migrations, PATIENCE)
    say(f"database: {server}")
    wait_ready(aws, PATIENCE)
    made = _provision(the_plan)
    say(f"aws endpoint: {the_plan.aws}")
    settings = common | plan.resources(the_plan, made)
    search = stack.add(parts.search_api(home, ports["PIXPLORE_API_PORT"], settings))
    dashboard = stack.add(parts.dashboard(home, ports["PIXPLORE_PORT"], settings | _dashboard_settings(the_plan, made)))
    wait_ready(recogniser, PATIENCE)
    say(f"recogniser: {the_plan.recogniser}")
    wait_ready(search, PATIENCE)
    say(f"search api: {the_plan.search_api}")
    wait_ready(dashboard, PATIENCE)
    say(f"dashboard: {the_plan.dashboard}")
    if os.environ.get("PIXPLORE_DEMO", "1") != "0" and not (home.root / DEMO_MARKER).exists():
        _load_demo(stack, settings)
    say(f"mail: what is sent to people lies in {home.mail}")
    for role, user in made.demo_users.items():
        say(f"sign in as {role}: {user['email']}  password {user['password']}")
    say(f"ready: {the_plan.dashboard}")
    stack.begin("first sweep", ["embedded.invoke", "pixplore-sweep"], settings)


def _database(stack: Stack) -> tuple[str, str]:
    """The address of the PostgreSQL to use, ours or the one DATABASE_URL names, and a word for people."""
    if given := os.environ.get("DATABASE_URL"):
        if not database.answers(given):
            raise PartFailed("The PostgreSQL that DATABASE_URL names does not answer: start it, set the right address, "
                             "or remove DATABASE_URL.")  # fmt: skip
        return given, "the one DATABASE_URL names"
    server = database.prepare(stack.home)
    stack.scratch += [server.scratch] if server.scratch else []
    wait_ready(stack.add(parts.postgres(stack.home, server)), PATIENCE)
    database.finish(server, stack.home)
    return server.url, "PostgreSQL on " + server.url.rsplit("@", 1)[1]


def _provision(the_plan: plan.Plan) -> plan.Made:
    """In a process of its own: boto3 is large, and needed only now."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "embedded.provision"], input=json.dumps(asdict(the_plan)), text=True,
            capture_output=True, cwd=ROOT, timeout=PATIENCE, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PartFailed(f"Setting up the AWS endpoint took longer than {PATIENCE:.0f} s.") from error
    if done.returncode:
        raise PartFailed(f"Setting up the AWS endpoint failed:\n{done.stderr.strip()[-1500:]}")
    return plan.Made(**json.loads(done.stdout.splitlines()[-1]))


def _dashboard_settings(the_plan: plan.Plan, made: plan.Made) -> dict[str, str]:
    home = Home(Path(the_plan.home))
    return {
        "PIXPLORE_UPLOADS_API": made.uploads_api,
        "PIXPLORE_SEARCH_API": the_plan.search_api,
        "PIXPLORE_SESSION_KEY": home.secret("session-key", _fernet_key),
        "PIXPLORE_COOKIE_SECURE": "0",
        "PIXPLORE_MAIL_HINT": str(home.mail),
        "STREAMLIT_SERVER_COOKIE_SECRET": home.secret("streamlit-cookie"),
    }


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _load_demo(stack: Stack, settings: dict[str, str]) -> None:
    """Its progress is worth showing; everything else is looked after meanwhile."""
    loader = stack.begin("demo catalogue", ["demo.load", "--home", str(stack.home.root)], settings)
    assert loader.process  # noqa: S101
    shown = loader.log.stat().st_size
    while True:
        running = loader.running
        with loader.log.open("rb") as log:
            log.seek(shown)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        shown += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            say(line)
        if not running:
            break
        look_after(stack.children, say)
        time.sleep(0.2)
    if loader.process.returncode:  # no reason to keep anybody out
        say(f"demo: not loaded whole; the next start goes on with it (PIXPLORE_DEMO=0 does without). Its log is "
            f"{loader.log}; it ends:\n{loader.last_words()}")  # fmt: skip
