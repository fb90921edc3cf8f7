"""Items of an upload as the uploads API shows them, and the id of an upload as it is asked for."""

from typing import Any
from uuid import UUID

from pixplore.domain import Item
from pixplore.errors import NotFound


def item_json(item: Item) -> dict[str, Any]:
    """An item as the contract has it; what does not apply is left out."""
    shown: dict[str, Any] = {
        "image_id": str(item.image_id), "name": item.name, "size": item.size, "status": item.status,
        "updated_at": moment(item.updated_at),
    }  # fmt: skip
    if item.duplicate_of:
        shown["duplicate_of"] = str(item.duplicate_of)
    if item.error_code:
        shown["error"] = {"code": item.error_code, "message": item.error_message}
    return shown


def moment(at: Any) -> str:
    """RFC 3339 in UTC."""
    return str(at.isoformat().replace("+00:00", "Z"))


def batch_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such upload. Look for it in the list of uploads.") from None
