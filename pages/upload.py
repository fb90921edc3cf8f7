"""Bringing pictures in, and what is known about the products on them. For administrators."""

import streamlit as st

from dashboard import product_views, session, theme, upload_views, uploads
from pixplore.domain import Role

session.require(Role.ADMIN)


def _new() -> None:
    if st.button("New upload", icon=":material/add:", type="primary"):
        st.query_params.pop("batch", None)
        st.rerun()


def _one(batch_id: str) -> None:
    found = uploads.batch(batch_id)
    theme.page_header(found["name"] or "Upload", f"Started {upload_views.when(found['created_at'])}", _new)
    upload = uploads.current(batch_id)
    if upload.missing is None and upload.answer is None and found["counts"].get("expected"):
        uploads.await_missing(upload)
    if upload.missing and any(upload.missing.values()):
        n = sum(map(len, upload.missing.values()))
        st.info(
            f"{n:,} file{'s' if n > 1 else ''} of this upload never arrived. Choose the same files again, or the whole "
            "folder: only what is missing is sent.",
            icon=":material/history:",
        )
    if upload.answer:  # this tab is at it: the uploader says more than the manifest
        uploads.show(upload)
        upload_views.batch_state(batch_id, live=True)
        return
    upload_views.batch_state(batch_id, live=False)
    uploads.show(upload)
    st.subheader("Files of this upload", anchor=False)
    upload_views.files(batch_id)


def _under_way() -> None:
    """The way back to files that this tab may still be sending."""
    upload = uploads.latest()
    if upload and (counts := uploads.batch(str(upload.batch_id))["counts"]).get("expected"):
        with st.container(horizontal=True, border=True, vertical_alignment="center"):
            st.markdown(
                f":material/sync: An upload of yours has {counts['expected']:,} files to send.", width="stretch"
            )
            if st.button("Go on with it"):
                st.query_params["batch"] = str(upload.batch_id)
                st.rerun()


def _all() -> None:
    theme.page_header("Upload", "Photographs go straight into storage and become searchable one by one.")
    pictures, products = st.tabs(["Photographs", "Product list"])
    with pictures:
        _under_way()
        upload = uploads.current(None)
        upload.name, upload.defaults = upload_views.details()
        uploads.show(upload)
        st.subheader("Earlier uploads", anchor=False)
        upload_views.batch_list()
    with products:
        product_views.importer()


batch_id = st.query_params.get("batch")
if batch_id:
    _one(batch_id)
else:
    _all()
