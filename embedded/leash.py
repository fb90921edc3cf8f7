"""No child outlives its parent, not even when the parent is killed with signal 9.

`python -m embedded.leash PARENT_PID [--user NAME] COMMAND...` ties itself to the parent and becomes COMMAND.
On Linux the kernel does it (PR_SET_PDEATHSIG); elsewhere a small watcher process looks at the parent's pid.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import sys
import time

PR_SET_PDEATHSIG = 1


def hold(parent: int, sign: int = signal.SIGKILL) -> None:
    """Arrange that this process gets `sign` when `parent` ends; ends at once when it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)
    elif os.fork() == 0:
        _watch(parent, os.getppid(), sign)


def _watch(parent: int, held: int, sign: int) -> None:
    """Send `sign` to `held`, our own parent, once `parent` is gone; end when `held` ends."""
    while os.getppid() == held:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(held, sign)
            break
        time.sleep(0.5)
    os._exit(0)


def become(user: str) -> None:
    """Give up root for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(arguments: list[str]) -> None:
    parent, rest = int(arguments[0]), arguments[1:]
    sign = signal.SIGKILL
    if rest[0] == "--user":
        become(rest[1])  # before the leash: changing the user id clears it
        rest = rest[2:]
    if os.path.basename(rest[0]) == "postgres":  # noqa: PTH119
        sign = signal.SIGQUIT  # lets the server's own children end with it
    hold(parent, sign)
    os.execvp(rest[0], rest)  # noqa: S606 - a list of ours, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
