"""Alarms are remembered until they are taken back, or for an hour."""

from __future__ import annotations

from core.alarms import LASTING, Alarms
from core.facts import ALARM, Fact


def alarm(at: float, what: str, *, raised: bool = True) -> Fact:
    return Fact(1, at, ALARM, "", "", {"what": what, "detail": "x" * 500, "raised": raised})


def names(alarms: Alarms, at: float) -> list[str]:
    return [one["what"] for one in alarms.now(at)]


def test_an_alarm_lasts_until_it_is_taken_back_or_its_hour_is_over() -> None:
    alarms = Alarms()
    for fact in (alarm(10, "prompt_lost"), alarm(20, "journal_failing"), Fact(2, 30, "menu.step", "", "", {})):
        alarms.fold(fact)
    assert names(alarms, 40) == ["journal_failing", "prompt_lost"]
    alarms.fold(alarm(50, "journal_failing", raised=False))
    assert names(alarms, 60) == ["prompt_lost"]
    alarms.fold(alarm(70, "prompt_lost"))  # raised again: its hour begins anew
    assert names(alarms, 10 + LASTING) == ["prompt_lost"]
    assert names(alarms, 70 + LASTING) == []


def test_many_kinds_of_alarm_stay_few_and_short() -> None:
    alarms = Alarms()
    for number in range(100):
        alarms.fold(alarm(number, f"kind-{number}"))
    assert len(alarms.now(100)) == 20
    assert names(alarms, 100)[0] == "kind-99"
    assert len(alarms.now(100)[0]["detail"]) == 200
