"""The JavaScript of the agent's desk as it goes over the wire, compressed as the web process compresses it.

baseline   what was promised: 150 KB of 1000 bytes. The ratio is what is used of it.
"""

from __future__ import annotations

import gzip

from bench.figures import BenchError
from bench.table import Row
from web.site import DIST

PROMISED = 150.0  # KB
SCRIPTS = ("desk_first.js", "desk.js", "sip.js")  # every script that the desk's page asks for


async def measure() -> list[Row]:
    """Weigh it. Raises BenchError where nothing is built."""
    missing = [name for name in SCRIPTS if not (DIST / name).is_file()]
    if missing:
        raise BenchError(f"{missing[0]} is not built; run: make setup")
    plain = sum((DIST / name).stat().st_size for name in SCRIPTS)
    packed = sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in SCRIPTS)
    return [Row("JavaScript of the desk, gzip", packed / 1000, PROMISED, "KB", must=1.0,
                note=f"{', '.join(SCRIPTS)}: {plain / 1000:.0f} KB before compression; baseline: what was promised")]
