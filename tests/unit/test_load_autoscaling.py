"""Target tracking as it is simulated: when tasks come and go, and what people wait meanwhile."""

import pytest

from benchmarks.profile.autoscaling import Policy, simulate

MS10 = [0.01]
"""A task serves 100 requests a second."""


def test_one_task_is_enough_for_a_small_load() -> None:
    seen = simulate(lambda _: 20.0, 30, MS10, Policy())
    assert {minute.tasks for minute in seen.minutes} == {1}
    assert seen.minutes[10].cpu == pytest.approx(0.2, abs=0.03)
    assert sum(minute.requests for minute in seen.minutes) == pytest.approx(36_000, rel=0.03)
    assert 10 <= seen.p95_ms < 25


def test_a_second_task_answers_after_three_minutes_above_the_target_and_its_start() -> None:
    seen = simulate(lambda _: 90.0, 12, MS10, Policy())
    assert [minute.tasks for minute in seen.minutes[:4]] == [1, 1, 1, 1]
    assert [minute.tasks for minute in seen.minutes[4:]] == [2] * 8  # minutes 1-3 are seen, 120 s later it answers
    assert seen.minutes[2].cpu > 0.8
    assert seen.minutes[-1].cpu == pytest.approx(0.45, abs=0.05)


def test_a_cooldown_shorter_than_a_start_asks_for_one_task_too_many() -> None:
    seen = simulate(lambda _: 90.0, 12, MS10, Policy(starts_s=120, out_cooldown_s=60))
    assert seen.most_tasks == 3


def test_too_much_work_for_all_tasks_waits_longer_and_longer() -> None:
    seen = simulate(lambda _: 350.0, 25, MS10, Policy())
    assert seen.most_tasks == 3
    assert seen.minutes[-1].cpu > 0.99
    assert seen.minutes[-1].p95_ms > seen.minutes[-8].p95_ms > 60_000
    assert seen.share_above(800) > 0.9


def test_a_task_goes_after_fifteen_minutes_below_the_target() -> None:
    seen = simulate(lambda second: 90.0 if second < 600 else 5.0, 40, MS10, Policy())
    tasks = [minute.tasks for minute in seen.minutes]
    # the second one comes in the fifth minute; from then on it is below, and in the twentieth one is enough
    assert tasks == [1] * 4 + [2] * 16 + [1] * 20


def test_the_policy_s_least_is_there_from_the_beginning_and_at_the_end() -> None:
    seen = simulate(lambda _: 90.0, 10, MS10, Policy(least=2))
    assert {minute.tasks for minute in seen.minutes} == {2}
    assert seen.share_above(800) == 0


def test_the_same_seed_gives_the_same_figures() -> None:
    one, other = (simulate(lambda _: 50.0, 5, [0.005, 0.02], Policy(), seed=3) for _ in range(2))
    assert one.minutes == other.minutes
