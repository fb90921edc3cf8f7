"""What is known about one picture, told: its product, its file, what was found in it, its camera and its history."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from dashboard.chips import title as name_of

Image = Mapping[str, Any]


def about(image: Image) -> None:
    """Product and file side by side."""
    product: dict[str, Any] = {
        "Title": image.get("title"),
        "SKU": image.get("sku"),
        "Category": image.get("category"),
        **{name_of(f"attr.{name}"): value for name, value in (image.get("attributes") or {}).items()},
        "Tags": ", ".join(image.get("tags") or []),
    }
    size = f"{image['width']:,} × {image['height']:,} px" if image.get("width") and image.get("height") else None
    file: dict[str, Any] = {
        "File name": image["name"],
        "Added": moment(image.get("created_at")),
        "Uploaded by": image.get("uploader"),
        "Size": size,
        "File size": weight(image.get("bytes")),
        "Kind": image.get("content_type"),
        "Status": image.get("status"),
        "SHA-256": image.get("sha256"),
    }
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Product", anchor=False)
        _table(product, "Nothing is known about its product. A product list (CSV) with its SKU or file name adds it.")
        _colours(image.get("colours") or [])
    with right:
        st.subheader("File", anchor=False)
        _table(file, "")


def found(image: Image) -> None:
    """Text and moderation, with plain words where there is none."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Text found", anchor=False)
        texts = [line if isinstance(line, str) else line.get("text", "") for line in image.get("text") or []]
        for line in texts:
            st.text(line)
        if not texts:
            st.markdown("No text is known of this picture. Reading text may be switched off on this installation.")
    with right:
        st.subheader("Moderation", anchor=False)
        flags = image.get("moderation") or []
        for flag in flags:
            st.text(f"{flag['name']}  {flag['confidence']:.0f} %")
        if not flags:
            st.markdown("Nothing to flag.")


def camera(image: Image) -> None:
    """EXIF, as it stood in the original; thumbnails and previews carry none of it."""
    facts = {name: _plain(value) for name, value in (image.get("exif") or {}).items()}
    _table(facts, "The file carries no camera data (EXIF).")


def history(image: Image) -> None:
    entries = image.get("history") or []
    if not entries:
        st.markdown("Nothing has happened to this picture since it arrived.")
        return
    head = "".join(f'<th scope="col">{name}</th>' for name in ("When", "Who", "What", "Detail"))
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell or '')}</td>" for cell in _line(entry)) + "</tr>" for entry in entries
    )
    # Not st.table: names and titles are people's text, never Markdown.
    st.html(f'<table class="px-table px-history"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def moment(text: str | None) -> str | None:
    """An RFC 3339 time as people write it, in UTC."""
    if not text:
        return None
    try:
        return f"{datetime.fromisoformat(text):%d %b %Y, %H:%M} UTC"
    except ValueError:
        return text


def weight(size: int | None) -> str | None:
    """Bytes as people say them."""
    if size is None:
        return None
    if size < 1_000_000:
        return f"{max(size / 1000, 0.1):,.1f} kB"
    return f"{size / 1_000_000:,.1f} MB"


_ACTIONS = {
    "ingest": "Added",
    "relabel": "Labelled anew",
    "edit": "Edited",
    "delete": "Moved to the trash",
    "restore": "Restored",
    "product": "Product data joined",
    "accept": "Label confirmed",
    "reject": "Label refused",
    "undo": "Verdict taken back",
    "collect": "Added to a collection",
    "uncollect": "Taken out of a collection",
}
_UNSAID = frozenset({"batch_id", "collection", "from"})
"""Ids, which say nothing to people, and what the action's name says already."""
_VERDICTS = {"accept": "confirmed", "reject": "refused"}


def _line(entry: Mapping[str, Any]) -> tuple[str | None, ...]:
    return moment(entry.get("at")), entry.get("actor"), _happened(entry), _said(entry)


def _happened(entry: Mapping[str, Any]) -> str:
    action = str(entry.get("action", ""))
    return _ACTIONS.get(action, action.replace("_", " ").capitalize())


def _said(entry: Mapping[str, Any]) -> str:
    return "; ".join(told(entry.get("detail") or {}))


def told(detail: Mapping[str, Any]) -> list[str]:
    """What a change did, field by field: "Title: A → B"; of attributes only those that differ."""
    lines = []
    for name, value in detail.items():
        if name in _UNSAID:
            continue
        if name == "before" and "label" in detail:
            lines += [f"Before: {_VERDICTS.get(str(value), str(value))}"] if value else []
        elif name == "attributes" and isinstance(value, dict):
            before, after = value.get("before") or {}, value.get("after") or {}
            lines += [
                f"{name_of(f'attr.{one}')}: {_plain(before.get(one))} → {_plain(after.get(one))}"
                for one in dict.fromkeys([*before, *after])
                if before.get(one) != after.get(one)
            ]
        else:
            lines.append(f"{name_of(str(name))}: {_plain(value)}")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, dict) and set(value) <= {"before", "after", "from", "to"}:
        before, after = value.get("before", value.get("from")), value.get("after", value.get("to"))
        return f"{_plain(before)} → {_plain(after)}"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    if value is None or value == "":
        return "none"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _table(facts: Mapping[str, Any], nothing: str) -> None:
    known = {name: _plain(value) for name, value in facts.items() if value not in (None, "", [])}
    if not known:
        st.markdown(nothing)
        return
    # As a list of terms, not st.table: values are text from files, never Markdown.
    st.html(_terms(known))


def _terms(known: Mapping[str, str]) -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in known.items())
    return f'<dl class="px-facts">{rows}</dl>'


def _colours(names: list[str]) -> None:
    if names:
        dots = "".join(
            f'<li><i style="background:{escape(name.lower().replace(" ", ""), quote=True)}"></i>{escape(name)}</li>'
            for name in names
        )
        st.html(f'<ul class="px-colours" aria-label="Colours">{dots}</ul>')
