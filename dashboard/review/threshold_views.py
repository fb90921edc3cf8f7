"""From which confidence a label shows: tried before it is applied; label and threshold stand in the page's address."""

import streamlit as st

from dashboard.components.threshold import threshold
from dashboard.review.review_views import CATALOGUE, go
from pixplore.domain import Person


def thresholds(person: Person) -> None:
    try:
        at = min(100.0, max(0.0, float(st.query_params.get("at", ""))))
    except ValueError:
        at = None
    threshold(person, key="px-threshold", href=CATALOGUE, of=st.query_params.get("of", ""), at=at, on_go=_go)


def _go(of: str, at: str) -> None:
    go(view="thresholds", **({"of": of, "at": at} if of else {}))
