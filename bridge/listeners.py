"""Who listens beside the talks. Plain data beside the board: nothing here moves a citizen, a party or an agent."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.follows import Follow, QueueChanged, Said
from bridge.model import Listener
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

    def gone(self, channel_id: str, cause: int, now: float) -> list[Follow]:
        """Forget a listener whose channel has ended; return the fact."""
        one = self._all.pop(channel_id, None)
        if one is None:
            return []
        why = one.why or ("over" if one.began else why_failed(cause, 0, rang=True))
        return [Said(facts.LISTEN_ENDED, one.call, {**names(one), "why": why}, now, f"{one.id}:ended"),
                QueueChanged()]  # whose telephone it was can be rung again


def names(one: Listener) -> dict[str, str]:
    """Return what every fact of a listener says: who, to whom."""
    return {"listener": one.id, "who": one.who, "to": one.to, "party": one.party}
