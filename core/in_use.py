"""Who works on an installation's data: a lock file that the system lets go of when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class InUseError(RuntimeError):
    """Somebody else has the data."""


@contextlib.contextmanager
def working_on(lock: Path) -> Iterator[None]:
    """Work on the data together with others. Raises InUseError while it is being replaced."""
    with _held(lock, fcntl.LOCK_SH, "正在恢复备份；等恢复结束后再启动"):
        yield


@contextlib.contextmanager
def replacing(lock: Path) -> Iterator[None]:
    """Have the data alone. Raises InUseError while anybody works on it."""
    with _held(lock, fcntl.LOCK_EX, "系统正在运行（网页或后台进程）；先停止 hotline serve，再恢复"):
        yield


@contextlib.contextmanager
def _held(lock: Path, how: int, refusal: str) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUseError(refusal) from error
        yield
