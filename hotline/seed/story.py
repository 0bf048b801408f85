"""One life under way: who may be asked, what may be said, and the ways an appeal begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hotline.seed.appeals import Appeal, phrases
from hotline.seed.cast import Cast
from hotline.seed.city import City
from hotline.seed.plots import Plot
from hotline.seed.prose import say
from hotline.seed.teller import HOUR, MINUTE, Teller
from workorders.life.acts import Actor
from workorders.life.words import Do, Role

SYSTEM = Actor("system", Role.SYSTEM)
CITIZEN = Actor("citizen", Role.CITIZEN)


@dataclass(frozen=True, slots=True)
class Main:
    """An order of the same matter that a later one may be merged into, while it is open (until `passed`)."""

    number: str
    secrecy: int
    unit: str
    passed: float


@dataclass(slots=True)
class Story:
    """What the tellers of a life share. `agent` took it; `clerk` dispatches; `main`: what it may be merged into."""

    number: str
    appeal: Appeal
    plot: Plot
    city: City
    cast: Cast
    t: Teller
    agent: Actor
    clerk: Actor
    call: str
    content: str  # digest of the words that stand beside the history
    main: Main | None = None

    @property
    def rng(self) -> Random:
        """Return the source of this life's chances."""
        return self.t.rng

    def has(self, mishap: str) -> bool:
        """Tell whether a mishap meets this life."""
        return self.plot.has(mishap)

    def why(self, reason: str, unit: str = "") -> str:
        """Return a reason as somebody writes it."""
        return self.words(phrases()["reason"][reason], unit)

    def words(self, templates: Sequence[str], unit: str = "") -> str:
        """Return words about this appeal; `unit` is named where they name one."""
        slots = dict(self.appeal.words)
        if unit:
            slots["unit"] = self.city.names[unit]
        return say(templates, self.rng, slots)

    def new_call(self) -> str:
        """Return the key of a call."""
        return f"{self.rng.getrandbits(128):032x}"

    def other(self, role: Role, but: Actor | None = None) -> Actor:
        """Return somebody in an office, another one than `but`."""
        return self.cast.one(role, self.rng, but=but.id if but else "")


def accept(s: Story) -> None:
    """受理, and what follows at once: the keypad rating, a note, a second look at a hidden number."""
    first = s.appeal.topic.unit if _is_three_way(s) else None
    data = {"number": s.number, "matter": s.appeal.matter.model_dump(mode="json", exclude_defaults=True),
            "call": s.call, "content": s.content}
    s.t.do(Do.ACCEPT, s.agent, s.appeal.at, data=data | ({"first_responder": first} if first else {}))
    if s.has("phone_missed") and first:
        s.t.do(Do.PHONE_UNANSWERED, SYSTEM, s.t.soon(1, 30), data={"unit": first, "call": s.call})
    if s.call:
        s.t.do(Do.RATE, SYSTEM, s.t.soon(2 * MINUTE, 6 * MINUTE), data=_rated(s.rng))


def _is_three_way(s: Story) -> bool:
    matter, unit = s.appeal.matter, s.appeal.topic.unit
    dispatched = s.plot.way == "dispatched" and bool(unit) and not matter.is_report
    return dispatched and bool(s.call) and s.has("three_way")


def _rated(rng: Random) -> dict[str, object]:
    chance = rng.random()
    if chance < 0.3:
        return {"missing": rng.choice(("hung_up", "no_key"))}
    return {"value": rng.choices((5, 4, 3, 2, 1), weights=(82, 11, 4, 2, 1))[0]}


def answered(s: Story) -> None:
    """直接答复: the agent knows it."""
    s.t.do(Do.ANSWER, s.agent, s.t.soon(5, 3 * MINUTE), text=s.words(s.appeal.topic.tell or s.appeal.topic.done))
    s.t.do(Do.CLOSE, SYSTEM, s.t.soon(20 * HOUR, 24 * HOUR))


def refused(s: Story) -> bool:
    """不予受理, its objection and its second look; tell whether it was overturned and goes on."""
    ground, agency = s.rng.choice((("litigation", True), ("arbitration", True), ("civil", False)))
    reason = phrases()["reason"]["refuse"][("litigation", "arbitration", "civil").index(ground)]
    s.t.do(Do.REFUSE, s.agent, s.t.soon(MINUTE, 5 * MINUTE), why=reason,
           data={"ground": ground, "refusal": f"B{s.number}", "agency": agency})
    if s.rng.random() < 0.2:
        s.t.do(Do.OBJECT, CITIZEN, s.t.office(2, 20), text=s.why("object"))
        if s.rng.random() < 0.4:
            s.t.do(Do.OVERTURN_REFUSAL, s.other(Role.QUALITY), s.t.office(3, 16), why=s.why("overturn"))
            return True
    s.t.may(Do.CONFIRM_REFUSAL, s.other(Role.BACK_OFFICE, s.agent), s.t.office(3, 16), why=s.why("confirm"))
    return False


def handed_over(s: Story) -> None:
    """移交: another platform has taken it and answers."""
    platform = s.rng.choice(("110", "邻市12345"))
    data = {"platform": platform, "reference": f"{s.rng.randint(10**9, 10**10 - 1)}"}
    s.t.do(Do.HAND_OVER, s.agent, s.t.soon(3 * MINUTE, 20 * MINUTE), why=s.why("hand_over"), data=data)
    s.t.do(Do.RESULT_BACK, s.other(Role.BACK_OFFICE), s.t.office(3, 14), data=data,
           text=s.words(s.appeal.topic.done or s.appeal.topic.tell))


def merged(s: Story) -> bool:
    """并单, answered with the main order; False when there is none to merge it into."""
    main, matter = s.main, s.appeal.matter
    if main is None or main.secrecy != matter.confidentiality or matter.is_report:
        return False
    at = s.t.soon(10 * MINUTE, HOUR)
    if at >= main.passed or not s.t.may(Do.MERGE, s.clerk, at, why=s.why("merge"),
                                        data={"into": main.number, "secrecy": main.secrecy}):
        return False
    s.t.do(Do.MAIN_ANSWERED, SYSTEM, max(main.passed + HOUR, s.t.now), text=s.words(s.appeal.topic.done),
           data={"unit": main.unit})
    return True


def withdrawn(s: Story) -> None:
    """诉求人撤回, by their own word on the telephone."""
    s.t.do(Do.WITHDRAW, s.agent, s.t.office(1, 5), why=s.why("withdraw"), data={"evidence": s.new_call()})
