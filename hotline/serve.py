"""``hotline serve``: the switch and the three processes, kept alive until told to stop.

The controller is watched by its heartbeat on the control socket: silent for three seconds, it is killed and started
anew; the calls go on meanwhile. The switch is started if it does not run, and again if it dies; at the end it is
stopped only when this command has started it and nobody talks on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import Annotated

import httpx
import typer

from core.control import ControlClient, ControlError
from core.log import configure, get_logger
from core.secrets import Secrets, load_secrets
from core.settings import PROJECT, Settings
from hotline.supervisor import Child, ServeError, Supervisor
from hotline.switch import EmbeddedSwitch
from hotline.switch.errors import SwitchError
from hotline.switch.following import follow
from routing.directory_file import directory_in_force

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
log = get_logger(__name__)

_LOOK_AT_SWITCH = 1.0  # s
_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0)  # s before the switch is started again, and again


@app.command()
def serve(
    no_switch: Annotated[bool, typer.Option("--no-switch", help="交换机在别处 · the switch runs elsewhere")] = False,
) -> None:
    """启动 · run the switch, controller, web and worker until stopped"""
    settings = Settings()
    configure("serve")
    try:
        asyncio.run(run(settings, with_switch=not no_switch))
    except ServeError as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error


def children(settings: Settings, controller: str = "hotline.controller") -> list[Child]:
    """Return the three processes, the one that matters most first. `controller` is its module."""
    client = ControlClient(settings.control_socket, timeout=1.0)
    return [
        Child("controller", (sys.executable, "-m", controller), nice=-5, alive=lambda: _beats(client)),
        Child("web", (sys.executable, "-m", "hotline.web"), nice=5, alive=lambda: _answers(settings), patience=20.0,
              grace=180.0),  # its imports alone are seconds of a processor, on a busy machine a minute
        Child("worker", (sys.executable, "-m", "hotline.worker"), nice=10),
    ]


async def _beats(client: ControlClient) -> bool:
    try:
        await client.do("ping")
    except ControlError:
        return False
    return True


async def _answers(settings: Settings) -> bool:
    """Tell whether the web process answers at all; what it says of the others is not its fault."""
    try:
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            await client.get(f"http://{settings.web_address}:{settings.web_port}/health")
    except httpx.HTTPError:
        return False
    return True


async def run(settings: Settings, *, with_switch: bool, controller: str = "hotline.controller") -> None:
    """Serve until SIGTERM or SIGINT. Raises ServeError, SwitchError, SecretsError, DirectoryError."""
    secrets = load_secrets(settings)
    environment = {**os.environ, "HOTLINE_HOME": str(settings.home)}
    supervisor = Supervisor(children(settings, controller), settings.run_dir, settings.home / "log", PROJECT,
                            environment)
    keeper = _SwitchKeeper(settings, secrets) if with_switch else None
    if keeper:
        await keeper.start()
    tasks = [asyncio.create_task(supervisor.run(), name="processes")]
    tasks += [asyncio.create_task(keeper.keep(), name="switch")] if keeper else []
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, tasks[0].cancel)
    typer.echo(f"12345 · http://{settings.web_address}:{settings.web_port} · 日志 · logs: {settings.home / 'log'}")
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if keeper:
            await keeper.leave()


class _SwitchKeeper:
    """Starts the switch if it does not run, and again if it dies."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._switch = EmbeddedSwitch(settings, secrets, directory_in_force(settings))
        self._ours = False

    async def start(self) -> None:
        if self._switch.process.pid is None:
            await self._switch.start()
            self._ours = True

    async def keep(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(_LOOK_AT_SWITCH)
            if self._switch.process.pid is not None:
                failures = 0
                await follow(self._switch)
                continue
            log.error("the switch is gone, starting it again")
            try:
                await self._switch.start()
                self._ours = True
            except SwitchError as error:
                log.error("the switch does not start", error=str(error))
                failures += 1
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])

    async def leave(self) -> None:
        if not self._ours or self._switch.process.pid is None:
            return
        status = await self._switch.status()
        if status.calls:
            typer.echo(f"交换机上还有 {status.calls} 通电话，让它继续运行；停止它：hotline switch stop · left running")
            return
        await self._switch.stop()


if __name__ == "__main__":
    app()
