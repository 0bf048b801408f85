"""Our own switch: its files rendered for this installation, its process started, watched and stopped."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.secrets import Secrets
from core.settings import PROJECT, Settings
from hotline.ports import Protocol, owner_of_port, why_taken
from hotline.switch.errors import NotReadyError, SwitchError
from hotline.switch.installation import Installation
from hotline.switch.music import ensure_music
from hotline.switch.places import Places, places_under
from hotline.switch.process import READY_SECONDS, STOP_SECONDS, AsteriskProcess
from hotline.switch.render import render
from routing.directory import Agent, InForce
from routing.seats import Seats

TEMPLATES = PROJECT / "asterisk-conf"
LEGS_PER_CALL = 8  # citizen, agent, a unit's phones ringing together, an expert, the side room
KEPT_LOGS = 5
ENDPOINTS = "pjsip.conf"
MOST_FILES = 65536
_CALLS = r"(\d+)(?: of \d+ max)? active call"
_CHANNELS = r"(\d+)(?: of \d+ max)? active channel"


@dataclass(frozen=True, slots=True)
class SwitchStatus:
    """What can be told of a switch: `pid` None means it does not run; `calls` is None if it does not answer."""

    pid: int | None
    version: str
    calls: int | None = None
    channels: int | None = None


class EmbeddedSwitch:
    """The switch of one installation. Many may run side by side: all they share is the Asterisk on disk."""

    def __init__(self, settings: Settings, secrets: Secrets, directory: InForce) -> None:
        self.settings = settings
        self.installation = Installation(settings.asterisk)
        self.places = places_under(settings.switch_dir)
        self._secrets = secrets
        self._directory = directory
        self._agents: tuple[Agent, ...] | None = None  # whose telephones the running switch knows, as far as we know
        self.process = AsteriskProcess(
            settings.asterisk, self.places.etc, "the switch",
            log_file=self.places.log / "console.log", pid_file=settings.switch_dir / "asterisk.pid",
        )

    def render(self) -> list[Path]:
        """Write every file the switch reads, make its folders and its music; return the files.

        Raises RenderError for a value or a template that cannot be used, SwitchError if Asterisk is missing.
        """
        self.places.make()
        self.settings.recordings_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return render(TEMPLATES, self.places.etc, self._context())

    async def start(self, deadline: float = READY_SECONDS) -> None:
        """Render, start and wait until it is fully booted; nothing is rendered anew under a running switch.

        Raises TooOldError, RenderError or NotReadyError, each with what to do.
        """
        if self.process.pid is None:
            self.installation.check()
            self._need_ports()
            self._agents = self._directory.now().agents
            self.render()
            turn_over(self.places.log / "messages.log")
        await self.process.start(deadline)

    async def follow(self) -> bool:
        """Take a changed directory into the running switch, calls going on; tell whether there was anything to take.

        Only agents have a telephone of their own in the switch: their endpoints are read anew, and nothing else is. A
        reading of the dialplan would take back what the controller has set in it. Raises RenderError, SwitchError.
        """
        directory = self._directory.now()
        if directory.agents == self._agents:
            return False
        context = await asyncio.to_thread(self._context)
        await asyncio.to_thread(render, TEMPLATES, self.places.etc, context, ENDPOINTS)
        await self.rx("module reload res_pjsip.so")  # though the file be the same: the last reading may have failed
        there = await self.rx("dialplan show globals")
        for agent, _ in Seats(directory, {}).telephones():
            if f"HL_AGENT_OF_{agent.phone}={agent.id}\n" not in there:
                await self.rx(f"dialplan set global HL_AGENT_OF_{agent.phone} {agent.id}")
        self._agents = directory.agents
        return True

    async def stop(self, deadline: float = STOP_SECONDS) -> None:
        """Stop it: hangs up what is up, then kills it after `deadline` seconds. No fault if it does not run."""
        await self.process.stop(deadline)
        self.places.sweep()

    async def rx(self, command: str) -> str:
        """Return what the switch's console answers to `command`."""
        return await self.process.rx(command)

    async def status(self) -> SwitchStatus:
        """Return what can be told of the switch now. Raises SwitchError only if there is no Asterisk at all."""
        version = ".".join(map(str, self.installation.version()))
        pid = self.process.pid
        if pid is None:
            return SwitchStatus(None, version)
        try:
            answer = await self.rx("core show channels count")
        except SwitchError:
            return SwitchStatus(pid, version)
        return SwitchStatus(pid, version, _number(_CALLS, answer), _number(_CHANNELS, answer))

    def _need_ports(self) -> None:
        """Asterisk itself starts without the ports it cannot have, and says so only in its log."""
        settings = self.settings
        wanted: tuple[tuple[Protocol, str, int], ...] = (
            ("udp", settings.sip_address, settings.sip_port),
            ("tcp", "127.0.0.1", settings.ami_port),
            ("tcp", "127.0.0.1", settings.ws_port),
        )
        for protocol, address, port in wanted:
            reason = why_taken(protocol, address, port)
            if reason:
                owner = owner_of_port(protocol, port)
                raise NotReadyError(
                    f"{protocol} {address}:{port}: {reason}{f', {owner} has it' if owner else ''}; see: hotline doctor"
                )

    def _context(self) -> dict[str, Any]:
        settings = self.settings
        directory = self._directory.now()
        loopback = ipaddress.ip_address(settings.sip_address).is_loopback
        return place_context(self.installation, self.places) | {
            "settings": settings,
            "secrets": self._secrets,
            "agents": directory.agents,
            "telephones": [agent for agent, _ in Seats(directory, {}).telephones()],
            "directory": directory,
            "music_dir": ensure_music(settings.prompts_dir / "moh"),
            "loopback_ice": loopback,
            "local_addresses": local_addresses() if loopback else [],
            "max_calls": settings.max_inbound * LEGS_PER_CALL,
            "project": PROJECT,
            "python": sys.executable,
        }


def place_context(installation: Installation, places: Places) -> dict[str, Any]:
    """Return what ``asterisk.conf`` needs of any instance: `places`, `modules_dir`, `data_dir`, `max_files`."""
    return {
        "places": places,
        "modules_dir": installation.modules,
        "data_dir": installation.data,
        "max_files": min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], MOST_FILES),
    }


def local_addresses(table: Path = Path("/proc/net/fib_trie")) -> list[str]:
    """Return this machine's IPv4 addresses except loopback, from the kernel's routing table."""
    try:
        text = table.read_text()
    except OSError:
        return []
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", text)
    return sorted({address for address in found if not ipaddress.ip_address(address).is_loopback})


def turn_over(log: Path) -> None:
    """Begin a new log, keeping the last ones as ``<log>.1`` (newest) to ``.5``."""
    for number in range(KEPT_LOGS, 0, -1):
        older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))


def _number(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text)
    return int(found[1]) if found else None
