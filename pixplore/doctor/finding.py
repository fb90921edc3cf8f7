"""What the doctor says: one sentence about one part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pixplore.errors import PixploreError


@dataclass(frozen=True, slots=True)
class Finding:
    """`well`: nothing is to be done; None: it was not looked at. `says` is a sentence for people."""

    part: str
    well: bool | None
    says: str

    def __str__(self) -> str:
        return f"{_MARKS[self.well]}  {self.part:<15}{self.says}"


_MARKS = {True: "ok   ", False: "WRONG", None: "-    "}


Check = Callable[[], Iterator[Finding]]


def looked(part: str, check: Check) -> Iterator[Finding]:
    """The findings of a check; what keeps it from looking is one too."""
    try:
        yield from check()
    except PixploreError as error:
        yield Finding(part, False, error.detail)
