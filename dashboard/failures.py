"""What people are told, and the log keeps, when a page fails, or a service gives an answer that nobody expects.

People get a reference (pixplore/request_ids.py); with it an administrator finds in the logs what happened.
"""

import logging

import httpx

from dashboard.look import theme
from pixplore import request_ids
from pixplore.errors import PixploreError

log = logging.getLogger("pixplore.dashboard")
_NEVER_SENT = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
_READS = ("GET", "HEAD")


def show(problem: Exception) -> bool:
    """Draw the problem where the page stopped; the log gets everything that is not an answer for people."""
    reference = request_ids.new()
    if not isinstance(problem, PixploreError):
        log.error("request %s: a page failed", reference, exc_info=problem)
    theme.error(problem, reference=reference)
    return True


def without_session(problem: PixploreError, path: str, asked: str) -> str:
    """The sentence where nobody can tell who is signed in."""
    return unexpected(problem.detail, "GET", path, problem.status, problem.cause, asked)


def unanswered(error: httpx.HTTPError, method: str, path: str, asked: str) -> str:
    """The sentence about a call that no answer came to."""
    log.warning("request %s: %s %r: %r", asked, method, path, error)
    what = "takes too long" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    detail = f"Pixplore's service {what}. Try again in a moment."
    return _told(detail, method in _READS or isinstance(error, _NEVER_SENT), asked)


def unexpected(detail: str, method: str, path: str, status: int, why: object, asked: str) -> str:
    """The sentence about an answer of status 5xx."""
    log.warning("request %s: %s %r: %d %.500r", asked, method, path, status, why)
    return _told(detail or "Something went wrong on our side. Try again in a moment.", method in _READS, asked)


def _told(detail: str, unchanged: bool, asked: str) -> str:
    lost = (
        "Nothing was changed or lost." if unchanged else "Look whether your change was made before you make it again."
    )
    return request_ids.referred(f"{detail} {lost}", asked)
