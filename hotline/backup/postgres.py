"""pg_dump, pg_restore and psql of the right version: the server's own, or a newer one; never an older."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from hotline.backup.errors import BackupError

_LONGEST = 6 * 3600.0  # s a dump may take
_PLACE = Path("/usr/lib/postgresql")  # where Debian keeps every version's programs
_SAID = 2000  # characters of what a program says that are passed on


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs of one version; `folder` None: those on the path."""

    folder: Path | None

    def run(self, program: str, arguments: list[str], url: URL | None) -> None:
        """Run a program to its end. Raises BackupError with what it said."""
        command = [str(self.folder / program) if self.folder else program, *arguments]
        if url is not None:
            command.append(f"--dbname={url._replace(password=None).render_as_string(hide_password=False)}")
        try:
            done = subprocess.run(command, env=_environment(url), capture_output=True, text=True, timeout=_LONGEST,
                                  check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BackupError(f"{program} 无法运行：{error}") from error
        if done.returncode != 0:
            raise BackupError(f"{program} 失败：{done.stderr.strip()[-_SAID:]}")


def _environment(url: URL | None) -> dict[str, str]:
    """Return the environment of a program: the password travels here, not among the arguments, which all may see."""
    password = {"PGPASSWORD": str(url.password)} if url is not None and url.password is not None else {}
    return {**os.environ, "PGCONNECT_TIMEOUT": "10", **password}


def tools_for(server: int) -> Tools:
    """Return the programs for a server of this major version. Raises BackupError where there are none."""
    found = {int(folder.name): folder / "bin" for folder in _PLACE.glob("*")
             if folder.name.isdigit() and (folder / "bin" / "pg_dump").exists()}
    fitting = [version for version in sorted(found) if version >= server]
    if fitting:
        return Tools(found[fitting[0]])
    if _on_the_path() >= server:
        return Tools(None)
    raise BackupError(f"没有 {server} 版或更新的 pg_dump；请安装 postgresql-client-{server}")


def _on_the_path() -> int:
    """Return the major version of the pg_dump on the path, 0 for none."""
    if shutil.which("pg_dump") is None:
        return 0
    said = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else 0
