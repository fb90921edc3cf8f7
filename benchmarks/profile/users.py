"""What one person does, for Locust (`locust -f`): sign in, then again and again ask for a grant, send a photograph by
it, and search by a label. Run by `python -m benchmarks.profile`, which writes the plan.
"""

import hashlib
import json
import os
import random
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, LoadTestShape, constant, constant_pacing, events, task
from urllib3.filepost import encode_multipart_formdata

from benchmarks.profile import checks, photos
from benchmarks.profile.plan import VARIABLE, read
from benchmarks.profile.shapes import users_at

PLAN = read(Path(os.environ[VARIABLE]))
PHOTOGRAPHS = photos.read(Path(PLAN.photographs))
CHANCE = random.Random()
REQUESTS = (Path(PLAN.folder) / "requests.jsonl").open("w", buffering=1, encoding="utf-8")
SENT = (Path(PLAN.folder) / "sent.jsonl").open("w", buffering=1, encoding="utf-8")


class Shape(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        people = users_at(PLAN.stages, self.get_run_time())
        return None if people is None else (people, 100.0)


class Person(FastHttpUser):
    host = PLAN.search_api
    wait_time = constant_pacing(PLAN.pace_s) if PLAN.pace_s else constant(0)
    network_timeout = connection_timeout = 60.0
    token = ""

    def on_start(self) -> None:
        gevent.sleep(CHANCE.random() * PLAN.pace_s)  # people do not come in step
        self.sign_in()

    @task
    def round(self) -> None:
        if not self.token and not self.sign_in():
            return
        self.send_a_photograph()
        self.search()

    def sign_in(self) -> bool:
        headers = {
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            "Content-Type": "application/x-amz-json-1.1",
        }
        asked = {
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": PLAN.client_id,
            "AuthParameters": {"USERNAME": PLAN.email, "PASSWORD": PLAN.password},
        }  # fmt: skip
        self.token = self.ask("sign in", "POST", PLAN.sign_in, checks.signed_in, data=json.dumps(asked),
                              headers=headers) or ""  # fmt: skip
        return bool(self.token)

    def send_a_photograph(self) -> None:
        content = photos.one_of(PHOTOGRAPHS, CHANCE)
        digest, name = hashlib.sha256(content).hexdigest(), f"{CHANCE.getrandbits(64):016x}.jpg"
        file = {"name": name, "size": len(content), "content_type": "image/jpeg", "sha256": digest}
        asked = {"name": PLAN.tag, "files": [file], "defaults": {"tags": [PLAN.tag]}}
        grant = self.ask("grant", "POST", f"{PLAN.uploads_api}/uploads",
                         lambda status, body: checks.granted(status, body, name), json=asked,
                         headers=self.bearer())  # fmt: skip
        if grant is None:
            return
        form, kind = encode_multipart_formdata([*grant.fields.items(), ("file", (name, content, "image/jpeg"))])
        taken = self.ask("upload", "POST", grant.url, checks.stored, data=form, headers={"Content-Type": kind})
        SENT.write(json.dumps([grant.image_id, grant.batch_id, digest, bool(taken)]) + "\n")

    def search(self) -> None:
        (label,) = CHANCE.choices(list(PLAN.known), list(PLAN.known.values()))
        asked = urlencode(checks.search(label))
        self.ask("search", "GET", f"{PLAN.search_api}/v1/images?{asked}",
                 lambda status, body: checks.found(status, body, label, PLAN.known[label]),
                 headers=self.bearer())  # fmt: skip

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, kind: str, method: str, url: str, check: Any, **request: Any) -> Any:
        """What the check makes of the answer; None where it is not what was asked for."""
        with self.client.request(method, url, name=kind, catch_response=True, **request) as answer:
            if not answer.status_code:
                answer.failure(f"no answer: {type(getattr(answer, 'error', None)).__name__}")
                return None
            try:
                return check(answer.status_code, answer.content or b"")
            except (checks.Wrong, KeyError, TypeError) as wrong:
                answer.failure(str(wrong) if isinstance(wrong, checks.Wrong) else f"answered otherwise: {wrong!r}")
                return None


@events.test_start.add_listener
def begin(**_: Any) -> None:
    (Path(PLAN.folder) / "began").write_text(str(time.time()))


@events.request.add_listener
def note(name: str, response_time: float, start_time: float, exception: Any, **_: Any) -> None:
    error = str(exception) if exception else None
    REQUESTS.write(json.dumps([round(start_time, 3), name, round(response_time, 2), error]) + "\n")
