"""One Asterisk process: start it, know when it is ready, ask it something, stop it.

It belongs to nobody's terminal: it has a session of its own and goes on when the program that started it ends. A pid
file and the path of its configuration tell it from any other process, so a recycled pid is never taken for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from pathlib import Path

from core.settings import PROJECT
from hotline.switch.errors import NotReadyError, SwitchError
from hotline.switch.installation import Installation

READY_SECONDS = 30.0
STOP_SECONDS = 5.0
COMMAND_SECONDS = 5.0
_STEP = 0.03  # between two looks at something that is about to happen; seconds
_TAIL = 12  # lines of the log in an error message


class AsteriskProcess:
    """An Asterisk run from `root` with the files in `etc_dir`; `name` is for people, the rest for the process.

    `log_file` gets what it prints; `pid_file` (default: beside the files) lets a later program find it again.
    """

    def __init__(
        self, root: Path, etc_dir: Path, name: str, *, log_file: Path | None = None, pid_file: Path | None = None,
    ) -> None:
        self.installation = Installation(root)
        self.config = etc_dir / "asterisk.conf"
        self.name = name
        self.log_file = log_file or etc_dir / "console.log"
        self.pid_file = pid_file or etc_dir / "asterisk.pid"

    @property
    def pid(self) -> int | None:
        """The pid of the running process, or None."""
        with contextlib.suppress(OSError, ValueError):
            pid = int(self.pid_file.read_text())
            if self._is_ours(pid):
                return pid
        return None

    async def start(self, deadline: float = READY_SECONDS) -> None:
        """Start it and return when it is fully booted; if it runs already, only wait for that.

        Raises NotReadyError with the last lines of the log if it dies or needs longer than `deadline` seconds.
        """
        if self.pid is None:
            self._need_control_socket()
            self._spawn()
        try:
            async with asyncio.timeout(deadline):
                await self._ready()
        except TimeoutError as error:
            await self.stop()
            raise NotReadyError(f"{self.name} was not ready within {deadline:.0f} s.{self._last_words()}") from error

    async def stop(self, deadline: float = STOP_SECONDS) -> None:
        """End its calls, ask it to stop, wait `deadline` seconds, then kill it. No fault if it never ran.

        Returns when it is gone. Its last events are written first: a switch that is merely told to stop drops them.
        """
        pid = self.pid
        if pid is None:
            return
        with contextlib.suppress(SwitchError, TimeoutError):
            async with asyncio.timeout(deadline / 2):
                await self._wind_down()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
            if await self._gone(pid, deadline):
                self.pid_file.unlink(missing_ok=True)
                return
        raise SwitchError(f"{self.name} (pid {pid}) does not even go when killed; look at it with: ps {pid}")

    async def drain(self, deadline: float) -> bool:
        """Take no new calls, let those that are up end by themselves, then stop; returns whether it stopped.

        After `deadline` seconds with calls still up it takes calls again and goes on as before.
        """
        pid = self.pid
        if pid is None:
            return True
        asking = asyncio.create_task(self.rx("core stop gracefully", deadline + COMMAND_SECONDS))  # answers at the end
        try:
            if await self._gone(pid, deadline):
                self.pid_file.unlink(missing_ok=True)
                return True
            await self.rx("core abort shutdown")
            return False
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def rx(self, command: str, deadline: float = COMMAND_SECONDS) -> str:
        """Return what the switch's own console answers to `command`. Raises SwitchError if it cannot be asked."""
        if any(ord(sign) < 32 for sign in command):
            raise SwitchError("a console command has no control characters")
        arguments = self.installation.command("-C", str(self.config), "-rx", command)
        child = await asyncio.create_subprocess_exec(
            *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(deadline):
                output, _ = await child.communicate()
        except BaseException as error:  # also when cancelled: the console must not outlive its asker
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
            if isinstance(error, TimeoutError):
                raise SwitchError(f"{self.name} did not answer {command!r} within {deadline:.0f} s") from error
            raise
        text = output.decode("utf-8", "replace")
        if child.returncode != 0:
            raise SwitchError(f"{self.name} cannot be asked {command!r}: {text.strip()[:300]}")
        return text

    def _need_control_socket(self) -> None:
        """Refuse to start where another Asterisk answers: its answers would be taken for ours."""
        run_dir = re.search(r"^astrundir\s*=>\s*(.+)$", self.config.read_text("utf-8"), re.MULTILINE)
        if run_dir is None:
            raise NotReadyError(f"{self.config} names no astrundir")
        path = Path(run_dir[1].strip()) / "asterisk.ctl"
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.settimeout(1.0)
            probe.connect(str(path))
            pid = int.from_bytes(probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)
            raise NotReadyError(f"{self.name} cannot start: another Asterisk (pid {pid}) has {path}; stop it first")

    def _spawn(self) -> None:
        """Start the process in a session of its own. posix_spawn, since it shall outlive us without a keeper."""
        command = self.installation.command("-C", str(self.config), "-f")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self.log_file.unlink(missing_ok=True)
        out = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        try:
            actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
            pid = os.posix_spawn(command[0], command, _environment(), file_actions=actions, setsid=True)
        except OSError as error:
            raise SwitchError(f"{self.name} cannot be run: {error}; look with: hotline doctor") from error
        finally:
            os.close(out)
            os.close(null)
        self.pid_file.write_text(str(pid))

    async def _ready(self) -> None:
        while True:
            if self.pid is None:
                raise NotReadyError(f"{self.name} died while starting.{self._last_words()}")
            with contextlib.suppress(SwitchError):
                answer = await self.rx("core waitfullybooted", READY_SECONDS)
                if "fully booted" in answer:
                    return
            await asyncio.sleep(_STEP)

    async def _wind_down(self) -> None:
        """Hang up every channel and wait until none is left and no event waits to be written."""
        await self.rx("channel request hangup all")
        for command, done in (("core show channels count", _no_channel), ("core show taskprocessors", _all_told)):
            while True:
                if done(await self.rx(command)):
                    break
                await asyncio.sleep(_STEP)

    async def _gone(self, pid: int, deadline: float) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline
        while self._is_ours(pid):
            if loop.time() > until:
                return False
            await asyncio.sleep(_STEP)
        return True

    def _is_ours(self, pid: int) -> bool:
        """Tell whether `pid` is alive and runs our configuration; buries it if it is our own dead child."""
        child = False
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return False
            child = True
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        if not line:  # a child just made: the kernel shows its command line a moment after the spawn returns
            return child
        return os.fsencode(self.config) in line.split(b"\0")

    def _last_words(self) -> str:
        try:
            lines = self.log_file.read_text("utf-8", "replace").splitlines()[-_TAIL:]
        except OSError:
            return ""
        return f" Last lines of {self.log_file}:\n  " + "\n  ".join(lines)


def _no_channel(answer: str) -> bool:
    return answer.startswith("0 active channels")


def _all_told(answer: str) -> bool:
    """Tell from "core show taskprocessors" (name, processed, in queue, …) whether no event waits to be told."""
    return re.search(r"^stasis/\S+ +\d+ +[1-9]", answer, re.MULTILINE) is None


def _environment() -> dict[str, str]:
    """Return our environment without what would make the switch speak another language or find other libraries."""
    drop = {"LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "PYTHONHOME"}
    return {name: value for name, value in os.environ.items() if name not in drop} | {
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(PROJECT),  # a process AGI runs one of our modules, installed or not
    }
