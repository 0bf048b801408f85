"""The stage of the demonstration: prompts, switch, city and the three processes, brought up and taken down.

What is started here is stopped here, by its own pid, whatever ends the play.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from core.secrets import load_secrets
from core.settings import PROJECT, Settings
from hotline.demo.city import City
from hotline.demo.desk import Desk
from hotline.demo.errors import CityError, DemoError
from hotline.demo.patience import Tell, until_up
from hotline.ports import Protocol, why_taken
from hotline.supervisor import refuse_a_second
from hotline.switch import EmbeddedSwitch
from hotline.switch.following import following
from ivr.build import prepare
from routing.directory_file import directory_in_force

HOME = PROJECT / "var" / "demo"
SERVE = (sys.executable, "-m", "hotline.serve")
DOWN_SECONDS = 10.0
_TAIL = 15  # lines of a log in an error message
_ENDED = "process ended, starting it again"  # hotline/supervisor.py

# setting → protocol, and the setting that has its address ("" is loopback)
PORTS: dict[str, tuple[Protocol, str]] = {
    "sip_port": ("udp", "sip_address"),
    "network_port": ("udp", "network_address"),
    "ami_port": ("tcp", ""),
    "agi_port": ("tcp", ""),
    "ws_port": ("tcp", ""),
    "web_port": ("tcp", "web_address"),
}


def demo_settings() -> Settings:
    """Return the settings of the demonstration: its home is ``var/demo`` unless HOTLINE_HOME says otherwise.

    A port that is taken and was not asked for moves up to the next free one.
    """
    os.environ.setdefault("HOTLINE_HOME", str(HOME))
    settings = Settings().model_copy(update={"demo_phone": True})
    moved = {name: _free(settings, name) for name in PORTS if name not in settings.model_fields_set}
    return settings.model_copy(update=moved)


@contextlib.asynccontextmanager
async def stage(settings: Settings, tell: Tell) -> AsyncIterator[tuple[City, Desk]]:
    """Bring everything up, give the city and the desk, take everything down.

    Raises DemoError, SwitchError, and ServeError if this home is served already: its calls are not touched then.
    """
    refuse_a_second(settings.run_dir)
    secrets, known = load_secrets(settings), directory_in_force(settings)
    tell("准备语音提示", "prompts are being spoken (only the first time takes long)")
    await asyncio.to_thread(prepare, settings, _counted(tell))
    switch, city = EmbeddedSwitch(settings, secrets, known), City(settings, secrets, known.now())
    async with contextlib.AsyncExitStack() as stack:
        await switch.stop()  # one left over from a run that was killed
        stack.push_async_callback(switch.stop)
        await switch.start()
        await stack.enter_async_context(following(switch))
        tell("交换机已启动", f"the switch is up on {settings.sip_address}:{settings.sip_port}")
        await stack.enter_async_context(city)
        await city.phones_registered(10)
        tell("示范市电话网已启动，坐席话机已注册", "the telephone network is up, phones registered")
        child = await stack.enter_async_context(_serving(settings))
        desk = await stack.enter_async_context(Desk(base_url(settings), secrets.api_token))
        await _until_up(desk, settings, child, tell)
        tell("控制器、网页、后台任务已启动", f"controller, web and worker are up on {base_url(settings)}")
        yield city, desk


async def _until_up(desk: Desk, settings: Settings, child: asyncio.subprocess.Process, tell: Tell) -> None:
    """Wait until the controller answers through the API; if it does not, say what the processes said."""

    def dead() -> str:
        if child.returncode is not None:
            return f"hotline serve ended with status {child.returncode}"
        return "one of the processes ended while it started" if _ENDED in _log_tail(settings) else ""

    try:
        await until_up(desk.calls, dead, tell)
    except CityError as error:
        where = f"logs are in {settings.home / 'log'}; last lines of {_log(settings)}:"
        raise DemoError(f"{error}; {where}\n{_log_tail(settings)}") from error


def _counted(tell: Tell) -> Callable[[int, int, str], None]:
    """Return a progress that speaks up at every tenth prompt."""

    def told(done: int, total: int, _: str) -> None:
        if done % 10 == 0 or done == total:
            tell(f"语音提示 {done}/{total}", "prompts spoken")

    return told


def base_url(settings: Settings) -> str:
    """Return the address of the API."""
    return f"http://{settings.web_address}:{settings.web_port}"


@contextlib.asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``hotline serve`` as a child in a session of its own, and stop it and all it started."""
    with _log(settings).open("wb") as log:  # this run alone: what an earlier one said is no fault of this one
        child = await asyncio.create_subprocess_exec(
            *SERVE, cwd=PROJECT, env=_environment(settings), stdout=log, stderr=log, start_new_session=True,
        )
        try:
            yield child
        finally:
            await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.returncode is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            # first the parent alone, which stops its children in order; then whatever is left of its session
            (os.kill if sign == signal.SIGTERM else os.killpg)(child.pid, sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), DOWN_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _environment(settings: Settings) -> dict[str, str]:
    """Return our environment with every setting that differs from its default."""
    changed = settings.model_dump(exclude_none=True, exclude_defaults=True) | {"home": settings.home}
    return {**os.environ, **{f"HOTLINE_{name.upper()}": str(value) for name, value in changed.items()}}


def _log(settings: Settings) -> Path:
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings.home / "serve.log"


def _log_tail(settings: Settings) -> str:
    with _log(settings).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-_TAIL:])


def _free(settings: Settings, name: str) -> int:
    protocol, address_of = PORTS[name]
    address = str(getattr(settings, address_of)) if address_of else "127.0.0.1"
    first = int(getattr(settings, name))
    free = (port for port in range(first, first + 200) if not why_taken(protocol, address, port))
    try:
        return next(free)
    except StopIteration:
        raise DemoError(f"no free port from {first} on at {address}") from None
