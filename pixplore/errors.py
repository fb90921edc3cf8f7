"""Every error that Pixplore raises on purpose, in one tree:

PixploreError              a sentence for a person in `detail`, a stable `code` for programs
├── Invalid                422  the request cannot be understood; `fields` says where
├── Unauthenticated        401  no token, or one that does not hold
├── Forbidden              403  known, but not allowed
├── NotFound               404
├── Conflict               409
├── Damaged                a file of our own is not what was written: it is made again
├── Refused                a picture that will never be taken: ends as `rejected`
└── Unavailable            503  a part is away for now; trying again is right
    └── Throttled          the recogniser asks for patience
"""

from dataclasses import dataclass


@dataclass
class PixploreError(Exception):
    """`detail` is one sentence for a person: what happened and what to do."""

    detail: str
    code: str = "error"
    status: int = 500

    def __str__(self) -> str:
        return self.detail

    @property
    def cause(self) -> str:
        """What is behind it, for the log; its first line, for others may hold statements and what people typed."""
        behind = self.__cause__
        return f"{type(behind).__name__}: {str(behind).partition(chr(10))[0]}" if behind else "on purpose"


class Invalid(PixploreError):
    """`fields` maps the name of a parameter or field to what is wrong with it."""

    def __init__(self, fields: dict[str, str], detail: str = "") -> None:
        super().__init__(detail or "; ".join(f"{k}: {v}" for k, v in fields.items()), "invalid", 422)
        self.fields = fields


class Unauthenticated(PixploreError):
    def __init__(self, detail: str = "Sign in and try again.") -> None:
        super().__init__(detail, "unauthenticated", 401)


class Forbidden(PixploreError):
    def __init__(self, detail: str = "Your role does not allow this. Ask an administrator.") -> None:
        super().__init__(detail, "forbidden", 403)


class NotFound(PixploreError):
    def __init__(self, detail: str) -> None:
        super().__init__(detail, "not_found", 404)


class Conflict(PixploreError):
    def __init__(self, detail: str, code: str = "conflict") -> None:
        super().__init__(detail, code, 409)


class Damaged(PixploreError):
    def __init__(self, detail: str) -> None:
        super().__init__(detail, "damaged", 500)


class Refused(PixploreError):
    """A file that can never become a picture of the catalogue; `code` is one of the item error codes."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code, 422)


class Unavailable(PixploreError):
    """`retry_after` in seconds."""

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail, "unavailable", 503)
        self.retry_after = retry_after


class Throttled(Unavailable):
    """The recogniser (Rekognition) limits our rate."""
