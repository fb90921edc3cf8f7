"""The message that a file has arrived: as EventBridge sends it for S3, and as we send it again ourselves."""

import json
from dataclasses import dataclass
from uuid import UUID

ARRIVED, RELABEL = "Object Created", "Label Again"
_OURS = "pixplore"
_WIDTH = 32


class Malformed(ValueError):
    """A message that says of no file that it arrived. It is no use to try again, but somebody should see it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object of the originals bucket. `sequencer` orders the events of one key; "" in our own messages.

    S3's sequencers are hexadecimal of varying length: compared as text once padded on the right with zeros.
    """

    bucket: str
    key: str
    sequencer: str = ""
    relabel: bool = False

    @property
    def batch_id(self) -> UUID:
        return _ids(self.key)[0]

    @property
    def image_id(self) -> UUID:
        return _ids(self.key)[1]

    def body(self) -> str:
        """The message's text, in the shape of EventBridge's."""
        detail = {"bucket": {"name": self.bucket}, "object": {"key": self.key}}
        kind = RELABEL if self.relabel else ARRIVED
        return json.dumps({"source": _OURS, "detail-type": kind, "detail": detail})


def key_of(batch_id: UUID, image_id: UUID) -> str:
    """Where a file lies. Its name is never part of it: names are data of people."""
    return f"{batch_id}/{image_id}"


def read(body: str) -> Arrival:
    """Raises Malformed for anything else than an arrival."""
    try:
        event = json.loads(body)
        detail, kind = event["detail"], event["detail-type"]
        found = detail["object"]
        arrival = Arrival(
            bucket=str(detail["bucket"]["name"]),
            key=str(found["key"]),
            sequencer=str(found.get("sequencer", "")).upper().ljust(_WIDTH, "0") if found.get("sequencer") else "",
            relabel=kind == RELABEL and event["source"] == _OURS,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"Not a message about a file: {body[:200]!r}") from error
    if kind not in (ARRIVED, RELABEL):
        raise Malformed(f"A message about something else: {kind!r}")
    return arrival


def is_ours(key: str) -> bool:
    """Whether a key has the shape of our keys; other objects in the bucket are left alone."""
    try:
        return key == key_of(*_ids(key))
    except ValueError:
        return False


def _ids(key: str) -> tuple[UUID, UUID]:
    batch, _, image = key.partition("/")
    return UUID(batch), UUID(image)
