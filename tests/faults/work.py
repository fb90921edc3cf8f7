"""People at work while things break: files are sent, pictures are tagged and thrown away, answers are looked at.

Everybody goes on as a person with a browser does: what was not answered is asked again until it is.
"""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import httpx

from tests.faults.model import BROKEN, GOOD, Model, of_batches
from tests.stack import ROOT, Stack

PHOTOS = sorted((ROOT / "demo" / "photos").glob("*.jpg"), key=lambda path: path.stat().st_size)[:20]


class Away(AssertionError):
    """Nothing answered for longer than the promise allows."""


def until_answered(ask: Callable[[], Any], limit: float = 180) -> Any:
    """What `ask` returns once it returns something other than None. Raises Away after `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        problem: object = None
        try:
            if (answer := ask()) is not None:
                return answer
        except Exception as error:  # whatever is away says so in its own way: boto3, httpx, our own assertions
            problem = error
        if time.monotonic() > deadline:
            raise Away(f"no answer within {limit:.0f} s; the last was {problem!r}")
        time.sleep(0.3)


class Work(threading.Thread, ABC):
    """One of them; `problem` is what made it give up."""

    def __init__(self, stack: Stack, model: Model, seed: int) -> None:
        super().__init__(daemon=True)
        self.stack, self.model, self.chance = stack, model, random.Random(seed)
        self.over, self.problem = threading.Event(), ""
        self.tokens: dict[str, tuple[float, str]] = {}

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.problem = f"{type(self).__name__}: {error!r}"

    @abstractmethod
    def work(self) -> None:
        """What they do, until it is done or `over` is set."""

    def token(self, role: str) -> str:
        """A token of ten minutes at most; a new one is asked for until there is one."""
        at, known = self.tokens.get(role, (0.0, ""))
        if time.monotonic() - at > 600:
            known = until_answered(lambda: self.stack.token(role))
            self.tokens[role] = time.monotonic(), known
        return known

    def asked(self, method: str, path: str, role: str, **more: Any) -> httpx.Response | None:
        """An answer of the search API; None where there is none now (5xx), or none for a token of a wrong clock."""
        try:
            answer = self.stack.call(method, f"{self.stack.ends['search_api']}{path}", self.token(role), **more)
        except httpx.HTTPError:
            return None
        if answer.status_code == 401:
            self.tokens.pop(role, None)
        return answer if answer.status_code < 500 and answer.status_code != 401 else None

    def granted(self, files: list[tuple[str, bytes, str]]) -> Any:
        """Grants for files. Raises where there are none now."""
        try:
            return self.stack.grant(self.token("admin"), files)
        except AssertionError:
            self.tokens.clear()  # a wrong clock may have made this one
            raise


class Sending(Work):
    """Batches of photographs; some are broken, some are the bytes of an earlier one."""

    def __init__(self, stack: Stack, model: Model, seed: int, batches: int, files: int) -> None:
        super().__init__(stack, model, seed)
        self.batches, self.files, self.earlier = batches, files, list[bytes]()

    def work(self) -> None:
        for _ in range(self.batches):
            made = [self._file(number) for number in range(self.files)]
            files = [(name, content, "image/jpeg") for name, content, _ in made]
            answer = until_answered(lambda files=files: self.granted(files))
            for (_, content, kind), item in zip(made, answer["items"], strict=True):
                if item.get("upload"):  # else these bytes are known to be in the catalogue
                    until_answered(lambda item=item, content=content: _sent(item, content))
                    self.model.took(answer["batch_id"], item["image_id"], content, kind)
                time.sleep(self.chance.uniform(0, 0.1))

    def _file(self, number: int) -> tuple[str, bytes, str]:
        photo, draw = self.chance.choice(PHOTOS), self.chance.random()
        if draw < 0.12:
            return f"{number} broken.jpg", b"\xff\xd8\xff\xe0" + self.chance.randbytes(2400), BROKEN
        if draw < 0.3 and self.earlier:
            return f"{number} again.jpg", self.chance.choice(self.earlier), GOOD
        content = photo.read_bytes() + self.chance.randbytes(16)  # what follows a JPEG's end is no picture
        self.earlier.append(content)
        return f"{number} {photo.name}", content, GOOD


def _sent(item: Any, content: bytes) -> bool | None:
    grant = item["upload"]
    answer = httpx.post(grant["url"], data=grant["fields"], files={"file": ("f", content, "image/jpeg")}, timeout=20)
    return True if answer.status_code in (200, 201, 204) else None


class Curating(Work):
    """Tags pictures, one tag at a time, and throws a few away. The only one who does: so what is there is known."""

    def work(self) -> None:
        number = 0
        while not self.over.wait(self.chance.uniform(0.05, 0.3)):
            images = sorted(self.model.of_kind(GOOD) - self.model.trashed)
            if not images:
                continue
            image, number = self.chance.choice(images), number + 1
            seen = self.asked("GET", f"/v1/images/{image}", "analyst")
            if seen is None or seen.status_code != 200:
                continue
            if self.chance.random() < 0.15 and image not in self.model.tagged:
                self._write("DELETE", image, "admin")
                self.model.trashed.add(image)
            else:
                tags = self.model.tagged.get(image, set()) | {f"tag-{number}"}
                self._write("PATCH", image, "analyst", json={"tags": sorted(tags)})
                self.model.tagged[image] = tags

    def _write(self, method: str, image: str, role: str, **more: Any) -> None:
        """Until it is acknowledged: twice the same changes nothing."""

        def acknowledged() -> bool | None:
            answer = self.asked(method, f"/v1/images/{image}", role, **more)
            assert answer is None or answer.status_code < 300, answer.text
            return None if answer is None else True

        until_answered(acknowledged)


class Looking(Work):
    """Asks for what was acknowledged before the question: an answer without it is wrong, none at all is not."""

    slack = 1
    """A file may be searchable before its sender has read that S3 took it."""

    def work(self) -> None:
        while not self.over.wait(0.2):
            known = {image: set(tags) for image, tags in list(self.model.tagged.items())}
            if known:
                self._picture(*self.chance.choice(sorted(known.items())))
                self._counts(sorted(self.model.batches))

    def _picture(self, image: str, tags: set[str]) -> None:
        answer = self.asked("GET", f"/v1/images/{image}", "viewer")
        if answer is not None and not tags <= set(answer.json().get("tags", ())):
            self.model.wrong.append(f"{image} was shown without an acknowledged tag: {answer.text[:200]}")

    def _counts(self, batches: list[str]) -> None:
        query = {"batch_id": batches, "limit": 1, "facets": "batch_id", "facet_limit": 1000}
        answer = self.asked("GET", "/v1/images", "viewer", params=query)
        if answer is None or answer.status_code != 200:
            return
        total, by_batch = answer.json()["total"], of_batches(answer.json(), batches)
        if total != by_batch or total > len(self.model.of_kind(GOOD)) + self.slack:
            self.model.wrong.append(f"total {total}, facet {by_batch}")
