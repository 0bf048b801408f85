"""Recordings: what must exist for a call, what does exist, and every gap between the two.

The switch writes raw A-law (8 kHz, one byte a sample) by our own key: ``<key>-mixed.alaw`` (both directions),
``<key>-citizen.alaw`` (what the citizen said), ``<key>-heard.alaw`` (what the citizen heard) from answer to hang-up,
and ``<key>-<leg>.alaw``, each other party's own voice from their answer to their hang-up. Raw, because a WAV header is
written only at the end and a killed switch would leave none. The switch ignores write errors, so each file is measured
against the call: too short, missing or torn is a *gap*, marked on the call, never silent. A recording that failed
during its call is begun anew in a further file, ``<key>-mixed.part2.alaw`` (`bridge.recording_again`); each file is
measured against its own stretch.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.ids import is_call_key

BYTES_PER_SECOND = 8000
CITIZEN_SIDES = ("mixed", "citizen", "heard")
SLACK_SECONDS = 1.5  # set-up and tear-down of a recording


@dataclass(frozen=True, slots=True)
class Expected:
    """A voice that must have been recorded. `name` is ``mixed``, ``citizen``, ``heard`` or a leg id; epoch seconds."""

    name: str
    role: str
    began: float
    ended: float
    part: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A further file of a recording: `party` ("": the citizen's three), its number (2 and on), epoch seconds."""

    party: str
    part: int
    began: float


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """One verified file. `offset` is seconds after the call's answer; `gap` is "" or says what is missing."""

    path: str
    role: str
    offset: float
    seconds: float
    sha256: str
    gap: str


def file_name(call_key: str, name: str, part: int = 1) -> str:
    """Return the name of the file of a voice, or of a further part of it."""
    return f"{call_key}-{name}{f'.part{part}' if part > 1 else ''}.alaw"


def in_parts(expected: Expected, parts: Iterable[Part]) -> list[Expected]:
    """Return what each file of a voice must hold: from its beginning to that of the next one."""
    party = "" if expected.name in CITIZEN_SIDES else expected.name
    further = sorted({one.part: one.began for one in parts if one.party == party}.items())
    begins = [(1, expected.began), *((part, min(max(at, expected.began), expected.ended)) for part, at in further)]
    ends = [*(at for _, at in begins[1:]), expected.ended]
    return [replace(expected, began=at, ended=end, part=part) for (part, at), end in zip(begins, ends, strict=True)]


def expected_sides(answered_at: float, ended_at: float) -> list[Expected]:
    """Return the citizen's three files."""
    return [Expected(name, name, answered_at, ended_at) for name in CITIZEN_SIDES]


def verify(
    recordings_dir: Path, call_key: str, answered_at: float, ended_at: float, parties: Sequence[Expected] = (),
    parts: Sequence[Part] = (),
) -> list[RecordingFile]:
    """Measure and hash every file of a call and write its manifest ``<key>.json``.

    Raises ValueError for something that is no call key. A missing or short file is returned with its gap.
    """
    if not is_call_key(call_key):
        raise ValueError("not a call key")
    wanted = [*expected_sides(answered_at, ended_at), *parties]
    files = [_measure(recordings_dir, call_key, e, answered_at) for voice in wanted for e in in_parts(voice, parts)]
    _write_manifest(recordings_dir / f"{call_key}.json", call_key, answered_at, ended_at, files)
    return files


def _measure(folder: Path, call_key: str, expected: Expected, answered_at: float) -> RecordingFile:
    path = folder / file_name(call_key, expected.name, expected.part)
    offset = round(expected.began - answered_at, 3)
    length = max(0.0, expected.ended - expected.began)
    try:
        size, digest = _hash(path)
    except OSError as error:
        return RecordingFile(path.name, expected.role, offset, 0.0, "", f"missing: {error.strerror}")
    seconds = size / BYTES_PER_SECOND
    short = length - seconds
    gap = f"short by {short:.1f} s of {length:.1f} s" if short > SLACK_SECONDS else ""
    return RecordingFile(path.name, expected.role, offset, round(seconds, 3), digest, gap)


def _hash(path: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _write_manifest(
    path: Path, call_key: str, answered_at: float, ended_at: float, files: list[RecordingFile]
) -> None:
    body = {
        "call": call_key, "answered_at": answered_at, "ended_at": ended_at, "format": "A-law 8000 Hz mono, raw",
        "files": [asdict(f) for f in files],
    }
    draft = path.with_suffix(".json.part")
    try:
        draft.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk: the gaps stand on the call record all the same
