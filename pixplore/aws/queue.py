"""SQS: sending, receiving, deleting, and how much waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json import loads
from typing import Any

from pixplore.aws import clients
from pixplore.errors import Unavailable

_WHAT = "The queue"
_NAMES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    receipt: str
    body: str
    receives: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages that wait, that somebody works on (or dropped without a word), and that are held back for now."""

    waiting: int
    in_flight: int
    delayed: int


def send(queue_url: str, bodies: Iterable[str], delay: int = 0) -> int:
    """Send all of them, visible after `delay` seconds (at most 900); returns how many. Raises Unavailable."""
    sent = 0
    for group in _tens(bodies):
        entries: list[Any] = [{"Id": str(n), "MessageBody": b, "DelaySeconds": delay} for n, b in enumerate(group)]
        with clients.reachable(_WHAT):
            answer = clients.sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)
        if failed := answer.get("Failed"):
            raise Unavailable(
                f"The queue did not take {len(failed)} of {len(entries)} messages; the rest is on its way. Try again."
            )
        sent += len(entries)
    return sent


def receive(queue_url: str, most: int = 10, hidden: int = 30, wait: int = 0) -> list[Message]:
    """Up to `most` (1-10) messages, hidden from others for `hidden` seconds."""
    with clients.reachable(_WHAT):
        answer = clients.sqs().receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=most, VisibilityTimeout=hidden, WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
        )  # fmt: skip
    return [
        Message(
            m["MessageId"], m["ReceiptHandle"], m["Body"], int(m["Attributes"]["ApproximateReceiveCount"]),
            datetime.fromtimestamp(int(m["Attributes"]["SentTimestamp"]) / 1000, UTC),
        )
        for m in answer.get("Messages", [])
    ]  # fmt: skip


def delete(queue_url: str, receipts: Iterable[str]) -> None:
    for group in _tens(receipts):
        entries: list[Any] = [{"Id": str(n), "ReceiptHandle": r} for n, r in enumerate(group)]
        with clients.reachable(_WHAT):
            clients.sqs().delete_message_batch(QueueUrl=queue_url, Entries=entries)


def hide(queue_url: str, receipts: Iterable[str], seconds: int) -> None:
    """Show received messages to others again after `seconds` (0: at once) from now."""
    for group in _tens(receipts):
        entries: list[Any] = [
            {"Id": str(n), "ReceiptHandle": r, "VisibilityTimeout": seconds} for n, r in enumerate(group)
        ]
        with clients.reachable(_WHAT):
            clients.sqs().change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)


def depth(queue_url: str) -> Depth:
    with clients.reachable(_WHAT):
        answer: Any = clients.sqs().get_queue_attributes(
            QueueUrl=queue_url,
            AttributeNames=[*_NAMES],  # type: ignore[list-item]
        )
    found: dict[str, str] = answer["Attributes"]
    return Depth(*(int(found.get(name, 0)) for name in _NAMES))


@lru_cache(maxsize=8)
def most_receives(queue_url: str) -> int:
    """After how many receives a message becomes a dead letter; 5 where the queue has no such rule."""
    with clients.reachable(_WHAT):
        found = clients.sqs().get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    policy = loads(found.get("Attributes", {}).get("RedrivePolicy", "{}"))
    return int(policy.get("maxReceiveCount", 5))


def _tens(values: Iterable[str]) -> Iterable[list[str]]:
    """SQS takes ten messages a request."""
    group: list[str] = []
    for value in values:
        group.append(value)
        if len(group) == 10:
            yield group
            group = []
    if group:
        yield group
