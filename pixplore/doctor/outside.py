"""Checks of the programs that people and browsers speak to, asked as they are asked."""

import re
from collections.abc import Iterator

import httpx

from pixplore.doctor.finding import Finding

MOST_LAG_S = 30.0
_TIMEOUT_S = 5.0
_LAG = re.compile(r"^pixplore_index_lag_seconds (\S+)$", re.M)


def search_api(address: str) -> Iterator[Finding]:
    answer = _get(f"{address}/readyz")
    if answer is None:
        yield Finding("search API", False, f"Nothing answers at {address}: start it, or set PIXPLORE_SEARCH_API.")
        return
    if answer.status_code != 200:
        why = _detail(answer)
        yield Finding("search API", False, f"It is not ready (status {answer.status_code}): {why}")
        return
    told = answer.json()
    yield Finding("search API", True, f"ready; {told['engine']} answers, version {told['version']:,}")
    numbers = _get(f"{address}/metrics")
    lag = _LAG.search(numbers.text) if numbers is not None and numbers.status_code == 200 else None
    if lag is None:
        yield Finding("index", None, "not looked at: it is off, still being made, or not told from here; SQL answers")
    elif float(lag[1]) > MOST_LAG_S:
        said = f"It is {float(lag[1]):,.0f} s behind the catalogue: see the search API's log; SQL answers meanwhile."
        yield Finding("index", False, said)
    else:
        yield Finding("index", True, f"{float(lag[1]):.1f} s behind the catalogue")


def dashboard(address: str) -> Iterator[Finding]:
    answer = _get(f"{address}/_stcore/health")
    if answer is None or answer.status_code != 200:
        yield Finding("dashboard", False, f"Nothing answers at {address}: start it, or see its log.")
    else:
        yield Finding("dashboard", True, "answers")


def uploads_api(address: str) -> Iterator[Finding]:
    """Without a token it must refuse."""
    answer = _get(f"{address}/uploads")
    if answer is None:
        yield Finding("uploads API", False, f"Nothing answers at {address}: set PIXPLORE_UPLOADS_API rightly.")
    elif answer.status_code == 401:
        yield Finding("uploads API", True, "answers, and wants a token")
    else:
        said = f"A call without a token got status {answer.status_code} instead of 401: see its authoriser."
        yield Finding("uploads API", False, said)


def _get(address: str) -> httpx.Response | None:
    try:
        return httpx.get(address, timeout=_TIMEOUT_S)
    except httpx.HTTPError:
        return None


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return "see its log."
