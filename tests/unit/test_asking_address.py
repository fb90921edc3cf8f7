"""Whose browser asks: behind proxies of ours what they wrote, never what the browser wrote itself."""

from types import SimpleNamespace

import pytest

from dashboard import session

BALANCER, FRONT, BROWSER = "10.0.0.9", "130.176.1.1", "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, None, BALANCER),
        (0, BROWSER, BALANCER),  # nobody of ours wrote that
        (1, BROWSER, BROWSER),
        (1, f"198.51.100.1, {BROWSER}", BROWSER),
        (2, f"{BROWSER}, {FRONT}", BROWSER),
        (2, f"198.51.100.1,198.51.100.2 , {BROWSER}, {FRONT}", BROWSER),
        (2, FRONT, BALANCER),  # who came past the first of them
        (1, "", BALANCER),
    ],
)
def test_it(monkeypatch: pytest.MonkeyPatch, proxies: int, header: str | None, expected: str) -> None:
    headers = {} if header is None else {"X-Forwarded-For": header}
    monkeypatch.setattr(session, "settings", lambda: SimpleNamespace(proxies=proxies))
    monkeypatch.setattr(session.st, "context", SimpleNamespace(headers=headers, ip_address=BALANCER))
    assert session.asking_address() == expected


def test_two_people_behind_one_balancer_wait_for_themselves_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "settings", lambda: SimpleNamespace(proxies=1))
    seen = set()
    for address in (BROWSER, "203.0.113.8"):
        context = SimpleNamespace(headers={"X-Forwarded-For": address}, ip_address=BALANCER)
        monkeypatch.setattr(session.st, "context", context)
        seen.add(session._subjects("a@b.example", "password")[1])
    assert len(seen) == 2
