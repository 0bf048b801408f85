"""Which live facts somebody may see: all of them, or for an agent those of the calls they are in.

From the moment an agent writes down that it is a report, the call is theirs alone: nobody else hears more of it.
"""

from __future__ import annotations

from typing import Any

from api.people.caller import Caller
from api.people.scope import scope_of
from core import facts
from core.control import ControlClient
from core.facts import Fact

_OF_THE_HOUSE = frozenset({facts.CONTROLLER_STARTED, facts.ALARM})
_BESIDE = frozenset({facts.LISTEN_INTENDED, facts.LISTEN_BEGAN, facts.LISTEN_CHANGED, facts.LISTEN_ENDED})
_MOST = 1000  # calls followed at once by one reader


class Sight:
    """What one reader of live events sees. Learns which calls are theirs from the facts themselves."""

    def __init__(self, caller: Caller) -> None:
        scope = scope_of(caller)
        self._agent, self._all, self._reports = caller.agent, scope.every_live_call, scope.every_record
        self._listens = caller.may("calls.listen")
        self._own: set[str] = set()
        self._secret: set[str] = set()

    async def prime(self, control: ControlClient) -> None:
        """Learn which of the calls that are up are the reader's."""
        if self._all or not self._agent:
            return
        for call in await control.do("calls.list"):
            if any(leg["who"] == self._agent for leg in call["parties"]):
                self._own.add(call["call"])

    def sees(self, fact: Fact) -> bool:
        """Tell whether a fact may be shown."""
        self._learn(fact)
        if fact.kind in _BESIDE and not self._listens:
            return False  # who is listened to is not told: it would be another talk
        if fact.call in self._own or fact.kind in _OF_THE_HOUSE:
            return True
        if fact.call in self._secret and not self._reports:
            return False
        return self._all or self._is_me(fact.data)

    def _learn(self, fact: Fact) -> None:
        if fact.call and self._is_me(fact.data) and len(self._own) < _MOST:
            self._own.add(fact.call)
        if _is_report(fact.data):
            self._secret.add(fact.call)

    def forget(self, fact: Fact) -> None:
        """Follow a call no longer that is over; what is secret of it stays so, as far as there is room."""
        if fact.kind in (facts.CALL_HUNG_UP, facts.CALL_INTERRUPTED):
            self._own.discard(fact.call)
            if len(self._secret) > _MOST:
                self._secret.discard(fact.call)

    def _is_me(self, data: dict[str, Any]) -> bool:
        return bool(self._agent) and self._agent in (data.get("who"), data.get("agent"))


def _is_report(data: dict[str, Any]) -> bool:
    appeal = data.get("appeal")
    return isinstance(appeal, dict) and appeal.get("kind") == "report"
