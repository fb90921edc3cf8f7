"""What a report on a taught label says in words."""

from dashboard.review.taught_report import report_in_words


def _told(counter_examples: int, precision: float | None, examples: int = 12) -> list[str]:
    step = {"confidence": 55.0, "found": 9, "wrong": 1, "others": 1200, "recall": 0.75, "precision": precision}
    more = {"confidence": 90.0, "found": 1, "wrong": 0, "others": 0, "recall": 0.1, "precision": 1.0}
    counts = {"examples": examples, "counter_examples": counter_examples, "others": 2000}
    return report_in_words({"label": "Gadget", **counts, "steps": [more, step]})


def test_it_speaks_of_the_confidence_from_which_labels_show() -> None:
    lines = _told(4, 0.9)
    assert lines[0].startswith("**Finds 9 of 12 examples** at 55 %")
    assert "90 % are right" in lines[1]
    assert "1 of 4 pictures that do not show it" in lines[1]
    assert lines[2].startswith("It would also name 1,200 of 2,000 other pictures")


def test_it_names_its_limits() -> None:
    lines = _told(0, 1.0, examples=5)
    assert "nothing is known of its mistakes" in lines[1]
    assert "With 5 examples" in lines[-1]
    assert not any("are right" in line for line in lines)
