"""The sound of a voice of which the first file is gone still stands where the picture shows it."""

from __future__ import annotations

import json
from pathlib import Path

from bridge.recording import BYTES_PER_SECOND, file_name
from bridge.sound import SILENCE, sound_of


def test_where_the_first_file_is_gone_its_time_is_silence(tmp_path: Path) -> None:
    first, second, third = (file_name("c1", "citizen", part) for part in (1, 2, 3))
    offsets = {first: 0.5, second: 2.5, third: 4.5}
    (tmp_path / "c1.json").write_text(json.dumps({"files": [{"path": p, "offset": o} for p, o in offsets.items()]}))
    (tmp_path / second).write_bytes(b"2" * BYTES_PER_SECOND)
    assert sound_of(tmp_path, "c1", "citizen").read() == SILENCE * (2 * BYTES_PER_SECOND) + b"2" * BYTES_PER_SECOND
    (tmp_path / third).write_bytes(b"3")
    assert sound_of(tmp_path, "c1", "citizen").read() == (
        SILENCE * (2 * BYTES_PER_SECOND) + b"2" * BYTES_PER_SECOND + SILENCE * BYTES_PER_SECOND + b"3")
