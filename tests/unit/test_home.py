from datetime import UTC, datetime

from dashboard.home import home_quality, home_running


def test_a_week_is_whole_days_and_the_one_before_touches_it() -> None:
    this, before = home_quality.week_of(datetime(2026, 6, 15, 17, 30, tzinfo=UTC))
    assert this == {"created_from": "2026-06-09T00:00:00Z", "created_to": "2026-06-16T00:00:00Z"}
    assert before == {"created_from": "2026-06-02T00:00:00Z", "created_to": "2026-06-09T00:00:00Z"}


def test_labels_that_changed_come_by_how_much_and_lead_to_pictures() -> None:
    def side(name: str, value: str, count: int) -> dict[str, object]:
        return {"side": name, "value": value, "count": count, "query": {"label": [value], "of": name}}

    rows = [
        side("a", "Shoe", 2), side("b", "Shoe", 1),
        side("a", "Hat", 0), side("b", "Hat", 9),
        side("a", "Cup", 4), side("b", "Cup", 4),
    ]  # fmt: skip
    assert home_quality._changes(rows) == [
        ("Hat", 0, 9, {"label": ["Hat"], "of": "b"}),  # none this week: to where there were some
        ("Shoe", 2, 1, {"label": ["Shoe"], "of": "a"}),
    ]


def test_an_upload_in_words() -> None:
    counts = {"ready": 1200, "failed": 3, "duplicate": 1}
    assert (
        home_running._words(counts, 1300, 96) == "1,200 of 1,300 searchable, 96 on their way, 1 already there, 3 failed"
    )
