"""A house to measure in: our switch, with the plain dialplan's numbers beside ours, and its controller.

Homes and ports are the run's own. For the strictest comparison there is a switch alone: the same Asterisk, modules and
endpoints with nothing but the plain dialplan.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.far_client import Far
from bench.figures import BenchError
from bench.flow import CHAIN, flow_text, prompt_path
from core.control import ControlClient, ControlError
from core.secrets import load_secrets
from core.settings import PROJECT, Settings
from hotline.switch import EmbeddedSwitch
from hotline.switch.render import render
from ivr.build import prepare
from ivr.releases import load_release
from routing.directory import load_directory

PLAIN = PROJECT / "bench" / "plain"
ALONE = PLAIN / "alone"
PROMPTS = PROJECT / "var" / "prompts"  # whatever was rendered already need not be rendered again
RTP_PORTS = 400
UP_SECONDS = 20.0


class MeasuredSwitch(EmbeddedSwitch):
    """The house's switch, as it is, with the plain dialplan's numbers beside its own."""

    def render(self) -> list[Path]:
        """Write the house's files, then ours beside them."""
        files = [*super().render(), *render(PLAIN, self.places.etc, plain_context(self.settings))]
        with (self.places.etc / "extensions.conf").open("a", encoding="utf-8") as dialplan:
            dialplan.write("\n#include plain.conf\n")
        return files


class LoneSwitch(EmbeddedSwitch):
    """The same Asterisk with the plain dialplan alone: no manager interface, one line of event log a call."""

    def render(self) -> list[Path]:
        """Write the house's files, then the plain ones over them."""
        context = plain_context(self.settings)
        return [*super().render(), *render(PLAIN, self.places.etc, context), *render(ALONE, self.places.etc, context)]


def plain_context(settings: Settings) -> dict[str, Any]:
    """Return what the plain dialplan's templates need."""
    release, files = load_release(settings.release_dir), f"{settings.recordings_dir}/${{UNIQUEID}}"
    return {
        "settings": settings, "chain": CHAIN, "other_agi": other_agi_port(settings),
        "one": prompt_path(settings.prompts_dir, release, "one"),
        "two": prompt_path(settings.prompts_dir, release, "two"),
        "mixmonitor": f"MixMonitor({files}-mixed.alaw,r({files}-citizen.alaw)t({files}-heard.alaw))",
        "line": "caller=${FILTER(0-9,${CALLERID(num)})} first=${FIRST} second=${SECOND}",
    }


def other_agi_port(settings: Settings) -> int:
    """Return the port of a FastAGI server that is not ours: the one that the web process would have."""
    return settings.web_port


@dataclass(frozen=True, slots=True)
class House:
    """One switch that is up."""

    settings: Settings
    switch: EmbeddedSwitch

    @property
    def address(self) -> tuple[str, int]:
        """Where it takes calls."""
        return self.settings.sip_address, self.settings.sip_port

    @property
    def pid(self) -> int:
        """Its process."""
        if (pid := self.switch.process.pid) is None:
            raise BenchError("the switch is gone")
        return pid

    async def empty(self) -> None:
        """Wait until no channel is left, so that the next run begins with nothing to do."""
        async with asyncio.timeout(UP_SECONDS):
            while (await self.switch.status()).channels:  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(0.1)


class Ground:
    """A folder for homes, and the far end that serves every switch in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.network_port, self.phones_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        usual = Settings()
        self.far = Far((usual.network_address, self.network_port), (usual.phones_address, self.phones_port))
        self.directory = folder / "directory.toml"

    def people(self, count: int) -> None:
        """Write a directory of `count` agents (a1…, phones 6001…) and as many units (u1…, numbers 66001…)."""
        agents = (f'[[agents]]\nid = "a{n}"\nname = "坐席{n}"\nphone = "{6000 + n}"\n' for n in range(1, count + 1))
        units = (f'[[units]]\nid = "u{n}"\nname = "单位{n}"\nphones = [{{ number = "{66000 + n}" }}]\n'
                 for n in range(1, count + 1))
        self.directory.write_text("\n".join([*agents, *units]), encoding="utf-8")

    @contextlib.asynccontextmanager
    async def ours(self) -> AsyncIterator[House]:
        """Our switch, without a controller yet."""
        async with self._house("ours", MeasuredSwitch) as house:
            yield house

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[House]:
        """A switch with the plain dialplan alone."""
        async with self._house("alone", LoneSwitch) as house:
            yield house

    @contextlib.asynccontextmanager
    async def _house(self, name: str, kind: type[EmbeddedSwitch]) -> AsyncIterator[House]:
        settings = self._settings(name)
        settings.home.mkdir()
        await asyncio.to_thread(lay_prompts, settings)
        switch = kind(settings, load_secrets(settings), load_directory(settings.directory))
        try:
            await switch.start()
            yield House(settings, switch)
        finally:
            await switch.stop()

    def _settings(self, name: str) -> Settings:
        flow = self.folder / "flow.yaml"
        flow.write_text(flow_text(), encoding="utf-8")
        first = free_port(socket.SOCK_DGRAM) & ~1
        return Settings(
            home=self.folder / name, sip_port=free_port(socket.SOCK_DGRAM), network_port=self.network_port,
            rtp_first=first, rtp_last=first + RTP_PORTS, ami_port=free_port(), agi_port=free_port(),
            ws_port=free_port(), web_port=free_port(), flow=flow, directory=self.directory,
        )


@contextlib.asynccontextmanager
async def ground(people: int = 1) -> AsyncIterator[Ground]:
    """Make a folder and a far end, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ground = Ground(Path(folder))
        ground.people(people)
        async with ground.far:
            yield ground


@contextlib.asynccontextmanager
async def controller(settings: Settings) -> AsyncIterator[int]:
    """Run our controller as the process it is in the product, until it commands the switch; give its pid."""
    process = await start_python("hotline.controller", log=settings.home / "controller.log", settings=settings)
    try:
        await _commands(ControlClient(settings.control_socket))
        yield process.pid
    finally:
        await end(process)


async def _commands(control: ControlClient) -> None:
    async with asyncio.timeout(UP_SECONDS):
        while True:
            with contextlib.suppress(ControlError, OSError):
                await control.do("calls.list")
                return
            await asyncio.sleep(0.1)


async def start_python(
    module: str, *arguments: str, log: Path = Path(os.devnull), settings: Settings | None = None,
) -> asyncio.subprocess.Process:
    """Start ``python -m module`` with the environment of an installation."""
    changed: dict[str, object] = {}
    if settings:
        changed = settings.model_dump(exclude_none=True, exclude_defaults=True) | {"home": settings.home}
    env = os.environ | {f"HOTLINE_{name.upper()}": str(value) for name, value in changed.items()}
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, cwd=PROJECT, env=env, stdout=out, stderr=out,
        )


async def end(process: asyncio.subprocess.Process) -> None:
    """End a process of ours by its own handle."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 6)
        except TimeoutError:
            process.kill()
            await process.wait()


def lay_prompts(settings: Settings) -> None:
    """Take the prompts that were rendered before, and put the flow in force. Blocks."""
    if PROMPTS.is_dir():
        shutil.copytree(PROMPTS, settings.prompts_dir)
    prepare(settings)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that is free now, below the range the kernel hands out by itself."""
    chance = random.SystemRandom()
    for _ in range(200):
        port = chance.randrange(11000, 29000)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("0.0.0.0", port))
            return port
    raise BenchError("no free port found in 200 tries")
