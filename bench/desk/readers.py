"""``python -m bench.desk.readers URL COUNT``: so many readers of the live events, in a process of their own.

Each holds a stream open as a browser does and takes what comes; the token is read from standard input. Says ``up`` when
all have been answered.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import urlsplit

import uvloop

_ANSWERED = b" 200 "
_DEADLINE = 30.0  # s


def command(url: str, count: int) -> list[str]:
    """Return how to start it."""
    return [sys.executable, "-m", "bench.desk.readers", url, str(count)]


async def _open(url: str, token: str) -> asyncio.StreamReader:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/event-stream\r\n"
                 f"Authorization: Bearer {token}\r\n\r\n".encode())
    async with asyncio.timeout(_DEADLINE):
        head = await reader.readuntil(b"\r\n\r\n")
    if _ANSWERED not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(head.split(b"\r\n", 1)[0].decode())
    return reader


async def _take(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


async def run(url: str, count: int, token: str) -> None:
    """Read until the streams end or the process does."""
    readers = [await _open(url, token) for _ in range(count)]
    print("up", flush=True)
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(_take(reader))


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], int(sys.argv[2]), sys.stdin.readline().strip()))
