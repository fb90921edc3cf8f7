"""What is kept about whoever asks, for themselves."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.security import HTTPAuthorizationCredentials

from pixplore import personal
from pixplore.aws import people
from pixplore.catalogue.personal import PARTS
from search_api import schemas
from search_api.access import BEARER, Here, Owner
from search_api.streamed import streamed

router = APIRouter(prefix="/v1/me", tags=["me"])
_ROWS = {"type": "array", "items": {"type": "object"}}
_SHAPE = {
    "type": "object",
    "properties": {"about": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
                   "account": {"type": "object"}, **dict.fromkeys(PARTS, _ROWS)},
    "required": ["about", "at", "account", *PARTS],
}  # fmt: skip
_FILE: dict[int | str, dict[str, Any]] = schemas.READS | {
    200: {"description": "The file", "content": {"application/json": {"schema": _SHAPE}}}
}


@router.get("/data", response_class=Response, responses=_FILE)
def my_data(who: Owner, token: Annotated[HTTPAuthorizationCredentials, Depends(BEARER)], here: Here) -> Response:
    """Everything that is kept about you, as one file of JSON: your account, sessions, uploads, verdicts, boards and
    whatever else bears your address.

    A transfer that breaks off is not whole: ask again.
    """
    account = people.account_of(token.credentials, here.identity.user_pool_id)
    pieces = personal.written(here.engine, who.email, who.sub, account)
    return streamed((piece.encode() for piece in pieces), "application/json", "json", "pixplore-my-data")
