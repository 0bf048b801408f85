"""The journal: what was. An append-only list of facts that outlives every process.

`append` never waits for the disk: a fact goes into memory and to the listeners at once, a thread writes it within
a millisecond or so and makes it durable within `fsync_every`. When the disk fails, calls go on: facts wait in a
bounded buffer, what matters least is shed first and counted, `health` says so, and all is written when the disk is
back.

`seq` grows with each fact. It grows by one, except after an unclean end (a kill, a power cut), when it jumps by
`SEQ_JUMP`: facts that readers had seen and the disk had not must never lend their seq to other facts.

The idempotent key of a fact is remembered for the last `KEYS` facts (about a thousand calls), also over a restart.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.backlog import Backlog, Line
from core.facts import Fact
from core.log import get_logger
from core.segments import JournalReader, SegmentWriter, cut_torn_tail, decode, encode, lines, segments, sync_directory

KEYS = 50_000
SEQ_JUMP = 100_000
RECENT = 5_000  # facts kept in memory for readers that are nearly up to date
_BATCH = 512
_STUCK = 5.0  # s without a turn of the thread while facts wait: the disk hangs
_RETRY = 0.5  # s between attempts on a failing disk

Listener = Callable[[Fact], None]
log = get_logger(__name__)


class JournalError(RuntimeError):
    """The journal cannot be opened; the message says why."""


class JournalBusy(JournalError):
    """Another process writes this journal."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the journal is: counts since it was opened; `error` is the disk's last word while it fails."""

    ok: bool
    error: str
    seq: int
    synced: int  # seq up to which facts are durable
    pending: int
    shed: dict[str, int]  # kind → facts given up for want of room
    torn_bytes: int
    broken_lines: int


class Journal:
    """Writer of a journal; one process at a time. Made by `Journal.open`."""

    def __init__(self, directory: Path, *, segment_bytes: int, fsync_every: float, pending_limit: int,
                 clock: Callable[[], float]) -> None:
        self.directory = directory
        self._fsync_every, self._clock = fsync_every, clock
        self._writer = SegmentWriter(directory, segment_bytes)
        self._wake = threading.Condition()
        self._waiting = Backlog(pending_limit)
        self._unsynced: list[Line] = []
        self._unsynced_since = 0.0
        self._turned = time.monotonic()
        self._recent: deque[Fact] = deque(maxlen=RECENT)
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._listeners: list[Listener] = []
        self._snapshot: tuple[bytes, int] | None = None
        self._seq = self._synced = self._floor = self._torn = self._broken = 0
        self._error = ""
        self._stopping = False
        self._lock_handle = -1
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    @classmethod
    def open(cls, directory: Path, *, segment_bytes: int = 8 << 20, fsync_every: float = 0.1,
             pending_limit: int = 20_000, clock: Callable[[], float] = time.time) -> Journal:
        """Open the journal for writing, mending a torn end. Raises JournalBusy, JournalError."""
        journal = cls(directory, segment_bytes=segment_bytes, fsync_every=fsync_every, pending_limit=pending_limit,
                      clock=clock)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            journal._lock()
            journal._rebuild()
        except OSError as error:
            raise JournalError(f"cannot read the journal in {directory}: {error.strerror}") from error
        journal._thread.start()
        return journal

    # -- writing ---------------------------------------------------------------------------------------------
    def append(self, kind: str, call: str = "", key: str | None = None, at: float | None = None,
               **data: Any) -> Fact | None:
        """Write a fact down; return it, or None when a fact with this key was written before. Never blocks on disk."""
        return self.write(kind, call, key, at, data)

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> Fact | None:
        """Do what `append` does, with data whose names may be any (``call``, ``key``)."""
        with self._wake:
            if key and key in self._keys:
                return None
            if key:
                self._remember(key)
            self._seq += 1
            fact = Fact(self._seq, self._clock() if at is None else at, kind, call, key or "", data)
            if len(self._recent) == RECENT:
                self._floor = self._recent[0].seq
            self._recent.append(fact)
            self._waiting.add(fact, encode(fact))
            self._wake.notify()
        self._tell(fact)
        return fact

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each new fact, on the thread that appends; return how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def save_snapshot(self, state: dict[str, Any], seq: int) -> None:
        """Keep `state` as what the facts up to `seq` amount to; written by the thread once they are durable."""
        body = json.dumps({"seq": seq, "state": state}, ensure_ascii=False).encode("utf-8", "backslashreplace")
        with self._wake:
            self._snapshot = (body, seq)
            self._wake.notify()

    def close(self, timeout: float = 5.0) -> None:
        """Write what is left, mark the end as clean and let go. Safe to call twice."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout)
        if self._lock_handle < 0:
            return
        if not self._thread.is_alive() and self._synced == self._seq:
            self._mark_clean()
        os.close(self._lock_handle)
        self._lock_handle = -1

    # -- reading ---------------------------------------------------------------------------------------------
    @property
    def seq(self) -> int:
        """The seq of the last fact."""
        return self._seq

    def health(self) -> Health:
        """Return how the journal is."""
        with self._wake:
            stuck = bool(self._waiting) and time.monotonic() - self._turned > _STUCK
            error = self._error or ("the disk does not answer" if stuck else "")
            return Health(not error, error, self._seq, self._synced, len(self._waiting), dict(self._waiting.shed),
                          self._torn, self._broken)

    def recent(self, after: int, limit: int = 500) -> list[Fact] | None:
        """Return the facts after `after` from memory, at most `limit`; None when they reach back beyond memory."""
        with self._wake:
            if after < self._floor:
                return None
            missing = sum(1 for _ in itertools.takewhile(lambda f: f.seq > after, reversed(self._recent)))
            start = len(self._recent) - missing
            return list(itertools.islice(self._recent, start, start + limit))

    def oldest_in_memory(self) -> int:
        """Return the smallest `after` that `recent` can answer."""
        return self._floor

    def read(self, after: int = 0) -> Iterator[Fact]:
        """Yield the facts after `after` that are in the files now, then stop. Blocks on disk: not for an event loop."""
        return read_journal(self.directory, after)

    def wait_synced(self, seq: int, timeout: float) -> bool:
        """Wait until the facts up to `seq` are durable; tell whether they are. Blocks: not for an event loop."""
        with self._wake:
            return self._wake.wait_for(lambda: self._synced >= seq, timeout)

    # -- opening ---------------------------------------------------------------------------------------------
    def _lock(self) -> None:
        handle = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise JournalBusy(f"another process writes the journal in {self.directory}; stop it first") from error
        self._lock_handle = handle

    def _rebuild(self) -> None:
        found = segments(self.directory)
        if found:
            self._torn = cut_torn_tail(found[-1])
        last = 0
        keys: list[str] = []
        for path in reversed(found):
            seqs, theirs = self._scan(path)
            last, keys = max(last, seqs), theirs + keys
            if last and len(keys) >= KEYS:
                break
        for key in keys:
            self._remember(key)
        if last and not self._was_clean():
            last += SEQ_JUMP
        self._seq = self._synced = self._floor = last

    def _scan(self, path: Path) -> tuple[int, list[str]]:
        last = 0
        keys: list[str] = []
        for line in lines(path):
            fact = decode(line)
            if fact is None:
                self._broken += 1
                continue
            last = max(last, fact.seq)
            if fact.key:
                keys.append(fact.key)
        return last, keys

    def _was_clean(self) -> bool:
        mark = self.directory / "clean"
        clean = mark.exists()
        mark.unlink(missing_ok=True)
        return clean

    def _mark_clean(self) -> None:
        try:
            (self.directory / "clean").touch()
            sync_directory(self.directory)
        except OSError as error:
            log.warning("journal end not marked as clean", error=str(error))

    def _remember(self, key: str) -> None:
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > KEYS:
            self._keys.popitem(last=False)

    def _tell(self, fact: Fact) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(fact)
            except Exception:  # a listener's fault must not undo the fact, nor reach the call that made it
                log.exception("listener of the journal failed", kind=fact.kind, seq=fact.seq)

    # -- the thread ------------------------------------------------------------------------------------------
    def _run(self) -> None:
        while True:
            self._turned = time.monotonic()
            with self._wake:
                self._wake.wait_for(self._due, self._patience())
                stopping = self._stopping
            self._write_some()
            if self._unsynced and (stopping or time.monotonic() >= self._sync_at()):
                self._sync()
            self._write_snapshot()
            if stopping and (self._error or not (self._waiting or self._unsynced)):
                self._writer.abandon()
                return
            if self._error:
                time.sleep(_RETRY)

    def _due(self) -> bool:
        return bool(self._waiting) or self._stopping or (self._snapshot is not None and not self._unsynced)

    def _sync_at(self) -> float:
        return self._unsynced_since + self._fsync_every / 2

    def _patience(self) -> float | None:
        return max(0.0, self._sync_at() - time.monotonic()) if self._unsynced else None

    def _write_some(self) -> None:
        with self._wake:
            batch = self._waiting.take(_BATCH)
        if not batch:
            return
        try:
            count = self._writer.write([line for _, line in batch])
            fault = "" if count == len(batch) else "the disk took only a part"
        except OSError as error:
            count, fault = 0, str(error)
        if count and not self._unsynced:
            self._unsynced_since = time.monotonic()
        self._unsynced.extend(batch[:count])
        self._give_back(batch[count:])
        self._judge(fault)

    def _sync(self) -> None:
        try:
            self._writer.sync()
        except OSError as error:  # the kernel may have dropped the pages: write them again, into a new segment
            self._writer.abandon()
            self._give_back(self._unsynced)
            self._unsynced = []
            self._judge(f"fsync: {error}")
            return
        with self._wake:
            self._synced = max(self._synced, self._unsynced[-1][0].seq)
            self._unsynced = []
            self._wake.notify_all()

    def _give_back(self, items: list[Line]) -> None:
        with self._wake:
            self._waiting.give_back(items)

    def _judge(self, fault: str) -> None:
        if fault and not self._error:
            log.error("journal cannot be written, facts wait in memory", error=fault)
        if self._error and not fault:
            log.warning("journal is written again", shed=dict(self._waiting.shed))
        self._error = fault

    def _write_snapshot(self) -> None:
        with self._wake:
            wanted = self._snapshot
            first = self._waiting.first_seq
            waiting = wanted is not None and first is not None and first <= wanted[1]
            if wanted is None or self._error or self._unsynced or waiting:
                return
            self._snapshot = None
        try:
            _replace(self.directory / "snapshot.json", wanted[0])
        except OSError as error:
            log.warning("snapshot not written", error=str(error))


def _replace(path: Path, body: bytes) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_directory(path.parent)


def read_journal(directory: Path, after: int = 0) -> Iterator[Fact]:
    """Yield the facts after `after` that are in the files now. For any process; blocks on disk."""
    reader = JournalReader(directory, after)
    try:
        while batch := reader.poll():
            yield from batch
    finally:
        reader.close()


def load_snapshot(directory: Path) -> tuple[dict[str, Any], int] | None:
    """Return the last snapshot as (state, seq), or None when there is none that can be read."""
    try:
        body = json.loads((directory / "snapshot.json").read_text(encoding="utf-8"))
        return dict(body["state"]), int(body["seq"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
