"""The call bar, decided: from what the controller says of an agent and a call to a state and what may be done in it.

Pure. The buttons stand in one order and never change place; one that the state does not allow stays, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

View = Mapping[str, Any]

# what may be done in which state of the bar (issue "Desks", row 1; states: the sheet of the design system)
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "offline": frozenset({"ready", "break"}),
    "break": frozenset({"ready", "offline"}),
    "ready": frozenset({"break", "offline"}),
    "ringing": frozenset({"answer", "decline"}),
    "dialling": frozenset({"give_up"}),
    "talking": frozenset({"hold", "mute", "add", "finish"}),
    "three": frozenset({"hold", "mute", "add", "leave", "finish"}),
    "hold": frozenset({"resume", "add", "finish"}),
    "consult": frozenset({"resume", "add", "finish"}),
    "away": frozenset({"back", "finish"}),
    "lost": frozenset(),
    "wrap_up": frozenset({"done", "break", "offline"}),
    "unknown": frozenset(),
}
FILL: Final[Mapping[str, str]] = {  # state → which of the eight fills
    "offline": "off", "break": "off", "ready": "idle", "ringing": "ringing", "dialling": "ringing", "talking": "talk",
    "three": "three", "hold": "hold", "consult": "hold", "away": "hold", "lost": "ringing", "wrap_up": "wrap",
    "unknown": "fault"}
SHAPE: Final[Mapping[str, str]] = {
    "off": "dash", "idle": "ring", "ringing": "triangle", "talk": "dot", "three": "diamond", "hold": "bars",
    "wrap": "square", "fault": "cross"}


HOLD_KEY: Final = "Shift+F8"  # holds whoever came last, or brings them back


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done. `path` is what the page asks for; "" is for the page itself."""

    id: str
    key: str = ""
    method: str = "POST"
    path: str = ""


# place → the acts that may stand there, the first being shown when none is allowed
PLACES: Final[tuple[tuple[Act, ...], ...]] = (
    (Act("answer", "F2"), Act("rejoin", "F2", path="/desk/rejoin/{rejoin}")),
    (Act("decline", "Shift+F2"),),
    (Act("hold", "F4", path="/api/calls/{call}/hold"), Act("resume", "F4", path="/api/calls/{call}/resume"),
     Act("back", "F4", path="/api/calls/{call}/parties/{party}/back")),
    (Act("mute", "Shift+F4", path="/api/calls/{call}/parties/{party}/mute"),
     Act("unmute", "Shift+F4", path="/api/calls/{call}/parties/{party}/unmute")),
    (Act("add", "F8"),),
    (Act("leave", "", path="/api/calls/{call}/parties/{party}/leave"),),
    (Act("finish", "F9", path="/api/calls/{call}/finish"),
     Act("give_up", "F9", path="/api/calls/{call}/parties/{party}/remove"),
     Act("done", "Ctrl+Enter", path="/api/agents/{agent}/wrap-up-done")),
)


@dataclass(frozen=True, slots=True)
class Button:
    """One place of the bar as it stands now."""

    id: str
    key: str
    method: str
    path: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the talk, or the citizen. `removable` is the party's id when they may be asked out.

    `hold` is what puts them on hold, or brings them back if `held_at`; `can_hold` is false where the talk needs them.
    """

    role: str
    who: str
    name: str
    place: str  # room | side | ringing | answered | held | waiting
    party: str = ""
    hold: str = ""
    can_hold: bool = True
    held_at: float = 0.0
    key: str = ""  # of the keyboard, for `hold`
    muted: bool = False
    me: bool = False
    removable: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation under way or just ended: its phones, each with its state, and why those failed that did.

    `known` is false for somebody who was taken out of the directory meanwhile.
    """

    id: str
    role: str
    who: str
    name: str
    state: str
    private: bool
    phones: tuple[tuple[str, str], ...]
    failures: tuple[tuple[str, str], ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything the bar shows. Times are epoch seconds; 0 is none."""

    state: str
    agent: str
    since: float = 0.0
    until: float = 0.0
    why: str = ""
    call: str = ""
    party: str = ""
    muted: bool = False
    direction: str = "in"
    rejoin: str = ""  # a talk that this agent was cut off from and may come into again
    listening: str = ""  # the call that this agent listens to
    unrecorded: bool = False  # the citizen's call is not being recorded
    kind: str = "web"
    talk_since: float = 0.0
    buttons: tuple[Button, ...] = ()
    people: tuple[Person, ...] = ()
    invited: tuple[Invited, ...] = ()
    allowed: frozenset[str] = field(default_factory=frozenset)

    @property
    def fill(self) -> str:
        """The fill of the state."""
        return FILL[self.state]

    @property
    def shape(self) -> str:
        """The shape that says the state without colour."""
        return SHAPE[self.fill]


def bar_of(agent: View, call: View | None, names: Mapping[str, str]) -> Bar:
    """Return the bar of an agent, whose call is `call` if it is up and theirs. `names`: id → name of the directory."""
    own = _own_leg(agent, call)
    state = state_of(agent, call, own)
    muted = bool(own and own["muted"])
    party = own["party"] if own else ""
    kind = str(agent["kind"])
    allowed = _allowed(state, muted) if kind == "web" else _allowed(state, muted) - _ON_A_PAGE
    rejoin = str(agent.get("rejoin", "")) if state in _FREE else ""
    allowed |= {"rejoin"} if rejoin else frozenset()
    places = {"rejoin": rejoin, "call": call["call"] if call else "", "party": party, "agent": agent["agent"]}
    live = call if state in _WITH_PEOPLE else None
    return Bar(
        state, agent["agent"], _since(agent, call, state), float(agent["until"] or 0), agent["why"],
        call=call["call"] if call else str(agent["call"]), party=party, muted=muted,
        direction=call["direction"] if call else "in", listening=str(agent.get("listening", "")), kind=kind,
        rejoin=rejoin, unrecorded="" in (live or {}).get("unrecorded", {}),
        talk_since=float(own.get("talk_since") or own["joined_at"] or 0) if own else 0.0,
        buttons=tuple(_button(acts, allowed, places) for acts in PLACES),
        people=_people(agent["agent"], live, names), invited=_invited(live, names), allowed=allowed)


_ON_A_PAGE: Final = frozenset({"answer", "decline"})  # done at the telephone by whoever has one
_FREE: Final = frozenset({"offline", "break", "ready", "wrap_up"})
_WITH_PEOPLE: Final = frozenset({"talking", "three", "hold", "consult", "away", "dialling"})
_IN_TALK: Final = ("room", "side", "held")


def state_of(agent: View, call: View | None, own: View | None) -> str:
    """Return the state of the bar."""
    status = str(agent["state"])
    if status != "talking":
        return status if status in ALLOWED else "unknown"
    if call is None or own is None:
        return "lost"
    if call["state"] == "dialled":
        return "dialling"
    if own["state"] == "held":
        return "away"
    others = [leg["state"] for leg in call["parties"] if leg["party"] != own["party"] and leg["state"] in _IN_TALK]
    if own["state"] == "side" or call["state"] == "held":
        return "consult" if set(others) - {"held"} else "hold"
    return "three" if others else "talking"


def _allowed(state: str, muted: bool) -> frozenset[str]:
    allowed = ALLOWED[state]
    return (allowed - {"mute"}) | {"unmute"} if muted and "mute" in allowed else allowed


def _button(acts: tuple[Act, ...], allowed: frozenset[str], places: Mapping[str, str]) -> Button:
    act = next((one for one in acts if one.id in allowed), acts[0])
    return Button(act.id, act.key, act.method, act.path.format_map(places), act.id in allowed)


def _own_leg(agent: View, call: View | None) -> View | None:
    legs = call["parties"] if call else ()
    return next((leg for leg in legs if leg["role"] == "agent" and leg["who"] == agent["agent"]), None)


def _since(agent: View, call: View | None, state: str) -> float:
    own = _own_leg(agent, call)
    if own and state == "away":
        return float(own["held_at"])
    return float(call["since"] if call and state in ("hold", "consult") else agent["since"] or 0)


def _people(me: str, call: View | None, names: Mapping[str, str]) -> tuple[Person, ...]:
    if call is None:
        return ()
    held = call["state"] == "held"
    citizen = Person("citizen", "", "", call["state"], hold=f"/api/calls/{call['call']}/{'resume' if held else 'hold'}",
                     can_hold=call["state"] in ("room", "held"), since=float(call["answered_at"] or 0),
                     held_at=float(call["since"]) if held else 0.0)
    inside = [leg for leg in call["parties"] if leg["state"] in _IN_TALK]
    # who was taken out of the directory meanwhile is still called what they were invited as
    names = {one["who"]: one["name"] for one in call["invitations"]} | dict(names)
    people = [_person(leg, me, names, f"/api/calls/{call['call']}", inside) for leg in inside]
    newest = max((one for one in people if not one.me), key=lambda one: one.since, default=None)
    return (citizen, *(replace(one, key=HOLD_KEY) if one is newest else one for one in people))


def _person(leg: View, me: str, names: Mapping[str, str], address: str, inside: Sequence[View]) -> Person:
    mine = leg["role"] == "agent" and leg["who"] == me
    act = "back" if leg["state"] == "held" else "hold"
    return Person(leg["role"], leg["who"], names.get(leg["who"], leg["who"]), leg["state"], leg["party"],
                  f"{address}/parties/{leg['party']}/{act}", _can_hold(leg, inside), float(leg.get("held_at") or 0),
                  "", bool(leg["muted"]), mine, "" if mine else leg["party"], float(leg["joined_at"] or 0))


def _can_hold(leg: View, inside: Sequence[View]) -> bool:
    """Tell whether the talk goes on without them: with the citizen anybody, aside an agent must stay."""
    staying = [one for one in inside if one is not leg and one["state"] == leg["state"]]
    if leg["state"] == "side":
        return any(one["role"] == "agent" for one in staying)
    return leg["state"] == "held" or bool(staying)


def _invited(call: View | None, names: Mapping[str, str]) -> tuple[Invited, ...]:
    """Return the invitations that matter now: those that ring, and the last one if it failed."""
    asked = [one for one in (call["invitations"] if call else ()) if one["role"] != "agent"]
    ringing = [one for one in asked if one["state"] == "ringing"]
    failed = [one for one in asked[-1:] if one["state"] == "failed"]
    return tuple(_one_invited(one, names) for one in ringing + failed)


def _one_invited(one: View, names: Mapping[str, str]) -> Invited:
    label = names.get
    phones = tuple((label(p["phone"], p["phone"]), str(p["state"])) for p in one["phones"] if p["state"] != "gone")
    failures = tuple((label(str(f["phone"]), str(f["phone"])), str(f["why"])) for f in one["failures"])
    return Invited(one["invitation"], one["role"], one["who"], one["name"], one["state"], bool(one["private"]), phones,
                   failures, one["who"] in names)
