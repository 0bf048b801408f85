"""Where an Asterisk lies, how it is called and whether it is new enough.

Two shapes: a whole foreign root that was fetched (run by its own loader, so that its C library does not meet the
host's), and the machine's own, whose root is ``/``.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotline.switch.errors import SwitchError, TooOldError

OLDEST = (22, 8)  # from here on cel_custom writes JSON that is correct whatever the caller's name is
_VERSION = re.compile(r"Asterisk (?:certified[/-])?(\d+)\.(\d+)(?:\.(\d+))?")
_JSON_MODULE = "res_cdrel_custom.so"  # came with the JSON format; cel_custom is built upon it
_TRIPLET = "*-linux-gnu*"


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk on disk: `root` is the folder that has ``usr/sbin/asterisk``."""

    root: Path

    @property
    def binary(self) -> Path:
        """The program itself."""
        return self.root / "usr" / "sbin" / "asterisk"

    @property
    def present(self) -> bool:
        """Whether there is a program at all."""
        return self.binary.is_file()

    @property
    def foreign(self) -> bool:
        """Whether it needs the loader of its own root."""
        return self.root != Path("/")

    @property
    def modules(self) -> Path:
        """The folder of its modules. Raises SwitchError if there is none."""
        return self._first("modules", f"usr/lib/{_TRIPLET}/asterisk/modules", "usr/lib/asterisk/modules",
                           "usr/lib64/asterisk/modules")

    @property
    def data(self) -> Path:
        """The folder of its sounds and documentation. Raises SwitchError if there is none."""
        return self._first("data", "usr/share/asterisk", "var/lib/asterisk")

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs it with these arguments."""
        if not self.foreign:
            return [str(self.binary), *arguments]
        loader = self._first("loader", "usr/lib64/ld-linux-*.so.*", "usr/lib/ld-linux-*.so.*", "lib64/ld-linux-*.so.*",
                             "lib/ld-linux-*.so.*")
        libraries = self.modules.parent.parent
        return [str(loader), "--library-path", f"{libraries}:{self.modules.parent}", str(self.binary), *arguments]

    def version(self) -> tuple[int, int, int]:
        """Return its version, asked of the program itself. Raises SwitchError if it does not say."""
        if not self.present:
            raise SwitchError(f"there is no Asterisk at {self.binary}; get one with: hotline switch fetch")
        try:
            done = subprocess.run(self.command("-V"), capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SwitchError(f"{self.binary} does not run: {error}") from error
        found = _VERSION.search(done.stdout)
        if found is None:
            raise SwitchError(f"{self.binary} does not tell its version: {(done.stdout + done.stderr).strip()[:200]}")
        return int(found[1]), int(found[2]), int(found[3] or 0)

    def check(self) -> tuple[int, int, int]:
        """Return the version if we can work with it. Raises TooOldError or SwitchError with what to do."""
        version = self.version()
        if version[:2] < OLDEST or not (self.modules / _JSON_MODULE).is_file():
            raise TooOldError(
                f"{self.binary} is Asterisk {'.'.join(map(str, version))}; at least {'.'.join(map(str, OLDEST))} is "
                "needed (its event log must be correct JSON). Fetch our own with: hotline switch fetch"
            )
        return version

    def _first(self, what: str, *patterns: str) -> Path:
        for pattern in patterns:
            found = sorted(self.root.glob(pattern))
            if found:
                return found[0]
        raise SwitchError(f"the Asterisk in {self.root} has no {what} folder; fetch it anew: hotline switch fetch")
