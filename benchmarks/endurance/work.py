"""What people do for half an hour, at a fixed pace whatever the answers take: an open loop.

A late answer delays nobody else, and what is asked late because this program was late counts as waited for.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks import people
from benchmarks.api import listed
from benchmarks.profile.summary import Request
from benchmarks.queries import questions
from demo.load import HERE
from pixplore.synthesis.made_up import CATEGORIES
from tests.stack import Stack

AT_THE_DASHBOARD = 2
"""People with a page open, who click every few seconds and come anew after each eight clicks."""
_PATIENCE_S = 300.0
_LIMIT_S = 60.0
Api = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that S3 took, and when."""

    image_id: str
    size: int
    at: float


class Work:
    """`requests`: all that was asked, with what went wrong; `sent`: the files that S3 took."""

    def __init__(self, stack: Stack, cookies: list[str], seed: int = 1) -> None:
        self.stack, self.cookies, self.chance = stack, cookies, random.Random(seed)
        self.requests, self.sent = list[Request](), list[Sent]()
        self.search, self.uploads = stack.ends["search_api"], stack.ends["uploads_api"]
        self.photographs = [path.read_bytes() for path in sorted((HERE / "photos").glob("*.jpg"))]
        self.paths = [listed(question.query) for question in questions()]
        self.seen: list[str] = []
        """Pictures that a search showed."""
        self.doubts: list[tuple[str, str]] = []
        self.tokens: dict[str, str] = {}
        # kind, seconds between two beginnings, what is done
        self.kinds: tuple[tuple[str, float, Callable[[float], Awaitable[None]]], ...] = (
            ("search", 0.4, self._search), ("upload", 1, self._upload), ("picture", 1, self._picture),
            ("chart", 2, self._chart), ("verdict", 2, self._verdict), ("edit", 3, self._edit),
            ("similar", 5, self._similar), ("operations", 10, self._operations), ("sign in", 15, self._sign_in),
            ("trash", 20, self._trash), ("keep", 20, self._keep), ("bulk", 30, self._bulk),
            ("export", 60, self._export),
        )  # fmt: skip

    def run(self, seconds: float) -> float:
        """All of it for so long, and until what was begun has ended; the moment it began."""
        began = time.time()
        asyncio.run(self._all(began + seconds))
        self.requests.sort(key=lambda request: request.at)
        return began

    async def _all(self, end: float) -> None:
        async with httpx.AsyncClient(timeout=_LIMIT_S, limits=people.KEPT) as self.client:
            for role in ("admin", "analyst", "viewer"):
                await self._sign_in(time.time(), role)
            self.charts = await self._all_charts()
            await asyncio.gather(
                *(self._pace(every, do, end) for _, every, do in self.kinds),
                *(self._at_the_dashboard(nth, end) for nth in range(AT_THE_DASHBOARD)),
            )

    async def _pace(self, every: float, do: Callable[[float], Awaitable[None]], end: float) -> None:
        """Begin one in each stretch of `every` seconds, at a moment of chance within it."""
        first, number, begun = time.time(), 0, set[asyncio.Task[None]]()
        while (due := first + (number + self.chance.random()) * every) < end:
            await asyncio.sleep(max(0.0, due - time.time()))
            task = asyncio.ensure_future(do(due))
            begun.add(task)
            task.add_done_callback(begun.discard)
            number += 1
        if begun:
            await asyncio.gather(*begun)

    def _note(self, kind: str, due: float, error: str | None = None) -> None:
        self.requests.append(Request(due, kind, (time.time() - due) * 1000, error))

    async def _ask(self, kind: str, due: float, method: str, url: str, role: str = "analyst", **more: Any) -> Any:
        """Its JSON (or bytes, where it is none); None where it failed, which is noted."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        try:
            answer = await self.client.request(method, url, headers=headers, **more)
        except httpx.HTTPError as error:
            self._note(kind, due, repr(error))
            return None
        self._note(kind, due, None if answer.is_success else f"{answer.status_code}: {answer.text[:200]}")
        if not answer.is_success:
            return None
        return (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer.content
        )

    async def _all_charts(self) -> list[str]:
        told = await self._ask("documentation", time.time(), "GET", f"{self.search}/openapi.json", role="")
        charts = [path for path in told["paths"] if path.startswith("/v1/insights/")]
        as_pages_ask = {"compare": "?a=label%3DFootwear&b=label%3DTools",
                        "cooccurrence": "?limit=1000&least=1&among=20"}  # fmt: skip
        return [path + as_pages_ask.get(path.rsplit("/", 1)[-1], "") for path in charts]

    async def _search(self, due: float) -> None:
        told = await self._ask("search", due, "GET", self.search + self.chance.choice(self.paths), "viewer")
        if told:
            self.seen = [item["id"] for item in told["items"]] or self.seen

    async def _picture(self, due: float) -> None:
        if self.seen:
            await self._ask("picture", due, "GET", f"{self.search}/v1/images/{self.chance.choice(self.seen)}", "viewer")

    async def _chart(self, due: float) -> None:
        """By turns, so that each stretch of time has the same mixture."""
        self.charts.append(path := self.charts.pop(0))
        await self._ask("chart", due, "GET", self.search + path)

    async def _upload(self, due: float) -> None:
        content = self.chance.choice(self.photographs) + self.chance.randbytes(16)  # after a JPEG's end: no picture
        digest = hashlib.sha256(content).hexdigest()
        file = {"name": f"{digest[:12]}.jpg", "size": len(content), "content_type": "image/jpeg", "sha256": digest}
        told = await self._ask("grant", due, "POST", f"{self.uploads}/uploads", "admin", json={"files": [file]})
        if not told:
            return
        (item,) = told["items"]
        form = {"data": item["upload"]["fields"], "files": {"file": ("f", content, "image/jpeg")}}
        if await self._ask("send", time.time(), "POST", item["upload"]["url"], role="", **form) is not None:
            self.sent.append(Sent(item["image_id"], len(content), time.time()))

    async def _verdict(self, due: float) -> None:
        """The next of the queue, which is asked for anew once it is empty; sometimes taken back or put off."""
        if not self.doubts:
            told = await self._ask("review queue", due, "GET", f"{self.search}/v1/review?limit=50")
            self.doubts = [(one["image"]["id"], one["label"]) for one in told["items"]] if told else []
            return
        image, label = self.doubts.pop()
        path, draw = f"{self.search}/v1/review", self.chance.random()
        one = {"image_id": image, "label": label}
        if draw < 0.1:
            await self._ask("verdict", due, "POST", f"{path}/skips", json={"labels": [one]})
            return
        verdict = one | {"verdict": "accept" if draw < 0.6 else "reject"}
        told = await self._ask("verdict", due, "POST", f"{path}/decisions", json=verdict)
        if told and draw > 0.9:
            undone = {"version": told["version"]}
            await self._ask("verdict", time.time(), "POST", f"{path}/decisions/undo", json=undone)

    async def _edit(self, due: float) -> None:
        if self.seen:
            change = {"title": f"Title {self.chance.randrange(10**6)}", "tags": [f"tag {self.chance.randrange(50)}"]}
            image = self.chance.choice(self.seen)
            await self._ask("edit", due, "PATCH", f"{self.search}/v1/images/{image}", json=change)

    async def _similar(self, due: float) -> None:
        """To one that was sent half a minute ago or longer: made-up entries cannot be compared."""
        known = [file for file in self.sent if file.at < due - 30]
        if known:
            image = self.chance.choice(known).image_id
            await self._ask("similar", due, "GET", f"{self.search}/v1/images/{image}/similar?limit=50", "viewer")

    async def _operations(self, due: float) -> None:
        for path in ("/v1/operations", "/v1/audit?limit=50", "/v1/jobs?limit=50"):
            await self._ask("operations", max(due, time.time()), "GET", self.search + path, "admin")

    async def _sign_in(self, due: float, role: str = "") -> None:
        user = self.stack.ends["demo_users"][role or self.chance.choice(("admin", "analyst", "viewer"))]
        headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
                   "Content-Type": "application/x-amz-json-1.1"}  # fmt: skip
        body = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.stack.ends["client_id"],
                "AuthParameters": {"USERNAME": user["email"], "PASSWORD": user["password"]}}  # fmt: skip
        try:
            answer = await self.client.post(self.stack.ends["aws_endpoint"], json=body, headers=headers)
            token = answer.json()["AuthenticationResult"]["AccessToken"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._note("sign in", due, repr(error))
            return
        self._note("sign in", due)
        roles = {one["email"]: name for name, one in self.stack.ends["demo_users"].items()}
        self.tokens[roles[user["email"]]] = token

    async def _trash(self, due: float) -> None:
        if self.seen:
            image = f"{self.search}/v1/images/{self.chance.choice(self.seen)}"
            if await self._ask("trash", due, "DELETE", image, "admin"):
                await self._ask("trash", time.time(), "POST", f"{image}/restore", "admin")

    async def _keep(self, due: float) -> None:
        """A collection, a saved search and a link, made and thrown away again."""
        filters = {"category": [CATEGORIES[0]]}
        makes = {"collections": {"name": "Endurance"}, "saved-searches": {"name": "E", "filters": filters},
                 "shares": {"name": "E", "filters": filters, "days": 1}}  # fmt: skip
        for path, body in makes.items():
            made = await self._ask("keep", max(due, time.time()), "POST", f"{self.search}/v1/{path}", json=body)
            if made:
                await self._ask("keep", time.time(), "DELETE", f"{self.search}/v1/{path}/{made['id']}")

    async def _bulk(self, due: float) -> None:
        """A tag on all that a search finds, and its undo; from asking to the job's end."""
        asked = {"query": {"category": [self.chance.choice(CATEGORIES)]}, "action": "tag",
                 "value": f"bulk {self.chance.randrange(20)}"}  # fmt: skip
        job = await self._ended(due, f"{self.search}/v1/bulk", asked)
        if job:
            await self._ended(time.time(), f"{self.search}/v1/jobs/{job}/undo", None)

    async def _ended(self, due: float, url: str, body: Api | None) -> str | None:
        job = await self._ask("bulk: asked", due, "POST", url, json=body)
        while job and job["state"] in ("waiting", "running") and time.time() - due < _PATIENCE_S:
            await asyncio.sleep(0.5)
            job = await self._ask("bulk: looked at", time.time(), "GET", f"{self.search}/v1/jobs/{job['id']}")
        if not job:
            return None
        right = job["state"] == "done" and not job["failed"]
        self._note("bulk: done", due, None if right else f"{job['state']}: {job['failed']} failed")
        return str(job["id"])

    async def _export(self, due: float) -> None:
        await self._ask("export", due, "GET", f"{self.search}/v1/export?format=csv&label=Footwear")

    async def _at_the_dashboard(self, nth: int, end: float) -> None:
        """A page opened, eight clicks, the page left; again and again."""
        queries = [{}, *({"label": name} for name in ("Tools", "Seating", "Footwear", "Pets", "Storage"))]
        while time.time() < end - people.STEPS * people.THINK_S:
            seen, cookie = people.Seen(), self.cookies[nth % len(self.cookies)]
            await people.person(self.chance.randrange(10**6), self.stack.ends["dashboard"], cookie, queries, seen, 0)
            now = time.time()
            for kind, took in (("page: opened", seen.first_ms), ("page: click", seen.rerun_ms),
                               ("page: its questions", seen.asked_ms)):  # fmt: skip
                self.requests += [Request(now, kind, ms, None) for ms in took]
            self.requests += [Request(now, "page: click", 0, error) for error in seen.errors]
