"""What can go wrong between us and the switch's manager interface.

    AmiError
    ├── AmiBadValue   a value that must not be put on the wire; nothing was sent
    ├── AmiDown       not connected, or the connection went while the answer was awaited
    ├── AmiTimeout    no answer within the deadline; the action may or may not have been done: look before trying again
    └── AmiRefused    the switch answered "Error"; `message` is its own text
"""

from __future__ import annotations

from bridge.errors import BridgeError


class AmiError(BridgeError):
    """Anything that can go wrong with the manager interface."""


class AmiBadValue(AmiError, ValueError):
    """A header or variable that would change the meaning of the frame, or does not fit into it."""


class AmiDown(AmiError):
    """There is no connection, or it was lost before the answer came. Nothing is queued, nothing is sent again."""


class AmiTimeout(AmiError):
    """The deadline passed without an answer. Whether the action was carried out is not known."""


class AmiRefused(AmiError):
    """The switch refused; `message` is its text, such as ``No such channel``."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
