"""What a Dockerfile says, instruction by instruction."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "infra" / "images"


@dataclass(frozen=True)
class Image:
    """`stages` in order, each a list of (INSTRUCTION, its text); the last is what runs."""

    path: Path
    stages: list[list[tuple[str, str]]]

    @property
    def last(self) -> list[tuple[str, str]]:
        return self.stages[-1]

    def said(self, instruction: str) -> list[str]:
        return [text for name, text in self.last if name == instruction]

    @property
    def command(self) -> list[str]:
        (text,) = self.said("CMD")
        return [str(word) for word in json.loads(text)]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for text in self.said("ENV") for pair in text.split())

    @property
    def copies(self) -> list[tuple[str, str]]:
        """(from the repository, to) in the last stage."""
        return [(source, target) for text in self.said("COPY") if not text.startswith("--from")
                for source, target in [text.split()]]  # fmt: skip

    @property
    def lock(self) -> str:
        """The lock file whose packages the image runs on."""
        (name,) = [text.split()[0] for stage in self.stages for name, text in stage
                   if name == "COPY" and re.match(r"requirements-(search|dashboard)\.txt", text)]  # fmt: skip
        return name


def read(name: str) -> Image:
    path = FOLDER / f"{name}.Dockerfile"
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", path.read_text(), flags=re.M))
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            stages.append([])
        stages[-1].append((instruction, rest.strip()))
    return Image(path, stages)
