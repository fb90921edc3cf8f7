"""The functions' processes: kept warm, bounded in number, logged to files, never outliving the endpoint.

ministack runs a Python function as a subprocess of this interpreter, one invocation at a time each.
"""

import contextlib
import hashlib
import hmac
import inspect
import logging
import os
import subprocess
import threading
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from embedded import leash

# Tags of a function: its idle processes to keep, and its processes at most. A new one costs half a second of a core
# and the memory of all it imports; waiting for a warm one costs about 10 ms.
WARM_TAG, MOST_TAG = "pixplore:warm", "pixplore:most"
# A person waits for these; the other functions leave the processor to them and to the pages.
PROMPT = ("pixplore-issue-uploads", "pixplore-upload-status")
BACKGROUND = 5  # niceness
# Functions are about to be given their newest code and settings when the endpoint starts: warming waits for that.
PROVISIONING = 10.0  # seconds, at most
_provisioned = threading.Event()
_ending = threading.Event()
log = logging.getLogger("pixplore.lambda")


def install(logs: Path, session_seed: str) -> None:
    """Put our rules in the place of ministack's."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    _tie_workers(lambda_runtime)
    _log_to_files(lambda_runtime, lambda_svc, logs)
    _bound_workers(lambda_runtime, lambda_svc)
    _seal_sessions(lambda_runtime, lambda_svc, session_seed)
    threading.Thread(target=_keep_warm, args=(lambda_runtime, lambda_svc), daemon=True).start()


def provisioned() -> None:
    """The functions are as they should be: keep them warm from now on."""
    _provisioned.set()


def end_all() -> None:
    """End every function's process."""
    from ministack.core import lambda_runtime

    _ending.set()
    lambda_runtime.reset()


def _tie_workers(runtime: Any) -> None:
    """A worker that is busy when the endpoint is killed must end too, not only one that waits for work.

    The kernel ties a process to the thread that started it, so all are started by one thread that never ends.
    """
    starter = ThreadPoolExecutor(1, thread_name_prefix="pixplore-lambda-starter")

    class Subprocess:
        PIPE = subprocess.PIPE

        @staticmethod
        def Popen(command: list[str], **options: Any) -> Any:
            process = starter.submit(lambda: subprocess.Popen(command, **options)).result()
            if not any(name in command[-1] for name in PROMPT):
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process.pid, BACKGROUND)
            return process

    runtime.subprocess = Subprocess
    tie = f"{inspect.getsource(leash)}\nhold({os.getpid()})\n".replace('__name__ == "__main__"', "False")
    runtime._PYTHON_WORKER_SCRIPT = tie + runtime._PYTHON_WORKER_SCRIPT


def _log_to_files(runtime: Any, service: Any, folder: Path) -> None:
    """What a function prints goes to logs/lambda-NAME.log at once; ministack would keep it in memory for ever,
    and wait up to 50 ms after each invocation for more."""
    writers: dict[str, logging.Logger] = {}

    def writer(name: str) -> logging.Logger:
        if name not in writers:
            handler = RotatingFileHandler(folder / f"lambda-{name}.log", maxBytes=5_000_000, backupCount=2)
            handler.setFormatter(logging.Formatter("%(message)s"))
            made = logging.Logger(name)
            made.addHandler(handler)
            writers[name] = made
        return writers[name]

    def read_stderr(worker: Any) -> None:
        out = writer(worker.func_name)
        for line in worker._proc.stderr:
            out.info(line.rstrip("\n"))

    def emit(func: Any, request_id: str, text: str, error: bool, duration_ms: int, **_: Any) -> None:
        name = (func.get("config") or func)["FunctionName"]
        if error and text:
            writer(name).error(text)
        writer(name).info('{"report":"%s","duration_ms":%d,"error":%s}', request_id, duration_ms, str(error).lower())

    runtime.Worker._read_stderr = read_stderr
    runtime.Worker._drain_stderr_bounded = lambda worker: ""
    service._emit_lambda_logs = emit


def _bound_workers(runtime: Any, service: Any) -> None:
    """At as many busy processes of a function as its tag allows, the next call waits for one of them, in turn."""
    acquire, release = runtime.acquire_worker, runtime.release_worker
    free = threading.Condition()
    lines: defaultdict[str, deque[object]] = defaultdict(deque)

    def acquire_bounded(name: str, *args: Any, **options: Any) -> Any:
        record = service._functions.get(name) or {}
        options["max_concurrency"] = int(record.get("tags", {}).get(MOST_TAG, "2"))
        call, line = object(), lines[name]
        with free:
            line.append(call)  # who came first is first: a later call would take the process from under a waiting one
            try:
                while line[0] is not call or (got := acquire(name, *args, **options))[0] is None:
                    free.wait(1)
                return got
            finally:
                line.remove(call)
                free.notify_all()

    def release_and_tell(worker: Any) -> None:
        release(worker)
        with free:
            free.notify_all()

    for module in (runtime, service):
        module.acquire_worker, module.release_worker = acquire_bounded, release_and_tell


def _seal_sessions(runtime: Any, service: Any, seed: str) -> None:
    """A function's credentials must not be computable from its name: ours depend on a secret of the installation.

    They stay the same over restarts, so that an upload grant signed with them stays good.
    """

    def credentials(config: dict[str, Any]) -> dict[str, str]:
        from ministack.services import sts

        account, _ = runtime._account_region_from_function_config(config)
        role, function = config.get("Role", ""), config.get("FunctionName", "function")

        role_name = role.rsplit("/", 1)[-1]
        key, secret, token = session(seed, function, role_name)
        sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{function[:64]}",
                "UserId": f"{role_name}:{function[:64]}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}

    restore = service.load_persisted_state

    def restore_with_sessions(data: Any) -> None:
        restore(data)
        for record in service._functions._data.values():
            credentials(record["config"])  # known from the first call on, not from the function's first run on

    service.load_persisted_state = restore_with_sessions
    runtime.execution_credentials = service.execution_credentials = credentials


def session(seed: str, function: str, role_name: str) -> tuple[str, str, str]:
    """The key id, secret and token of a function's role session."""

    def derive(what: str) -> str:
        return hmac.new(seed.encode(), f"{what}:{function}:{role_name}".encode(), hashlib.sha256).hexdigest()

    return f"ASIA{derive('key')[:16].upper()}", derive("secret"), derive("token")


def _keep_warm(runtime: Any, service: Any) -> None:
    """Keep as many idle processes of a function as its tag says, also after one died or was timed out."""
    _provisioned.wait(PROVISIONING)
    failed: defaultdict[str, float] = defaultdict(float)
    while not _ending.wait(0.5):
        for record in list(service._functions._data.values()):
            config = record.get("config") or {}
            name, wanted = config.get("FunctionName", ""), int(record.get("tags", {}).get(WARM_TAG, "0"))
            if wanted and record.get("code_zip") and time.monotonic() > failed[name]:
                try:
                    _warm_up(runtime, config, record["code_zip"], wanted)
                except Exception as error:
                    if _ending.is_set():
                        return
                    failed[name] = time.monotonic() + 3
                    log.warning("the function %s does not start: %s", name, error)


def _warm_up(runtime: Any, config: dict[str, Any], code: bytes, wanted: int) -> None:
    qualifier = config.get("Version", "$LATEST")
    key = runtime._worker_key(config["FunctionName"], config, qualifier)
    while not _ending.is_set():
        with runtime._lock:
            pool = runtime._workers.setdefault(key, [])
            cold = [w for w in pool if not w.in_use and (w._proc is None or w._proc.poll() is not None)]
            if not cold and len(pool) < wanted:
                cold = [runtime.Worker(config["FunctionName"], config, code)]
                pool.append(cold[0])
            if not cold:
                return
            cold[0].in_use = True
        try:
            runtime.ensure_spawned(cold[0])
        except Exception:
            cold[0]._proc = None  # it answered that it cannot start, and is ending
            raise
        finally:
            runtime.release_worker(cold[0])
