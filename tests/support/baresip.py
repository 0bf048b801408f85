"""A real SIP telephone: the program baresip, with a tone for a microphone and a file for an earphone.

No sound card, no window, nothing of the user's own settings: it lives in a folder of its own, is worked through its
control port and ended by its process.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hotline.demo.tones import heard
from tests.conftest import take_port, take_rtp_range

_CONFIG = """\
module_path {modules}
poll_method epoll
sip_listen {address}:{port}
net_interface {address}
rtp_ports {first}-{last}
call_max_calls 1
audio_source ausine,{hz}
audio_player aubridge,ear
audio_alert aubridge,bell
ausrc_srate 48000
ausrc_channels 2
module g711.so
module sndfile.so
module ausine.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
snd_path {folder}
ctrl_tcp_listen 127.0.0.1:{control}
"""
_RATE, _HEADER = 8000, 44  # of the WAV file that is still being written


class Baresip:
    """One telephone of the program, signed on at a switch."""

    def __init__(self, folder: Path, account: str, hz: int) -> None:
        """`account`: a line of its file ``accounts``; `hz`: what it speaks."""
        if shutil.which("baresip") is None:
            pytest.fail("no baresip here; get it with: make var/stamps/tests")
        self.folder = folder
        self._control = take_port()
        first, last = take_rtp_range(20)
        modules = next(Path("/usr/lib").glob("**/baresip/modules"))
        folder.mkdir(parents=True)
        (folder / "config").write_text(_CONFIG.format(
            address="127.0.0.1", port=take_port(), first=first, last=last, hz=hz, folder=folder,
            control=self._control, modules=modules))
        (folder / "accounts").write_text(f"{account}\n")
        (folder / "contacts").write_text("")
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._news = asyncio.Event()
        self.events: list[dict[str, Any]] = []

    async def __aenter__(self) -> Baresip:
        with (self.folder / "console.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "baresip", "-4", "-v", "-f", str(self.folder), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            await self._connect(20.0)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End it."""
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        if self._writer is not None:
            self._writer.close()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def registered(self, deadline: float = 60.0) -> None:
        """Wait until the switch has taken its registration; it may be told before anybody listens to the events."""
        end = time.monotonic() + deadline
        while "200 OK" not in self.said():
            assert time.monotonic() < end, f"not registered within {deadline} s: {self.said()}"
            await asyncio.sleep(0.05)

    async def until(self, kind: str, deadline: float = 60.0) -> dict[str, Any]:
        """Wait for an event: CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED."""
        end = time.monotonic() + deadline
        while not (found := next((one for one in self.events if one.get("type") == kind), None)):
            self._news.clear()
            assert time.monotonic() < end, f"no {kind} within {deadline} s: {self.events} {self.said()}"
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 0.2)
        return found

    async def do(self, command: str, params: str = "") -> None:
        """Press a key of the telephone: ``accept``, ``hangup``, ``mute`` …"""
        assert self._writer
        body = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        await self._writer.drain()

    async def until_heard(self, hz: float, deadline: float = 60.0, seconds: float = 1.0) -> None:
        """Wait until the earphone has had a tone for `seconds`, in all calls together."""
        end = time.monotonic() + deadline
        while (got := self.heard(hz)) < seconds:
            assert time.monotonic() < end, f"{hz} Hz for {got} s only; {self.said()}"
            await asyncio.sleep(0.2)

    def heard(self, hz: float) -> float:
        """Return for how many seconds the earphone has had a tone."""
        total = 0.0
        for file in self.folder.glob("dump-*-dec.wav"):
            data = file.read_bytes()[_HEADER:]
            found = heard(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2"), {"it": hz}, _RATE)
            total += found["it"].seconds if found else 0.0
        return total

    def said(self) -> str:
        """Return the end of what it has written."""
        return (self.folder / "console.log").read_text("utf-8", "replace")[-4000:]

    async def _connect(self, deadline: float) -> None:
        end = time.monotonic() + deadline
        while self._writer is None:
            assert time.monotonic() < end, f"baresip's control port stays closed: {self.said()}"
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control)
            except OSError:
                await asyncio.sleep(0.05)
        self._reader = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Take netstrings of JSON: ``27:{…},``."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                told = json.loads((await reader.readexactly(size + 1))[:-1])
                if told.get("event"):
                    self.events.append(told)
                self._news.set()
