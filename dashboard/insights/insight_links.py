"""A row of an insight and the pictures that it counted: its own query as the catalogue's address."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from dashboard.catalogue.catalogue_state import State, params, read

Row = Mapping[str, Any]


def state_of(row: Row) -> State:
    """The catalogue's state for a row's own query."""
    found = row["query"].items()
    return read({name: [str(one) for one in (value if isinstance(value, list) else [value])] for name, value in found})


def address(row: Row) -> str:
    """Where that is which the row counts: its pictures, or what it says that it `opens`; empty where it counts none."""
    if not row["count"]:
        return ""
    return str(row["opens"]) if "opens" in row else of_state(state_of(row))


def of_state(state: State) -> str:
    return f"/catalogue?{urlencode(params(state), doseq=True)}"


def link(text: str, to: str) -> str:
    """HTML: the text as a link, or alone where it leads nowhere."""
    return f'<a href="{escape(to, quote=True)}">{escape(text)}</a>' if to else escape(text)
