"""Pictures side by side, in a dialog over the gallery they were chosen in."""

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.catalogue import catalogue_calls
from dashboard.components.compare import compare
from pixplore.domain import SHOWN_CONFIDENCE

FEWEST, MOST = 2, 4
_GONE = "px-compared-gone"
_WIDE = '<style>div:has(> [role="dialog"] .st-key-px-compare) { width: min(97vw, 110rem); max-width: none; }</style>'


def show(ids: Sequence[str]) -> None:
    """Open the dialog with two to four pictures; of more the first four."""
    st.session_state[_GONE] = []
    _dialog(tuple(dict.fromkeys(ids))[:MOST])


def _closed() -> None:
    """The gallery shows no longer what was trashed meanwhile."""
    if gone := st.session_state.pop(_GONE, []):
        catalogue_calls.changed(gone, gone=True)


@st.dialog("Compare pictures", width="large", on_dismiss=_closed)
def _dialog(ids: Sequence[str]) -> None:
    person = session.current()
    if person is None or len(ids) < FEWEST:
        st.markdown("Choose two to four pictures to compare.")
        return
    st.html(_WIDE)
    with st.container(key="px-compare"):
        st.session_state[_GONE] = compare(ids, person, key=f"px-compare-{'-'.join(ids)}", shown=SHOWN_CONFIDENCE)
