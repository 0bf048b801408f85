"""What dies or hangs is started again, at once; what is stopped is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.control import ControlClient, ControlError
from core.settings import PROJECT, Settings
from hotline.serve import children
from hotline.supervisor import Child, ServeError, Supervisor
from tests.support.waiting import LATE, until

# a controller that only beats; `held` makes the journal's lock its own, as the real one does
HEART = """
import asyncio, signal, sys
from core.control import ControlServer
from core.journal import Journal
from core.settings import Settings

async def main():
    settings = Settings()
    journal = Journal.open(settings.journal_dir)
    server = ControlServer(settings.control_socket, {}, journal)
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await server.stop()
    journal.close()

asyncio.run(main())
"""
SLEEPER = "import time\nwhile True: time.sleep(1)"
DEADLINE = 60


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def environment(settings: Settings) -> dict[str, str]:
    ports = {f"HOTLINE_{name.upper()}": str(getattr(settings, name)) for name in
             ("sip_port", "ami_port", "agi_port", "ws_port", "web_port", "network_port")}
    return {**os.environ, **ports, "HOTLINE_HOME": str(settings.home)}


def heart(settings: Settings) -> Child:
    controller = children(settings)[0]
    return Child("controller", (sys.executable, "-c", HEART), controller.nice, controller.alive, controller.patience)


def sleeper(name: str, code: str = SLEEPER) -> Child:
    return Child(name, (sys.executable, "-c", code))


@asynccontextmanager
async def supervised(settings: Settings, *kept: Child) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(kept, settings.run_dir, settings.home / "log", PROJECT, environment(settings))
    task = asyncio.create_task(supervisor.run())
    try:
        await until(lambda: task.done() or len(supervisor.pids) == len(kept))
        if task.done():
            await task
        yield supervisor
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def beating(settings: Settings, old: int = 0) -> int:
    """Wait until a controller other than `old` beats; return its pid."""
    client = ControlClient(settings.control_socket, timeout=0.5)
    async with asyncio.timeout(DEADLINE):
        while True:
            with contextlib.suppress(ControlError):
                pid = int((await client.do("ping"))["pid"])
                if pid != old:
                    return pid
            await asyncio.sleep(0.02)


async def test_a_hung_controller_is_found_within_five_seconds_and_started_anew(home: Settings) -> None:
    async with supervised(home, heart(home), sleeper("other")) as supervisor:
        await until(lambda: "controller" in supervisor.seen_well)
        pid, other = await beating(home), supervisor.pids["other"]
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        await until(lambda: not alive(pid))
        assert time.monotonic() - began < 5 + LATE
        assert await beating(home, old=pid) == supervisor.pids["controller"]
        assert supervisor.pids["other"] == other


async def test_a_dead_controller_is_back_within_three_seconds(home: Settings) -> None:
    async with supervised(home, heart(home)):
        pid = await beating(home)
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        assert await beating(home, old=pid)
        assert time.monotonic() - began < 3 + LATE


async def test_one_that_dies_again_and_again_is_not_started_in_a_rush(home: Settings) -> None:
    begun = home.home / "begun"
    async with supervised(home, sleeper("dies", f"open({str(begun)!r}, 'a').write('x')")):
        await until(lambda: begun.exists() and len(begun.read_text()) >= 3)
        await asyncio.sleep(1.0)  # the span over which starts are counted
        assert len(begun.read_text()) <= 6


async def test_when_the_house_is_stopped_nothing_is_left(home: Settings) -> None:
    stubborn = sleeper("stubborn", f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEPER}")
    async with supervised(home, heart(home), stubborn) as supervisor:
        await beating(home)
        pids = list(supervisor.pids.values())
    assert not [pid for pid in pids if alive(pid)]
    assert not list(home.run_dir.glob("*.pid"))
    assert not home.control_socket.exists()


async def test_two_supervisors_of_one_home_are_refused(home: Settings) -> None:
    async with supervised(home, sleeper("a")):
        with pytest.raises(ServeError, match=rf"already runs .* kill {os.getpid()}$"):
            async with supervised(home, sleeper("a")):
                pass


async def test_what_a_killed_supervisor_left_behind_is_ended_first(home: Settings) -> None:
    child = heart(home)
    orphan = await asyncio.create_subprocess_exec(*child.command, cwd=PROJECT, env=environment(home))
    try:
        pid = await beating(home)
        home.run_dir.joinpath("controller.pid").write_text(f"{pid}\n")
        async with supervised(home, child):
            assert await beating(home, old=pid)
            assert not alive(pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            orphan.kill()
        await orphan.wait()


async def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(home: Settings) -> None:
    home.run_dir.mkdir(parents=True)
    home.run_dir.joinpath("a.pid").write_text(f"{os.getpid()}\n")
    async with supervised(home, sleeper("a")):
        pass


async def test_a_log_that_grows_too_long_is_turned_over(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.supervisor.LOG_LIMIT", 2000)
    talker = sleeper("talker", "import time\nwhile True:\n    print('x' * 100, flush=True)\n    time.sleep(0.01)")
    async with supervised(home, talker):
        old, new = home.home / "log" / "talker.log.1", home.home / "log" / "talker.log"
        await until(lambda: old.exists() and new.stat().st_size < 2000)


async def _ended(process: asyncio.subprocess.Process) -> int:
    return await asyncio.wait_for(process.wait(), DEADLINE)


async def test_a_machine_too_slow_for_a_child_gives_it_ever_more_time_to_begin(home: Settings) -> None:
    begun = home.home / "begun"
    code = f"import time\ntime.sleep(1)\nopen({str(begun)!r}, 'w').close()\ntime.sleep(600)"
    slow = Child("slow", (sys.executable, "-c", code), alive=lambda: asyncio.to_thread(begun.exists), grace=0.3)
    async with supervised(home, slow) as supervisor:
        await until(lambda: "slow" in supervisor.seen_well)


async def test_the_house_serves_restarts_what_is_killed_and_leaves_nothing(home: Settings) -> None:
    """The real command with the real processes, without a switch."""
    import httpx

    from ivr.build import prepare

    await asyncio.to_thread(prepare, home)
    command = (sys.executable, "-m", "hotline.serve", "--no-switch")
    serve = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, env=environment(home),
                                                 stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)
    address = f"http://127.0.0.1:{home.web_port}/health"

    async def healthy() -> None:
        async with asyncio.timeout(300), httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(address)).json().get("ok"):
                        return
                await asyncio.sleep(0.05)

    def pids() -> dict[str, int]:
        return {path.stem: int(path.read_text() or 0) for path in home.run_dir.glob("*.pid")}

    try:
        await healthy()
        first = pids()
        assert set(first) == {"controller", "web", "worker"}
        os.kill(first["web"], signal.SIGKILL)
        await until(lambda: pids().get("web", 0) not in (0, first["web"]))
        await healthy()
        assert pids()["controller"] == first["controller"]
        os.kill(first["controller"], signal.SIGSTOP)
        began = time.monotonic()
        await until(lambda: not alive(first["controller"]))
        assert time.monotonic() - began < 5 + LATE
        await healthy()
        last = pids()
        serve.terminate()
        assert await _ended(serve) == 0
        assert not [pid for pid in last.values() if alive(pid)]
    finally:
        with contextlib.suppress(ProcessLookupError):
            serve.kill()
        await serve.wait()
        for pid in pids().values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
