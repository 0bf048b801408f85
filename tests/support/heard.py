"""A call that was recorded, for tests without a switch: its facts, its record, and sound in its files."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from core.db import Database
from core.facts import Fact
from tests.workorders.story import BEGIN, whole_call
from workorders.records import keep, settle

RATE = 8000
VOICES = (("mixed", "mixed", 0.0, 60.0), ("citizen", "citizen", 0.0, 60.0), ("p1", "agent", 14.0, 26.0),
          ("p2", "unit", 25.0, 22.0))  # part, role, offset, seconds
_GAP = "short by 3.0 s of 25.0 s"


def voice(seconds: float, seed: int) -> bytes:
    """Return A-law that is loud and soft by turns, as speech is."""
    chance, made = random.Random(seed), b""
    while len(made) < seconds * RATE:
        code = (chance.randrange(8) << 4) | 8
        made += bytes((code ^ 0x55, (code | 0x80) ^ 0x55)) * 800
    return made[:int(seconds * RATE)]


def recordings(call: str) -> list[dict[str, Any]]:
    """Return what the worker writes down of the files; of the unit's voice three seconds are lacking."""
    return [{"path": f"{call}-{part}.alaw", "role": role, "offset": offset, "seconds": seconds, "sha256": "ab" * 32,
             "gap": _GAP if part == "p2" else ""} for part, role, offset, seconds in VOICES]


async def heard(db: Database, folder: Path, call: str, at: float = BEGIN, agent: str = "a1") -> None:
    """Keep a call of sixty seconds with a hold, as the worker does, and write its sound."""
    told = [*((one.at, one.kind, one.data) for one in whole_call()),
            (BEGIN + 30, "citizen.held", {}), (BEGIN + 36, "citizen.back", {})]
    facts = [Fact(n, moment - BEGIN + at, kind, call, f"{call}-{n}",
                  {name: agent if value == "a1" else value for name, value in data.items()})
             for n, (moment, kind, data) in enumerate(told, 1)]
    async with db.writing() as session:
        await keep(session, facts, "controller", at + 100)
        await settle(session, call, recordings(call), _GAP, at + 100)
    _sound(folder, call)


def _sound(folder: Path, call: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (part, _, _, seconds) in enumerate(VOICES):
        (folder / f"{call}-{part}.alaw").write_bytes(voice(seconds, seed))
