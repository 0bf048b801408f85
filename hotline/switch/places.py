"""The folders of one switch instance, all under one base so that many instances live side by side."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hotline.switch.errors import SwitchError

_SOCKET_PATH = 100  # bytes; the kernel takes 108 with the closing zero, and the name of the socket is ours to add
_FOLDERS = ("etc", "lib", "agi", "spool", "log", "run")


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of an instance: `etc` files we render, `lib` its own database and keys, `agi` programs it may run,
    `spool` recordings of its own applications, `log` logs and events, `run` control socket."""

    etc: Path
    lib: Path
    agi: Path
    spool: Path
    log: Path
    run: Path

    def make(self) -> None:
        """Make the folders, readable by nobody else. Raises SwitchError if somebody else made one before us."""
        for folder in (self.etc, self.lib, self.agi, self.spool, self.log, self.run):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.lstat().st_uid != os.getuid():  # a folder in /tmp could be a trap
                raise SwitchError(f"{folder} belongs to another user; remove it, or set HOTLINE_HOME to another folder")
        for folder in (self.log / "cel-custom", self.lib / "keys"):
            folder.mkdir(exist_ok=True, mode=0o700)

    def sweep(self) -> None:
        """Remove the folder of the control socket if it lies outside the instance; the process has ended."""
        if self.run.parent != self.etc.parent:
            shutil.rmtree(self.run, ignore_errors=True)


def places_under(base: Path) -> Places:
    """Return the folders of the instance whose base is `base`; nothing is made yet.

    The control socket moves to a short folder of its own if its path would be too long for the kernel.
    """
    base = base.resolve()
    folders = {name: base / name for name in _FOLDERS}
    if len(bytes(folders["run"] / "asterisk.ctl")) > _SOCKET_PATH:
        mark = hashlib.sha256(bytes(base)).hexdigest()[:16]
        folders["run"] = Path(tempfile.gettempdir()) / f"hotline-{mark}"
    return Places(**folders)
