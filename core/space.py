"""Room on a file system: how much is left, and what that means. `level_of` is pure."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_MB = 1_000_000
_EASE = 10  # a level is left only when there is this part (a tenth) more than it takes: files come and go


class Level(StrEnum):
    """How much room there is."""

    WELL = ""
    LOW = "low"  # people should make room
    FULL = "full"  # what is written now may be lost at any moment


@dataclass(frozen=True, slots=True)
class Bounds:
    """MB below which a file system is low, and full."""

    low: int
    full: int


@dataclass(frozen=True, slots=True)
class Room:
    """A file system: `device` tells it from others; MB that an ordinary process can still write."""

    device: int
    free: int


def level_of(free: int, bounds: Bounds, was: Level) -> Level:
    """Return the level of `free` MB, which is easier kept than left."""
    if free < bounds.full + (bounds.full // _EASE if was is Level.FULL else 0):
        return Level.FULL
    if free < bounds.low + (0 if was is Level.WELL else bounds.low // _EASE):
        return Level.LOW
    return Level.WELL


def room_at(folder: Path) -> Room:
    """Return the room where `folder` is, or will be. Blocks. Raises OSError."""
    place = next(one for one in (folder, *folder.parents) if one.exists())
    told = os.statvfs(place)
    return Room(place.stat().st_dev, told.f_bavail * told.f_frsize // _MB)
