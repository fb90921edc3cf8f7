"""An empty result explains itself: how many pictures there would be without each filter."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.catalogue.catalogue_state import State
from dashboard.catalogue.chips import Chip, Titles, chips

MOST = 8
"""Filters tried at most: each costs a question to the API."""


@dataclass(frozen=True, slots=True)
class Way:
    """Without this filter there are `total` pictures: `state` is the result to go to."""

    chip: Chip
    state: State
    total: int


def ways(state: State, total: Callable[[State], int], titles: Titles | None = None) -> list[Way]:
    """The filters whose removal gives pictures, most pictures first. `total` counts the pictures of a state, `titles`
    names what it knows by ids."""
    found = []
    for chip in chips(state, titles)[:MOST]:
        looser = state.without(chip.name, chip.value)
        if number := total(looser):
            found.append(Way(chip, looser, number))
    return sorted(found, key=lambda way: -way.total)
