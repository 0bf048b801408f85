"""Several prompts as one sound: a question costs one round trip only if it is one file (GET DATA takes no list).

Prompts are raw, so joining is writing one after the other, with a breath between. Joined sounds lie beside the
prompts, ``<lang>/j-<hash of their names>``, and are made once. Standard library only (see `ivr.release`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

BEEP = "beep"  # below the prompts' folder: the tone before a message
_BREATH = 0.15  # seconds between two prompts
_FORMS = {".sln16": (b"\x00\x00", 16_000), ".alaw": (b"\xd5", 8_000)}  # silence of one sample, samples a second


def joined_name(files: Sequence[str]) -> str:
    """Return ``<lang>/<name>`` of the sound that says `files` (each ``<lang>/<name>``) one after the other."""
    if len(files) == 1:
        return files[0]
    folder = files[0].split("/", 1)[0]
    return f"{folder}/j-{hashlib.sha256('|'.join(files).encode()).hexdigest()[:16]}"


def is_there(folder: str, file: str) -> bool:
    """Tell whether the switch can play ``<folder>/<file>``."""
    return os.path.exists(f"{folder}/{file}.alaw")


def join(folder: str, files: Sequence[str]) -> str:
    """Make the sound that says `files`, all of which are there; return its ``<lang>/<name>``. Raises OSError."""
    name = joined_name(files)
    if not is_there(folder, name):
        for form, (sample, rate) in _FORMS.items():
            breath = sample * int(_BREATH * rate)
            write_whole(f"{folder}/{name}{form}", breath.join(_read(f"{folder}/{file}{form}") for file in files))
    return name


def write_whole(path: str, content: bytes) -> None:
    """Write a file that is never seen in part."""
    partial = f"{path}.{os.getpid()}.part"
    with open(partial, "wb") as file:
        file.write(content)
    os.replace(partial, path)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
