"""What administrators read: the index in a sentence, money, days of the audit log, who must stay an administrator."""

from datetime import UTC, date, datetime

from dashboard.operations.audit_views import between
from dashboard.operations.operation_live import in_words
from dashboard.operations.people_views import others_that_manage
from dashboard.operations.spend_views import dollars
from pixplore.aws.cognito import Member
from pixplore.domain import Role

READY = 'pixplore_engine{engine="index"} 1.0\npixplore_engine{engine="sql"} 0.0\npixplore_index_images 1.2e+06\n'


def test_the_index_in_words() -> None:
    assert in_words(READY + "pixplore_index_lag_seconds 0.4\n") == (
        "The search index holds 1,200,000 pictures and is up to date."
    )
    assert "is 93 seconds behind" in in_words(READY + "pixplore_index_lag_seconds 93\n")
    assert "A fresh one is being built" in in_words(READY + "pixplore_index_building 1.0\n")
    assert "The database answers meanwhile" in in_words('pixplore_engine{engine="index"} 0.0\n')
    assert "The database answers meanwhile" in in_words("")


def test_money() -> None:
    assert [dollars(amount) for amount in (0, 0.00375, 0.16, 1234.5)] == ["$0.00", "$0.00375", "$0.16", "$1,234.50"]


def test_days_of_the_audit_log_are_whole() -> None:
    assert between(()) == {}
    assert between((date(2026, 11, 3),)) == {"at_from": "2026-11-03T00:00:00Z"}
    both = between((date(2026, 11, 3), date(2026, 11, 30)))
    assert both == {"at_from": "2026-11-03T00:00:00Z", "at_to": "2026-12-01T00:00:00Z"}


def test_an_administrator_who_can_sign_in_must_be_left() -> None:
    def member(name: str, role: Role, enabled: bool = True) -> Member:
        return Member(name, name, f"{name}@x.example", role, "CONFIRMED", enabled, datetime.now(UTC))

    last = member("a", Role.ADMIN)
    found = [last, member("b", Role.ADMIN, enabled=False), member("c", Role.ANALYST)]
    assert not others_that_manage(found, last)
    assert others_that_manage([*found, member("d", Role.ADMIN)], last)
