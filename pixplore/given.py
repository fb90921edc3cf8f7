"""What people may give a picture: tags, categories, attributes. One rule for every way in (uploads, edits, lists).

The filters of the search API must be able to ask for it afterwards: `__unset__` means "has none" there, and
`attr.NAME.gte` is a range.
"""

import re
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticKnownError

from pixplore.domain import UNSET

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
"""Good enough to send a code to. Each sign fits one place of it, so that no text takes longer than it is long."""
MOST_NUMBER = 10**15
"""Beyond, a browser no longer tells one whole number from the next."""


def word_fault(text: str) -> str | None:
    """Why a text cannot be a tag, a category or an attribute's value; None where it can."""
    return f"{UNSET} stands for “has none” and cannot be a value" if text == UNSET else None


def name_fault(name: str) -> str | None:
    """Why a text cannot be an attribute's name; None where it can."""
    if name.endswith((".gte", ".lte")):
        return "a name cannot end in .gte or .lte: these ask for a range"
    return word_fault(name)


def _word(text: str) -> str:
    if fault := word_fault(text):
        raise ValueError(fault)
    return text


def _name(text: str) -> str:
    if fault := name_fault(text):
        raise ValueError(fault)
    return text


def one_fault(sentence: str) -> WrapValidator:
    """For a union: one fault, in the union's own place, instead of one a member. `sentence` where no member fits."""

    def check(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
        try:
            return read(value)
        except ValidationError as faults:
            for fault in faults.errors(include_url=False):
                if fault["type"] == "value_error":
                    raise ValueError(fault["msg"].removeprefix("Value error, ")) from None
                if not fault["type"].endswith(("_type", "_parsing", "_from_float")):
                    raise PydanticKnownError(cast(Any, fault["type"]), fault.get("ctx")) from None
            raise ValueError(sentence) from None

    return WrapValidator(check)


_NO_NULL = r"^[^\x00]*$"
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=_NO_NULL), AfterValidator(_word)
]
Word = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NULL),
    AfterValidator(_word),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NULL),
    AfterValidator(_name),
]
Value = Annotated[
    Line
    | bool
    | Annotated[int, Field(ge=-MOST_NUMBER, le=MOST_NUMBER)]
    | Annotated[float, Field(ge=-MOST_NUMBER, le=MOST_NUMBER, allow_inf_nan=False)],
    one_fault("is neither a text nor a number nor true or false"),
]


def plain_place(steps: tuple[int | str, ...]) -> str:
    """Where in a body a fault is, by names that the body itself has: `attributes.price`, for a name at fault too."""
    names = steps[:-1] if len(steps) > 2 and steps[-1] == "[key]" else steps
    return ".".join(str(name) for name in names if name != "")
