"""The lists of the Products page: products page by page, and the gaps between products and pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import client
from dashboard.insights import insight_address
from dashboard.products import coverage_views, reconciliation_views
from dashboard.products.product_views import as_csv

Row = dict[str, Any]
LISTED: dict[str, tuple[str, Callable[[int, int], bool]]] = {
    "all": ("all", lambda images, least: True),
    "complete": ("matched", lambda images, least: images >= least),
    "few": ("matched", lambda images, least: images < least),
    "none": ("without_images", lambda images, least: True),
}
"""Lists of products -> the state to ask for, and which of these products belong there."""
PAGE = 100
MOST_PAGES = 50
"""Pages of products that are looked through for one page of a list."""
MOST_SAVED = 100_000


@dataclass(frozen=True, slots=True)
class Look:
    """A list of products: words looked for, its name, the pictures that a product needs, and the day before which it
    is as it was (today's: None)."""

    q: str
    chosen: str
    least: int
    until: date | None = None


def _remember() -> None:
    st.query_params["least"] = str(st.session_state["px-least"])


@st.fragment
def show() -> None:
    """The numbers, and the list behind the one that is chosen."""
    least = st.session_state["px-least"] = insight_address.number("least", 1, 1, 100)
    found = reconciliation_views.reconciliation(least)
    chosen = reconciliation_views.choose(found["counts"])
    until = coverage_views.after(st.query_params.get("until", "")) if chosen in LISTED else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        q = ""
        if chosen in LISTED:
            q = st.text_input(
                "Search", placeholder="SKU, title, category or file", key="q", bind="query-params", max_chars=200,
                width=360,
            )  # fmt: skip
        st.number_input(
            "Pictures that a product needs", 1, 100, key="px-least", on_change=_remember, width=240,
            help="With fewer, a product counts as having too few.",
        )  # fmt: skip
    if until:
        _as_it_was(until)
    else:
        st.caption(reconciliation_views.BY_NAME[chosen].hint)
    if chosen in LISTED:
        _products(Look(q, chosen, least, until))
        return
    rows = reconciliation_views.strays(found) if chosen == "stray" else reconciliation_views.doubtful(found)
    if not rows:
        reconciliation_views.nothing(chosen)
        return
    open_it = st.column_config.LinkColumn(display_text="Open", width="small")
    shown = {"hide_index": True, "column_config": {"Catalogue": open_it}, "placeholder": ""}
    st.dataframe(rows, key=f"px-gap-table-{chosen}", **shown)
    _save(rows, chosen)


def _as_it_was(until: date) -> None:
    last = until - timedelta(days=1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"The list as it was when {last:%B %Y} ended. The numbers above are today's.", width="content")
        if st.button("Show it as it is today", type="tertiary", icon=":material/update:"):
            st.query_params.pop("until", None)
            st.rerun(scope="fragment")


def _save(rows: list[Row], name: str) -> None:
    if len(rows) == reconciliation_views.MOST:
        st.caption(f"The first {len(rows):,}.")
    st.download_button(
        "Download as CSV", as_csv(rows), f"products-{name}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key=f"px-gap-save-{name}",
    )  # fmt: skip


def _products(asked: Look) -> None:
    if st.session_state.get("px_product_query") != asked:
        st.session_state["px_product_query"] = asked
        st.session_state["px_product_pages"] = []
    pages: list[Row] = st.session_state["px_product_pages"]  # kept, so that "more" asks for one page, not for all
    if not pages:
        pages.append(_page(asked, None))
    rows = [_row(product) for page in pages for product in page["items"]]
    if not rows:
        reconciliation_views.nothing("" if asked.q or asked.until else asked.chosen)
        return
    config = {
        "Picture": st.column_config.ImageColumn(width="small"),
        "Catalogue": st.column_config.LinkColumn(display_text="Open", width="small"),
    }
    st.dataframe(
        rows, hide_index=True, row_height=52, height=min(680, 38 + 52 * len(rows)), column_config=config,
        key="px-product-table", placeholder="",
    )  # fmt: skip
    with st.container(horizontal=True):
        if pages[-1]["next_cursor"] and st.button("Show more products", icon=":material/expand_more:"):
            pages.append(_page(asked, pages[-1]["next_cursor"]))
            st.rerun(scope="fragment")
        _save_all(asked, pages)


def _page(look: Look, cursor: str | None, limit: int = PAGE) -> Row:
    """The next products of the list that there are; the API knows no number of pictures to ask for."""
    state, belongs = LISTED[look.chosen]
    found: Row = {"items": [], "next_cursor": cursor}
    for _ in range(MOST_PAGES):
        asked = {"q": look.q, "state": state, "created_to": look.until, "cursor": found["next_cursor"], "limit": limit}
        page = client.get("/v1/products", asked)
        found["items"] += [product for product in page["items"] if belongs(product["images"], look.least)]
        found["next_cursor"] = page["next_cursor"]
        if len(found["items"]) >= limit or not found["next_cursor"]:
            break
    return found


def _save_all(asked: Look, pages: list[Row]) -> None:
    """A list that is whole on the page downloads at once; a longer one is fetched first."""
    kept = st.session_state.get("px_product_csv")
    if not pages[-1]["next_cursor"]:
        text = as_csv([_row(product, False) for page in pages for product in page["items"]])
    elif kept and kept[0] == asked:
        text = kept[1]
    else:
        if st.button("Prepare all as CSV", icon=":material/table_view:"):
            st.session_state["px_product_csv"] = (asked, as_csv(_fetched(asked)))
            st.rerun(scope="fragment")
        return
    st.download_button(
        "Download as CSV", text, "products.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )


def _fetched(look: Look) -> list[Row]:
    rows: list[Row] = []
    cursor = None
    with st.status("Fetching products") as told:
        while len(rows) < MOST_SAVED:
            page = _page(look, cursor, 200)
            rows += [_row(product, False) for product in page["items"]]
            told.update(label=f"{len(rows):,} products fetched")
            cursor = page["next_cursor"]
            if not cursor:
                break
    return rows


def _row(product: Row, picture: bool = True) -> Row:
    attributes = {name.replace("_", " ").capitalize(): value for name, value in product["attributes"].items()}
    row = {
        "SKU": product["sku"],
        "Title": product["title"],
        "Category": product["category"],
        "Pictures": product["images"],
    }
    if picture:
        href = f"/catalogue?sku={quote(product['sku'])}" if product["images"] else None
        row = {"Picture": product["thumbnail_url"], **row, "Catalogue": href}
    return row | {name: value for name, value in attributes.items() if name not in row}
