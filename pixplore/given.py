"""What people may give a picture: tags, categories, attributes. One rule for every way in (uploads, edits, lists).

The filters of the search API must be able to ask for it afterwards: `__unset__` means "has none" there, and
`attr.NAME.gte` is a range.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from pixplore.domain import UNSET

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
Value = (
    Line
    | bool
    | Annotated[int, Field(ge=-MOST_NUMBER, le=MOST_NUMBER)]
    | Annotated[float, Field(ge=-MOST_NUMBER, le=MOST_NUMBER, allow_inf_nan=False)]
)


def plain_place(steps: tuple[int | str, ...]) -> str:
    """Where in a body a fault is, without pydantic's names for the members of a union: `attributes.price`."""
    inner = ("str", "bool", "int", "float")
    kept = [str(s) for n, s in enumerate(steps) if not (n >= 2 and str(s).split("-")[-1].split("[")[0] in inner)]
    return ".".join(kept)
