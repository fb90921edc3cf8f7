"""What somebody says of a file before sending it -> a promise that is taken, or refused at once with a reason."""

from pixplore import file_names
from pixplore.catalogue.manifest import Promise
from pixplore.domain import MAX_FILE_BYTES, TAKEN_KINDS

_SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/tif": "image/tiff",
         "image/x-tiff": "image/tiff"}  # fmt: skip
_PLAINLY = {"text": "Text", "video": "Video", "audio": "Audio", "application/pdf": "PDF", "application/zip": "ZIP"}
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
        refusal = ("too_large", f"The file has {size / 1e6:.1f} MB; at most {MAX_FILE_BYTES // 1_000_000} are taken.")
    elif kind not in (*TAKEN_KINDS, _UNKNOWN):
        family, _, exact = kind.partition("/")
        said = exact[:40].upper() if family == "image" else _PLAINLY.get(kind, _PLAINLY.get(family, f"“{kind[:60]}”"))
        refusal = ("kind_not_taken", f"{said} files are not taken. Save the picture as JPEG, PNG, WebP, TIFF or AVIF.")
    return Promise(clean[:1000], size, kind[:200], sha256.lower() if sha256 else None, refusal)
