"""Duty rosters: who is on duty when, what is not covered, and that a unit can always be rung."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from routing.directory import Party, Phone
from routing.roster import Roster, Slot
from routing.roster_file import RosterFile, as_bytes

ZONE = ZoneInfo("Asia/Shanghai")
ALL = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = Slot(days=ALL[:5], begin="08:30", end="17:30", who="张科长", phones=(Phone(number="6601"),))
NIGHT = Slot(days=ALL, begin="17:30", end="08:30", who="夜班",
             phones=(Phone(number="6602"), Phone(number="6603", order=2)))
UNIT = Party(id="housing", name="住建局", phones=(Phone(number="9999"),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(("moment", "numbers"), [
    ("2026-11-25 08:30", ["6601"]), ("2026-11-25 17:29", ["6601"]), ("2026-11-25 17:30", ["6602", "6603"]),
    ("2026-11-26 03:00", ["6602", "6603"]), ("2026-11-28 12:00", [])])
def test_a_slot_lasts_from_its_beginning_to_its_end_also_past_midnight(moment: str, numbers: list[str]) -> None:
    assert [one.number for one in Roster(slots=(DAY, NIGHT)).phones(at(moment))] == numbers


def test_a_date_with_slots_of_its_own_goes_by_those_alone() -> None:
    holiday = Slot(date="2026-11-25", begin="00:00", end="00:00", phones=(Phone(number="6604"),))
    roster = Roster(slots=(DAY, holiday))
    assert [one.number for one in roster.phones(at("2026-11-25 10:00"))] == ["6604"]
    assert [one.number for one in roster.phones(at("2026-11-26 10:00"))] == ["6601"]


def test_what_nobody_covers_is_told_days_ahead() -> None:
    roster = Roster(slots=(DAY, NIGHT))
    gaps = roster.gaps(at("2026-11-25 09:00"), 7)
    assert [(str(begin), str(end)) for begin, end in gaps] == [
        ("2026-11-28 08:30:00", "2026-11-28 17:30:00"), ("2026-11-29 08:30:00", "2026-11-29 17:30:00")]
    assert Roster().gaps(at("2026-11-25 09:00"), 1) == [
        (datetime(2026, 11, 25, 9), datetime(2026, 11, 26, 9))]
    always = Slot(days=ALL, begin="00:00", end="00:00", phones=(Phone(number="6601"),))
    assert Roster(slots=(always,)).gaps(at("2026-11-25 09:00")) == []


@pytest.mark.parametrize("wrong", [
    {"days": ["mon"], "date": "2026-11-25"}, {}, {"date": "2026-02-30"}, {"days": ["mon"], "begin": "24:00"},
    {"days": ["mon"], "phones": []}, {"days": ["mon"], "phones": [{"number": "110;rm"}]}])
def test_a_slot_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Slot.model_validate({"begin": "08:00", "end": "09:00", "phones": [{"number": "6601"}]} | wrong)


def test_the_file_is_read_anew_when_it_changes_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rosters.json"
    rosters, noon = RosterFile(path, ZONE), at("2026-11-25 12:00").timestamp()

    def rung() -> list[str]:
        return [one.number for one in rosters.phones(UNIT, noon)]

    assert rung() == ["9999"]
    path.write_bytes(as_bytes({"housing": Roster(slots=(DAY,))}))
    assert rung() == ["6601", "9999"]  # the directory's telephone rings last, should nobody on duty answer
    path.write_bytes(b"{broken")
    assert rung() == ["6601", "9999"]
    path.write_bytes(as_bytes({"housing": Roster(slots=(NIGHT,))}))
    assert rung() == ["9999"]  # nobody is on duty at noon: the directory's telephones ring
