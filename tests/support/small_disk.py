"""A disk of a few megabytes, mounted where a test wants one, and filled to its last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = b"\0" * 65536


class SmallDisk:
    """A file system in memory, mounted over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "somebody-elses-file"

    def fill(self) -> None:
        """Have somebody else's file take all the room that is left."""
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(_BLOCK)
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0")

    def empty(self) -> None:
        """Take that file away."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one over `folder` and take it away afterwards; whoever may not mount skips the test."""
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)],
                          capture_output=True, text=True, timeout=20, check=False)
    if made.returncode and "permission denied" not in made.stderr and os.geteuid() == 0:
        pytest.fail(f"the small disk could not be mounted: {made.stderr.strip()}")
    if made.returncode:
        pytest.skip(f"no disk of our own can be mounted here: {made.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], timeout=20, check=True)
