"""What can be refused in bridge/.

    BridgeError
    ├── Refused          an act that the state of the call does not allow; code, sentence, what to do
    └── SwitchError      the switch did not do it
        ├── SwitchAway   not connected: nothing was sent
        └── SwitchSilent no answer in time: look before trying again
"""

from __future__ import annotations


class BridgeError(Exception):
    """Base of this package's errors."""


class Refused(BridgeError):
    """An act that cannot be done now."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


class SwitchError(BridgeError):
    """The switch refused an action."""


class SwitchAway(SwitchError):
    """Not connected; nothing was sent."""


class SwitchSilent(SwitchError):
    """Sent, but no answer came in time."""
