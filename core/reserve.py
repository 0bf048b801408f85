"""Blocks of a disk that belong to a file before it is written: what others write cannot take them away.

Linux's fallocate(2) with FALLOC_FL_KEEP_SIZE; Python knows only the form that changes the file's length.
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import Any

_KEEP_SIZE = 0x01  # linux/falloc.h
_NOT_HERE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


@cache
def _fallocate() -> Any:
    try:
        call = ctypes.CDLL(None, use_errno=True).fallocate
    except (OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong)
    return call


def reserve(fd: int, begin: int, length: int) -> None:
    """Take `length` bytes of room from `begin` on; the file's length stays. A file system that cannot is let be.

    Raises OSError when there is no room.
    """
    call = _fallocate()
    if call is None or call(fd, _KEEP_SIZE, begin, length) == 0:
        return
    number = ctypes.get_errno()
    if number not in _NOT_HERE:
        raise OSError(number, os.strerror(number))
