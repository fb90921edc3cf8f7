"""What kind of file bytes are, by their first bytes; a name or a declared type counts for nothing."""

from pixplore.errors import Refused

FORMATS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/tiff": ("TIFF",),
    "image/avif": ("AVIF",),
}
"""Media type -> the formats that Pillow may try on such bytes, and no other."""

TAKEN = "JPEG, PNG, WebP, TIFF and AVIF"
_HEIF = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"mif1": "HEIF",
         b"msf1": "HEIF"}  # fmt: skip
_OTHERS = (
    (b"GIF8", "GIF"), (b"BM", "BMP"), (b"8BPS", "Photoshop"), (b"%PDF", "PDF"), (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"), (b"\x00\x00\x01\x00", "ICO"), (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"), (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"), (b"PK\x03\x04", "ZIP"),
    (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7-Zip"), (b"\x1aE\xdf\xa3", "Video"), (b"FUJIFILMCCD-RAW", "RAW"),
    (b"IIRO", "RAW"), (b"IIU\x00", "RAW"),
)  # fmt: skip


def kind_of(content: bytes) -> str:
    """The media type of a picture that is taken. Raises Refused: empty_file, kind_not_taken, not_an_image."""
    if not content:
        raise Refused("empty_file", "The file is empty (0 bytes). Export or copy the picture again.")
    if content[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        if content[8:10] == b"CR":
            raise _not_taken("RAW")
        return "image/tiff"
    if content[4:8] == b"ftyp":
        return _by_brand(content)
    for mark, name in _OTHERS:
        if content.startswith(mark):
            raise _not_taken(name)
    if b"<svg" in content[:1000].lower():
        raise _not_taken("SVG")
    raise Refused("not_an_image", f"This is not a picture, whatever its name says. Pictures are taken as {TAKEN}.")


def _by_brand(content: bytes) -> str:
    """ISO media files (AVIF, HEIC, MP4, Canon RAW) name their brands in the first box."""
    brands = [content[8:12], *(content[i : i + 4] for i in range(16, min(content[3], 64), 4))]
    if b"avif" in brands or b"avis" in brands:
        return "image/avif"
    for brand in brands:
        if brand in _HEIF:
            raise _not_taken(_HEIF[brand])
    raise _not_taken("RAW" if brands[0] == b"crx " else "Video")


def _not_taken(name: str) -> Refused:
    return Refused("kind_not_taken", f"{name} files are not taken. Save the picture as {TAKEN.replace(' and', ' or')}.")
