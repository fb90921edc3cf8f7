"""Bringing pictures in, and what is known about the products on them. For administrators."""

import streamlit as st

from dashboard import session
from dashboard.look import theme
from dashboard.products import product_views
from dashboard.upload import upload_views, uploads
from pixplore.domain import Role

session.require(Role.ADMIN)


def _new() -> None:
    if st.button("New upload", icon=":material/add:"):
        st.query_params.pop("batch", None)
        st.rerun()


def _one(batch_id: str) -> None:
    with theme.skeleton("lines"):
        found = uploads.batch(batch_id)
    at = found["created_at"]
    theme.page_header(found["name"] or "Upload", f"Started {theme.ago(at)}, on {theme.exact(at)}", _new)
    upload = uploads.current(batch_id)
    if upload.missing is None and upload.answer is None and found["counts"].get("expected"):
        with theme.loading("Looking what is here already"):
            uploads.recall(upload)
    if upload.answer:  # this tab is at it: the uploader says more than the manifest
        uploads.show(upload)
        upload_views.batch_state(batch_id, here=True)
        return
    upload_views.batch_state(batch_id, here=False)
    uploads.show(upload)
    st.header("Files of this upload", anchor=False)
    with theme.skeleton("lines"):
        upload_views.files(batch_id)


def _all() -> None:
    theme.page_header("Upload", "Pictures go straight into storage and become searchable one by one.")
    asked = "Product list" if st.query_params.get("tab") == "products" else "Pictures"
    pictures, products = st.tabs(["Pictures", "Product list"], default=asked)
    with pictures:
        upload_views.unfinished()
        upload_views.details()
        uploads.show(uploads.current(None))
        st.header("Earlier uploads", anchor=False)
        with theme.skeleton("lines"):
            upload_views.batch_list()
    with products:
        product_views.importer()


batch_id = st.query_params.get("batch")
if batch_id:
    _one(batch_id)
else:
    _all()
