"""Is a port free, and if not, whose is it? Read from the kernel's own tables, no program needed."""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Protocol = Literal["tcp", "udp"]
LONGEST = 60  # characters of a command line
_KINDS: dict[Protocol, socket.SocketKind] = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
_LISTENING = {"tcp": "0A", "udp": "07"}  # states in /proc/net; for UDP: bound, not connected


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has a port."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"{self.command} (pid {self.pid})"


def why_taken(protocol: Protocol, address: str, port: int) -> str:
    """Return "" if the port can be taken now, else the system's reason."""
    with socket.socket(socket.AF_INET, _KINDS[protocol]) as probe:
        if protocol == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def owner_of_port(protocol: Protocol, port: int) -> Owner | None:
    """Return the process that listens on `port`, or None if there is none or it may not be known to us."""
    inodes = _inodes(protocol, port)
    if not inodes:
        return None
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _has_one_of(process, wanted):
            return Owner(int(process.name), _command(process))
    return None


def _inodes(protocol: Protocol, port: int) -> set[str]:
    found = set()
    for table in (f"/proc/net/{protocol}", f"/proc/net/{protocol}6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(f":{port:04X}") and fields[3] == _LISTENING[protocol]:
                    found.add(fields[9])
    return found


def _has_one_of(process: Path, wanted: set[str]) -> bool:
    with contextlib.suppress(OSError):
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(entry) in wanted:
                    return True
    return False


def _command(process: Path) -> str:
    """Return how a process was called, shortened; a loader that only carries another program is left out."""
    with contextlib.suppress(OSError):
        words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        if Path(words[0]).name.startswith("ld-linux") and words[1:2] == ["--library-path"]:
            words = words[3:]
        if words[0]:
            line = " ".join((Path(words[0]).name, *words[1:])).strip()
            return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
        return (process / "comm").read_text().strip()
    return "?"
