"""Random lives: whoever might act, whatever they might try, at random hours; mostly sensible, often not."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.findings import to_raise
from workorders.life.history import advance
from workorders.life.ladder import due_rungs
from workorders.life.order import Order
from workorders.life.perform import step_for
from workorders.life.policy import Rules
from workorders.life.states import STEPS, Of, Step
from workorders.life.words import UNIT_ROLES, Do, Role, State

UNITS = ("housing", "water", "street", "parks")
TEXTS = ("已派维修队更换三楼水管，十一月三日恢复供水，依据物业条例第三十条。", "正在办理", "", "市民来电催办漏水一事")
PEOPLE = {role: tuple(Actor(f"{role.value}-{n}", role) for n in (1, 2, 3)) for role in Role if role not in UNIT_ROLES}


class Walker:
    """Walks one order about; `refusals` and `taken` count what happened, by code and by row of the table."""

    def __init__(self, seed: int, rules: Rules, taken: Counter[Step] | None = None) -> None:
        self.dice, self.rules, self.now = random.Random(seed), rules, 1_772_412_000.0 + seed % 300 * 86_400
        self.refusals: dict[str, int] = {}
        self.taken: Counter[Step] = Counter() if taken is None else taken

    def actor(self, role: Role) -> Actor:
        """Return somebody in that office."""
        if role in UNIT_ROLES:
            unit = self.dice.choice(UNITS)
            return Actor(f"{unit}-{role.value}", role, unit)
        return self.dice.choice(PEOPLE[role])

    def begin(self) -> Wish:
        """Return a wish that makes an order."""
        kind = self.dice.choice(["complaint", "help", "inquiry", "complaint", "report"])
        matter: dict[str, Any] = {"kind": kind, "urgency": self.dice.choice([0, 0, 0, 1, 2])}
        if kind == "report":
            matter["complained_of"] = [self.dice.choice(UNITS)]
        if self.dice.random() < 0.1:
            matter["anonymous"] = True
        if self.dice.random() < 0.15:
            matter["tags"] = ["major"]
        first = self.dice.choice([None, None, *UNITS])
        return Wish(Do.ACCEPT, self.actor(Role.AGENT), self.now, data={
            "number": f"N-{self.dice.randrange(10**6)}", "matter": matter, "first_responder": first})

    def next(self, order: Order) -> Wish:
        """Return something somebody might try now, or what the machine would do."""
        self.now += self.dice.choice([0, 1, 60, 60, 600, 600, 3600, 3600, 20_000, 90_000])
        if order.state in (State.CLOSED, State.REFUSED) and self.dice.random() < 0.1:
            self.now += 4_000_000
        machine = self.dice.random()
        if machine < 0.08 and (rungs := due_rungs(order, self.rules, self.now)):
            return rungs[0].wish(self.now)
        if machine < 0.2 and (found := to_raise(order, self.now)):
            return found[0].wish(self.now)
        if self.dice.random() < 0.2:
            return self.wish(order, self.dice.choice(STEPS))
        return self.likely(order)

    def likely(self, order: Order) -> Wish:
        """Return what somebody might well do: of a few tries that the table allows, by the row least gone so far."""
        best: tuple[int, Wish] | None = None
        for _ in range(6):
            wish = self.wish(order, self.step(order))
            try:
                taken = self.taken[step_for(order, wish, self.rules)]
            except LifeError:
                continue
            if best is None or taken < best[0]:
                best = (taken, wish)
        return best[1] if best else self.wish(order, self.step(order))

    def step(self, order: Order) -> Step:
        """Return a row of the table that starts from here, from the order or from a part of it."""
        states = {part.state for part in order.current()} | {order.state}
        here = [step for step in STEPS if step.frm & states]
        moving = [step for step in here if isinstance(step.to, State)]
        return self.dice.choice(moving if moving and self.dice.random() < 0.5 else here)

    def wish(self, order: Order, step: Step) -> Wish:
        """Return the wish of a row with data that often fits."""
        by = self.actor(self.dice.choice(sorted(step.who)))
        if by.of_unit and self.dice.random() < 0.8 and (held := [part.unit for part in order.current()]):
            unit = self.dice.choice(held)
            by = Actor(f"{unit}-{by.role.value}", by.role, unit)
        about = self.dice.choice(["", *UNITS]) if not by.of_unit and step.of is not Of.ORDER else ""
        why = "依据规定" if self.dice.random() < 0.9 else ""
        text = self.dice.choice((TEXTS[0], *TEXTS))
        return Wish(step.do, by, self.now, why, text, self.data(order, step.do, by), about)

    def data(self, order: Order, do: Do, by: Actor) -> dict[str, Any]:
        """Return data for an act: well formed, now and then not."""
        if self.dice.random() < 0.03:
            return {"unit": None}
        maker = getattr(self, f"_{do.value}", None)
        return maker(order, by) if maker else {}

    # -- one small maker an act ------------------------------------------------------------------------------------
    def _unit(self) -> str:
        return self.dice.choice(UNITS)

    def _classify(self, order: Order, by: Actor) -> dict[str, Any]:
        return self.dice.choice([{"urgency": self.dice.choice([0, 1, 2])}, {"tags": ["complex"]}, {"tags": ["major"]},
                                 {"kind": "inquiry"}, {"confidentiality": 1}, {"anonymous": True}])

    def _protect(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"units": [self._unit()]} if self.dice.random() < 0.2 else {"units": ["nobody-here"]}

    def _note(self, order: Order, by: Actor) -> dict[str, Any]:
        if self.dice.random() < 0.5:
            return {}
        kind = self.dice.choice(["image/png", "image/jpeg", "application/pdf"])
        return {"file": {"id": f"att-{self.dice.randrange(16**16):016x}", "media_type": kind, "sha256": "0" * 64}}

    def _refuse(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"ground": self.dice.choice(["litigation", "civil", "petition"]), "refusal": "R"}

    def _dispatch(self, order: Order, by: Actor) -> dict[str, Any]:
        joint = [self._unit()] if self.dice.random() < 0.3 else []
        return {"unit": self._unit(), "joint": joint, "on_call": self.dice.random() < 0.2, "call": "c-1"}

    _redispatch = _arbitrate_move = _add_joint = _dispatch

    def _hand_down(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"unit": self._unit(), "due": self.now + self.dice.choice([3600, 90_000, 900_000])}

    def _contact(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"reached": self.dice.random() < 0.8}

    def _reply(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"solved": self.dice.random() < 0.7}

    def _return(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"ground": "三定方案"}

    _plead = _return

    def _offer_lead(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"unit": self._unit(), "stay": self.dice.random() < 0.5}

    def _ask_extension(self, order: Order, by: Actor) -> dict[str, Any]:
        lead = order.leading
        unit = lead.terms.reply.unit.value if lead else "working_days"
        return {"term": {"amount": self.dice.choice([1, 3, 5]), "unit": unit}}

    def _approve_extension(self, order: Order, by: Actor) -> dict[str, Any]:
        return {**self._ask_extension(order, by), "told_citizen": self.dice.random() < 0.9}

    def _ask_pause(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"until": self.now + self.dice.choice([3600, 200_000, 900_000]), "cause": "season"}

    _approve_pause = _ask_pause

    def _try_citizen(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"reached": self.dice.random() < 0.6, "call": self.dice.choice(["", "c-1", "c-2", "c-3", "c-4"])}

    def _citizen_says(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"solved": self.dice.choice([True, False, None]), "satisfaction": self.dice.choice([None, 1, 3, 5]),
                "contacted": self.dice.choice([True, False, None]), "via": self.dice.choice(["call", "sms"])}

    def _rate(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"value": self.dice.choice([1, 5, 7])}

    def _ask_ending(self, order: Order, by: Actor) -> dict[str, Any]:
        again = self.now + 2_000_000
        return self.dice.choice([{"ending": "terminate"}, {"ending": "shelve", "again": again}])

    def _revisit(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"again": self.now + 1_000_000}

    def _merge(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"into": "N-0"}

    def _main_answered(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"unit": self._unit()}

    def _withdraw(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"evidence": "c-9"} if self.dice.random() < 0.1 else {}

    def _hand_over(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"platform": "110", "reference": "X" if self.dice.random() < 0.3 else ""}

    _result_back = _hand_over

    def _remind(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"clock": "reply", "whom": "unit:housing", "due": self.now}

    _press = _supervise = _escalate = _remind

    def _phone_unanswered(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"unit": self._unit()}

    def _raise_finding(self, order: Order, by: Actor) -> dict[str, Any]:
        kind = self.dice.choice(["slow", "wrong", "inaction"])
        return {"key": f"person:{self.dice.randrange(5)}", "kind": kind, "unit": self._unit()}

    def _key(self, order: Order) -> str:
        return self.dice.choice(order.findings).key if order.findings else "none"

    def _answer_finding(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"key": self._key(order)}

    _refer_finding = _answer_finding

    def _decide_finding(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"key": self._key(order), "established": self.dice.random() < 0.5}

    def _ask_strike(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"unit": by.unit or self._unit(), "figures": ["closing"], "reason": "force_majeure"}

    def _decide_strike(self, order: Order, by: Actor) -> dict[str, Any]:
        asked = [r.seq for r in order.requests if r.what == "strike"]
        return {"request": self.dice.choice(asked) if asked else 1, "granted": self.dice.random() < 0.5}

    def _unmask(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"field": "number"}

    def _name_person(self, order: Order, by: Actor) -> dict[str, Any]:
        return {"person": "agent-1"}

    def attempt(self, order: Order | None, wish: Wish) -> Order | None:
        """Try a wish; return the order after it, the very same when it was refused."""
        try:
            after, self.act = advance(order, wish, self.rules)
            self.taken[step_for(order, wish, self.rules)] += 1
        except LifeError as error:
            self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
            return order
        return after
