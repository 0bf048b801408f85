"""Drafts on disk: what is being edited, by whom, every operation with its way back. One file a draft, written whole.

``<home>/menu/drafts/<id>.json``. Not in the database: a menu must be editable when that is away, and not on any call's
path. A draft is edited under its own lock (flock) and by its version, so two pages never write over each other. Blocks.
"""

from __future__ import annotations

import fcntl
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from ivr.drafts import Document, Edit, apply
from ivr.errors import Conflict, ReleaseError
from ivr.lines import carried
from ivr.releases import write_durable

HOLD = 120.0  # s that whoever edits keeps the draft without a sign of life
_PATIENCE = 5.0
_KEPT = 500  # operations that can be taken back
_MOST = 200  # drafts
_COMMENTS = 500
_ID = re.compile(r"[0-9a-f]{12}")
Row = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """One draft. `done` and `undone` are operations ``{by, at, words, forward, back}``; `lock` is ``{by, until}``."""

    id: str
    title: str
    document: Document
    based_on: int
    by: str
    made_at: float
    changed_at: float
    version: int = 1
    done: list[Row] = field(default_factory=list)
    undone: list[Row] = field(default_factory=list)
    lock: Row | None = None
    comments: list[Row] = field(default_factory=list)

    def summary(self) -> Row:
        """Return what a list of drafts shows."""
        return {"id": self.id, "title": self.title, "based_on": self.based_on, "by": self.by, "version": self.version,
                "made_at": self.made_at, "changed_at": self.changed_at, "lock": self.lock,
                "steps": len(self.document.get("steps") or {})}


@dataclass(slots=True)
class DraftStore:
    """The drafts in `folder`."""

    folder: Path
    clock: Callable[[], float] = time.time

    def listed(self) -> list[Draft]:
        """Return every draft, the last changed first."""
        found = [self.get(path.stem) for path in self.folder.glob("*.json") if _ID.fullmatch(path.stem)]
        return sorted(found, key=lambda draft: -draft.changed_at)

    def get(self, draft_id: str) -> Draft:
        """Return a draft. Raises ReleaseError if there is none or it cannot be read."""
        try:
            data = json.loads(self._file(draft_id).read_bytes())
            return Draft(**data)
        except FileNotFoundError:
            raise ReleaseError(f"没有草稿 {draft_id}。它可能已被删除") from None
        except (OSError, ValueError, TypeError) as error:
            raise ReleaseError(f"草稿 {draft_id} 读不出来：{error}") from error

    def new(self, title: str, document: Document, based_on: int, by: str) -> Draft:
        """Begin a draft. Raises Conflict if there are too many."""
        if sum(1 for _ in self.folder.glob("*.json")) >= _MOST:
            raise Conflict(f"草稿已有 {_MOST} 份", "请先删除不用的")
        document, _ = apply({**document}, [])
        now = self.clock()
        draft = Draft(uuid4().hex[:12], title, document, based_on, by, now, now)
        self._save(draft)
        return draft

    def delete(self, draft_id: str, by: str) -> None:
        """Throw a draft away. Raises Conflict while somebody else edits it."""
        with self._open(draft_id, by):
            pass
        self._file(draft_id).unlink(missing_ok=True)

    # -- who edits -----------------------------------------------------------------------------------------------
    def take(self, draft_id: str, by: str, *, over: bool = False) -> Draft:
        """Take, or keep, the right to edit; with `over` from whoever has it. Raises Conflict."""
        with self._open(draft_id, by, over=over) as draft:
            return draft

    def release(self, draft_id: str, by: str) -> Draft:
        """Give the right to edit back."""
        with self._open(draft_id, by) as draft:
            draft.lock = None
            return draft

    # -- editing -------------------------------------------------------------------------------------------------
    def edit(self, draft_id: str, by: str, version: int | None, edits: Sequence[Edit], words: str = "") -> Draft:
        """Do an operation. Raises Conflict if somebody else edits, or has edited since `version`."""
        with self._open(draft_id, by, version) as draft:
            draft.document, back = apply(draft.document, edits)
            row = {"by": by, "at": self.clock(), "words": words, "forward": [asdict(edit) for edit in edits],
                   "back": [asdict(edit) for edit in back]}
            draft.done = [*draft.done, row][-_KEPT:]
            draft.undone = []
            self._touched(draft)
            return draft

    def carry(self, before: Document, edits: Sequence[Edit], base: int, onto: int) -> None:
        """Give every draft what was edited in release `base` beside them, where they had left it as it was.

        Drafts that were begun on `base` are then based on `onto`: publishing them takes nothing back.
        """
        for draft in self.listed():
            with self._open(draft.id, draft.by, editing=False) as found:
                changed = carried(found.document, before, list(edits))
                if changed is not found.document:
                    found.document = changed
                    self._touched(found)
                found.based_on = onto if found.based_on == base else found.based_on

    def undo(self, draft_id: str, by: str, version: int | None = None) -> Draft:
        """Take the last operation back. Raises Conflict if there is none."""
        return self._turn(draft_id, by, version, "done", "undone", "back", "没有可以撤销的修改")

    def redo(self, draft_id: str, by: str, version: int | None = None) -> Draft:
        """Do again what was taken back last. Raises Conflict if there is nothing."""
        return self._turn(draft_id, by, version, "undone", "done", "forward", "没有可以重做的修改")

    def _turn(
        self, draft_id: str, by: str, version: int | None, source: str, target: str, way: str, none: str,
    ) -> Draft:
        with self._open(draft_id, by, version) as draft:
            rows: list[Row] = getattr(draft, source)
            if not rows:
                raise Conflict(none, "")
            row = rows.pop()
            draft.document, _ = apply(draft.document, [_edit(edit) for edit in row[way]])
            getattr(draft, target).append(row)
            self._touched(draft)
            return draft

    def comment(self, draft_id: str, by: str, path: str, text: str) -> Draft:
        """Add a comment to a place; whoever reads may, also while another edits. Raises Conflict."""
        with self._open(draft_id, by, editing=False) as draft:
            if len(draft.comments) >= _COMMENTS:
                raise Conflict(f"批注已有 {_COMMENTS} 条", "请先删除草稿中已处理的批注")
            draft.comments.append({"id": uuid4().hex[:8], "by": by, "at": self.clock(), "path": path, "text": text})
            return draft

    def _touched(self, draft: Draft) -> None:
        draft.version += 1
        draft.changed_at = self.clock()

    # -- files ---------------------------------------------------------------------------------------------------
    @contextmanager
    def _open(
        self, draft_id: str, by: str, version: int | None = None, *, over: bool = False, editing: bool = True,
    ) -> Iterator[Draft]:
        """A draft under its lock; saved when the block ends without an exception."""
        file = self._file(draft_id)
        if not file.exists():
            raise ReleaseError(f"没有草稿 {draft_id}。它可能已被删除")
        with file.with_suffix(".lock").open("a") as lock:
            _wait(lock.fileno())
            draft = self.get(draft_id)
            if editing:
                self._claim(draft, by, over)
            if version is not None and version != draft.version:
                raise Conflict(f"草稿已改到第 {draft.version} 稿，页面上是第 {version} 稿", "请刷新页面后重试")
            yield draft
            self._save(draft)

    def _claim(self, draft: Draft, by: str, over: bool) -> None:
        now = self.clock()
        if draft.lock and draft.lock["by"] != by and draft.lock["until"] > now and not over:
            raise Conflict(f"{draft.lock['by']} 正在编辑", "请稍候，或接手编辑")
        draft.lock = {"by": by, "until": now + HOLD}

    def _save(self, draft: Draft) -> None:
        content = json.dumps(asdict(draft), ensure_ascii=False, separators=(",", ":")).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_durable(self._file(draft.id), content)
        except OSError as error:
            raise ReleaseError(f"草稿写不进 {self.folder}：{error.strerror}。请检查磁盘和权限") from error

    def _file(self, draft_id: str) -> Path:
        if not _ID.fullmatch(draft_id):
            raise ReleaseError(f"没有草稿 {draft_id[:20]!r}。请核对编号")
        return self.folder / f"{draft_id}.json"


def _edit(row: Row) -> Edit:
    return Edit(**{**row, "path": tuple(row["path"])})


def _wait(descriptor: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Conflict("草稿正忙", "几秒后重试") from None
            time.sleep(0.02)
