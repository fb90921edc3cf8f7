"""What is known about one picture, in words: its product, its file, its camera, who said which label, its history.

Plain values in and out: dashboard/picture/detail_route.py answers with them, components/boxes shows them as text.
"""

import json
from collections.abc import Mapping
from math import floor, log10
from typing import Any

from dashboard.catalogue.chips import title as name_of

Image = Mapping[str, Any]
Row = dict[str, Any]
"""`name`, `value`; `find` where a click finds its pictures: the parameter of the search and its value; `at` a time."""

_ACTIONS = {
    "ingest": "Added",
    "import": "Added from a list",
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
    "recover_original": "Original file brought back",
}
_UNSAID = frozenset({"batch_id", "collection", "from", "by", "undo_of", "job", "taught"})
"""Ids, which say nothing to people, and what the action's name says already."""
_VERDICTS = {"accept": "confirmed", "reject": "refused"}
_TAUGHT = "taught: "
_STATES = {"ready": "Ready", "duplicate": "Duplicate", "rejected": "Not taken", "failed": "Failed"}
_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/tiff": "TIFF", "image/avif": "AVIF"}


def words(image: Image) -> dict[str, Any]:
    """Everything the viewer says of an ImageDetail of the search API, besides the values it shows as they are."""
    return {
        "product": product(image),
        "file": file(image),
        "camera": camera(image.get("exif") or {}),
        "look": look(image.get("quality") or {}),
        "safety": safety(image),
        "provenance": provenance(image),
        "refused": refused(image),
        "history": history(image),
    }


def product(image: Image) -> list[Row]:
    rows = [
        _row("SKU", image.get("sku"), "sku"),
        _row("Category", image.get("category"), "category"),
        *(
            _row(name_of(f"attr.{name}"), value, f"attr.{name}")
            for name, value in (image.get("attributes") or {}).items()
        ),
    ]
    return [row for row in rows if row["value"]]


def file(image: Image) -> list[Row]:
    kind = str(image.get("content_type") or "")
    rows = [
        _row("File name", image["name"]),
        _row("Size", size(image.get("width"), image.get("height"))),
        _row("File size", weight(image.get("bytes"))),
        _row("Kind", _KINDS.get(kind, kind)),
        _row("Added", image.get("created_at")) | {"at": image.get("created_at")},
        _row("Uploaded by", image.get("uploader"), "uploader"),
        _row("Status", _STATES.get(str(image.get("status")), image.get("status"))),
        _row("Fingerprint (SHA-256)", image.get("sha256")),
    ]
    return [row for row in rows if row["value"]]


def camera(exif: Mapping[str, Any]) -> list[Row]:
    """EXIF as photographers say it; what has no usual name stands below under its own."""
    gps = exif.get("gps") or {}
    rows = [
        _row("Camera", exif.get("camera")),
        _row("Lens", exif.get("lens")),
        _row("Taken", str(exif.get("taken_at") or "").replace("T", ", ", 1)),
        _row("Exposure", exposure(exif.get("exposure_s"))),
        _row("Aperture", _with("f/", exif.get("aperture"))),
        _row("ISO", exif.get("iso")),
        _row("Focal length", _with("", exif.get("focal_length_mm"), " mm")),
        _row("Flash", {True: "Fired", False: "Did not fire"}.get(exif.get("flash"))),
        _row("Place", place(gps)),
        _row("Altitude", _with("", gps.get("altitude_m"), " m")),
        _row("Artist", exif.get("artist")),
        _row("Copyright", exif.get("copyright")),
        _row("Description", exif.get("description")),
        _row("Software", exif.get("software")),
        *(_row(str(name), value) for name, value in (exif.get("other") or {}).items()),
    ]
    return [row for row in rows if row["value"]]


def look(quality: Mapping[str, Any]) -> list[Row]:
    """Sharpness and the like as the recogniser measures them, 0 to 100."""
    return [_row(name.capitalize(), f"{value:.0f} of 100") for name, value in sorted(quality.items())]


def safety(image: Image) -> list[str]:
    """The moderation flags as sentences; none where nothing was found."""
    said = []
    for flag in image.get("moderation") or []:
        parent = flag.get("parent") or flag.get("parent_name")
        kind = f", a kind of {str(parent).lower()}" if parent else ""
        said.append(f"{flag['name']}{kind}: the recogniser is {flag['confidence']:.0f} % sure.")
    return said


def provenance(image: Image) -> dict[str, Row]:
    """By label: `how` it came here, `who` confirmed it and `at` which time, where a person did."""
    told: dict[str, Row] = {}
    for label in image.get("labels") or []:
        name, model = label["name"], label.get("model")
        if label.get("source") == "person":
            told[name] = {"how": "Confirmed", "who": label.get("by"), "at": _when(image, name, "accept")}
        elif model and str(model).startswith(_TAUGHT):
            told[name] = {"how": taught(str(model)), "who": None, "at": None}
        else:
            told[name] = {"how": f"Recognised by {model}" if model else "Recognised", "who": None, "at": None}
    return told


def taught(model: str) -> str:
    """ "taught: Claw Hammer v3" is what people taught Pixplore, the third time."""
    _, _, version = model.rpartition(" v")
    return f"Taught by people, version {version}" if version.isdigit() else "Taught by people"


def refused(image: Image) -> list[Row]:
    """Labels that people took away from this picture, with who and when as far as the history tells."""
    found = []
    for name in image.get("rejected_labels") or []:
        entry = _entry(image, name, "reject")
        found.append({"name": name, "who": entry.get("actor"), "at": entry.get("at")})
    return found


def history(image: Image) -> list[Row]:
    return [
        {
            "at": entry.get("at"),
            "who": entry.get("actor") or "",
            "what": happened(entry),
            "detail": told(entry.get("detail") or {}),
        }
        for entry in image.get("history") or []
    ]


def happened(entry: Mapping[str, Any]) -> str:
    action = str(entry.get("action", ""))
    return _ACTIONS.get(action, action.replace("_", " ").capitalize())


def told(detail: Mapping[str, Any]) -> list[str]:
    """What a change did, field by field: "Title: A → B"; of attributes only those that differ."""
    lines = []
    for name, value in detail.items():
        if name in _UNSAID or (name == "after" and "label" in detail):
            continue
        if name == "before" and "label" in detail:
            lines += [f"Before: {_VERDICTS.get(str(value), str(value))}"] if value else []
        elif name == "attributes" and isinstance(value, dict):
            before, after = value.get("before") or {}, value.get("after") or {}
            lines += [
                f"{name_of(f'attr.{one}')}: {plain(before.get(one))} → {plain(after.get(one))}"
                for one in dict.fromkeys([*before, *after])
                if before.get(one) != after.get(one)
            ]
        else:
            lines.append(f"{name_of(str(name))}: {plain(value)}")
    return lines


def weight(amount: int | None) -> str | None:
    """Bytes as people say them."""
    if amount is None:
        return None
    if amount < 1_000_000:
        return f"{max(amount / 1000, 0.1):,.1f} kB"
    return f"{amount / 1_000_000:,.1f} MB"


def size(width: int | None, height: int | None) -> str | None:
    """ "4,000 × 3,000 px, 12.0 megapixels"; of small pictures without the latter."""
    if not width or not height:
        return None
    pixels = width * height / 1_000_000
    return f"{width:,} × {height:,} px" + (f", {pixels:.1f} megapixels" if pixels >= 1 else "")


def exposure(seconds: float | None) -> str | None:
    """1/250 s, 2 s."""
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    return f"1/{round(1 / seconds):,} s" if seconds < 0.5 else f"{seconds:g} s"


def place(gps: Mapping[str, Any]) -> str | None:
    """48.8584° N, 2.2945° E."""
    latitude, longitude = gps.get("latitude"), gps.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.4f}° {north}, {abs(longitude):.4f}° {east}"


def plain(value: Any) -> str:
    """A value as text: before → after, lists with commas, nothing as "none"."""
    if isinstance(value, dict) and value and set(value) <= {"before", "after", "from", "to"}:
        before, after = value.get("before", value.get("from")), value.get("after", value.get("to"))
        return f"{plain(before)} → {plain(after)}"
    if isinstance(value, list):
        return ", ".join(map(plain, value)) or "none"
    if value is None or value in ("", {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):  # 89.9, never 89.90000000000001
        digits = 6 if not value else max(6 - floor(log10(abs(value))), 0)
        return f"{round(value, digits):,}".removesuffix(".0")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _row(name: str, value: Any, field: str | None = None) -> Row:
    row: Row = {"name": name, "value": "" if value in (None, "", [], {}) else plain(value)}
    if field and row["value"]:
        row["find"] = [field, str(value)]
    return row


def _with(before: str, value: Any, after: str = "") -> str | None:
    return None if value is None else f"{before}{plain(value)}{after}"


def _entry(image: Image, label: str, action: str) -> Mapping[str, Any]:
    """The newest event of this kind on this label; the history has the newest first."""
    for entry in image.get("history") or []:
        if entry.get("action") == action and (entry.get("detail") or {}).get("label") == label:
            return entry
    return {}


def _when(image: Image, label: str, action: str) -> str | None:
    return _entry(image, label, action).get("at")
