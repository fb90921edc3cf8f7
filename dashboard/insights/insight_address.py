"""The choices of the insights page in its address, beside the filters: a link to the page shows what its sender saw."""

from collections.abc import Mapping, Sequence

import streamlit as st


def said(name: str, known: Sequence[str], usual: str) -> str:
    """What the address says under `name`, where it is one of the known values."""
    now = st.query_params.get(name, usual)
    return now if now in known else usual


def number(name: str, usual: int, least: int, most: int) -> int:
    text = st.query_params.get(name, "")
    return min(most, max(least, int(text))) if text.isdecimal() and len(text) < 8 else usual


def put(name: str, value: str | Sequence[str], usual: str = "", clears: Sequence[str] = ()) -> None:
    """Write a choice; the usual one leaves the address short. `clears`: choices that meant something by the old."""
    for other in clears:
        st.query_params.pop(other, None)
    if value and value != usual:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def choose(title: str, name: str, options: Mapping[str, str], clears: Sequence[str] = ()) -> str:
    """A few options beside each other (value: words), the first is the usual one. Returns the chosen value."""
    values = list(options)
    key = f"px-in-{name}"
    st.session_state[key] = now = said(name, values, values[0])
    st.segmented_control(
        title, values, key=key, format_func=lambda value: options[value], required=True, label_visibility="collapsed",
        on_change=lambda: put(name, st.session_state[key] or values[0], values[0], clears),
    )  # fmt: skip
    return now


def pick(
    title: str, name: str, options: Mapping[str, str], now: str, width: int | str = 260, titled: bool = False,
    clears: Sequence[str] = (), free: bool = False,
) -> None:  # fmt: skip
    """Many options in a list that can be searched; `now` may be one that is not offered. `titled`: the title shows;
    `free`: others than those offered can be typed."""
    key = f"px-in-{name}"
    st.session_state[key] = now
    st.selectbox(
        title, list(dict.fromkeys([*options, now])), key=key, format_func=lambda value: options.get(value, value),
        width=width, on_change=lambda: put(name, st.session_state[key] or "", clears=clears),
        label_visibility="visible" if titled else "collapsed", accept_new_options=free,
    )  # fmt: skip
