"""Fetch Asterisk: Debian's own package of it, unpacked into a folder, neither installed nor run as root.

Debian's stable suites have no Asterisk, its testing suite has. The packages are checked with the machine's own
archive keys, by apt itself; none of their scripts is run, so no right of root is needed. The folder appears whole or
not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hotline.switch.errors import FetchError
from hotline.switch.installation import Installation
from hotline.switch.mirrors import machine_mirrors

SUITES = ("forky", "sid")
PACKAGES = "asterisk,asterisk-modules,asterisk-core-sounds-en"
ENGLISH = "en_US_f_Allison"  # the voice of asterisk-core-sounds-en
LIMIT_SECONDS = 1800.0
NEEDED_BYTES = 1_500_000_000
_EXPIRED = re.compile(r"Release file for \S+ is expired")
_LEFT_OUT = ("./dev/*", "./proc/*", "./sys/*", "./var/cache/*", "./var/lib/apt/*", "./usr/share/man/*")
_STEPS = {  # what mmdebstrap prints → what people read
    "running apt-get update": "读取软件目录 · reading the package lists",
    "downloading packages": "下载 · downloading",
    "extracting archives": "解包 · unpacking",
}

Say = Callable[[str], None]


def fetch(target: Path, say: Say) -> tuple[int, int, int]:
    """Make sure that there is a usable Asterisk in `target` and return its version; `say` hears each step.

    Returns at once if there is one. Raises FetchError with the reason and what to do.
    """
    installation = Installation(target)
    if installation.present:
        return installation.check()
    with _alone(target, say):
        if installation.present:
            return installation.check()
        _check_tools(target)
        mirrors = machine_mirrors()
        if not mirrors:
            raise FetchError("apt on this machine knows no Debian mirror; add one to /etc/apt/sources.list")
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as draft:
            root = _first_that_works(mirrors, Path(draft), say)
            version = Installation(root).check()
            root.rename(target)
        return version


def _first_that_works(mirrors: list[str], draft: Path, say: Say) -> Path:
    reasons = []
    for mirror in mirrors:
        for suite in SUITES:
            say(f"从 {mirror} 的 {suite} 获取 Asterisk · fetching Asterisk from {suite}")
            reason = _fetch_suite(suite, mirror, draft / "root.tar", say)
            if reason is None:
                return _unpack(draft / "root.tar", draft / "root", say)
            say(f"  {suite}: {reason}")
            reasons.append(f"{suite}: {reason}")
    raise FetchError("Asterisk could not be fetched. " + "; ".join(reasons))


def _fetch_suite(suite: str, mirror: str, out: Path, say: Say) -> str | None:
    """Fetch one suite into the tar file `out`. Returns None, or in one line why it did not work."""
    output = _mmdebstrap(suite, mirror, out, [], say)
    if output is not None and _EXPIRED.search(output):
        say("  软件目录已过有效期，其余校验照旧 · the suite's Release file is past its Valid-Until: "
            "going on without that one check; signatures are still checked")
        output = _mmdebstrap(suite, mirror, out, ['--aptopt=Acquire::Check-Valid-Until "false"'], say)
    return None if output is None else _reason(output)


def _mmdebstrap(suite: str, mirror: str, out: Path, options: list[str], say: Say) -> str | None:
    """Run mmdebstrap. Returns None if it worked, else all it printed."""
    out.unlink(missing_ok=True)
    command = [
        "mmdebstrap", "--mode=chrootless", "--variant=extract", f"--include={PACKAGES}", *_proxies(), *options,
        suite, str(out), mirror,
    ]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace",
    ) as child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                lines.append(line)
                _tell(line, say)
            code = child.wait(LIMIT_SECONDS)
        finally:
            if child.poll() is None:
                child.terminate()
    return None if code == 0 and out.is_file() else "".join(lines)


def _tell(line: str, say: Say) -> None:
    for sign, words in _STEPS.items():
        if sign in line:
            say(f"  {words}")


def _reason(output: str) -> str:
    """Return the one line of apt's output that says most."""
    lines = [line.strip() for line in output.splitlines()]
    told = [line for line in lines if line.startswith(("E:", "W:", "Err:", "mmdebstrap:"))]
    return (told or lines or ["mmdebstrap said nothing"])[0][:300]


def _unpack(tar: Path, root: Path, say: Say) -> Path:
    """Unpack as ourselves: every file is ours, device files and caches stay out."""
    say(f"  {_STEPS['extracting archives']}")
    root.mkdir()
    command = ["tar", "--extract", f"--file={tar}", f"--directory={root}", "--no-same-owner"]
    done = subprocess.run(
        [*command, *(f"--exclude={pattern}" for pattern in _LEFT_OUT)], capture_output=True, text=True, check=False,
        timeout=LIMIT_SECONDS,
    )
    tar.unlink()
    if done.returncode != 0:
        raise FetchError(f"the packages cannot be unpacked: {done.stderr.strip()[-300:]}")
    _name_english_sounds(root / "usr" / "share" / "asterisk" / "sounds")
    return root


def _name_english_sounds(sounds: Path) -> None:
    """Make the link that the package's own script would have made."""
    english = sounds / "en"
    if (sounds / ENGLISH).is_dir() and not english.exists():
        english.unlink(missing_ok=True)
        english.symlink_to(ENGLISH)


def _proxies() -> list[str]:
    """Return apt's own proxy settings as options, since mmdebstrap does not read the machine's apt files."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False, timeout=10)
        found = re.findall(r'^(Acquire::https?::Proxy(?:::\S+)?) "([^"]+)";', done.stdout, re.MULTILINE)
        return [f'--aptopt={name} "{value}"' for name, value in found]
    return []


def _check_tools(target: Path) -> None:
    for tool in ("mmdebstrap", "tar"):
        if shutil.which(tool) is None:
            raise FetchError(f"{tool} is missing; install it with: apt-get install {tool}")
    free = shutil.disk_usage(target.parent).free
    if free < NEEDED_BYTES:
        raise FetchError(f"only {free // 10**6} MB free in {target.parent}; {NEEDED_BYTES // 10**6} MB are needed")


@contextlib.contextmanager
def _alone(target: Path, say: Say) -> Iterator[None]:
    """Let one fetch at a time work on `target`; a second one waits and then finds it done."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (target.parent / f".{target.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("另一个进程正在获取，等待中 · another fetch is under way, waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise FetchError(f"cannot write to {target.parent}: {error}") from error
