"""The second witness: the switch's own event log, one JSON object a line, read as facts of calls.

The dialplan says each of its facts there too (USER_DEFINED, HOTLINE); the switch adds the end of every channel. Lines
that come twice, out of order, torn or strange do no harm: each fact has a name and counts once.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from core.facts import Fact
from core.ids import is_call_key
from workorders.projection import SWITCH_HANGUP

_READ = 1 << 20  # bytes in one go


def fact_of(line: bytes) -> Fact | None:
    """Return what a line of the log tells of a call, or None when it tells nothing to us."""
    try:
        entry = json.loads(line.decode("utf-8", "replace"))
        kind = str(entry.get("eventenum") or entry.get("eventtype", ""))  # eventtype is the user event's own name
        if kind == "USER_DEFINED" and entry.get("userdeftype") == "HOTLINE":
            return _said(entry)
        return _hangup(entry) if kind == "HANGUP" else None
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _said(entry: dict[str, Any]) -> Fact | None:
    words = _words(entry.get("eventextra"))
    call, kind = str(words.pop("key", "")), str(words.pop("fact", ""))
    at = _time(words.pop("at", None)) or _time(entry.get("eventtime"))
    if not is_call_key(call) or not kind or at is None:
        return None
    return Fact(0, at, kind, call, "", words)


def _words(extra: Any) -> dict[str, Any]:
    """Return the data of a user event: an object, or ``a=1 b=2``, as such or as JSON text, bare or under "extra"."""
    if isinstance(extra, str) and extra.lstrip().startswith("{"):
        extra = json.loads(extra)
    if isinstance(extra, dict):
        return _words(extra["extra"]) if set(extra) == {"extra"} else dict(extra)
    return dict(word.split("=", 1) for word in str(extra or "").split() if "=" in word)


def _hangup(entry: dict[str, Any]) -> Fact | None:
    call, at = str(entry.get("accountcode") or ""), _time(entry.get("eventtime"))
    if not is_call_key(call) or at is None:
        return None
    cause = _words(entry.get("eventextra")).get("hangupcause")
    return Fact(0, at, SWITCH_HANGUP, call, "", {"channel": str(entry.get("uniqueid", "")), "cause": cause})


def _time(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None


def read_on(path: Path, position: int, mark: str) -> tuple[list[Fact], int, str]:
    """Return the facts after `position` of the file named by `mark`, and where to go on.

    When the log was turned over, the rest of the old file is read first; a file that was cut is read from its
    start. Blocks on disk.
    """
    source = _file_of(path, mark)
    if source is None:
        return [], position, mark
    with source.open("rb") as file:
        status = os.fstat(file.fileno())
        here = f"{status.st_dev}:{status.st_ino}"
        start = position if here == mark and position <= status.st_size else 0
        file.seek(start)
        block = file.read(_READ)
    whole = block[: block.rfind(b"\n") + 1]
    if not whole and len(block) == _READ:  # a line without end: pass over it
        whole = block
    if not whole and source != path:
        return [], 0, ""
    facts = [fact for line in whole.splitlines() if (fact := fact_of(line))]
    return facts, start + len(whole), here


def _file_of(path: Path, mark: str) -> Path | None:
    """Return the file that `mark` names, under its old or a turned-over name, else the one at `path`."""
    candidates = [path, *sorted(path.parent.glob(f"{path.name}*"))]
    for candidate in candidates if mark else []:
        try:
            status = candidate.stat()
        except OSError:
            continue
        if mark == f"{status.st_dev}:{status.st_ino}":
            return candidate
    return path if path.exists() else None
