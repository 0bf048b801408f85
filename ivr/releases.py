"""Published releases on disk and in memory.

``<folder>/flow.json`` is the release in force, ``flow-<id>.json`` the last few, so that a call that began with an
older one can be resumed with it; still older ones are on the shelf (`ivr.shelf`). Publishing is one atomic rename: a
reader sees the old or the new file, never half.
Standard library only: the survival driver reads these files while a caller waits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ivr.errors import ReleaseError
from ivr.release import Release, from_json, to_json

CURRENT = "flow.json"
SHELF = "shelf"  # folder of the numbered releases, each a file that never changes
_KEPT = 10  # releases on disk and in memory
Stamp = tuple[int, int, int]


def publish(release: Release, folder: Path) -> None:
    """Put `release` in force for calls that begin from now on. Raises ReleaseError if it cannot be written."""
    content = json.dumps(to_json(release), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durable(folder / f"flow-{release.id}.json", content)
        write_durable(folder / CURRENT, content)
        _prune(folder)
    except OSError as error:
        raise ReleaseError(f"cannot publish into {folder}: {error.strerror}; mend the folder, then again") from error


def write_durable(path: Path, content: bytes) -> None:
    """Write a file that is never seen in part and that a power cut does not take back. Raises OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _prune(folder: Path) -> None:
    releases = sorted(folder.glob("flow-*.json"), key=lambda path: path.stat().st_mtime_ns)
    for old in releases[:-_KEPT]:
        old.unlink(missing_ok=True)


def read_release(path: Path) -> Release:
    """Read one published release. Raises ReleaseError."""
    return from_json(_data(path))


def _data(path: Path) -> dict[str, Any]:
    try:
        data: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise ReleaseError(f"cannot read {path}: {error.strerror}; publish a flow") from error
    except (ValueError, RecursionError) as error:
        raise ReleaseError(f"{path} is broken ({error}); publish the flow again") from error
    if not isinstance(data, dict):
        raise ReleaseError(f"{path} is no published flow; publish the flow again")
    return data


def load_release(folder: Path, release_id: str = "") -> Release:
    """Read the release with this id if it is still there, else the one in force. Raises ReleaseError."""
    for read in (_kept, _shelved) if release_id else ():
        try:
            return read(folder, release_id)
        except ReleaseError:
            pass  # pruned or damaged: the caller is better served by today's menu than by none
    return read_release(folder / CURRENT)


def _kept(folder: Path, release_id: str) -> Release:
    return read_release(folder / f"flow-{release_id}.json")


def _shelved(folder: Path, release_id: str) -> Release:
    release = from_json(_data(shelf_file(folder, release_id.split("-", 1)[0])).get("compiled", {}))
    if release.id != release_id:
        raise ReleaseError(f"release {release_id} is not on the shelf")
    return release


def shelf_file(folder: Path, number: int | str) -> Path:
    """Return where the release with this number lies."""
    return folder / SHELF / f"{int(number):06d}.json" if str(number).isdecimal() else folder / SHELF / "none"


# -- the place where a caller stands, as one word on the wire (HL_STEP) --------------------------------------------
def place_token(release_id: str, step: str, lang: str) -> str:
    """Return ``<release>/<step>/<lang>``: all that is needed to resume."""
    return f"{release_id}/{step}/{lang}"


def read_place(token: str) -> tuple[str, str, str]:
    """Return (release id, step, language) of a token; a plain step, or anything else, gives ("", token, "")."""
    parts = token.split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and _is_file_word(parts[0]) else ("", token, "")


def _is_file_word(text: str) -> bool:
    return text.isascii() and text.replace("-", "").isalnum()


def stamp_of(path: Path) -> Stamp | None:
    """Return what changes when a file is replaced, None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)


class FlowStore:
    """The releases of one installation as a running controller sees them.

    A new `flow.json` is noticed at the next call, at the price of one stat; a broken one raises an alarm and the
    release in force stays. States hold their own release, so nothing is ever taken from under a call.
    """

    def __init__(self, folder: Path, alarm: Callable[[str, str], None] = lambda what, detail: None) -> None:
        self.folder = folder
        self._alarm = alarm
        self._stamp: Stamp | None = None
        self._current: Release | None = None
        self._known: dict[str, Release] = {}

    def current(self) -> Release:
        """Return the release in force. Raises ReleaseError if there never was one that could be read."""
        stamp = stamp_of(self.folder / CURRENT)
        if stamp != self._stamp or self._current is None:
            self._stamp = stamp
            self._reload()
        if self._current is None:
            raise ReleaseError(f"no flow is published in {self.folder}")
        return self._current

    def get(self, release_id: str) -> Release:
        """Return this release if it is known or still on disk, else the one in force. Raises ReleaseError."""
        current = self.current()
        if not release_id or release_id == current.id:
            return current
        if release_id not in self._known:
            self._remember(load_release(self.folder, release_id))
        return self._known.get(release_id, current)

    def _reload(self) -> None:
        try:
            self._current = read_release(self.folder / CURRENT)
            self._remember(self._current)
        except ReleaseError as error:
            self._alarm("flow_unreadable", str(error))

    def _remember(self, release: Release) -> None:
        self._known[release.id] = release
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
