"""What somebody says of a file before sending it -> a promise that is taken, or refused at once with a reason."""

from pixplore import file_names
from pixplore.catalogue.manifest import Promise
from pixplore.domain import MAX_FILE_BYTES, TAKEN_KINDS

_SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/tif": "image/tiff",
         "image/x-tiff": "image/tiff"}  # fmt: skip
_PLAINLY = {
    "text": "Text", "video": "Video", "audio": "Audio", "application/pdf": "PDF", "application/zip": "ZIP",
    "application/postscript": "EPS", "application/illustrator": "Illustrator", "application/photoshop": "Photoshop",
    "image/gif": "GIF", "image/bmp": "BMP", "image/x-ms-bmp": "BMP", "image/svg+xml": "SVG", "image/heic": "HEIC",
    "image/heif": "HEIF", "image/vnd.adobe.photoshop": "Photoshop", "image/x-icon": "ICO",
    "image/vnd.microsoft.icon": "ICO", "image/jxl": "JPEG XL", "image/jp2": "JPEG 2000",
}  # fmt: skip
"""What people call these kinds; the whole type first, then its family."""
_UNKNOWN = "application/octet-stream"
"""Browsers say this, or nothing, of endings they do not know: the bytes will tell."""


def promise(name: str, size: int, content_type: str, sha256: str | None) -> Promise:
    """`refusal` is set for a nameless, empty or too large file, and for a kind that is not taken."""
    clean = file_names.clean(name)
    plain = content_type.partition(";")[0].strip().lower()
    kind = _SAME.get(plain, plain) or _UNKNOWN
    refusal: tuple[str, str] | None = None
    if not file_names.base(clean):
        refusal = ("name_missing", "The file has no name. Give it one and send it again.")
    elif len(clean) > file_names.MOST:
        refusal = (
            "name_too_long",
            f"The name has {len(clean)} characters; at most {file_names.MOST} are taken.",
        )
    elif size == 0:
        refusal = ("empty_file", "The file is empty (0 bytes). Export or copy the picture again.")
    elif size > MAX_FILE_BYTES:
        refusal = (
            "too_large",
            f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB. Save it smaller and send it again.",
        )
    elif kind not in (*TAKEN_KINDS, _UNKNOWN):
        said = _PLAINLY.get(kind) or _PLAINLY.get(kind.partition("/")[0])
        what = f"{said} files are" if said else "This kind of file is"
        way = "Save the picture as JPEG, PNG, WebP, TIFF or AVIF."
        if clean.lower().endswith((".csv", ".tsv", ".xlsx", ".xls")):
            way = "A list of products goes in beside it, under Product list."
        refusal = ("kind_not_taken", f"{what} not taken. {way}")
    return Promise(clean[:1000], size, kind[:200], sha256.lower() if sha256 else None, refusal)
