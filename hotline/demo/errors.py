"""The exceptions of the demo city, as one tree."""

from __future__ import annotations


class CityError(RuntimeError):
    """The demo city cannot do what was asked; the message says what happened."""


class TooLateError(CityError):
    """Something that should have happened did not happen in time."""


class RefusedError(CityError):
    """A citizen's call ended before it was answered."""


class DemoError(CityError):
    """The demonstration cannot be played."""
