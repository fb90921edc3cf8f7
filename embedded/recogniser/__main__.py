"""`python -m embedded.recogniser --port N`: Rekognition's stand-in on 127.0.0.1.

The parent listens and keeps its workers alive. One worker uses all cores: its threads work without Python's lock
nearly all the time, share the models, and decode a picture once for all questions about it. The models' folder is
PIXPLORE_MODEL_DIR, the access key id that callers must name AWS_ACCESS_KEY_ID.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

LEAST_LIFE = 2.0  # seconds; a worker that dies sooner is started again only after as long a pause


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded.recogniser")
    parser.add_argument("--port", type=int, default=4567)
    parser.add_argument("--workers", type=int, default=1, help="processes, each with its own 100 MB of models")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1,
                        help="pictures that one process looks at at once (default: one a core)")  # fmt: skip
    parser.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = os.environ.get("PIXPLORE_MODEL_DIR")
    if not folder:
        sys.exit("Set PIXPLORE_MODEL_DIR to the folder of the models (`python -m pixplore models` builds them).")
    if options.descriptor is not None:
        from embedded.recogniser.worker import serve  # the parent stays small: it never loads the models

        serve(options.descriptor, Path(folder), options.threads)
        return
    if subprocess.run([sys.executable, "-m", "embedded.recogniser.models", folder]).returncode:
        sys.exit(f"The models could not be built in {folder}; the reason is above.")
    supervise(listen(options.port), options)


def listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        sys.exit(f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another with --port.")
    listener.listen(256)
    return listener


def supervise(listener: socket.socket, options: argparse.Namespace) -> None:
    """Keep the workers running until SIGTERM or SIGINT, then end them."""
    workers: dict[subprocess.Popen[bytes], float] = {}

    def start() -> None:
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "embedded.recogniser", "--descriptor", str(descriptor), "--threads",
                   str(options.threads)]  # fmt: skip
        workers[subprocess.Popen(command, pass_fds=[descriptor])] = time.monotonic()

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        for _ in range(options.workers):
            start()
        while True:
            time.sleep(0.25)
            for worker in [w for w in workers if w.poll() is not None]:
                lived = time.monotonic() - workers.pop(worker)
                print(f"recogniser: worker {worker.pid} ended with {worker.returncode}; starting another", flush=True)
                time.sleep(max(0.0, LEAST_LIFE - lived))
                start()
    finally:
        end(list(workers))


def end(workers: list[subprocess.Popen[bytes]]) -> None:
    """SIGTERM, and after 4 seconds SIGKILL."""
    for worker in workers:
        worker.terminate()
    deadline = time.monotonic() + 4
    for worker in workers:
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(max(0.0, deadline - time.monotonic()))
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    main()
