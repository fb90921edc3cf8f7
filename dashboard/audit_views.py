"""The audit trail in words: who did what to which picture, before and after, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from dashboard import client, theme

ACTIONS = {
    "ingest": "Picture uploaded",
    "edit": "Picture edited",
    "delete": "Picture moved to the trash",
    "restore": "Picture restored",
    "relabel": "Labels recognised anew",
    "accept": "Label confirmed",
    "reject": "Label refused",
    "undo": "Verdict taken back",
    "product": "Product list imported",
    "collect": "Added to a collection",
    "uncollect": "Taken out of a collection",
    "collection_create": "Collection made",
    "collection_edit": "Collection changed",
    "collection_delete": "Collection deleted",
    "redrive": "Dead letters put back",
    "retry": "Failed files tried again",
}
"""What the catalogue calls a change -> what people call it."""
UNSAID = frozenset({"collection", "batch_id", "from"})
"""Ids, which say nothing to people, and what the action's name says already."""
VERDICTS = {"accept": "yes", "reject": "no"}


def audit() -> None:
    """Every change, newest first, page by page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actor = st.text_input("Who", placeholder="name@company.com or system", key="px-audit-actor", max_chars=254)
        action = st.selectbox(
            "What", list(ACTIONS), index=None, format_func=ACTIONS.__getitem__, placeholder="Everything",
            key="px-audit-action",
        )  # fmt: skip
    asked = {"actor": actor.strip() or None, "action": action, "limit": 100}
    cursors: list[str] = st.session_state.setdefault(f"px-audit-{actor}-{action}", [""])
    found = client.get("/v1/audit", {**asked, "cursor": cursors[-1] or None})
    if not found["items"]:
        theme.empty("Nothing noted", "No change fits what you ask for.", icon="history")
        return
    rows = [
        {
            "When": datetime.fromisoformat(one["at"]),
            "Who": one["actor"],
            "What": ACTIONS.get(one["action"], one["action"].replace("_", " ").capitalize()),
            "Detail": in_words(one["detail"] or {}),
            "Picture": f"/catalogue?id={one['image_id']}" if one["image_id"] else None,
        }
        for one in found["items"]
    ]
    columns = {
        "When": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss", width="small"),
        "Detail": st.column_config.TextColumn(width="large"),
        "Picture": st.column_config.LinkColumn(display_text="Open", width="small"),
    }
    st.dataframe(rows, hide_index=True, column_config=columns, width="stretch", key="px-audit", placeholder="")
    with st.container(horizontal=True):
        if len(cursors) > 1 and st.button("Newer", icon=":material/chevron_left:", key="px-audit-newer"):
            cursors.pop()
            st.rerun()
        if found["next_cursor"] and st.button("Older", icon=":material/chevron_right:", key="px-audit-older"):
            cursors.append(found["next_cursor"])
            st.rerun()


def in_words(detail: Mapping[str, Any]) -> str:
    """A change's detail as people would write it: "Title: Mug → Cup; Tags: + sale"; empty where there is nothing."""
    parts = []
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):  # of a collection: all its fields, side by side
        detail = {name: {"before": before.get(name), "after": after[name]} for name in after if name in before}
        detail = {name: pair for name, pair in detail.items() if pair["before"] != pair["after"]}
    elif "label" in detail:
        detail = {"label": detail["label"], "verdict before": VERDICTS.get(str(before), before)}
    for name, value in detail.items():
        said = "" if name in UNSAID else _changed(name, value)
        if said:
            parts.append(f"{_noun(name)}: {said}")
    return "; ".join(parts)


def _changed(name: str, value: Any) -> str:
    if not isinstance(value, Mapping):
        return _plain(value)
    if set(value) != {"before", "after"}:
        return ", ".join(f"{_noun(key)} {_plain(one)}" for key, one in value.items() if _plain(one))
    before, after = value["before"], value["after"]
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        before, after = before or {}, after or {}
        names = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return ", ".join(f"{key} {_arrow(before.get(key), after.get(key))}" for key in names)
    if isinstance(before, list) or isinstance(after, list):
        before, after = before or [], after or []
        gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
        return ", ".join([*(f"− {_plain(one)}" for one in gone), *(f"+ {_plain(one)}" for one in come)])
    return _arrow(before, after)


def _arrow(before: Any, after: Any) -> str:
    return f"{_plain(before) or 'empty'} → {_plain(after) or 'empty'}"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{_noun(key)} {_plain(one)}" for key, one in value.items() if _plain(one))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(filter(None, map(_plain, value)))
    return str(value)


def _noun(name: str) -> str:
    return "SKU" if name == "sku" else name.replace("_", " ").capitalize()
