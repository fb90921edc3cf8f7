"""PIXPLORE_HOME: the one folder that holds all local data, and the rules for private files in it."""

import contextlib
import os
import secrets
import socket
import string
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where each part keeps its things below `root` (absolute)."""

    root: Path

    @property
    def aws(self) -> Path:
        return self.root / "aws"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints.json"

    def make(self) -> None:
        """Create every folder; OSError where the home cannot be written."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.aws, self.postgres, self.models, self.logs, self.mail):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)

    def secret(self, name: str, make: Callable[[], str] | None = None) -> str:
        """A secret that is made once per installation and read ever after; its file's mode is 0600."""
        path = self.secrets / name
        with contextlib.suppress(FileNotFoundError):
            if value := path.read_text().strip():
                return value
        value = (make or secrets.token_urlsafe)()
        write_private(path, value + "\n")
        return value

    def port(self, name: str) -> int:
        """A free port for a part nobody chose one for: that of the last run if it is free, so that tools find it."""
        note = self.root / "ports" / name
        with contextlib.suppress(FileNotFoundError, ValueError):
            if port_is_free(port := int(note.read_text())):
                return port
        port = free_port()
        write_private(note, str(port))
        return port


def from_environment() -> Home:
    """The home PIXPLORE_HOME names, else `.pixplore` in the checkout."""
    checkout = Path(__file__).resolve().parents[1]
    return Home(Path(os.environ.get("PIXPLORE_HOME") or checkout / ".pixplore").expanduser().absolute())


def write_private(path: Path, text: str) -> None:
    """Write `text` with mode 0600 so that a reader sees the old file or the whole new one, even after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108
        raise


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def access_key_id() -> str:
    """A random key id in AWS's form."""
    return "AKIA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))


def password() -> str:
    """A random password that satisfies the pool's policy: upper, lower, number, no look-alike characters."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    parts = [secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ")] + [secrets.choice(letters) for _ in range(10)]
    return "".join(parts) + "-" + "".join(secrets.choice("23456789") for _ in range(4))
