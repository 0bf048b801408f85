"""A call told as facts: what the journal says of one citizen's call with an agent and a unit."""

from __future__ import annotations

from typing import Any

from core.facts import Fact

KEY = "0123456789abcdef0123456789abcdef"
BEGIN = 1_795_400_000.0  # 2026-11-23, afternoon in Shanghai


def fact(seq: int, after: float, kind: str, call: str = KEY, key: str = "", **data: Any) -> Fact:
    return Fact(seq, BEGIN + after, kind, call, key or f"{kind}:{call}:{seq}", data)


def whole_call(call: str = KEY) -> list[Fact]:
    """Menu 5 s, waiting 10 s, agent and unit talk, rated 5: sixty seconds in all."""
    agent = {"party": "p1", "role": "agent", "who": "a1", "phone": "agent1", "invitation": "inv-1"}
    unit = {"party": "p2", "role": "unit", "who": "housing", "phone": "6601", "invitation": "inv-2"}
    told: list[tuple[float, str, dict[str, Any]]] = [
        (0, "call.answered", {"caller": "13800001234", "called": "12345", "channel": "c-1"}),
        (1, "menu.step", {"release": "r1", "step": "welcome", "verb": "menu", "pressed": "2", "to": "service"}),
        (5, "menu.outcome", {"outcome": "service", "skill": "general", "unit": "", "urgency": 1, "lang": "zh-CN"}),
        (5, "queue.entered", {"skill": "general", "urgency": 1, "why": "menu"}),
        (14, "party.answered", agent),
        (15, "party.joined", {**agent, "place": "room"}),
        (20, "invite.failed", {"invitation": "inv-2", "phone": "6600", "why": "busy", "technical": 486}),
        (25, "party.answered", unit),
        (26, "party.joined", {**unit, "place": "room"}),
        (26, "first_responder", {"unit": "housing", "party": "p2"}),
        (30, "appeal.saved", {"agent": "a1", "number": 1, "appeal": {"kind": "complaint", "summary": "楼上漏水"}}),
        (40, "party.left", {**agent, "why": "left", "cause": 16}),
        (50, "party.left", {**unit, "why": "finished", "cause": 16}),
        (50, "talk.ended", {"act": "finish", "by": "p2"}),
        (58, "call.rated", {"rating": 5, "why": "pressed"}),
        (60, "call.hung_up", {"state": "rating", "by": "citizen", "cause": 16}),
    ]
    return [fact(n, at, kind, call, **data) for n, (at, kind, data) in enumerate(told, 1)]
