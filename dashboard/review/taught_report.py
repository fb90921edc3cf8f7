"""What a taught label's report says, in sentences that name its limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.look.wording import counted, number
from pixplore.domain import SHOWN_CONFIDENCE

FEW = 10
"""Examples below which a single picture moves the figures a lot."""


def report_in_words(told: Mapping[str, Any]) -> list[str]:
    """Sentences, the most important first. Each picture was judged by what was learned from all the others."""
    step = _shown(told["steps"])
    examples, wrong = told["examples"], told["counter_examples"]
    lines = [
        f"**Finds {number(step['found'])} of {counted(examples, 'example')}** at {step['confidence']:g} % and more, "
        "each judged as if it were new."
    ]
    if step["precision"] is not None and wrong:
        right = f"{100 * step['precision']:.0f} %"
        lines.append(f"**Of the judged pictures it finds, {right} are right**: {_of(step, wrong)}.")
    elif not wrong:
        lines.append("Nobody has said no to a suggestion yet, so nothing is known of its mistakes. Answer some below.")
    if others := told["others"]:
        lines.append(
            f"It would also name {number(step['others'])} of {counted(others, 'other picture')} looked at. "
            "Some of them may rightly show it."
        )
    if examples < FEW:
        lines.append(f"With {counted(examples, 'example')}, one picture more or less changes these figures a lot.")
    return lines


def _of(step: Mapping[str, Any], wrong: int) -> str:
    return f"it is taken in by {number(step['wrong'])} of {counted(wrong, 'picture')} that do not show it"


def _shown(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The step at which labels begin to show."""
    return min(steps, key=lambda step: abs(step["confidence"] - SHOWN_CONFIDENCE))
