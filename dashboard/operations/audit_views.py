"""The audit trail in words: who did what to which picture, before and after, newest first."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboard import client, live
from dashboard.look import theme, wording
from dashboard.products.product_views import as_csv

ACTIONS = {
    "ingest": "Picture uploaded",
    "import": "Entry imported",
    "import_end": "Import of a file ended",
    "edit": "Picture edited",
    "delete": "Picture moved to the trash",
    "restore": "Picture restored",
    "purge": "Picture deleted for good",
    "relabel": "Labels recognised anew",
    "accept": "Label confirmed",
    "reject": "Label refused",
    "undo": "Verdict taken back",
    "product": "Product list imported",
    "collect": "Added to a collection",
    "uncollect": "Taken out of a collection",
    "collection_create": "Collection made",
    "taught_label_create": "Label taught",
    "taught_label_activate": "Taught label switched on",
    "taught_label_deactivate": "Taught label switched off",
    "taught_label_delete": "Taught label forgotten",
    "collection_edit": "Collection changed",
    "collection_delete": "Collection deleted",
    "collection_order": "Collection put in order",
    "saved_search_create": "Search saved",
    "saved_search_edit": "Saved search changed",
    "saved_search_delete": "Saved search deleted",
    "share_create": "Link shared",
    "share_edit": "Shared link changed",
    "share_revoke": "Shared link revoked",
    "taxonomy_apply": "Taxonomy changed",
    "taxonomy": "Labels brought in line with the taxonomy",
    "account": "Account changed",
    "budget": "Budget changed",
    "redrive": "Dead letters put back",
    "retry": "Failed files tried again",
    "restore_backup": "Backup brought back",
    "recover_original": "Original file brought back",
}
"""What the catalogue calls a change -> what people call it."""
MOST = 10_000
"""Changes in one download."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
UNSAID = frozenset({"collection", "batch_id", "from", "saved_search", "share", "job", "undo_of", "taught"})
"""Ids, which say nothing to people, and what the action's name says already."""
VERDICTS = {"accept": "yes", "reject": "no"}


@st.fragment
def audit() -> None:
    """Every change, newest first, page by page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actor = st.text_input("Who", placeholder="name@company.com or system", key="px-audit-actor", max_chars=254)
        action = st.selectbox(
            "What", list(ACTIONS), index=None, format_func=ACTIONS.__getitem__, placeholder="Everything",
            key="px-audit-action",
        )  # fmt: skip
        days = st.date_input("When", value=(), max_value="today", key="px-audit-when", format="YYYY-MM-DD")
        picture = st.text_input("Picture", placeholder="Its id or address", key="px-audit-picture", max_chars=300)
    asked = {"actor": actor.strip() or None, "action": action, **between(days)}
    if picture.strip():
        if not (found_id := _ID.search(picture)):
            theme.empty("Which picture?", "Copy the address of a picture in the catalogue, or its id.", icon="rule")
            return
        asked["image_id"] = found_id[0].lower()
    with live.steady("The audit log"):
        _trail(asked)


def between(days: Any) -> dict[str, str]:
    """From the first of these days to the end of the last, in UTC; one day alone is the first."""
    times = {}
    if days:
        times["at_from"] = f"{days[0].isoformat()}T00:00:00Z"
    if len(days) == 2:
        times["at_to"] = f"{(days[1] + timedelta(days=1)).isoformat()}T00:00:00Z"
    return times


def _trail(asked: dict[str, Any]) -> None:
    if st.session_state.get("px_audit_asked") != asked:
        st.session_state["px_audit_asked"] = asked
        st.session_state["px_audit_cursors"] = [""]
        st.session_state.pop("px_audit_csv", None)
    cursors: list[str] = st.session_state["px_audit_cursors"]
    with theme.skeleton("lines"):
        found = client.get("/v1/audit", {**asked, "limit": 100, "cursor": cursors[-1] or None})
    if not found["items"]:
        theme.empty("Nothing noted", "No change fits what you ask for.", icon="history")
        return
    rows = [_row(one) for one in found["items"]]
    columns = {
        **wording.when_columns(),
        "Detail": st.column_config.TextColumn(width="large"),
        "Picture": st.column_config.LinkColumn(display_text="Open", width="small"),
    }
    shown = [row | {wording.EXACTLY: row["When"]} for row in rows]
    st.dataframe(shown, hide_index=True, column_config=columns, width="stretch", key="px-audit", placeholder="")
    with st.container(horizontal=True):
        if len(cursors) > 1 and st.button("Newer", icon=":material/chevron_left:", key="px-audit-newer"):
            cursors.pop()
            st.rerun(scope="fragment")
        if found["next_cursor"] and st.button("Older", icon=":material/chevron_right:", key="px-audit-older"):
            cursors.append(found["next_cursor"])
            st.rerun(scope="fragment")
        _save(asked, rows if len(cursors) == 1 and not found["next_cursor"] else None)


def _save(asked: dict[str, Any], rows: list[dict[str, Any]] | None) -> None:
    """What stands on one page downloads at once; more is fetched first, up to a bound that is told."""
    text = as_csv(rows) if rows else st.session_state.get("px_audit_csv")
    if text is None:
        if st.button("Prepare all as CSV", icon=":material/table_view:", help=f"The newest {MOST:,} at most"):
            st.session_state["px_audit_csv"] = as_csv(_all(asked))
            st.rerun(scope="fragment")
        return
    st.download_button(
        "Download as CSV", text, "audit-log.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )


def _all(asked: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = None
    with st.status("Fetching the audit log") as told:
        while len(rows) < MOST:
            found = client.get("/v1/audit", {**asked, "limit": 200, "cursor": cursor})
            rows += [_row(one) for one in found["items"]]
            told.update(label=f"{len(rows):,} changes fetched")
            cursor = found["next_cursor"]
            if not cursor:
                break
    return rows


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "When": datetime.fromisoformat(one["at"]),
        "Who": one["actor"],
        "What": ACTIONS.get(one["action"], one["action"].replace("_", " ").capitalize()),
        "Detail": in_words(one["detail"] or {}),
        "Picture": f"/catalogue?id={one['image_id']}" if one["image_id"] else None,
    }


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
