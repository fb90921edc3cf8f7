"""Sign-out everywhere, a disabled account and other groups count everywhere within a minute: also where Cognito's own
console did it, and the dashboard could end nothing by itself."""

import pytest

from tests.integration.callers import A_MINUTE, OPEN_TO_VIEWERS, SURFACES, Callers
from tests.integration.callers import callers as callers
from tests.stack import Stack


@pytest.mark.parametrize("name", ["disabled", "moved out", "signed out everywhere", "deleted"])
def test_within_a_minute(callers: Callers, stack: Stack, name: str) -> None:
    closed = set(SURFACES) - (OPEN_TO_VIEWERS if name == "moved out" else set())
    took = {surface: callers.took.get((name, surface)) for surface in SURFACES}
    assert {surface for surface, seconds in took.items() if seconds is not None} == closed
    assert max(seconds for seconds in took.values() if seconds is not None) <= A_MINUTE
    for surface in SURFACES:
        answer = SURFACES[surface](stack, str(callers.cookies[name]), callers.tokens[name])
        if surface in closed:
            assert answer.status_code == (403 if name == "moved out" and "API" in surface else 401), surface
        else:
            assert answer.status_code == 200, "who is in no group may look"
