"""What people see, and the log keeps, when a page fails."""

import logging

from dashboard.look import theme
from pixplore.errors import PixploreError

log = logging.getLogger("pixplore.dashboard")


def show(problem: Exception) -> bool:
    """Draw the problem where the page stopped; the log gets everything that is not an answer for people."""
    if not isinstance(problem, PixploreError):
        log.error("a page failed", exc_info=problem)
    theme.error(problem)
    return True
