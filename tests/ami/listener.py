"""Whoever listens to an Ami in a test: remembers events and comings and goings."""

from __future__ import annotations

from typing import Any

from bridge.ami import Ami, AmiEvent

EVENTS, ACTIONS = ("events", "hears"), ("actions", "does")


class Listener:
    """Callbacks of an Ami; `story` has ``up``, ``down`` and events in the order in which they were told."""

    def __init__(self) -> None:
        self.story: list[AmiEvent | str] = []

    @property
    def events(self) -> list[AmiEvent]:
        """The events so far."""
        return [item for item in self.story if isinstance(item, AmiEvent)]

    @property
    def ups(self) -> int:
        """How often it was told to rebuild."""
        return self.story.count("up")

    @property
    def downs(self) -> int:
        """How often it was told that the switch is away."""
        return self.story.count("down")

    def on_event(self, event: AmiEvent) -> None:
        self.story.append(event)

    async def on_up(self) -> None:
        self.story.append("up")

    def on_down(self) -> None:
        self.story.append("down")

    def named(self, name: str) -> list[AmiEvent]:
        """The events of one name."""
        return [event for event in self.events if event.name == name]

    def ami(self, port: int, **more: Any) -> Ami:
        """Return an Ami that tells this listener."""
        settings: dict[str, Any] = {
            "events": EVENTS, "actions": ACTIONS, "on_event": self.on_event, "on_up": self.on_up,
            "on_down": self.on_down, **more,
        }
        return Ami("127.0.0.1", port, **settings)
