"""What the history of a picture says of a change."""

from dashboard.detail_facts import told


def test_an_edit_field_by_field() -> None:
    detail = {
        "title": {"before": None, "after": "Claw hammer"},
        "tags": {"before": ["new"], "after": ["new", "sale"]},
        "attributes": {"before": {"brand": "Acme", "price": 12}, "after": {"price": 14, "brand": "Acme"}},
    }
    assert told(detail) == ["Title: none → Claw hammer", "Tags: new → new, sale", "Price: 12 → 14"]


def test_ids_and_what_the_action_says_already_are_left_out() -> None:
    assert told({"batch_id": "0193b1f0-0000-7000-8000-000000000000"}) == []
    assert told({"from": "product list"}) == []
    assert told({"collection": "0193b1f0-0000-7000-8000-000000000000", "name": "Spring"}) == ["Name: Spring"]


def test_a_verdict_names_its_label_and_the_verdict_before() -> None:
    assert told({"label": "Hammer", "before": None}) == ["Label: Hammer"]
    assert told({"label": "Hammer", "before": "reject"}) == ["Label: Hammer", "Before: refused"]
