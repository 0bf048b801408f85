"""A file laid beside the switch by whoever keeps what it says: whole or not at all, known again by its stamp."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

Stamp = tuple[int, ...]  # what tells one content of the file from another; empty where there is no file


def stamp(path: Path) -> Stamp:
    """Return by what the file is known now."""
    try:
        return _stamp_of(path.stat())
    except FileNotFoundError:
        return ()


def lay(path: Path, content: bytes, *, anew: bool) -> Stamp:
    """Write the file unless it holds just that, and tell by what it is known. Raises OSError.

    `anew`: write it also where there is none; a file that is there is always set right.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        anew = True
        if file.read() == content:
            return _stamp_of(os.fstat(file.fileno()))
    if not anew:
        return ()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        made = _stamp_of(os.fstat(file.fileno()))
    os.replace(draft, path)
    return made


def _stamp_of(stat: os.stat_result) -> Stamp:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
