"""The audit trail in words."""

from typing import Any

import pytest

from dashboard.operations.audit_views import in_words


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, ""),
        (
            {"title": {"before": "Mug", "after": "Cup"}, "tags": {"before": ["a"], "after": ["a", "sale"]}},
            "Title: Mug → Cup; Tags: + sale",
        ),
        ({"sku": {"before": None, "after": "A-1"}}, "SKU: empty → A-1"),
        ({"tags": {"before": ["old", "x"], "after": ["x"]}}, "Tags: − old"),
        ({"attributes": {"before": {"a": 1, "b": 2}, "after": {"b": 3}}}, "Attributes: a 1 → empty, b 2 → 3"),
        ({"from": "product list"}, ""),
        ({"batch_id": "0b8c"}, ""),
        ({"label": "Hammer", "before": None}, "Label: Hammer"),
        ({"label": "Hammer", "before": "reject"}, "Label: Hammer; Verdict before: no"),
        ({"collection": "0b8c", "name": "Spring flyer"}, "Name: Spring flyer"),
        (
            {"collection": "0b", "before": {"name": "A", "note": ""}, "after": {"name": "B", "note": ""}},
            "Name: A → B",
        ),
        ({"files": 3}, "Files: 3"),
        ({"file": "a.csv", "imported": 12, "rejected": 0}, "File: a.csv; Imported: 12; Rejected: 0"),
    ],
)
def test_a_change_is_told_without_json(detail: dict[str, Any], words: str) -> None:
    assert in_words(detail) == words
