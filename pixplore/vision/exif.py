"""What a camera wrote beside the picture, as plain JSON values; shown to people as text, never as markup."""

import math
import unicodedata
from typing import Any

from PIL import ExifTags, Image

_MOST_TEXT = 500
_MOST_OTHER = 60
_BASE = {"Make", "Model", "LensModel", "LensMake", "DateTimeOriginal", "OffsetTimeOriginal", "ExposureTime", "FNumber",
         "ISOSpeedRatings", "FocalLength", "Flash", "Software", "Artist", "Copyright", "ImageDescription",
         "Orientation"}  # fmt: skip
_DROPPED = {"MakerNote", "UserComment", "PrintImageMatching", "ExifOffset", "GPSInfo", "ExifInteroperabilityOffset",
            "JpegIFOffset", "JpegIFByteCount", "StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts",
            "InterColorProfile", "XMLPacket", "IPTCNAA", "ImageResources", "ColorMap", "JPEGTables"}  # fmt: skip


def read_exif(exif: Image.Exif) -> dict[str, Any]:
    """Camera, lens, exposure, time and place where they stand in it, the rest under `other`.

    Keys: camera, lens, taken_at (ISO 8601, local time unless it has an offset), exposure_s, aperture, iso,
    focal_length_mm, flash, software, artist, copyright, description, orientation (1-8),
    gps {latitude, longitude, altitude_m}, other. Broken EXIF gives what could be read.
    """
    tags = _named(exif, ExifTags.TAGS)
    tags |= _named(_part(exif, ExifTags.IFD.Exif), ExifTags.TAGS)
    found = {
        "camera": _camera(tags),
        "lens": _text(tags.get("LensModel")),
        "taken_at": _moment(tags),
        "exposure_s": _number(tags.get("ExposureTime")),
        "aperture": _number(tags.get("FNumber")),
        "iso": _number(tags.get("ISOSpeedRatings")),
        "focal_length_mm": _number(tags.get("FocalLength")),
        "flash": bool(int(flash) & 1) if (flash := _number(tags.get("Flash"))) is not None else None,
        "software": _text(tags.get("Software")),
        "artist": _text(tags.get("Artist")),
        "copyright": _text(tags.get("Copyright")),
        "description": _text(tags.get("ImageDescription")),
        "orientation": _number(tags.get("Orientation")),
        "gps": _place(_named(_part(exif, ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS)),
    }
    other = {name: _plain(value) for name, value in tags.items() if name not in _BASE | _DROPPED}
    found["other"] = {k: v for k, v in sorted(other.items())[:_MOST_OTHER] if v is not None}
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def _part(exif: Image.Exif, ifd: int) -> Any:
    try:
        return exif.get_ifd(ifd)
    except Exception:  # a broken directory must not cost the picture
        return {}


def _named(values: Any, names: dict[int, str]) -> dict[str, Any]:
    found = {}
    for tag in list(values):
        try:
            found[names.get(tag, "")] = values[tag]
        except Exception:  # noqa: S112 - one broken value must not cost the others
            continue
    found.pop("", None)
    return found


def _camera(tags: dict[str, Any]) -> str | None:
    make, model = _text(tags.get("Make")) or "", _text(tags.get("Model")) or ""
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip() or None


def _moment(tags: dict[str, Any]) -> str | None:
    """2026:11:24 13:05:09 -> 2026-11-24T13:05:09; None where the camera's clock was not set."""
    text = _text(tags.get("DateTimeOriginal") or tags.get("DateTime")) or ""
    day, _, hour = text.partition(" ")
    parts = day.replace("-", ":").split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or parts[0] == "0000":
        return None
    return "-".join(parts) + (f"T{hour}" if hour else "") + (_text(tags.get("OffsetTimeOriginal")) or "")


def _place(gps: dict[str, Any]) -> dict[str, float] | None:
    latitude = _degrees(gps.get("GPSLatitude"), gps.get("GPSLatitudeRef"), "S", 90)
    longitude = _degrees(gps.get("GPSLongitude"), gps.get("GPSLongitudeRef"), "W", 180)
    if latitude is None or longitude is None:
        return None
    altitude = _number(gps.get("GPSAltitude"))
    return {"latitude": latitude, "longitude": longitude} | ({} if altitude is None else {"altitude_m": altitude})


def _degrees(value: Any, side: Any, negative: str, most: int) -> float | None:
    try:
        parts = [float(part) for part in value]
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return None
    if not math.isfinite(degrees) or degrees > most:
        return None
    return round(-degrees if _text(side) == negative else degrees, 6)


def _number(value: Any) -> float | int | None:
    if isinstance(value, tuple) and value:
        value = value[0]
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else round(number, 6)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    clean = "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") or c == "\n")
    return clean.strip()[:_MOST_TEXT] or None


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        values = [_plain(part) for part in value[:16]]
        return values if len(value) <= 16 and None not in values else None
    return None if isinstance(value, bytes | dict) else _number(value)
