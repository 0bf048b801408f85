"""The shelf: every release of the menu, numbered, signed, never changed; which is in force; which waits for its time.

``<folder>/shelf/000007.json`` is release 7: what was edited (`document`), what runs (`compiled`), by whom, why, from
which release it was made, and the difference in words. ``shelf/index.json`` says what became of each. All is files,
because the menu must be there when the database is not. Every change is made under one lock with a deadline, so of two
people who publish at once one wins and the other is told. Blocks: call it off the event loop.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ivr.errors import Conflict, ReleaseError
from ivr.notices import MOST, Notice, load_notices, save_notices
from ivr.release import Release, from_json, to_json
from ivr.releases import CURRENT, SHELF, publish, read_release, shelf_file, write_durable

State = Literal["checked", "published", "superseded", "withdrawn"]
_PATIENCE = 5.0  # s to wait for the lock
_ACTS = 2000  # acts the index remembers
_WORDS = 200  # lines of difference kept with a release


@dataclass(frozen=True, slots=True)
class Entry:
    """One release as the index knows it. Times are epoch seconds; `due_at` is when it is to come into force."""

    number: int
    id: str
    title: str
    by: str
    why: str
    made_at: float
    based_on: int
    state: State
    steps: int
    said: tuple[str, ...] = ()
    due_at: float | None = None
    published_at: float | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to the shelf: ``publish``, ``schedule``, ``rollback``, ``withdraw``, ``due``."""

    at: float
    act: str
    number: int
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Index:
    """All entries by number, ascending; the number in force (0: none, or one that is not on the shelf); the acts."""

    entries: tuple[Entry, ...] = ()
    current: int = 0
    acts: tuple[Act, ...] = ()

    def entry(self, number: int) -> Entry:
        """Return an entry. Raises ReleaseError."""
        found = next((entry for entry in self.entries if entry.number == number), None)
        if found is None:
            raise ReleaseError(f"没有第 {number} 版。请从发布记录中选择")
        return found

    @property
    def next_number(self) -> int:
        """The number of the next release."""
        return max((entry.number for entry in self.entries), default=0) + 1

    def waiting(self) -> list[Entry]:
        """Return what waits for its time, the soonest first."""
        due = [entry for entry in self.entries if entry.state == "checked" and entry.due_at is not None]
        return sorted(due, key=lambda entry: (entry.due_at or 0.0, entry.number))


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be put on the shelf: the document as edited, and who signs it. `based_on`: what they had before them.

    `compile` turns a number into the release with that number: the number is part of what is signed.
    """

    document: dict[str, Any]
    compile: Callable[[int], Release]
    by: str
    why: str
    based_on: int | None
    title: str = ""
    said: tuple[str, ...] = ()
    due_at: float | None = None


@dataclass(slots=True)
class Shelf:
    """The releases in `folder` (the installation's release folder)."""

    folder: Path
    clock: Callable[[], float] = time.time
    _place: Path = field(init=False)

    def __post_init__(self) -> None:
        self._place = self.folder / SHELF

    # -- reading -------------------------------------------------------------------------------------------------
    def index(self) -> Index:
        """Return the index; an empty one if there is none. Raises ReleaseError if it is broken."""
        try:
            data = json.loads((self._place / "index.json").read_bytes())
        except FileNotFoundError:
            return Index()
        except (OSError, ValueError) as error:
            raise ReleaseError(f"发布记录读不出来：{error}。请从备份恢复 {self._place}") from error
        entries = tuple(Entry(**{**row, "said": tuple(row["said"])}) for row in data["entries"])
        return Index(entries, data["current"], tuple(Act(**row) for row in data["acts"]))

    def release(self, number: int) -> Release:
        """Return what runs as release `number`. Raises ReleaseError."""
        return from_json(self._read(number)["compiled"])

    def document(self, number: int) -> dict[str, Any]:
        """Return what was edited to make release `number`. Raises ReleaseError."""
        document: dict[str, Any] = self._read(number)["document"]
        return document

    def _read(self, number: int) -> dict[str, Any]:
        try:
            data: dict[str, Any] = json.loads(shelf_file(self.folder, number).read_bytes())
        except (OSError, ValueError) as error:
            raise ReleaseError(f"第 {number} 版读不出来（{error}）。请选择其他版本") from error
        return data

    # -- changing ------------------------------------------------------------------------------------------------
    def add(self, made: Made) -> Entry:
        """Put a checked release on the shelf, in force at once or at its time.

        Raises Conflict if another release came into force since `made.based_on`, ReleaseError if it cannot be written.
        """
        with self._changing() as index:
            self._not_overtaken(index, made.based_on)
            entry = self._shelve(index, made)
            index = replace(index, entries=(*index.entries, entry))
            if made.due_at is None:
                return self._in_force(index, entry, "publish", made.by, made.why)
            self._write(_noted(index, Act(self.clock(), "schedule", entry.number, made.by, made.why)))
            return entry

    def roll_back(self, number: int, by: str, why: str, expected: int | None = None) -> Entry:
        """Put a release that was in force before into force again. Raises Conflict, ReleaseError."""
        with self._changing() as index:
            self._not_overtaken(index, expected)
            entry = index.entry(number)
            if entry.state == "published":
                raise Conflict(f"第 {number} 版正在使用", "无需回退")
            if entry.published_at is None:
                raise Conflict(f"第 {number} 版从未发布过", "请用发布，不是回退")
            return self._in_force(index, entry, "rollback", by, why)

    def withdraw(self, number: int, by: str, why: str) -> Entry:
        """Take back a release that waits for its time. Raises Conflict, ReleaseError."""
        with self._changing() as index:
            entry = index.entry(number)
            if entry.state != "checked":
                raise Conflict(f"第 {number} 版不在等待发布", "已发布的请用回退")
            entry = replace(entry, state="withdrawn")
            self._write(_noted(_with(index, entry), Act(self.clock(), "withdraw", number, by, why)))
            return entry

    def publish_due(self) -> Entry | None:
        """Put into force what has come due (of several the last); return it. Cheap when nothing waits."""
        if not any((entry.due_at or 0.0) <= self.clock() for entry in self.index().waiting()):
            return None
        found = None
        with self._changing() as index:
            for entry in index.waiting():
                if (entry.due_at or 0.0) <= self.clock():
                    found = self._in_force(index, entry, "due", entry.by, entry.why)
                    index = self.index()
        return found

    def announce(self, notice: Notice) -> None:
        """Put a notice up for every call that begins from now on. Raises Conflict, ReleaseError."""
        with self._changing():
            now = self.clock()
            kept = [known for known in load_notices(self.folder) if known.ends > now and known.id != notice.id]
            if len(kept) >= MOST:
                raise Conflict(f"已经有 {len(kept)} 条通知", "请先撤下一条")
            save_notices(self.folder, [*kept, notice])

    def take_down(self, notice_id: str) -> None:
        """Take a notice down before its end. Raises Conflict if it is not up, ReleaseError."""
        with self._changing():
            known = load_notices(self.folder)
            kept = [notice for notice in known if notice.id != notice_id]
            if len(kept) == len(known):
                raise Conflict(f"没有通知 {notice_id}", "它可能已经撤下或到期")
            save_notices(self.folder, kept)

    def _shelve(self, index: Index, made: Made) -> Entry:
        number = index.next_number
        release = made.compile(number)
        now = self.clock()
        entry = Entry(number, release.id, made.title, made.by, made.why, now, index.current, "checked",
                      len(release.steps), made.said[:_WORDS], made.due_at)
        document = {**made.document, "release": number}
        whole = {**asdict(entry), "state": None, "document": document, "compiled": to_json(release)}
        place = shelf_file(self.folder, number)
        write_durable(place, json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode())
        place.chmod(0o444)
        return entry

    def _in_force(self, index: Index, entry: Entry, act: str, by: str, why: str) -> Entry:
        """The switch's file first: it is what callers get. A crash before the index is mended at the next look."""
        publish(self.release(entry.number), self.folder)
        now = self.clock()
        done = replace(entry, state="published", published_at=now)
        index = _with(_put_aside(index), done)
        self._write(_noted(replace(index, current=entry.number), Act(now, act, entry.number, by, why)))
        return done

    def _not_overtaken(self, index: Index, expected: int | None) -> None:
        if expected is None or expected == index.current:
            return
        last = next((act for act in reversed(index.acts) if act.number == index.current), None)
        who = f"{last.by} 已" if last else "已经有人"
        raise Conflict(f"{who}发布了第 {index.current} 版，您的改动是在第 {expected} 版上做的",
                       "请查看两版的差异，把改动放到新版上再发布")

    # -- the lock and the index ------------------------------------------------------------------------------------
    @contextmanager
    def _changing(self) -> Iterator[Index]:
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            with (self._place / "lock").open("a") as lock:
                _take(lock.fileno())
                yield self._mended(self.index())
        except OSError as error:
            raise ReleaseError(f"写不进 {self._place}：{error.strerror}。请检查磁盘和权限") from error

    def _mended(self, index: Index) -> Index:
        """The index, with what is really in force: a publisher may have died between the two writes."""
        try:
            real = read_release(self.folder / CURRENT).id
        except ReleaseError:
            return index
        found = next((entry for entry in index.entries if entry.id == real), None)
        if found is None:
            return replace(_put_aside(index), current=0)
        if index.current == found.number:
            return index
        done = replace(found, state="published", published_at=found.published_at or self.clock())
        return replace(_with(_put_aside(index), done), current=found.number)

    def _write(self, index: Index) -> None:
        content = json.dumps(asdict(index), ensure_ascii=False, separators=(",", ":")).encode()
        write_durable(self._place / "index.json", content)


def _take(descriptor: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Conflict("另一个人正在发布", "几秒后重试") from None
            time.sleep(0.02)


def _with(index: Index, entry: Entry) -> Index:
    entries = tuple(entry if known.number == entry.number else known for known in index.entries)
    return replace(index, entries=entries)


def _put_aside(index: Index) -> Index:
    entries = tuple(replace(entry, state="superseded") if entry.state == "published" else entry
                    for entry in index.entries)
    return replace(index, entries=entries)


def _noted(index: Index, act: Act) -> Index:
    return replace(index, acts=(*index.acts, act)[-_ACTS:])
