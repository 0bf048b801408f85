"""The journal's files: ``00000001.jsonl`` …, one fact a line, append-only, read by any process.

A line that lacks its newline is torn: readers wait for the rest, the next writer cuts it. A complete line that is
no fact is passed over and counted. The same `seq` may stand twice after a failed fsync; readers drop the second.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from core.facts import Fact
from core.reserve import reserve

LINE_LIMIT = 64 * 1024  # bytes; a longer fact has its texts shortened
RESERVE = 2 << 20  # bytes of the disk that the journal holds ahead of what it writes: several thousand facts
_TEXT_LIMIT = 1024  # characters kept of each text of such a fact


def encode(fact: Fact) -> bytes:
    """Return the line of a fact. Never raises: what is no JSON is written as text, lone surrogates as escapes."""
    line = _dump(fact, fact.data)
    return line if len(line) <= LINE_LIMIT else _dump(fact, {"shortened": len(line), **_shorten(fact.data)})


def _dump(fact: Fact, data: dict[str, Any]) -> bytes:
    body = {"seq": fact.seq, "at": fact.at, "kind": fact.kind, "call": fact.call, "key": fact.key, "data": data}
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps({**body, "data": {"unwritable": repr(data)[:_TEXT_LIMIT]}})
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _shorten(data: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in list(data.items())[:32]:
        plain = value is None or isinstance(value, int | float)
        kept[str(name)[:80]] = value if plain else str(value)[:_TEXT_LIMIT]
    return kept


def decode(line: bytes) -> Fact | None:
    """Return the fact of a line, or None if it is none."""
    try:
        body = json.loads(line)
        at = float(body["at"])
        if not math.isfinite(at):
            return None
        return Fact(int(body["seq"]), at, str(body["kind"]), str(body["call"]), str(body["key"]),
                    dict(body["data"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def segments(directory: Path) -> list[Path]:
    """Return the segments, oldest first; an empty list when there is no journal yet."""
    try:
        return sorted(path for path in directory.glob("*.jsonl") if path.stem.isdigit())
    except OSError:
        return []


def lines(path: Path) -> Iterator[bytes]:
    """Yield the complete lines of a segment."""
    with path.open("rb") as file:
        yield from (line for line in file if line.endswith(b"\n"))


def first_seq(path: Path) -> int | None:
    """Return the seq of a segment's first readable fact, or None."""
    try:
        return next((fact.seq for line in lines(path) if (fact := decode(line))), None)
    except OSError:
        return None


def last_seq(directory: Path) -> int:
    """Return the seq of the last readable fact, 0 when there is none. Reads the end of the newest segment only."""
    for path in reversed(segments(directory)):
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * LINE_LIMIT))
            tail = file.read().splitlines()
        found = next((fact.seq for line in reversed(tail) if (fact := decode(line))), 0)
        if found:
            return found
    return 0


def cut_torn_tail(path: Path) -> int:
    """Cut what follows the last newline of a segment; return how many bytes went."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        file.truncate(end)  # also when it ends well: what a writer that was killed held on the disk is given back
        if end < size:
            os.fsync(file.fileno())
        return size - end


class JournalReader:
    """Follows a journal from an offset, in any process. Blocking file reads; never writes, never locks."""

    def __init__(self, directory: Path, after: int = 0) -> None:
        self.seq = after
        self.broken = 0
        self._directory = directory
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._position = 0

    def poll(self, limit: int = 500) -> list[Fact]:
        """Return the next facts after `seq`, at most `limit`; an empty list when there are none yet."""
        found: list[Fact] = []
        while len(found) < limit and (line := self._line()) is not None:
            fact = decode(line)
            if fact is None:
                self.broken += 1
            elif fact.seq > self.seq:
                self.seq = fact.seq
                found.append(fact)
        return found

    def close(self) -> None:
        """Close the open segment."""
        if self._file is not None:
            self._file.close()
        self._file, self._path, self._position = None, None, 0

    def _line(self) -> bytes | None:
        if self._file is None and not self._open(self._segment_of(self.seq + 1)):
            return None
        while (line := self._complete()) is None:
            following = self._following()
            if following is None:
                return None
            if (line := self._complete()) is not None:  # written between our look and the next segment's birth
                return line
            if not self._open(following):
                return None
        return line

    def _complete(self) -> bytes | None:
        assert self._file is not None
        if os.fstat(self._file.fileno()).st_size < self._position:  # cut below us: the disk lost what we had read
            self._position = 0
        self._file.seek(self._position)
        line = self._file.readline()
        if not line.endswith(b"\n"):
            return None
        self._position += len(line)
        return line

    def _open(self, path: Path | None) -> bool:
        self.close()
        if path is None:
            return False
        try:
            self._file = path.open("rb")
        except OSError:
            return False
        self._path = path
        return True

    def _segment_of(self, seq: int) -> Path | None:
        found = segments(self._directory)
        for path in reversed(found):
            first = first_seq(path)
            if first is not None and first <= seq:
                return path
        return found[0] if found else None

    def _following(self) -> Path | None:
        return next((path for path in segments(self._directory) if self._path and path.name > self._path.name), None)


class SegmentWriter:
    """Appends lines to the newest segment and starts the next one when it is full or has failed.

    It holds room on the disk ahead of what it writes, so that recordings that fill the disk do not stop it. Where
    there is none for a next segment, the one in use grows on.
    """

    def __init__(self, directory: Path, segment_bytes: int) -> None:
        self._directory, self._segment_bytes = directory, segment_bytes
        self._fd = -1
        self._size = self._held = 0

    def write(self, batch: Sequence[bytes]) -> int:
        """Append whole lines; return how many are in the file, fewer when the disk is full.

        Raises OSError when no segment can be opened or not one line fits.
        """
        if self._fd < 0 or os.fstat(self._fd).st_nlink == 0:
            self._roll()
        elif self._size >= self._segment_bytes:
            with contextlib.suppress(OSError):  # no room: the one in use is longer, and holds what there is
                self._roll()
        self._hold()
        blob = memoryview(b"".join(batch))
        done, fault = 0, None
        try:
            while done < len(blob):
                done += os.write(self._fd, blob[done:])
        except OSError as error:
            fault = error
        count, whole = _whole(batch, done)
        self._size += whole
        if fault is not None:
            self._cut()
            if count == 0:
                raise fault
        return count

    def sync(self) -> None:
        """Make what was written durable. Raises OSError; the caller must then write it again elsewhere."""
        if self._fd >= 0:
            os.fdatasync(self._fd)

    def abandon(self) -> None:
        """Close the segment; the next write starts another."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)  # gives back what was held
            os.close(self._fd)
            self._fd = -1

    def _hold(self) -> None:
        if self._held - self._size >= RESERVE // 2:
            return
        self._held = self._size + RESERVE  # asked once for each stretch, whatever the answer
        with contextlib.suppress(OSError):
            reserve(self._fd, self._size, RESERVE)

    def _cut(self) -> None:
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            self.abandon()

    def _roll(self) -> None:
        self.sync()
        self._directory.mkdir(parents=True, exist_ok=True)
        number = max((int(path.stem) for path in segments(self._directory)), default=0) + 1
        path = self._directory / f"{number:08d}.jsonl"
        coming = path.with_suffix(".next")  # no reader takes it for a segment: it may have to go again
        fd = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            self._reserve(fd)
            coming.rename(path)
        except OSError:
            os.close(fd)
            coming.unlink(missing_ok=True)
            raise
        self.abandon()
        self._fd, self._size, self._held = fd, 0, RESERVE
        sync_directory(self._directory)

    def _reserve(self, fd: int) -> None:
        """Hold room for a next segment. Raises OSError when there is none and the one in use can grow on."""
        try:
            reserve(fd, 0, RESERVE)
        except OSError:
            if self._fd >= 0 and os.fstat(self._fd).st_nlink:
                raise


def _whole(batch: Sequence[bytes], written: int) -> tuple[int, int]:
    count = size = 0
    for line in batch:
        if size + len(line) > written:
            break
        count, size = count + 1, size + len(line)
    return count, size


def sync_directory(directory: Path) -> None:
    """Make a new or renamed file's name durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
