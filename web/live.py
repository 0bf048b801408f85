"""What a live page knows, and since when: the controller answers, has lost the switch, or does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from api.access import now_of
from api.calls import control
from core.control import ControlError, ControlRefused


@dataclass(frozen=True, slots=True)
class Known:
    """`state`: live; cut (the controller has no switch since `at`); away (it last answered `at`, 0.0: never here)."""

    state: Literal["live", "cut", "away"]
    at: float


class Live:
    """When the controller last answered this web process."""

    def __init__(self) -> None:
        self._answered = 0.0

    async def now(self, request: Request) -> Known:
        """Ask the controller how it is."""
        try:
            switch = await control(request).do("switch.state")
        except ControlRefused:
            switch = {"here": True}  # a controller of an earlier release
        except ControlError:
            return Known("away", self._answered)
        self._answered = now_of(request)
        return Known("live", self._answered) if switch.get("here", True) else Known("cut", float(switch["since"]))


def live_of(request: Request) -> Live:
    """Return what this process remembers."""
    kept: Live = request.app.state.live
    return kept
