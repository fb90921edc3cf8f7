"""What survives kill -9: debounced snapshots of the endpoint's state.

ministack saves its state on a clean end only. Here a thread saves it about 0.3 s after a change, each service's
file replaced as a whole and only where its content changed. Objects are written by ministack itself before a
PUT is answered. A message sent or taken in the last moment before a crash may be lost or come twice: the sweep
finds the former, idempotent handlers bear the latter.
"""

import json
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import Any

from embedded.home import write_private

DEBOUNCE = 0.3
log = logging.getLogger("pixplore.state")


class Journal:
    def __init__(self) -> None:
        self._dirty: set[str] = set()
        self._wake = threading.Event()
        self._saving = threading.Lock()
        self._last: dict[str, int] = {}

    def touch(self, what: str) -> None:
        """Note that "queues" or "all" may have changed; cheap, from any thread."""
        self._dirty.add(what)
        self._wake.set()

    def run(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(DEBOUNCE)
            self._wake.clear()
            what, self._dirty = self._dirty, set()
            try:
                self.save(queues_only="all" not in what)
            except Exception:
                log.exception("the endpoint's state could not be saved; trying again")
                self._dirty |= what
                time.sleep(1)
                self._wake.set()

    def save(self, queues_only: bool = False) -> None:
        """Write every loaded service's state that changed since it was written last."""
        from ministack import app

        with self._saving:
            for name, get_state in app._build_persistence_save_dict().items():
                if not queues_only or name == "sqs":
                    self._save_one(name, get_state)

    def _save_one(self, name: str, get_state: Any) -> None:
        from ministack.core import persistence

        state = _copy(get_state)
        if state is None:
            return
        wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
        text = json.dumps(wrapped, default=persistence._json_default)
        if self._last.get(name) == hash(text):
            return
        folder = Path(persistence.STATE_DIR)
        draft = folder / f"{name}.json.draft"
        with open(draft, "w", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{name}.json")
        self._last[name] = hash(text)


def mend_queues(path: Path, port: int) -> None:
    """Before the queues' saved state is read again: give them the port of this run, and give back what functions
    had in hand when the endpoint ended. They died with it, so nobody will finish those messages: without this each
    would stay hidden for its visibility timeout, and a few restarts in a row would make it a dead letter.
    """
    try:
        saved = json.loads(re.sub(r"http://127\.0\.0\.1:\d+/", f"http://127.0.0.1:{port}/", path.read_text()))
    except FileNotFoundError:
        return
    for queue in saved["payload"]["queues"]["data"].values():
        for message in queue["messages"]:
            if message.get("receive_count", 0) > 0 and message.get("visible_at", 0) > time.time():
                message["receive_count"] -= 1
                message["visible_at"] = time.time()
    write_private(path, json.dumps(saved))


def _copy(get_state: Any, tries: int = 20) -> Any:
    """The state's own deep copy; requests go on meanwhile, so a dictionary may grow under it: then again."""
    for left in reversed(range(tries)):
        try:
            return get_state()
        except RuntimeError:
            if not left:
                raise
            time.sleep(0.01)
    return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def install() -> Journal:
    """Start the saving thread, and hear of messages that ministack moves by itself."""
    from ministack.core import concurrency
    from ministack.services import sqs

    journal = Journal()
    wake = concurrency.esm_wake.set

    def woken() -> None:
        journal.touch("queues")
        wake()

    concurrency.esm_wake.set = woken  # set by every producer, in particular EventBridge's threads
    for name in ("_receive_messages_for_esm", "_delete_messages_for_esm"):
        setattr(sqs, name, _touching(getattr(sqs, name), journal))
    threading.Thread(target=journal.run, daemon=True, name="pixplore-state").start()
    return journal


def _touching(function: Any, journal: Journal) -> Any:
    def touching(*args: Any) -> Any:
        result = function(*args)
        if result or function.__name__.startswith("_delete"):
            journal.touch("queues")
        return result

    return touching
