"""How many people there are at each moment of a load."""

from dataclasses import dataclass, replace

PACE_S = 2.5
"""Between the beginnings of a person's rounds of three requests. Then 1 -> 50 -> 1 people make about as many requests
in seven minutes as the original system was asked (12,879), while the answers keep up."""


@dataclass(frozen=True, slots=True)
class Stage:
    """From `first` to `last` people in a straight line."""

    seconds: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shape:
    """`pace_s` 0: a person's next round begins as soon as the last one ended."""

    name: str
    title: str
    stages: tuple[Stage, ...]
    pace_s: float = PACE_S

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def most(self) -> int:
        return max(max(stage.first, stage.last) for stage in self.stages)

    def scaled(self, share: float) -> "Shape":
        """The same people in another time."""
        stages = tuple(replace(stage, seconds=stage.seconds * share) for stage in self.stages)
        return replace(self, stages=stages)

    def users_at(self, second: float) -> int | None:
        """None once it is over."""
        return users_at(self.stages, second)


def users_at(stages: tuple[Stage, ...], second: float) -> int | None:
    begins = 0.0
    for stage in stages:
        if second < begins + stage.seconds:
            gone = max(0.0, second - begins) / stage.seconds
            return round(stage.first + (stage.last - stage.first) * gone)
        begins += stage.seconds
    return None


ALONE = Shape("alone", "One person alone, without pauses", (Stage(30, 1, 1),), 0)
RAMP = Shape("ramp", "1 → 50 → 1 people", (Stage(210, 1, 50), Stage(210, 50, 1)))
STRETCH = Shape(
    "stretch", "Stretch to 500 people", tuple(Stage(30, people, people) for people in (25, *range(50, 501, 50)))
)
SPIKE = Shape(
    "spike", "Spike: 5 → 200 → 5 people",
    (Stage(60, 5, 5), Stage(5, 5, 200), Stage(55, 200, 200), Stage(5, 200, 5), Stage(115, 5, 5)),
)  # fmt: skip
SOAK = Shape("soak", "Ten minutes of 10 people", (Stage(600, 10, 10),))
SHAPES = {shape.name: shape for shape in (RAMP, STRETCH, SPIKE, SOAK)}
