"""Names that people and programs give to files, made fit to keep and to show."""

import unicodedata

MOST = 255
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(name: str) -> str:
    """The same name without control characters and marks that turn the direction of reading (a disguise of types).

    Folders, spaces, plus signs, emoji and any script stay: the name is data and never a path of ours.
    """
    kept = (c for c in name if c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def base(name: str) -> str:
    """The name without folders: `a/../b/c.jpg` and `C:\\b\\c.jpg` give `c.jpg`."""
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def stem(name: str) -> str:
    """Without folders and without the last ending: what is compared with a SKU."""
    last = base(name)
    return last.rsplit(".", 1)[0] or last
