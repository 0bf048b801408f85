"""A whole town for a test: our switch, the telephone network, a controller; and the journal to wait on.

The controller runs inside the test's own event loop (`Town.controller`), or as a process that can be killed
(`Town.start_process`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from core.control import ControlClient
from core.facts import Fact
from core.journal import Journal, read_journal
from core.secrets import Secrets
from core.settings import PROJECT, Settings
from hotline.controller import Controller
from hotline.demo.city import City
from hotline.switch import EmbeddedSwitch
from ivr.build import prepare
from routing.directory import Directory, InForce
from tests.support.waiting import LATE, until

PROMPTS = PROJECT / "var" / "prompts"  # rendered once for all tests: they are cached by content
LOOK = 0.03
T = TypeVar("T")


class Town:
    """Everything a call needs."""

    def __init__(self, settings: Settings, secrets: Secrets, directory: InForce) -> None:
        self.settings, self.secrets, self.known = settings, secrets, directory
        self.switch = EmbeddedSwitch(settings, secrets, directory)
        self.city = City(settings, secrets, directory.now())
        self.controller: Controller | None = None
        self.journal: Journal | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.control = ControlClient(settings.control_socket)

    @property
    def directory(self) -> Directory:
        """The directory in force."""
        return self.known.now()

    async def start(self) -> None:
        """Bring up switch and city; prompts come from the shared cache."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(share_prompts, self.settings)
        await asyncio.gather(self.switch.start(), self.city.start())
        await self.city.phones_registered(15)

    async def stop(self) -> None:
        """Take everything down, whatever state it is in."""
        await self.stop_controller()
        await self.kill_process()
        await asyncio.gather(self.city.stop(), self.switch.stop(), return_exceptions=True)

    # -- the controller --------------------------------------------------------------------------------------
    async def start_controller(self) -> Controller:
        """Start a controller in this event loop and wait until it commands the switch."""
        self.journal = Journal.open(self.settings.journal_dir)
        self.controller = Controller(self.settings, self.secrets, self.known, self.journal)
        before = self.journal.seq
        await self.controller.start()
        await self.fact("controller.started", after=before)
        return self.controller

    async def stop_controller(self) -> None:
        """Stop the controller of this event loop, if there is one."""
        if self.controller is not None:
            await self.controller.close()
            self.controller = None
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    async def start_process(self) -> None:
        """Start a controller as a process and wait until it commands the switch."""
        before = max((f.seq for f in self.facts()), default=0)
        log = (self.settings.home / "controller.log").open("ab")
        env = {**os.environ, **self.environment()}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline.controller", cwd=PROJECT, env=env, stdout=log, stderr=log
        )
        log.close()
        await self.fact("controller.started", after=before, deadline=10)

    def environment(self) -> dict[str, str]:
        """Return the environment in which a process of this installation runs."""
        values = self.settings.model_dump(exclude_none=True, exclude_defaults=True) | {"home": self.settings.home}
        return {f"HOTLINE_{name.upper()}": str(value) for name, value in values.items()}

    async def kill_process(self, sign: int = signal.SIGKILL) -> None:
        """Kill the controller process."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(sign)
            await self.process.wait()
        self.process = None

    # -- what happened ---------------------------------------------------------------------------------------
    def facts(self, kind: str = "", after: int = 0) -> list[Fact]:
        """Return the facts so far, of one kind if given."""
        found = self.journal.read(after) if self.journal else read_journal(self.settings.journal_dir, after)
        return [f for f in found if f.seq > after and kind in ("", f.kind)]

    async def fact(self, kind: str, deadline: float = 60.0, after: int = 0, **data: Any) -> Fact:
        """Wait for a fact of this kind with these data."""
        def look() -> Fact | None:
            matching = (f for f in self.facts(kind, after) if all(f.data.get(k) == v for k, v in data.items()))
            return next(matching, None)

        return await self.until(look, deadline, f"no fact {kind} {data}; there are {[f.kind for f in self.facts()]}")

    async def until(self, look: Callable[[], T | None], deadline: float, complaint: str) -> T:
        """Wait until `look` returns something true: `deadline` s, and what a busy machine may add."""
        return await until(look, deadline + LATE, complaint, LOOK)

    # -- the usual way into a talk ---------------------------------------------------------------------------
    async def ready(self, *agents: str) -> None:
        """Make agents ready."""
        for agent in agents:
            await self.control.do("agent.state", agent=agent, state="ready")

    async def call(self, key: str) -> dict[str, Any]:
        """Return a live call as the API shows it."""
        view: dict[str, Any] = await self.control.do("calls.get", call=key)
        return view

    async def channels(self) -> int:
        """Return the number of channels on our switch."""
        return (await self.switch.status()).channels or 0

    async def nothing_left(self, deadline: float = 60.0) -> None:
        """Wait until no channel is left on the switch."""
        end = time.monotonic() + deadline
        while left := await self.channels():
            if time.monotonic() > end:
                raise AssertionError(f"{left} channels left: {await self.switch.rx('core show channels concise')}")
            await asyncio.sleep(LOOK)


def share_prompts(settings: Settings) -> None:
    """Render the prompts into the shared cache, then link them into this home."""
    prepare(settings.model_copy(update={"home": PROMPTS.parent}))
    shutil.copytree(PROMPTS, settings.prompts_dir, copy_function=os.link, dirs_exist_ok=True)
    prepare(settings)
