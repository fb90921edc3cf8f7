"""How the product list and the pictures agree: every number opens exactly its list, every list downloads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import client
from dashboard.look import theme
from dashboard.products import coverage_views
from pixplore.domain import UNSET

Row = dict[str, Any]
MOST = 1000
"""Lines of a list of gaps; the numbers are of all."""


@dataclass(frozen=True, slots=True)
class View:
    """One list of the page: `count` takes its number from the counts."""

    name: str
    title: str
    hint: str
    count: Callable[[Row], int]


VIEWS = (
    View("all", "Products", "Every product of your list", lambda c: c["products"]),
    View("complete", "Complete", "Products with enough pictures", lambda c: c["complete"]),
    View("few", "Too few pictures", "Products that have pictures, but not enough", lambda c: c["too_few"]),
    View("none", "No picture", "Products without any picture", lambda c: c["without_images"]),
    View("stray", "Pictures without product", "Pictures without a SKU, or with one that no product has",
         lambda c: c["images_without_sku"] + c["images_of_unknown_sku"]),
    View("doubt", "Ambiguous", "Pictures whose file name fits several products", lambda c: c["ambiguous"]),
)  # fmt: skip
BY_NAME = {view.name: view for view in VIEWS}


@st.cache_data(ttl=20, max_entries=20, show_spinner=False)
def reconciliation(least: int) -> Row:
    """The same for everybody who is signed in, so it is asked once for all of them."""
    found: Row = client.get("/v1/products/reconciliation", {"least": least, "limit": MOST})
    return found


def forget() -> None:
    """After a change to products or pictures: the next look is a fresh one."""
    reconciliation.clear()
    coverage_views.coverage.clear()


def choose(counts: Row) -> str:
    """The numbers, each the way to its list; returns the name of the list that is open: the address's, so that the
    browser's back opens the list before."""
    asked = st.query_params.get("view", "all")
    st.session_state["px-product-view"] = asked if asked in BY_NAME else "all"

    def remember() -> None:
        st.query_params["view"] = st.session_state["px-product-view"] or "all"
        st.query_params.pop("until", None)  # the numbers on the lists are of today

    chosen = st.pills(
        "Show", list(BY_NAME), format_func=lambda name: f"{BY_NAME[name].title} {BY_NAME[name].count(counts):,}",
        key="px-product-view", on_change=remember, label_visibility="collapsed",
    )  # fmt: skip
    return chosen or "all"


def strays(found: Row) -> list[Row]:
    """SKUs that pictures carry and no product has, and the pictures that carry none."""
    rows = [
        {
            "SKU of the pictures": one["sku"],
            "Pictures": one["images"],
            "Perhaps meant": one["meant"],
            "Catalogue": f"/catalogue?sku={quote(one['sku'])}",
        }
        for one in found["unknown_skus"]
    ]
    if n := found["without_sku"]["images"]:
        none = {"SKU of the pictures": "none", "Pictures": n, "Perhaps meant": None}
        rows.insert(0, none | {"Catalogue": f"/catalogue?sku={UNSET}"})
    return rows


def doubtful(found: Row) -> list[Row]:
    return [
        {
            "Picture": one["name"],
            "Fits the products": ", ".join(one["skus"]),
            "Catalogue": f"/catalogue?id={one['image_id']}",
        }
        for one in found["ambiguous"]
    ]


def nothing(chosen: str) -> None:
    """An empty list of gaps is good news."""
    said = {
        "few": "Every product with pictures has enough of them.",
        "none": "Every product has a picture.",
        "stray": "Every picture belongs to a product.",
        "doubt": "No file name fits more than one product.",
    }
    theme.empty("None", said.get(chosen, "Try fewer words."), icon="task_alt")
