"""Who listens beside the talks. Plain data beside the board: nothing here moves a citizen, a party or an agent."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.follows import Follow, ListenAgain, QueueChanged, Said, StopListening
from bridge.model import Call, Leg, LegState, Listener
from bridge.reasons import why_failed
from core import facts


class Listeners:
    """The telephones that listen, by the Uniqueid of their channel."""

    def __init__(self) -> None:
        self._all: dict[str, Listener] = {}

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._all.values()))

    def of(self, call: str) -> list[Listener]:
        """Return who listens to a call."""
        return [one for one in self._all.values() if one.call == call]

    def find(self, call: str, listener: str) -> Listener | None:
        """Return a listener of a call, None when it is there no more."""
        one = self._all.get(listener)
        return one if one and one.call == call else None

    def put(self, listener: Listener) -> None:
        """Have a telephone listen from now on."""
        self._all[listener.id] = listener

    def become_party(self, listener: Listener) -> None:
        """Forget a listener that joins the talk: its channel goes on as a leg."""
        self._all.pop(listener.id, None)

    def clear(self) -> None:
        """Forget all (before a rebuild)."""
        self._all.clear()

    def seen(self, channel_id: str, name: str) -> None:
        """Learn the name of a listener's channel."""
        if channel_id in self._all:
            self._all[channel_id].channel = name

    def began(self, channel_id: str, at: float) -> None:
        """Learn that a listener's telephone was picked up."""
        if channel_id in self._all:
            self._all[channel_id].began = at

    def left(self, leg: Leg, why: str) -> list[Follow]:
        """Take it that a leg has left its talk: whoever listened to it is let go, or waits if it was lost."""
        here = [one for one in self._all.values() if one.party == leg.id]
        for one in here:
            one.waits = why == "lost"
            one.why = one.why or ("" if one.waits else "talk_left")
        return [StopListening(one.call, one.id) for one in here if not one.waits]

    def back(self, call: str, leg: Leg, now: float) -> list[Follow]:
        """Take it that an agent has come into a talk: whoever waits for them listens again."""
        here = [one for one in self.of(call) if one.to == leg.who and one.waits]
        out: list[Follow] = []
        for one in here:
            one.waits, one.party = False, leg.id
            said = Said(facts.LISTEN_AGAIN, call, names(one), now, f"{one.id}:again:{leg.id}")
            out += [said, ListenAgain(call, one.id, leg.id)]
        return out

    def compare(self, call: Call, now: float) -> list[Follow]:
        """After a rebuild: whoever listened to a leg that is gone waits, or goes on with the agent's new one."""
        there = [leg for leg in call.legs.values() if leg.role == "agent" and leg.state is not LegState.GONE]
        for one in self.of(call.key):
            one.waits = one.party not in {leg.id for leg in there}
        return [follow for leg in there if leg.joined_at for follow in self.back(call.key, leg, now)]

    def gone(self, channel_id: str, cause: int, now: float) -> list[Follow]:
        """Forget a listener whose channel has ended; return the fact."""
        one = self._all.pop(channel_id, None)
        if one is None:
            return []
        why = one.why or ("agent_lost" if one.waits else "over" if one.began else why_failed(cause, 0, rang=True))
        return [Said(facts.LISTEN_ENDED, one.call, {**names(one), "why": why}, now, f"{one.id}:ended"),
                QueueChanged()]  # whose telephone it was can be rung again


def names(one: Listener) -> dict[str, str]:
    """Return what every fact of a listener says: who, to whom."""
    return {"listener": one.id, "who": one.who, "to": one.to, "party": one.party}
