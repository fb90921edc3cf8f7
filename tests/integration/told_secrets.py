"""What logs must never hold, looked for in all that a running stack has written."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.stack import Stack

KINDS = {
    "a token": rb"eyJ[\w-]{10,}\.[\w-]{10,}",
    "a share's token": rb"pxs_[\w-]{20,}",
    "a signed address or form": rb"X-Amz-Signature|x-amz-signature|Signature=[\w%]{20,}",
    "a cookie": rb"(?i)\bpx=[\w-]{20,}|_streamlit_xsrf=",
    "a header that lets in": rb"(?i)authorization\W+bearer",
    "a password in an address": rb"\w+://[^/\s:@]+:[^/\s@]+@",
    "an email address": rb"[\w.+-]+@[\w-]+\.(?:example|com)\b",
    "a password of the tests": rb"-horse \d",
}


def told(stack: Stack, also: Iterable[str] = ()) -> list[str]:
    """Where something secret stands, each as `file: what`; `also`: further words that nobody may log."""
    words = {word.encode() for word in (*_secrets(stack), *also)}
    codes = {code.encode() for code in _codes(Path(stack.ends["mail_dir"]))}
    found = []
    for name, text in _written(stack):
        found += [f"{name}: {what}" for what, sign in KINDS.items() if re.search(sign, text)]
        found += [f"{name}: one of the secrets" for word in words if word in text]
        found += [f"{name}: a mailed code" for code in codes if re.search(rb"(?<![\d.])" + code + rb"(?!\d)", text)]
    return sorted(set(found))


def _secrets(stack: Stack) -> Iterator[str]:
    """The installation's own: keys, passwords, words for its control paths."""
    yield stack.ends["aws_secret_access_key"]
    yield from (user["password"] for user in stack.ends["demo_users"].values())
    for path in (stack.home / "secrets").iterdir():
        yield from (word for word in path.read_text().split() if len(word) >= 16)


def _codes(mails: Path) -> Iterator[str]:
    for path in mails.glob("*.eml"):
        yield from re.findall(r"\b\d{6}\b", path.read_text().split("\n\n", 1)[1])


def _written(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """All logs, and what the stack printed; that the demo people's passwords are printed at the start is promised."""
    for path in sorted((stack.home / "logs").rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    people = {word for user in stack.ends["demo_users"].values() for word in user.values()}
    lines = [line for line in stack.output.splitlines() if not any(word in line for word in people)]
    yield "the terminal", "\n".join(lines).encode()
