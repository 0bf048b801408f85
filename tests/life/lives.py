"""Lives of orders for tests: a city's people, a clock that is set by hand, and acts that must or must not happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from workorders.life.acts import Act, Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.history import advance
from workorders.life.order import Order
from workorders.life.perform import step_for
from workorders.life.policy import Rules
from workorders.life.states import Step, owner
from workorders.life.words import Do, Role, State

AGENT, OTHER_AGENT = Actor("wang", Role.AGENT), Actor("zhao", Role.AGENT)
LEADER = Actor("ban", Role.TEAM_LEADER)
OFFICE, OFFICE2 = Actor("pai", Role.BACK_OFFICE), Actor("fu", Role.BACK_OFFICE)
QUALITY = Actor("zhi", Role.QUALITY)
DUTY, DEPUTY = Actor("qu", Role.DUTY_LEADER), Actor("dai", Role.DEPUTY)
SUPERVISION, DISCIPLINE = Actor("du", Role.SUPERVISION), Actor("ji", Role.DISCIPLINE)
ADMIN, CLIENT, EXPERT = Actor("admin", Role.ADMIN), Actor("province", Role.API_CLIENT), Actor("lv", Role.EXPERT)
CITIZEN, SYSTEM = Actor("citizen", Role.CITIZEN), Actor("system", Role.SYSTEM)
HOUSING, HOUSING_LEAD = Actor("h1", Role.UNIT_HANDLER, "housing"), Actor("h2", Role.UNIT_LEAD, "housing")
WATER, WATER_LEAD = Actor("w1", Role.UNIT_HANDLER, "water"), Actor("w2", Role.UNIT_LEAD, "water")
STREET, STREET_LEAD = Actor("s1", Role.UNIT_HANDLER, "street"), Actor("s2", Role.UNIT_LEAD, "street")
REPLY = "已派维修队更换三楼水管，十一月三日恢复供水，依据物业条例第三十条。"
DEFAULT = Rules()
LIVED: list[Act] = []  # every act of every life
TAKEN: set[Step] = set()  # every row of the table that some test has gone by


def when(text: str) -> float:
    """Return the moment of a local day and hour like ``2026-03-02 09:00``."""
    return DEFAULT.calendar.moment(datetime.fromisoformat(text).date(), datetime.fromisoformat(text).time())


def said(at: float) -> str:
    """Return a moment as people write it."""
    return datetime.fromtimestamp(at, DEFAULT.calendar.zone).strftime("%Y-%m-%d %H:%M")


class Life:
    """One order on its way. Every act is a minute after the one before unless a moment is given."""

    def __init__(self, matter: Mapping[str, Any] | None = None, at: str = "2026-03-02 09:00",
                 rules: Rules = DEFAULT, by: Actor = AGENT, **data: Any) -> None:
        self.rules, self.acts, self.now = rules, list[Act](), when(at) - 60
        self.known: Order | None = None
        self.do(Do.ACCEPT, by, number="2026-0302-0001", matter=dict(matter or {"kind": "complaint"}), **data)

    @property
    def order(self) -> Order:
        """Return the order now."""
        assert self.known is not None
        return self.known

    @property
    def state(self) -> State:
        """Return its state."""
        return self.order.state

    @property
    def owner(self) -> str:
        """Return whose desk it is on."""
        return owner(self.order)

    def wish(self, do: Do, by: Actor, *, why: str = "因为如此", text: str = REPLY, about: str = "", at: str = "",
             **data: Any) -> Wish:
        """Return a wish a minute later, or at a moment."""
        moment = when(at) if at else self.now + 60
        return Wish(do, by, moment, why, text, data, about)

    def do(self, do: Do, by: Actor, **how: Any) -> Life:
        """Let an act happen; keeps note of the row of the table it went by."""
        wish = self.wish(do, by, **how)
        TAKEN.add(step_for(self.known, wish, self.rules))
        self.known, act = advance(self.known, wish, self.rules)
        self.acts.append(act)
        LIVED.append(act)
        self.now = wish.at
        return self

    def no(self, error: type[LifeError], do: Do, by: Actor, **how: Any) -> str:
        """Expect that an act is refused, says why and what to do, and changes nothing; return what it says."""
        before, length = self.known, len(self.acts)
        with pytest.raises(error) as caught:
            advance(self.known, self.wish(do, by, **how), self.rules)
        assert type(caught.value) is error, f"{caught.value!r}"
        assert str(caught.value)
        assert caught.value.fix
        assert (self.known, len(self.acts)) == (before, length)
        return str(caught.value)

    # -- stretches of a life that many tests need ----------------------------------------------------------------
    def dispatched(self, unit: str = "housing", **data: Any) -> Life:
        """Dispatch it."""
        return self.do(Do.DISPATCH, OFFICE, unit=unit, **data)

    def handling(self, lead: Actor = HOUSING_LEAD) -> Life:
        """Let its unit sign, speak to the citizen, begin."""
        self.do(Do.SIGN_FOR, lead).do(Do.CONTACT, lead, reached=True, call="c-unit")
        return self.do(Do.START, lead)

    def replied(self, lead: Actor = HOUSING_LEAD, *, solved: bool = True) -> Life:
        """Let the unit answer."""
        return self.handling(lead).do(Do.REPLY, lead, solved=solved)

    def follow_up(self) -> Life:
        """Review the reply and begin to ask the citizen."""
        return self.do(Do.PASS, OFFICE2).do(Do.BEGIN_FOLLOW_UP, AGENT)

    def asked(self, *, solved: bool | None, satisfaction: int | None = None, contacted: bool | None = None,
              call: str = "c-follow") -> Life:
        """Let the citizen say what came of it, in a call of the platform."""
        self.do(Do.TRY_CITIZEN, AGENT, reached=True, call=call)
        return self.do(Do.CITIZEN_SAYS, AGENT, solved=solved, satisfaction=satisfaction, contacted=contacted)

    def closed(self) -> Life:
        """Go the whole way from dispatch to a content citizen."""
        return self.dispatched().replied().follow_up().asked(solved=True, satisfaction=5).do(Do.CLOSE, OFFICE)

    def reopened(self) -> Life:
        """Go the way of an unhappy citizen."""
        self.dispatched().replied().follow_up().asked(solved=False, satisfaction=1)
        return self.do(Do.REOPEN, AGENT)


def report(**more: Any) -> dict[str, Any]:
    """Return the matter of a report against the housing department."""
    return {"kind": "report", "complained_of": ["housing"], **more}
