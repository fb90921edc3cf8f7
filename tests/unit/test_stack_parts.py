"""The small parts of the local stack, without starting it."""

import email
import io
import json
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import aws_cognito, aws_state, preflight
from embedded.children import LARGEST_LOG, Child, PartFailed, bound_logs, end, look_after, wait_ready
from embedded.home import Home, access_key_id, password, port_is_free, write_private
from embedded.provision_functions import FUNCTIONS, package

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def test_a_secret_is_made_once_and_private(home: Home) -> None:
    first = home.secret("word")
    assert home.secret("word") == first
    assert (home.secrets / "word").stat().st_mode & 0o777 == 0o600
    assert Home(home.root).secret("word", lambda: "other") == first


def test_write_private_replaces_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_part_keeps_its_port_while_it_is_free(home: Home) -> None:
    port = home.port("part")
    assert home.port("part") == port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        assert not port_is_free(port)
        assert home.port("part") != port


def test_random_words_have_the_right_form() -> None:
    for _ in range(50):
        word = password()
        assert len(word) >= 8
        assert any(c.isupper() for c in word)
        assert any(c.isdigit() for c in word)
        assert len(access_key_id()) == 20
    assert len({password() for _ in range(50)}) == 50


def test_codes_are_six_random_digits() -> None:
    codes = {aws_cognito.code() for _ in range(200)}
    assert len(codes) > 190
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert not codes & aws_cognito.SHIPPED


def test_a_letter_is_a_whole_eml_file(tmp_path: Path) -> None:
    path = aws_cognito.write_letter(tmp_path, "no-reply@x.example", "müller@example.com", "Your code", "It is 111222")
    letter = email.message_from_bytes(path.read_bytes())
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o077 == 0
    assert letter["Subject"] == "Your code"
    assert "111222" in str(letter.get_payload())
    assert list(tmp_path.iterdir()) == [path]


def test_a_header_cannot_be_smuggled_into_a_letter(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        aws_cognito.write_letter(tmp_path, "a@x.example", "b@x.example\nBcc: c@x.example", "s", "b")


def test_the_functions_zip_depends_on_content_alone(tmp_path: Path) -> None:
    for name in ("pixplore", "backend_lambdas"):
        (tmp_path / name / "__pycache__").mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("")
        (tmp_path / name / "__pycache__" / "x.pyc").write_bytes(b"x")
    first = package(tmp_path)
    (tmp_path / "pixplore" / "__init__.py").touch()
    assert package(tmp_path) == first
    assert zipfile.ZipFile(io.BytesIO(first)).namelist() == ["backend_lambdas/__init__.py", "pixplore/__init__.py"]
    (tmp_path / "pixplore" / "__init__.py").write_text("x = 1")
    assert package(tmp_path) != first


def test_every_function_has_its_handler() -> None:
    assert [f.file for f in FUNCTIONS if not (ROOT / "backend_lambdas" / f"{f.file}.py").exists()] == []


def test_the_declared_runtime_must_be_this_python() -> None:
    ours = f"python3.{sys.version_info.minor}"
    assert preflight.python_matches(None) == ours
    assert preflight.python_matches(ours) == ours
    with pytest.raises(preflight.Refused, match=f"set PIXPLORE_LAMBDA_RUNTIME={ours}"):
        preflight.python_matches("python3.8")


def test_a_python_that_lambda_does_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "RUNTIMES", ("python3.9",))
    with pytest.raises(preflight.Refused, match=r"make run PYTHON=python3\.9"):
        preflight.python_matches(None)


def test_too_little_disk_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "LEAST_DISK", 10**18)
    with pytest.raises(preflight.Refused, match="set PIXPLORE_HOME to a folder on another disk"):
        preflight.home_is_usable(home)


def test_a_lock_is_held_by_one_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PATIENCE", 0.0)
    lock = preflight.take_lock(home)
    with pytest.raises(preflight.Refused, match="already runs"):
        preflight.take_lock(home)
    lock.close()
    preflight.take_lock(home).close()


def child(home: Home, code: str, **options: object) -> Child:
    return Child("part", [sys.executable, "-c", code], {}, home.logs / "part.log", lambda: False, **options)  # type: ignore[arg-type]


@pytest.fixture
def cleanup() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    end(started, 0)


def test_a_part_that_ends_while_starting_is_told_with_its_last_words(home: Home) -> None:
    part = child(home, "import sys; sys.exit('no such thing')")
    part.start()
    with pytest.raises(PartFailed, match=r"part ended while starting.*part\.log(.|\n)*no such thing"):
        wait_ready(part, 10)


def test_a_part_that_never_answers_is_told(home: Home, cleanup: list[Child]) -> None:
    cleanup.append(part := child(home, "import time; time.sleep(60)"))
    part.start()
    with pytest.raises(PartFailed, match="did not answer within"):
        wait_ready(part, 0.2)


def test_a_dead_part_is_started_again_and_given_up_at_last(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    part, said = child(home, "pass"), list[str]()
    part.start()
    pauses = []
    with pytest.raises(PartFailed, match="6 times in a row"):  # noqa: PT012
        while True:
            assert part.process
            part.process.wait(10)
            look_after([part], said.append)
            pauses.append(part.again_at - now[0])
            now[0] = part.again_at
            look_after([part], said.append)
    assert pauses == [1, 2, 4, 8, 16]


def test_a_part_that_will_not_end_is_killed(home: Home, cleanup: list[Child]) -> None:
    deaf = "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    cleanup.append(part := child(home, deaf))
    part.start()
    while not part.last_words():
        time.sleep(0.02)
    began = time.monotonic()
    end([part], 0.3)
    assert part.process
    assert part.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 2


def test_a_child_dies_with_its_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", "import os,subprocess,sys,time\n"
         "p=subprocess.Popen([sys.executable,'-m','embedded.leash',str(os.getpid()),'sleep','60'])\n"
         "time.sleep(0.5); print(p.pid, flush=True); time.sleep(60)"],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_logs_are_bounded(home: Home) -> None:
    log = home.logs / "part.log"
    with log.open("ab") as writer:
        writer.write(b"x" * (LARGEST_LOG + 1))
        writer.flush()
        bound_logs(home.logs)
        writer.write(b"goes on")
        writer.flush()
    assert log.read_bytes() == b"goes on"
    assert (home.logs / "part.log.1").stat().st_size == LARGEST_LOG + 1


def test_what_the_home_is_made_of(home: Home) -> None:
    assert json.dumps(sorted(p.name for p in home.root.iterdir())) == json.dumps(
        ["aws", "logs", "mail", "models", "postgres", "secrets"]
    )
    assert home.root.stat().st_mode & 0o777 == 0o700
    assert home.secrets.stat().st_mode & 0o777 == 0o700


def test_messages_in_hand_at_a_crash_are_given_back(tmp_path: Path) -> None:
    later = time.time() + 300
    messages = [
        {"body": "in hand", "receive_count": 2, "visible_at": later},
        {"body": "waiting", "receive_count": 0, "visible_at": 1.0},
        {"body": "delayed", "receive_count": 0, "visible_at": later},
    ]
    queues = {"k\0'http://127.0.0.1:1111/0/q'": {"url": "http://127.0.0.1:1111/0/q", "messages": messages}}
    path = tmp_path / "sqs.json"
    path.write_text(json.dumps({"__ministack_format__": 2, "payload": {"queues": {"data": queues}}}))
    aws_state.mend_queues(path, 2222)
    (key, queue), *_ = json.loads(path.read_text())["payload"]["queues"]["data"].items()
    assert "127.0.0.1:2222" in key
    assert queue["url"] == "http://127.0.0.1:2222/0/q"
    in_hand, waiting, delayed = queue["messages"]
    assert in_hand["receive_count"] == 1
    assert in_hand["visible_at"] <= time.time()
    assert (waiting, delayed) == (messages[1], messages[2])
    aws_state.mend_queues(tmp_path / "none", 2222)
