"""Duty rosters (值班表): which telephones of a unit ring at which hour. Kept by the unit itself; pure.

A slot stands on days of the week, or on one date; a date with slots of its own goes by those alone. A slot that ends
at or before its beginning runs past midnight; one that ends when it begins lasts a whole day. Where no slot stands, the
unit's telephones of the directory ring: a citizen never meets an empty roster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from routing.directory import Phone, Strict

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hour = Annotated[str, StringConstraints(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")]
AHEAD: Final = 14  # days looked ahead for gaps
_ONE_DAY: Final = timedelta(days=1)
Span = tuple[datetime, datetime]


class Slot(Strict):
    """Somebody on duty: on `days` of the week, or on `date`, from `begin` to `end` (local time)."""

    days: tuple[Day, ...] = Field(default=(), max_length=7)
    date: str = Field(default="", pattern=r"^(?:\d{4}-\d{2}-\d{2})?$")
    begin: Hour
    end: Hour
    who: str = Field(default="", max_length=40)
    phones: tuple[Phone, ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _either_days_or_a_date(self) -> Slot:
        if bool(self.days) == bool(self.date):
            raise ValueError("say the days of the week, or one date")
        if self.date:
            dt.date.fromisoformat(self.date)  # ValueError for a date that there is not
        return self

    def on(self, day: dt.date) -> Span:
        """Return when the slot lasts that begins on `day`, without a zone."""
        begin = datetime.combine(day, time.fromisoformat(self.begin))
        end = datetime.combine(day, time.fromisoformat(self.end))
        return begin, end if end > begin else end + _ONE_DAY


class Roster(Strict):
    """The slots of one unit."""

    slots: tuple[Slot, ...] = Field(default=(), max_length=200)

    def begun_on(self, day: dt.date) -> list[Slot]:
        """Return the slots that begin on a day: those of its date, else those of its day of the week."""
        dated = [slot for slot in self.slots if slot.date == day.isoformat()]
        return dated or [slot for slot in self.slots if DAYS[day.weekday()] in slot.days]

    def on_duty(self, at: datetime) -> list[Slot]:
        """Return who is on duty at a local moment, those first who came on duty first."""
        moment = at.replace(tzinfo=None)
        days = (moment.date() - _ONE_DAY, moment.date())
        return [slot for day in days for slot in self.begun_on(day) if slot.on(day)[0] <= moment < slot.on(day)[1]]

    def phones(self, at: datetime) -> tuple[Phone, ...]:
        """Return the telephones to ring at a local moment, each number once; empty where nobody is on duty."""
        found: dict[str, Phone] = {}
        for slot in self.on_duty(at):
            for phone in slot.phones:
                found.setdefault(phone.number, phone)
        return tuple(sorted(found.values(), key=lambda phone: phone.order))[:12]

    def gaps(self, since: datetime, days: int = AHEAD) -> list[Span]:
        """Return when nobody is on duty in the days from `since` on, without a zone."""
        at, until = since.replace(tzinfo=None, second=0, microsecond=0), since.replace(tzinfo=None) + days * _ONE_DAY
        found: list[Span] = []
        for begin, end in sorted(self._spans(at.date() - _ONE_DAY, days + 2)):
            if begin > at and at < until:
                found.append((at, min(begin, until)))
            at = max(at, end)
        return [*found, (at, until)] if at < until else found

    def _spans(self, first: dt.date, days: int) -> Iterator[Span]:
        for day in (first + n * _ONE_DAY for n in range(days)):
            yield from (slot.on(day) for slot in self.begun_on(day))
