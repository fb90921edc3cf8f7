"""The taxonomy's rules before they hold: what is wrong with them, which labels they touch, and what they would change.

Rules are {raw name: {"to": name, "hidden": bool, "threshold": percent}}, without what is not so: renamed or merged to
`to`, not counted at all, or counted only from `threshold` percent on. A rule is one step: what a name becomes cannot
itself become something else.

What rules would change is counted, not guessed, without looking at each image in Python: images that carry the same
of the labels in question are one *pattern*, PostgreSQL counts how often each pattern is (see Plan), and the real
evaluation, pixplore.labels.counted, is done once a pattern, under the old rules and the new.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pixplore.domain import SHOWN_CONFIDENCE
from pixplore.labels import Decision, Vocabulary, counted, pack, unpack

MOST_RULES = 5_000
SHOWN = round(SHOWN_CONFIDENCE * 10)
Rules = Mapping[str, Mapping[str, Any]]


def canonical(rules: Rules) -> dict[str, dict[str, Any]]:
    """Without what says nothing: a name that becomes itself, a threshold of 0, a rule that is empty."""
    found = {}
    for name, rule in sorted(rules.items()):
        kept: dict[str, Any] = {}
        if rule.get("to") and rule["to"] != name:
            kept["to"] = rule["to"]
        if rule.get("hidden"):
            kept["hidden"] = True
        if rule.get("threshold"):
            kept["threshold"] = rule["threshold"]
        if kept:
            found[name] = kept
    return found


def conflicts(rules: Rules, known: Iterable[str]) -> dict[str, str]:
    """What is wrong, by the raw name whose rule it is: unknown names, chains, circles, contradictions."""
    names, faults = set(known), {}
    if len(rules) > MOST_RULES:
        return {"": f"there are more than {MOST_RULES:,} rules"}
    for name, rule in rules.items():
        to = rule.get("to")
        after = rules.get(to, {}) if to else {}
        if name not in names:
            faults[name] = "no label has this name"
        elif to and rule.get("hidden"):
            faults[name] = f"is hidden and renamed to “{to}”: choose one"
        elif to and after.get("to") and after["to"] != to:
            faults[name] = _beyond(name, to, rules)
        elif to and after.get("hidden"):
            faults[name] = f"becomes “{to}”, which is hidden: hide this name instead"
    return faults


def _beyond(name: str, to: str, rules: Rules) -> str:
    way = [name, to]
    while (further := rules.get(way[-1], {}).get("to")) and further not in way:
        way.append(further)
    if further:
        return f"goes in a circle: {' → '.join([*way, further])}"
    return f"becomes “{to}”, which itself becomes “{way[-1]}”: name “{way[-1]}” here"


def touched(before: Sequence[Vocabulary], after: Vocabulary) -> list[int]:
    """Raw ids that mean something else under `after` than under any of `before`: name, ancestors or threshold."""
    return [raw for raw in _rows(after) if any(_meaning(old, raw) != _meaning(after, raw) for old in before)]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to count images by pattern. `changed`: raw ids that mean something else; only images with one are counted.

    `marks` are (raw id, least tenths, mark): an image has the mark where it carries the label at that or more. A mark
    below zero says that the image has target -mark - 1 by a label that nothing changes for; others stand for a label
    in question and a step of its confidence, see `steps`. `names`: all labels in question, as decisions name them.
    """

    before: Vocabulary
    after: Vocabulary
    changed: list[int]
    targets: list[str]
    marks: list[tuple[int, int, int]]
    steps: list[tuple[int, int]]
    names: list[str]


def plan(before: Vocabulary, after: Vocabulary) -> Plan:
    """What to look at to tell how `after` differs from `before` (two vocabularies of the same rows)."""
    changed = touched([before], after)
    both = before, after
    groups = _groups(before), _groups(after)
    close = set(changed)
    for raw in changed:
        for known, group in zip(both, groups, strict=True):
            close.update(group.get(_shown(known, raw), ()))
    targets = sorted({name for raw in close for known in both for name in _spread(known, raw)})
    place = {name: n for n, name in enumerate(targets)}
    marks: list[tuple[int, int, int]] = []
    steps: list[tuple[int, int]] = []
    names = set(targets)
    for raw in _rows(after):
        reached = [name for name in _spread(after, raw) if name in place]
        merged = any(len(group.get(_shown(known, raw), ())) > 1 for known, group in zip(both, groups, strict=True))
        if raw in close or (reached and merged):
            for least in sorted({1, SHOWN, _least(before, raw), _least(after, raw)} - {0}):
                marks.append((raw, least, len(steps)))
                steps.append((raw, least))
        elif reached:
            least = max(SHOWN, _least(after, raw))
            marks += [(raw, least, -1 - place[name]) for name in reached]
        if raw in close or reached:
            names.add(after.names[raw])
    return Plan(before, after, changed, targets, marks, steps, sorted(names))


@dataclass(slots=True)
class Effects:
    """Images by label that would get it (`gained`) or not have it any more (`lost`), shown at 55 % or more.

    `images`: how many would show other labels; `looked_at`: how many carry a label that means something else.
    """

    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    images: int = 0
    looked_at: int = 0

    def add_pattern(self, made: Plan, pattern: Sequence[int], images: int) -> None:
        """All images of one pattern."""
        others = {made.targets[-1 - mark] for mark in pattern if mark < 0}
        highest: dict[int, int] = {}
        for mark in pattern:
            if mark >= 0:
                raw, tenths = made.steps[mark]
                highest[raw] = max(highest.get(raw, 0), tenths)
        said = [pack(raw, tenths) for raw, tenths in highest.items()]
        self._add(shown(made.before, said) | others, shown(made.after, said) | others, made, images)

    def add_image(self, made: Plan, said: Sequence[int], taught: Sequence[int], decisions: Sequence[Decision]) -> None:
        """One image that people judged."""
        now = shown(made.before, said, taught, decisions)
        then = shown(made.after, said, taught, decisions)
        self._add(now, then, made, 1)

    def _add(self, now: set[str], then: set[str], made: Plan, images: int) -> None:
        targets = set(made.targets)
        now, then = now & targets, then & targets
        self.looked_at += images
        self.images += images if now != then else 0
        for name in then - now:
            self.gained[name] += images
        for name in now - then:
            self.lost[name] += images


def shown(
    known: Vocabulary, said: Sequence[int], taught: Sequence[int] = (), decisions: Sequence[Decision] = ()
) -> set[str]:
    """The names that an image is found by at 55 % or more."""
    found = map(unpack, counted(known, said, taught, decisions))
    return {known.names[label] for label, tenths in found if tenths >= SHOWN}


def _rows(known: Vocabulary) -> list[int]:
    return [raw for raw in known.names if raw >= 0]


def _meaning(known: Vocabulary, raw: int) -> tuple[str, int, tuple[str, ...]] | None:
    """In names: the ids of names without a row differ between vocabularies."""
    meaning = known.meaning(raw)
    return (
        None
        if meaning is None
        else (known.names[meaning.id], meaning.least, tuple(known.names[up] for up in meaning.ancestors))
    )


def _shown(known: Vocabulary, raw: int) -> str:
    meaning = known.meaning(raw)
    return known.names[meaning.id] if meaning else ""


def _least(known: Vocabulary, raw: int) -> int:
    meaning = known.meaning(raw)
    return meaning.least if meaning else 0


def _spread(known: Vocabulary, raw: int) -> list[str]:
    meaning = known.meaning(raw)
    return [known.names[one] for one in (meaning.id, *meaning.ancestors)] if meaning else []


def _groups(known: Vocabulary) -> dict[str, list[int]]:
    """Shown name -> the raw ids behind it; what is hidden is in no group."""
    found: dict[str, list[int]] = {}
    for raw in _rows(known):
        if name := _shown(known, raw):
            found.setdefault(name, []).append(raw)
    return found
