"""The sound of one voice of a call as it was in time: the files of a recording that was begun anew, silence between.

A recording that never failed is one file and is read as it stands. Where there are further files, the manifest of the
call (`bridge.recording.verify`) says when each began; before it is written they follow each other without gaps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.recording import BYTES_PER_SECOND, file_name

SILENCE = b"\xd5"  # A-law's zero (ITU-T G.711)
MOST_PARTS = 100
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` bytes from the beginning of a file; `path` None: silence."""

    path: Path | None
    length: int


@dataclass(frozen=True, slots=True)
class Sound:
    """One voice, raw A-law from its first byte to its last."""

    pieces: tuple[Piece, ...]

    @property
    def length(self) -> int:
        """Bytes, which are samples."""
        return sum(piece.length for piece in self.pieces)

    def read(self, begin: int = 0, end: int | None = None) -> bytes:
        """Return the bytes from `begin` to `end`. Blocks. Raises OSError."""
        return b"".join(self.chunks(begin, self.length if end is None else end))

    def chunks(self, begin: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `begin` to `end` in handy pieces. Blocks. Raises OSError."""
        at = 0
        for piece in self.pieces:
            first, last = max(begin - at, 0), min(end - at, piece.length)
            at += piece.length
            if first < last:
                yield from _read(piece.path, first, last)


def _read(path: Path | None, first: int, last: int) -> Iterator[bytes]:
    if path is None:
        yield SILENCE * (last - first)
        return
    with path.open("rb") as file:
        file.seek(first)
        while first < last and (block := file.read(min(_CHUNK, last - first))):
            first += len(block)
            yield block


def sound_of(folder: Path, call_key: str, name: str) -> Sound:
    """Return the sound of ``mixed``, ``citizen``, ``heard`` or a party. Blocks. Raises OSError when there is none.

    `name` may be that of one further file too (``mixed.part2``): then it is that file alone.
    """
    first = folder / file_name(call_key, name)
    files = [path for part in range(1, MOST_PARTS) if (path := folder / file_name(call_key, name, part)).exists()]
    if files in ([], [first]):
        return Sound((Piece(first, first.stat().st_size),))
    return Sound(tuple(_placed(first.name, files, _offsets(folder / f"{call_key}.json"))))


def _offsets(manifest: Path) -> dict[str, float]:
    """Return when each file began, in seconds after the answer; nothing before the call is over."""
    try:
        told: Any = json.loads(manifest.read_text(encoding="utf-8"))
        return {str(one["path"]): float(one["offset"]) for one in told["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _placed(first: str, files: Sequence[Path], offsets: dict[str, float]) -> Iterator[Piece]:
    """Yield files with silence between, and before them where the first of all is gone: lanes begin with that one."""
    began = offsets.get(first, offsets.get(files[0].name, 0.0))
    at = max(0, round((offsets.get(files[0].name, began) - began) * BYTES_PER_SECOND))
    if at:
        yield Piece(None, at)
    for path, following in zip(files, [*files[1:], None], strict=True):
        length, silence = path.stat().st_size, 0
        if following is not None and following.name in offsets:
            until = max(at, round((offsets[following.name] - began) * BYTES_PER_SECOND))
            length, silence = min(length, until - at), max(0, until - at - length)
        at += length + silence
        yield Piece(path, length)
        if silence:
            yield Piece(None, silence)
