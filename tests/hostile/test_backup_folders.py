"""A folder that says that it is a backup, whatever is in it: it is read, or refused with a sentence."""

import hashlib
import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixplore.aws.accounts import Account
from pixplore.backup import restoring
from pixplore.backup.folder import FORMAT, Folder, Kept, Manifest, Stored
from pixplore.errors import Conflict, Damaged
from tests.hostile.test_answers import ODD, places, put
from tests.hostile.test_words import MANY

PICTURE = b"bytes of a picture"
OBJECT: dict[str, Any] = asdict(
    Stored("originals", "a/b", "v1", len(PICTURE), hashlib.sha256(PICTURE).hexdigest(), "image/jpeg", {"name": "x.jpg"})
)
PERSON: dict[str, Any] = asdict(Account("a@shop.example", "admin", "CONFIRMED", True, False))
PATHS = ["../x", "/etc/passwd", "a/../../x", "\0", "x" * 5_000, "", ".", "objects", "..", "a//b", "\\..\\x"]


def made(root: Path, stored: list[Any], people: list[Any]) -> dict[str, Any]:
    """A whole backup whose lists have these lines; what its manifest says."""
    folder = Folder(root)
    folder.make()
    kept = {}
    for name, lines in (("objects", stored), ("people", people)):
        with folder.writing(f"{name}.jsonl.gz") as file:
            for line in lines:
                file.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
            file.rows = len(lines)
        kept[name] = file.kept()
    (root / "objects" / "originals" / "a").mkdir(parents=True)
    (root / "objects" / "originals" / "a" / "b").write_bytes(PICTURE)
    manifest = Manifest(FORMAT, "id", "2026", "2026", "0001", [], kept["people"], kept["objects"], 0, {}, [])
    folder.finish(manifest)
    return asdict(manifest)


def read(root: Path) -> tuple[list[Stored], list[Account]]:
    """All that a restore reads. Raises Damaged, Conflict."""
    folder = Folder(root)
    manifest = folder.manifest()
    folder.check(manifest)
    return list(folder.objects(manifest)), list(restoring._people(folder, manifest))


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    made(tmp_path / "b", [OBJECT], [PERSON])
    assert read(tmp_path / "b") == ([Stored(**OBJECT)], [Account(**PERSON)])


LINE = st.one_of(
    st.tuples(st.sampled_from(sorted(OBJECT)), st.sampled_from([*ODD, *PATHS])).map(lambda one: OBJECT | dict([one])),
    st.sampled_from([None, [], 5, {}, {"x": 1}, OBJECT | {"more": 1}, b"\xff\xfe\n", b"{", b"[" * 50_000 + b"\n"]),
)


@MANY
@given(stored=st.lists(LINE, max_size=2), people=st.lists(LINE, max_size=2))
@example([OBJECT | {"key": "../../../../../../etc/passwd"}], [])
@example([], [PERSON | {"email": 5}])
def test_lists_of_any_kind(tmp_path_factory: pytest.TempPathFactory, stored: list[Any], people: list[Any]) -> None:
    root = tmp_path_factory.mktemp("backup") / "b"
    made(root, stored, people)
    with suppress(Damaged, Conflict):
        assert all(isinstance(one.key, str) for one in read(root)[0])


@MANY
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([*ODD, *PATHS])), min_size=1, max_size=2))
def test_manifests_of_any_kind(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, Any]]) -> None:
    root = tmp_path_factory.mktemp("backup") / "b"
    said = made(root, [OBJECT], [PERSON])
    said["tables"] = [{"name": "t", "columns": ["a"], "kept": said["people"]}]
    changed = deepcopy(said)
    every = list(places(said))
    for at, odd in changes:
        put(changed, every[at % len(every)], odd)
    (root / "backup.json").write_bytes(json.dumps(changed).encode("utf-8", "surrogatepass"))
    with suppress(Damaged, Conflict):
        read(root)


@pytest.mark.parametrize("file", ["../people.jsonl.gz", "/etc/passwd", "link/passwd"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, file: str) -> None:
    root = tmp_path / "b"
    said = made(root, [], [])
    (root / "link").symlink_to("/etc")
    known = Path("/etc/passwd").read_bytes()
    said["people"] = asdict(Kept(file, len(known), hashlib.sha256(known).hexdigest(), 0))
    (root / "backup.json").write_text(json.dumps(said))
    with pytest.raises(Damaged, match="outside its folder"):
        read(root)
