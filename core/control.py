"""The controller's Unix socket: JSON lines between the three processes.

Request ``{"id", "do", "args"}``; reply ``{"id", "ok": true, "result"}`` or ``{"id", "ok": false, "error": {code,
message, fix}}``. ``{"do": "facts", "args": {"after": seq}}`` turns the connection into a stream of facts, one a
line, replayed from the journal after `seq` and then live (``after: -1``: only what comes). Each reader is pulled
from the journal at its own pace; one that stops reading is cut off and resumes by offset. It never slows the
controller.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import os
import socket
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.facts import Fact
from core.journal import Journal
from core.log import get_logger
from core.segments import JournalReader, decode

LINE_LIMIT = 1 << 20  # bytes of one request
REPLY_LIMIT = 16 << 20  # bytes of one reply: 300 live calls with all their parties
CLIENTS = 64
_IN_FLIGHT = 32  # requests of one connection that are worked on at once
_READER_PATIENCE = 5.0  # s a reader may leave its socket full
_CLIENT_BUFFER = 256 * 1024  # bytes kept for a reader that lags
_BEAT = 5.0  # s of silence after which a stream sends an empty line, so that both ends notice a dead peer
_PATH_LIMIT = 100  # bytes; Linux takes 107

Handler = Callable[..., Awaitable[Any]]
log = get_logger(__name__)


class ControlError(Exception):
    """Something about the control socket."""


class ControlDown(ControlError):
    """The controller does not answer: away, starting, or too slow. Calls go on without it."""


class ControlRefused(ControlError):
    """The controller said no; a handler raises it to say so. `fix` tells what to do instead."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.fix = code, message, fix


class ControlServer:
    """Serves the verbs in `handlers` and the facts of `journal` at `path` (mode 0600)."""

    def __init__(self, path: Path, handlers: Mapping[str, Handler], journal: Journal) -> None:
        self._path, self._journal = path, journal
        self._handlers: dict[str, Handler] = {"ping": self._ping, **handlers}
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Open the socket; one left by a dead process is replaced."""
        self._unsubscribe = self._journal.subscribe(_waker(asyncio.get_running_loop(), self._announce))
        self._server = await asyncio.start_unix_server(self._accept, sock=_listen(self._path), limit=LINE_LIMIT)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        self._unsubscribe()
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _ping(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "journal": asdict(self._journal.health())}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._clients) >= CLIENTS:
            writer.close()
            return
        self._clients.add(task)
        writer.transport.set_write_buffer_limits(high=_CLIENT_BUFFER)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:  # stop() ended it
            return
        except Exception as error:  # the connection's task ends here
            log.info("control connection ended", error=repr(error))
        finally:
            self._clients.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gate = asyncio.Semaphore(_IN_FLIGHT)
        async with asyncio.TaskGroup() as group:
            while line := await reader.readline():
                request = _parse(line)
                if request.get("do") == "facts":
                    await self._stream(request, reader, writer)
                    return
                await gate.acquire()
                group.create_task(self._answer(request, writer, gate))

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter, gate: asyncio.Semaphore) -> None:
        try:
            reply = await self._result(request)
            with suppress(OSError):
                writer.write(_line({"id": request.get("id"), **reply}))
                await asyncio.wait_for(writer.drain(), _READER_PATIENCE)
        except TimeoutError:
            writer.transport.abort()
        finally:
            gate.release()

    async def _result(self, request: dict[str, Any]) -> dict[str, Any]:
        verb, args = request.get("do"), request.get("args") or {}
        handler = self._handlers.get(verb) if isinstance(verb, str) else None
        if handler is None or not isinstance(args, dict):
            known = ", ".join(sorted(self._handlers))
            return _refusal(ControlRefused("unknown_verb", f"no such verb: {verb!r}", f"use one of: {known}"))
        try:
            inspect.signature(handler).bind(**args)
        except TypeError as error:
            return _refusal(ControlRefused("bad_arguments", f"{verb}: {error}", "check the names of the arguments"))
        try:
            return {"ok": True, "result": await handler(**args)}
        except ControlRefused as refused:
            return _refusal(refused)
        except Exception:  # a task ends here: the asker must get a word, the others must not notice
            log.exception("control verb failed", verb=verb)
            return _refusal(ControlRefused("internal", f"{verb} failed inside the controller", "see controller.log"))

    async def _stream(self, request: dict[str, Any], reader: asyncio.StreamReader,
                      writer: asyncio.StreamWriter) -> None:
        after = (request.get("args") or {}).get("after", 0)
        if not isinstance(after, int) or after > self._journal.seq:
            refused = ControlRefused("offset_ahead", f"the journal ends at {self._journal.seq}", "start from 0 or -1")
            writer.write(_line({"id": request.get("id"), **_refusal(refused)}))
            await asyncio.wait_for(writer.drain(), _READER_PATIENCE)
            return
        after = self._journal.seq if after < 0 else after
        writer.write(_line({"id": request.get("id"), "ok": True, "result": {"after": after}}))
        pump = asyncio.create_task(self._pump(after, writer))
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({pump, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            pump.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)

    async def _pump(self, after: int, writer: asyncio.StreamWriter) -> None:
        async with _file_reader(self._journal.directory, after) as old:
            while True:
                news = self._news
                batch = self._journal.recent(after)
                if batch is None:
                    old.seq = max(old.seq, after)
                    batch = await asyncio.to_thread(old.poll)
                    if not batch:  # the rest was shed: go on with what memory has
                        after = self._journal.oldest_in_memory()
                        continue
                if batch:
                    writer.write(b"".join(_line(asdict(fact)) for fact in batch))
                    after = batch[-1].seq
                elif not await _happens(news, _BEAT):
                    writer.write(b"\n")
                await asyncio.wait_for(writer.drain(), _READER_PATIENCE)


class ControlClient:
    """Asks the controller. One connection a request: a hung or restarted controller leaves nothing behind."""

    def __init__(self, path: Path, timeout: float = 5.0) -> None:
        self._path, self._timeout = path, timeout
        self._ids = itertools.count(1)

    async def do(self, verb: str, /, **args: Any) -> Any:
        """Have `verb` done and return its result. Raises ControlDown, ControlRefused."""
        try:
            async with asyncio.timeout(self._timeout), self._connection() as (reader, writer):
                writer.write(_line({"id": next(self._ids), "do": verb, "args": args}))
                return _outcome(await reader.readline())
        except (OSError, TimeoutError, ValueError) as error:
            raise ControlDown(f"the controller does not answer ({error or 'no reply in time'})") from error

    async def facts(self, after: int) -> AsyncGenerator[Fact, None]:
        """Yield the facts after `after`, then live ones, for ever. Raises ControlDown when the stream breaks."""
        try:
            async with self._connection() as (reader, writer):
                writer.write(_line({"id": next(self._ids), "do": "facts", "args": {"after": after}}))
                _outcome(await asyncio.wait_for(reader.readline(), self._timeout))
                while line := await asyncio.wait_for(reader.readline(), 3 * _BEAT):
                    if fact := decode(line):
                        yield fact
        except (OSError, TimeoutError, ValueError) as error:
            raise ControlDown(f"the stream of facts broke ({error})") from error
        raise ControlDown("the controller closed the stream of facts")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        with _short(self._path) as path:
            reader, writer = await asyncio.open_unix_connection(path, limit=REPLY_LIMIT)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


# -- lines -----------------------------------------------------------------------------------------------------
def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace") + b"\n"


def _parse(line: bytes) -> dict[str, Any]:
    body = json.loads(line)
    if not isinstance(body, dict):
        raise ValueError("a line of the control socket is one JSON object")
    return body


def _outcome(line: bytes) -> Any:
    if not line:
        raise ConnectionError("the connection was closed")
    reply = _parse(line)
    if reply.get("ok"):
        return reply.get("result")
    error = reply.get("error") or {}
    raise ControlRefused(str(error.get("code", "unknown")), str(error.get("message", "")), str(error.get("fix", "")))


def _refusal(refused: ControlRefused) -> dict[str, Any]:
    return {"ok": False, "error": {"code": refused.code, "message": refused.message, "fix": refused.fix}}


# -- the socket's path ---------------------------------------------------------------------------------------------
class _short:
    """A name of `path` that fits into a socket address, by way of an open handle of its folder if need be."""

    def __init__(self, path: Path) -> None:
        self._path, self._handle = path, -1

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= _PATH_LIMIT:
            return str(self._path)
        self._handle = os.open(self._path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._handle}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}.sock")  # renamed into place: clients never find the name missing or deaf
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    with _short(draft) as name:
        listener.bind(name)
    os.chmod(draft, 0o600)
    listener.listen(CLIENTS)
    os.replace(draft, path)
    return listener


@asynccontextmanager
async def _file_reader(directory: Path, after: int) -> AsyncIterator[JournalReader]:
    reader = JournalReader(directory, after)
    try:
        yield reader
    finally:
        reader.close()


async def _happens(event: asyncio.Event, within: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
    return True


def _waker(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> Callable[[Fact], None]:
    home = threading.get_ident()

    def on_fact(_: Fact) -> None:
        if threading.get_ident() == home:
            wake()
        else:
            loop.call_soon_threadsafe(wake)

    return on_fact
