"""Attaches a recorder to a channel, by a manager user of its own: one connection for each wish, closed again.

The switch gives MixMonitor only to users of the class "system", which may also load modules; the user that commands
calls has not got it, and does not get it for this (docs/adr/0040). A connection of its own also keeps a file system
that hangs under the switch from holding up its answers to what calls need.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bridge.ami_errors import AmiDown, AmiError, AmiRefused, AmiTimeout
from bridge.ami_link import AmiLink, Login
from bridge.errors import SwitchAway, SwitchError, SwitchSilent

_ANSWER = 5.0  # s
_NO_PINGS = 3600.0  # s: it is closed long before


class Recorder(Protocol):
    """What is asked of it. Both raise SwitchError or one of its kinds."""

    async def record(self, channel: str, whole: str, voice: str, heard: str) -> None:
        """Record a channel anew: both directions, what it says, what it hears; "" is not recorded. Paths of files.

        What it was recorded into until now is closed first.
        """

    async def stop(self, channel: str) -> None:
        """Close the recording of a channel; one that has none is left as it is."""


class AmiRecorder:
    """The recorder of a real Asterisk."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._login = Login(host, port, user, secret, hears=False)

    async def record(self, channel: str, whole: str, voice: str, heard: str) -> None:
        sides = "".join(f"{flag}({path})" for flag, path in (("r", voice), ("t", heard)) if path)
        # "a": a file that is there already is never written over
        start = {"Channel": channel, "File": whole, "Options": f"a{sides}"}
        await self._do(("StopMixMonitor", {"Channel": channel}), ("MixMonitor", start))

    async def stop(self, channel: str) -> None:
        await self._do(("StopMixMonitor", {"Channel": channel}))

    async def _do(self, *actions: tuple[str, Mapping[str, str]]) -> None:
        link = AmiLink(self._login, lambda event: None, ping_interval=_NO_PINGS, ping_timeout=_ANSWER)
        try:
            await link.open()
            for name, fields in actions:
                await self._one(link, name, fields)
        except AmiDown as error:
            raise SwitchAway(str(error)) from error
        except AmiTimeout as error:
            raise SwitchSilent(str(error)) from error
        except AmiError as error:
            raise SwitchError(str(error)) from error
        finally:
            link.close()

    @staticmethod
    async def _one(link: AmiLink, name: str, fields: Mapping[str, str]) -> None:
        try:
            await link.request(name, fields, timeout=_ANSWER)
        except AmiRefused:
            if name != "StopMixMonitor":  # it has none any more: that is what was found
                raise
