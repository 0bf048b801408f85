"""Names that cross a wire. A name is made here or checked here, nowhere else."""

from __future__ import annotations

import re
import uuid

_CALL_KEY = re.compile(r"[0-9a-f]{32}")
_WORD = re.compile(r"[0-9A-Za-z_.-]{1,80}")


def new_call_key() -> str:
    """Return a new call key: 32 lower-case hexadecimal digits."""
    return uuid.uuid4().hex


def new_id(prefix: str) -> str:
    """Return a short unique id such as ``inv-3f9c…`` (prefix, dash, 16 hex digits)."""
    return f"{prefix}-{uuid.uuid4().hex[:16]}"


def is_call_key(text: str) -> bool:
    """Tell whether `text` has the shape of a call key."""
    return _CALL_KEY.fullmatch(text) is not None


def is_word(text: str) -> bool:
    """Tell whether `text` may stand in a room name, a file name or an AMI value that is not free text."""
    return _WORD.fullmatch(text) is not None
