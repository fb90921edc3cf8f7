"""Starting, refusing to start, dying and coming back."""

import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from embedded.home import free_port
from tests.stack import Stack


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that the tests below may kill: it runs when one begins and when it ends."""
    # As mkdtemp makes it: no other user may enter, which PostgreSQL's must bear when we are root.
    folder = tmp_path_factory.mktemp("life")
    folder.chmod(0o700)
    running = Stack(folder / "home")
    running.start()
    yield running
    running.kill()


def wait_until(condition: Callable[[], object], limit: float = 30) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_kill_9_of_everything_loses_nothing(own: Stack) -> None:
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    cognito, s3, sqs = own.client("cognito-idp"), own.client("s3"), own.client("sqs")
    cognito.admin_create_user(
        UserPoolId=own.ends["user_pool_id"], Username=email, MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}],
    )  # fmt: skip
    cognito.admin_set_user_password(
        UserPoolId=own.ends["user_pool_id"], Username=email, Password="Secret-Pass1", Permanent=True
    )
    queue = sqs.create_queue(QueueName=f"kept-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    before = {
        "functions": {f["CodeSha256"] for f in own.client("lambda").list_functions()["Functions"]},
        "rules": {r["Name"] for r in own.client("events").list_rules()["Rules"]},
        "uploads_api": urlsplit(own.ends["uploads_api"]).path,
        "pool": own.ends["user_pool_id"],
        "users": own.ends["demo_users"],
        "keys": own.ends["aws_secret_access_key"],
    }
    time.sleep(0.8)  # what is older than the debounced snapshot must be kept
    s3.put_object(Bucket=own.ends["renditions_bucket"], Key="kept", Body=b"acknowledged", ContentType="text/plain")
    own.kill()
    own.environment["PIXPLORE_AWS_PORT"] = str(free_port())  # the addresses of queues hold it
    own.start()
    assert before == {
        "functions": {f["CodeSha256"] for f in own.client("lambda").list_functions()["Functions"]},
        "rules": {r["Name"] for r in own.client("events").list_rules()["Rules"]},
        "uploads_api": urlsplit(own.ends["uploads_api"]).path,
        "pool": own.ends["user_pool_id"],
        "users": own.ends["demo_users"],
        "keys": own.ends["aws_secret_access_key"],
    }
    kept = own.client("s3").get_object(Bucket=own.ends["renditions_bucket"], Key="kept")
    assert kept["Body"].read() == b"acknowledged"
    assert own.sign_in(email, "Secret-Pass1")["AccessToken"]
    queue = own.client("sqs").get_queue_url(QueueName=queue.rsplit("/", 1)[1])["QueueUrl"]
    attributes = own.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "20"
    assert own.token("admin")


def alive(process: psutil.Process) -> bool:
    """Whether it runs; one may end between two questions about it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_children_die_with_a_killed_supervisor(own: Stack) -> None:
    tree = own.tree()
    own.process.kill()
    own.process.wait()
    wait_until(lambda: not any(map(alive, tree)), 5)
    own.start()


def test_a_dead_child_is_started_again(own: Stack) -> None:
    for words, url in (
        ("-m search_api", own.ends["search_api"] + "/readyz"),
        ("streamlit run", own.ends["dashboard"] + "/_stcore/health"),
    ):
        victim = own.parts(words)[0]
        victim.kill()

        def back(words: str = words, url: str = url, pid: int = victim.pid) -> bool:
            try:
                return bool([p for p in own.parts(words) if p.pid != pid]) and httpx.get(url).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(back)
        assert "starting again in 1 s" in own.output


def test_the_database_comes_back(own: Stack) -> None:
    next(p for p in own.parts("postgres") if "-D" in p.cmdline()).kill()
    wait_until(lambda: "database: ended" in own.output)
    wait_until(lambda: httpx.get(own.ends["search_api"] + "/readyz").status_code == 200)
    wait_until(lambda: own.parts("postgres"))


def test_the_aws_endpoint_comes_back_with_everything(own: Stack) -> None:
    pid = own.parts("embedded.aws_endpoint")[0].pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: [p for p in own.parts("embedded.aws_endpoint") if p.pid != pid])
    wait_until(lambda: answers(own.ends["aws_endpoint"]))
    assert own.token("viewer")


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 403
    except httpx.HTTPError:
        return False


def test_sigterm_ends_everything_in_time_and_keeps_it(own: Stack) -> None:
    assert own.stop() < 10
    assert own.process.returncode == 0
    assert not list((own.home / "aws" / "tmp").glob("ministack-lambda-*"))
    own.start()


def test_ctrl_c_ends_everything(own: Stack) -> None:
    tree = own.tree()
    own.process.send_signal(signal.SIGINT)
    own.process.wait(10)
    assert not any(map(alive, tree))
    own.start()


def refusal(home: Path, **extra: str) -> str:
    """What a start that is refused says."""
    stack = Stack(home, extra)
    process = stack.launch()
    try:
        assert process.wait(20) == 1
    finally:
        stack.kill()
    return stack.output


def test_a_second_start_on_the_same_home_is_refused(own: Stack, tmp_path: Path) -> None:
    link = tmp_path / "same"
    link.symlink_to(own.home)
    text = refusal(link)
    assert f"pid {own.process.pid}" in text
    assert "set PIXPLORE_HOME" in text


@pytest.mark.parametrize("name", ["PIXPLORE_PORT", "PIXPLORE_API_PORT", "PIXPLORE_AWS_PORT"])
def test_a_port_in_use_is_refused(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        text = refusal(tmp_path / "home", **{name: port})
    assert f"Port {port} is in use" in text
    assert f"set {name}" in text


def test_nonsense_for_a_port_is_refused(tmp_path: Path) -> None:
    assert "set it to a port number" in refusal(tmp_path / "home", PIXPLORE_PORT="http")
    same = str(free_port())
    assert "as another of our ports" in refusal(tmp_path / "home", PIXPLORE_PORT=same, PIXPLORE_API_PORT=same)


def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    text = refusal(tmp_path / "home", PIXPLORE_HOME=str(tmp_path / "file" / "home"))
    assert "cannot be written" in text
    assert "set PIXPLORE_HOME" in text


def test_another_python_than_the_declared_is_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path / "home", PIXPLORE_LAMBDA_RUNTIME="python2.7")
    assert f"set PIXPLORE_LAMBDA_RUNTIME=python3.{sys.version_info.minor}" in text


def test_a_database_of_ones_own_is_used_instead(tmp_path: Path, database_url: str) -> None:
    stack = Stack(tmp_path / "home", {"DATABASE_URL": database_url})
    try:
        stack.start()
        assert stack.ends["database_url"] == database_url
        assert not stack.parts("postgres -D")
        assert httpx.get(stack.ends["search_api"] + "/readyz").status_code == 200
    finally:
        stack.kill()


def test_a_database_url_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    text = refusal(tmp_path / "home", DATABASE_URL=f"postgresql://x:y@127.0.0.1:{free_port()}/x")
    assert "DATABASE_URL" in text
    assert "does not answer" in text
