"""Items of an upload as the uploads API shows them."""

from typing import Any

from pixplore.domain import Item


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
