"""The exceptions of the switch, as one tree."""

from __future__ import annotations


class SwitchError(RuntimeError):
    """Something about the switch went wrong; the message says what and how to mend it."""


class RenderError(SwitchError):
    """A configuration file cannot be written from its template."""


class FetchError(SwitchError):
    """Asterisk could not be fetched."""


class TooOldError(SwitchError):
    """The Asterisk that was found is too old for us."""


class NotReadyError(SwitchError):
    """The switch died while starting, or was not ready in time."""
