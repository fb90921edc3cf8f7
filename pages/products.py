"""The products of the company beside their pictures: which have none, and which pictures belong to none."""

from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard import client, session, theme
from dashboard.figures import figures
from pixplore.domain import Role

STATES = {"all": "All products", "matched": "With pictures", "without_images": "Without pictures"}

person = session.require(Role.VIEWER)
admin = Role.ADMIN in person.role.includes


def _import() -> None:
    st.page_link(st.session_state["pages"]["upload"], label="Import a product list", icon=":material/upload_file:")


def _numbers() -> int:
    found = client.get("/v1/products/summary")
    figures(
        [
            ("Products", found["products"]),
            ("With pictures", found["with_images"]),
            ("Without pictures", found["without_images"]),
            ("Pictures without product", found["images_without_product"]),
        ]
    )
    return int(found["products"])


def _row(product: dict[str, Any]) -> dict[str, Any]:
    return {
        "Picture": product["thumbnail_url"],
        "SKU": product["sku"],
        "Title": product["title"],
        "Category": product["category"],
        "Pictures": product["images"],
        "Catalogue": f"/catalogue?sku={quote(product['sku'])}" if product["images"] else None,
        **{name.replace("_", " ").capitalize(): value for name, value in product["attributes"].items()},
    }


theme.page_header("Products", "Your product list beside the pictures it has.", _import if admin else None)
if not _numbers():
    theme.empty("No products yet", "Import a product list to join SKUs, titles and prices to your pictures.",
                _import if admin else None, icon="inventory_2")  # fmt: skip
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    q = st.text_input("Search", placeholder="SKU, title, category or file", bind="query-params", key="q", width=360)
    state = st.segmented_control("Show", list(STATES), default="all", format_func=STATES.get, key="state") or "all"
    st.page_link(
        st.session_state["pages"]["catalogue"], label="Pictures without product", icon=":material/grid_view:",
        query_params={"sku": "__unset__"},
    )  # fmt: skip
if st.session_state.get("px_product_query") != (q, state):
    st.session_state["px_product_query"] = (q, state)
    st.session_state["px_product_pages"] = [None]
cursors: list[str | None] = st.session_state["px_product_pages"]
pages = [client.get("/v1/products", {"q": q, "state": state, "cursor": c, "limit": 100}) for c in cursors]
rows = [_row(product) for page in pages for product in page["items"]]
if rows:
    config = {
        "Picture": st.column_config.ImageColumn(width="small"),
        "Catalogue": st.column_config.LinkColumn(display_text="Open", width="small"),
    }
    st.dataframe(
        rows,
        hide_index=True,
        row_height=52,
        height=min(680, 38 + 52 * len(rows)),
        column_config=config,
        key="px-product-table",
    )
else:
    theme.empty("No product fits", "Try fewer words or another state.", icon="search_off")
if pages[-1]["next_cursor"] and st.button("Show more products", icon=":material/expand_more:"):
    cursors.append(pages[-1]["next_cursor"])
    st.rerun()
