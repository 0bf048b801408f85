"""What the controller must remember across its own death, folded from the journal: a pure function over facts.

The switch knows the channels; it does not know that an agent is on a break, who was first responder, or who a ringing
phone belongs to. `Memory` is small, serialisable and idempotent: folding the same fact twice changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from core import facts
from core.facts import Fact
from routing.agents import AgentNow, AgentStatus


@dataclass(slots=True)
class CallMemory:
    """What is remembered of one open call."""

    answered_at: float = 0.0
    first_responder: str = ""
    talked_with: list[str] = field(default_factory=list)
    invitations: dict[str, dict[str, Any]] = field(default_factory=dict)  # open ones, as intended
    muted: list[str] = field(default_factory=list)  # leg ids
    reports: list[int] = field(default_factory=list)  # appeals that are reports
    listening: dict[str, str] = field(default_factory=dict)  # listener → listen, whisper
    rated: bool = False
    cut_off: list[str] = field(default_factory=list)  # agents who were lost
    parts: dict[str, int] = field(default_factory=dict)  # recordings that were begun anew: party → file


@dataclass(slots=True)
class Memory:
    """Agents and open calls as the journal last told them."""

    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[str, CallMemory] = field(default_factory=dict)
    booted_at: str = ""
    seq: int = 0
    rings: dict[str, str] = field(default_factory=dict)  # agent → web, plain: which of two telephones they chose

    def fold(self, fact: Fact) -> None:
        """Take one fact."""
        self.seq = max(self.seq, fact.seq)
        if fact.kind == facts.AGENT_STATE:
            self.agents[str(fact.data["agent"])] = {**fact.data, "since": fact.at}
            self._fold_lost(fact)
        elif fact.kind == facts.AGENT_PHONE:
            self.rings[str(fact.data["agent"])] = str(fact.data["rings"])
        elif fact.kind == facts.CALL_ANSWERED:
            self.calls.setdefault(fact.call, CallMemory()).answered_at = fact.at
        elif fact.kind in (facts.CALL_HUNG_UP, facts.CALL_INTERRUPTED):
            self.calls.pop(fact.call, None)
        elif fact.kind == facts.CONTROLLER_STARTED:
            self.booted_at = str(fact.data.get("booted_at", ""))
        elif fact.call in self.calls:
            self._fold_call(self.calls[fact.call], fact)

    def _fold_lost(self, fact: Fact) -> None:
        """An agent whose leg went while no controller looked has no ``party.left``: their own state tells it."""
        call, who = self.calls.get(str(fact.data.get("call", ""))), str(fact.data["agent"])
        if call and fact.data.get("why") == "lost" and who not in call.cut_off:
            call.cut_off.append(who)

    @staticmethod
    def _fold_call(call: CallMemory, fact: Fact) -> None:
        if fact.kind == facts.FIRST_RESPONDER:
            call.first_responder = str(fact.data["unit"])
        elif fact.kind == facts.INVITE_INTENDED:
            call.invitations[str(fact.data["invitation"])] = dict(fact.data)
        elif fact.kind == facts.INVITE_ENDED:
            call.invitations.pop(str(fact.data["invitation"]), None)
        elif fact.kind == facts.PARTY_MUTED:
            others = [leg for leg in call.muted if leg != fact.data["party"]]
            call.muted = [*others, str(fact.data["party"])] if fact.data.get("muted") else others
        elif fact.kind == facts.APPEAL_SAVED and "kind" in fact.data.get("appeal", {}):
            number = int(fact.data["number"])
            call.reports = [one for one in call.reports if one != number]
            call.reports += [number] if fact.data["appeal"]["kind"] == "report" else []
        elif fact.kind in (facts.LISTEN_INTENDED, facts.LISTEN_CHANGED):
            call.listening[str(fact.data["listener"])] = str(fact.data["mode"])
        elif fact.kind == facts.LISTEN_ENDED:
            call.listening.pop(str(fact.data["listener"]), None)
        elif fact.kind == facts.PARTY_LEFT and fact.data.get("role") == "agent":
            lost = [str(fact.data["who"])] if fact.data.get("why") == "lost" else []
            call.cut_off = [one for one in call.cut_off if one not in lost] + lost
        elif fact.kind == facts.RECORDING_PART:
            call.parts[str(fact.data["party"])] = int(fact.data["part"])
        elif fact.kind == facts.PARTY_JOINED and fact.data.get("role") == "agent":
            who = str(fact.data["who"])
            call.cut_off = [one for one in call.cut_off if one != who]
            if who not in call.talked_with:
                call.talked_with.append(who)

    def agent(self, agent: str) -> AgentNow | None:
        """Return what an agent was last known to do, or None."""
        data = self.agents.get(agent)
        if data is None:
            return None
        return AgentNow(
            agent, AgentStatus(data["state"]), float(data["since"]), float(data.get("until") or 0),
            str(data.get("why", "")), str(data.get("call", "")), float(data.get("idle_since") or 0),
            int(data.get("missed") or 0),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-able snapshot."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Memory:
        """Read a snapshot."""
        calls = {key: CallMemory(**value) for key, value in data.get("calls", {}).items()}
        return cls(data.get("agents", {}), calls, data.get("booted_at", ""), int(data.get("seq", 0)),
                   data.get("rings", {}))
