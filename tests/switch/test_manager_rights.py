"""Who may do what over the switch's manager interface: the least that our own controller needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.secrets import Secrets
from hotline.switch import EmbeddedSwitch

pytestmark = pytest.mark.switch

ALLOWED = {
    "Originate": "Originate\r\nChannel: PJSIP/6001\r\nContext: party\r\nExten: join\r\nPriority: 1\r\nAsync: true",
    "Redirect": "Redirect\r\nChannel: none\r\nContext: party\r\nExten: room\r\nPriority: 1",
    "Hangup": "Hangup\r\nChannel: none",
    "Setvar": "Setvar\r\nVariable: HL_HEARTBEAT\r\nValue: 1",
    "Getvar": "Getvar\r\nVariable: HL_HEARTBEAT",
    "a phone's state": "Getvar\r\nVariable: DEVICE_STATE(PJSIP/6001)",
    "Status": "Status",
    "CoreShowChannels": "CoreShowChannels",
    "CoreStatus": "CoreStatus",
    "ConfbridgeList": "ConfbridgeList\r\nConference: none",
    "ConfbridgeListRooms": "ConfbridgeListRooms",
    "ConfbridgeKick": "ConfbridgeKick\r\nConference: none\r\nChannel: none",
    "ConfbridgeMute": "ConfbridgeMute\r\nConference: none\r\nChannel: none",
    "ConfbridgeUnmute": "ConfbridgeUnmute\r\nConference: none\r\nChannel: none",
    "PlayDTMF": "PlayDTMF\r\nChannel: none\r\nDigit: 1",
    "DeviceStateList": "DeviceStateList",
    "Ping": "Ping",
}
FORBIDDEN = {
    "a console command": "Command\r\nCommand: core stop now",
    "a module": "ModuleLoad\r\nModule: app_system.so\r\nLoadType: load",
    "reading a file": "GetConfig\r\nFilename: manager.conf",
    "writing a file": "UpdateConfig\r\nSrcFilename: a.conf\r\nDstFilename: a.conf",
    "a reload": "Reload",
    "a program": "Originate\r\nChannel: Local/1@x\r\nApplication: System\r\nData: id",
    "a program by AGI": "Originate\r\nChannel: Local/1@x\r\nApplication: AGI\r\nData: /bin/sh",
    "a recording to anywhere": "MixMonitor\r\nChannel: none\r\nFile: /tmp/x.wav",
    "a shell through a variable": "Getvar\r\nVariable: SHELL(id)",
}


class Manager:
    """One connection to the manager interface, raw."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, action: str) -> str:
        """Send one action and return its answer, passing over events."""
        self._writer.write(f"Action: {action}\r\nActionID: t\r\n\r\n".encode())
        async with asyncio.timeout(60):
            while True:
                message = (await self._reader.readuntil(b"\r\n\r\n")).decode()
                if message.startswith("Response:"):  # an OriginateResponse has such a line too, but not first
                    return message

    async def event(self) -> str:
        """Return the next event."""
        async with asyncio.timeout(60):
            while True:
                message = (await self._reader.readuntil(b"\r\n\r\n")).decode()
                if message.startswith("Event:"):
                    return message


@asynccontextmanager
async def logged_in(switch: EmbeddedSwitch, user: str, secret: str) -> AsyncIterator[Manager]:
    reader, writer = await asyncio.open_connection("127.0.0.1", switch.settings.ami_port)
    try:
        await reader.readuntil(b"\r\n")
        manager = Manager(reader, writer)
        assert "Success" in await manager.ask(f"Login\r\nUsername: {user}\r\nSecret: {secret}")
        yield manager
    finally:
        writer.close()
        await writer.wait_closed()


async def test_the_commanding_user_may_do_what_a_room_needs_and_nothing_more(
    switch: EmbeddedSwitch, secrets: Secrets,
) -> None:
    async with logged_in(switch, "actions", secrets.ami_secret_actions) as manager:
        refused = {what for what, action in ALLOWED.items() if "Permission denied" in await manager.ask(action)}
        granted = {what for what, action in FORBIDDEN.items() if "Response: Success" in await manager.ask(action)}
        assert "root:" not in await manager.ask("Getvar\r\nVariable: FILE(/etc/passwd)")
    assert refused == set()
    assert granted == set()


async def test_the_recording_user_attaches_recorders_and_can_neither_ring_nor_move_nor_run_anything(
    switch: EmbeddedSwitch, secrets: Secrets,
) -> None:
    others = [ALLOWED[what] for what in ("Originate", "Redirect", "Setvar", "Getvar", "PlayDTMF", "ConfbridgeList")]
    others += [FORBIDDEN[what] for what in ("a console command", "writing a file", "a program")]
    async with logged_in(switch, "recorder", secrets.ami_secret_recorder) as manager:
        assert "No such channel" in await manager.ask(FORBIDDEN["a recording to anywhere"])
        assert [action for action in others if "Permission denied" not in await manager.ask(action)] == []


async def test_the_listening_user_commands_nothing_but_can_be_pinged(switch: EmbeddedSwitch, secrets: Secrets) -> None:
    async with logged_in(switch, "events", secrets.ami_secret_events) as manager:
        assert "Success" in await manager.ask("Ping")
        for what in ("Originate", "Hangup", "Setvar", "Redirect"):
            assert "Permission denied" in await manager.ask(ALLOWED[what])


async def test_the_listening_user_hears_calls_but_no_assignment_of_variables(
    switch: EmbeddedSwitch, secrets: Secrets,
) -> None:
    heard: set[str] = set()
    async with (
        logged_in(switch, "events", secrets.ami_secret_events) as listener,
        logged_in(switch, "actions", secrets.ami_secret_actions) as commander,
    ):
        await commander.ask("Originate\r\nChannel: Local/none@from-agent\r\nContext: party\r\nExten: join\r\n"
                            "Priority: 1\r\nAsync: true\r\nVariable: HL_KEY=x\r\nTimeout: 3000")
        while "Hangup" not in heard:
            heard.add((await listener.event()).splitlines()[0].removeprefix("Event: "))
    assert "Newchannel" in heard
    assert not heard & {"VarSet", "Newexten", "RTCPSent", "RTCPReceived", "TestEvent"}


async def test_a_wrong_secret_is_refused(switch: EmbeddedSwitch) -> None:
    with pytest.raises(AssertionError, match="Authentication failed"):
        async with logged_in(switch, "actions", "wrong"):
            pass
