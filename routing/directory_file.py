"""The directory in force, as a file beside the switch: read anew when it has changed, never asked of a database.

The file is laid there by whoever keeps the directory (api/directory). Where none was ever laid, the first stock, a
TOML file, is in force. A file that cannot be read leaves the directory as it was, and says so once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from core.log import get_logger
from core.settings import Settings
from routing.directory import Agent, Directory, DirectoryError, Strict, load_directory

log = get_logger(__name__)
MOST_STOCKS = 100  # digests that are remembered
Seen = tuple[bool, int, int, int]  # laid or first stock, inode, changed at (ns), size


class Laid(Strict):
    """What the file holds. `stocks`: the digests of the TOML files that were taken over, the newest first."""

    directory: Directory
    stocks: tuple[str, ...] = Field(default=(), max_length=MOST_STOCKS)


class DirectoryFile:
    """Everybody who can be rung at this moment.

    `stays` tells whether an agent who was taken out is still needed (in a call): they stand in the directory until
    then. `on_change` is called with a directory that has just come into force, before anybody sees it.
    """

    def __init__(self, path: Path, first: Path) -> None:
        self._path, self._first = path, first
        self._seen: Seen | None = None
        self._laid: Laid | None = None
        self._now: Directory | None = None
        self.stays: Callable[[str], bool] = lambda agent: False
        self.on_change: Callable[[Directory], None] = lambda directory: None

    def now(self) -> Directory:
        """Return the directory in force. Raises DirectoryError if none could ever be read."""
        changed = self._refresh()
        if self._laid is None:
            path, first = self._path, self._first
            raise DirectoryError(f"there is neither {path} nor {first}; write the directory there")
        before = self._now
        if before is None or changed or len(before.agents) > len(self._laid.directory.agents):
            self._now = with_leaving(self._laid.directory, before, self.stays)
            if self._now is not before and self._now != before:
                self.on_change(self._now)
        return self._now if self._now is not None else self._laid.directory

    def stocks(self) -> tuple[str, ...]:
        """Return the digests of the files that were taken over, the newest first."""
        self.now()
        return self._laid.stocks if self._laid else ()

    def laid(self) -> bool:
        """Tell whether the file beside the switch rules, not the first stock."""
        self.now()
        return bool(self._seen and self._seen[0])

    def _refresh(self) -> bool:
        seen = _seen(self._path, laid=True) or _seen(self._first, laid=False)
        if seen is None or seen == self._seen:
            return False
        if self._seen is not None and self._seen[0] and not seen[0]:
            return False  # what was laid stays in force when its file vanishes: it is laid anew
        self._seen = seen
        try:
            self._laid = read_laid(self._path) if seen[0] else Laid(directory=load_directory(self._first))
        except DirectoryError as error:
            if self._laid is None and not seen[0]:
                self._seen = None
                raise
            log.error("directory cannot be read; the one before stays in force", error=str(error)[:500])
            self._laid = self._laid or Laid(directory=load_directory(self._first))
        return True


def with_leaving(new: Directory, before: Directory | None, stays: Callable[[str], bool]) -> Directory:
    """Return the new directory, with the agents of the one before who were taken out and are still needed."""
    known = {agent.id for agent in new.agents}
    gone: tuple[Agent, ...] = before.agents if before else ()
    leaving = tuple(agent for agent in gone if agent.id not in known and stays(agent.id))
    return new.model_copy(update={"agents": (*new.agents, *leaving)}) if leaving else new


def read_laid(path: Path) -> Laid:
    """Read and check the file beside the switch. Raises DirectoryError."""
    try:
        return Laid.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DirectoryError(f"{path} cannot be used: {error}; start hotline serve, which lays it anew") from error


def as_bytes(directory: Directory, stocks: Sequence[str] = ()) -> bytes:
    """Return a directory as the file holds it."""
    whole = {"directory": directory.model_dump(mode="json"), "stocks": list(stocks)}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def digest_of(directory: Directory) -> str:
    """Return what tells one directory from another, whatever comments and order of keys its file has."""
    return hashlib.sha256(directory.model_dump_json().encode()).hexdigest()


def directory_in_force(settings: Settings) -> DirectoryFile:
    """Return the directory of an installation."""
    return DirectoryFile(settings.directory_file, settings.directory)


def _seen(path: Path, *, laid: bool) -> Seen | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return laid, stat.st_ino, stat.st_mtime_ns, stat.st_size
