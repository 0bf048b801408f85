"""Keeps processes alive: starts them, restarts what dies or hangs, stops them in order.

A child writes its own log file and needs nothing from its supervisor to go on: when the supervisor is killed the
children stay, and the next supervisor of the same home ends them before it starts its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.log import get_logger

LOG_LIMIT = 32 << 20  # bytes; a longer log is turned over
_STEADY = 10.0  # s a child must have lived for its next death to be forgiven at once
_PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)  # s before the first, second … restart in a row
_LOOK = 0.5  # s between two looks at a child
_LOOK_EARLY = 0.1  # the same until it has answered for the first time
_LONGEST_GRACE = 960.0  # s a child may take for its first good answer, however often it was killed before that
_MISSES = 3  # looks in a row that must fail: our own sleep is not the child's
log = get_logger(__name__)

Alive = Callable[[], Awaitable[bool]]


class ServeError(RuntimeError):
    """The house cannot be served; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep. `alive` answers within a second whether it works; `patience` is how long it may not.

    Before the first good answer it has `grace` seconds; twice as many each time that was too short, or a machine too
    slow for it would begin anew for ever. `nice` below 0 needs privileges and is tried all the same.
    """

    name: str
    command: Sequence[str]
    nice: int = 0
    alive: Alive | None = None
    patience: float = 3.0
    grace: float = 60.0


class Supervisor:
    """Keeps `children`; their pid files are in `run_dir`, their logs in `log_dir`."""

    def __init__(self, children: Sequence[Child], run_dir: Path, log_dir: Path, cwd: Path,
                 environment: dict[str, str]) -> None:
        self._children, self._run_dir, self._log_dir = children, run_dir, log_dir
        self._cwd, self._environment = cwd, environment
        self.pids: dict[str, int] = {}
        self.seen_well: set[str] = set()  # children that have answered since their start

    async def run(self) -> None:
        """Keep the children until cancelled, then stop them: the last one started first."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with _alone(self._run_dir):
            for child in self._children:
                await self._end_leftover(child)
            keepers = [asyncio.create_task(self._keep(child), name=child.name) for child in self._children]
            try:  # wait, not gather: each keeper is cancelled once, or its child would not be stopped
                done, _ = await asyncio.wait(keepers, return_when=asyncio.FIRST_EXCEPTION)
                for keeper in done:
                    keeper.result()
            finally:
                for keeper in reversed(keepers):
                    keeper.cancel()
                await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        deaths, grace = 0, child.grace
        while True:
            began = time.monotonic()
            async with self._started(child) as process:
                ended = asyncio.create_task(process.wait())
                watch = asyncio.create_task(self._watch(child, process, grace))
                try:
                    await asyncio.wait({ended, watch}, return_when=asyncio.FIRST_COMPLETED)
                    if not ended.done():
                        await ended  # the watch has killed it
                        well = child.name in self.seen_well
                        grace = child.grace if well else min(_LONGEST_GRACE, 2 * grace)
                finally:
                    for task in (watch, ended):
                        task.cancel()
                    await asyncio.gather(watch, ended, return_exceptions=True)
            deaths = 0 if time.monotonic() - began > _STEADY else deaths + 1
            pause = _PAUSES[min(deaths, len(_PAUSES) - 1)]
            log.error("process ended, starting it again", child=child.name, status=process.returncode, pause=pause)
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def _started(self, child: Child) -> AsyncIterator[asyncio.subprocess.Process]:
        """Start a child; on the way out it is stopped if it still runs."""
        with _log_file(self._log_dir / f"{child.name}.log") as file:
            process = await asyncio.create_subprocess_exec(
                *child.command, cwd=self._cwd, env=self._environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=file, stderr=file)
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, child.nice)
        self.pids[child.name] = process.pid
        with contextlib.suppress(OSError):  # a full disk must not keep the controller from running
            self._pid_file(child).write_text(f"{process.pid}\n")
        log.info("process started", child=child.name, pid=process.pid)
        try:
            yield process
        finally:
            await _stopped(process)
            self._pid_file(child).unlink(missing_ok=True)
            self.pids.pop(child.name, None)
            self.seen_well.discard(child.name)

    async def _watch(self, child: Child, process: asyncio.subprocess.Process, grace: float) -> None:
        """Look at a child again and again; return when it was killed for not answering."""
        last_good, misses, patience = time.monotonic(), 0, grace
        while True:
            await asyncio.sleep(_LOOK if child.name in self.seen_well else _LOOK_EARLY)
            await asyncio.to_thread(self._turn_over, child)
            if child.alive is None:
                continue
            if await child.alive():
                last_good, misses, patience = time.monotonic(), 0, child.patience
                self.seen_well.add(child.name)
                continue
            misses += 1
            if misses >= _MISSES and time.monotonic() - last_good > patience:
                log.error("process hangs, killing it", child=child.name, pid=process.pid)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                return

    def _turn_over(self, child: Child) -> None:
        """Keep one old log; children append, so the file can be cut under them."""
        path = self._log_dir / f"{child.name}.log"
        with contextlib.suppress(OSError):
            if path.stat().st_size > LOG_LIMIT:
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)

    async def _end_leftover(self, child: Child) -> None:
        """End the child of a supervisor that was killed; it holds what its successor needs."""
        pid = _left_over(self._pid_file(child), child.command)
        if pid is None:
            return
        log.warning("ending a process left over", child=child.name, pid=pid)
        for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
            if await _gone(pid, patience):
                return

    def _pid_file(self, child: Child) -> Path:
        return self._run_dir / f"{child.name}.pid"


@contextlib.contextmanager
def _alone(run_dir: Path) -> Iterator[None]:
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "serve.lock").open("a+") as lock:
        lock.seek(0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            how = f"在它的终端按 Ctrl-C，或者 · Ctrl-C in its terminal, or: kill {lock.read(20).strip()}"
            raise ServeError(f"hotline serve 已在运行 · already runs for {run_dir.parent}; {how}") from error
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def refuse_a_second(run_dir: Path) -> None:
    """Return if nobody serves from this directory. Raises ServeError otherwise."""
    with _alone(run_dir):
        pass


def _log_file(path: Path) -> BinaryIO:
    try:
        return path.open("ab")
    except OSError as error:
        log.error("log cannot be written, going on without", path=str(path), error=str(error))
        return Path(os.devnull).open("ab")


async def _stopped(process: asyncio.subprocess.Process, patience: float = 6.0) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)


async def _gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not _runs(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _left_over(pid_file: Path, command: Sequence[str]) -> int | None:
    """Return the process that the file names if it still is the one that was started so."""
    try:
        pid = int(pid_file.read_text())
        running = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    except (OSError, ValueError):
        return None
    return pid if running == [os.fsencode(part) for part in command] else None
