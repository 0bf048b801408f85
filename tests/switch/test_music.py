"""Music that no test can take for a person and no switch for a key."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hotline.switch.music import CLEARANCE, RESERVED, ensure_music, melody, to_alaw


def test_the_tune_keeps_clear_of_every_reserved_tone() -> None:
    rate = 8000
    sound = melody(rate).astype(float)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(sound.size, 1 / rate)
    loudest = power.max()
    for tone in RESERVED:
        near = power[np.abs(frequencies - tone) <= CLEARANCE].max()
        assert 10 * np.log10(near / loudest) < -40, f"{tone} Hz is in the music"


def test_the_tune_is_soft_and_never_clips() -> None:
    assert np.abs(melody(16000)).max() < 0.2 * 32768


def test_a_law_gives_the_code_points_of_the_standard() -> None:
    # G.711 table 1a: value (13 bit, left justified to 16) → character signal after inversion of even bits
    pairs = {0: 0xD5, -1: 0x55, 8: 0xD5, 16: 0xD4, 256: 0xC5, 512: 0xF5, 1024: 0xE5, 32767: 0xAA, -32768: 0x2A}
    assert list(to_alaw(np.array(list(pairs), dtype=np.int16))) == list(pairs.values())


def test_both_files_are_as_long_as_the_tune_and_are_made_once(tmp_path: Path) -> None:
    folder = ensure_music(tmp_path / "moh")
    narrow, wide = folder / "waiting.alaw", folder / "waiting.sln16"
    assert wide.stat().st_size == 4 * narrow.stat().st_size
    before = narrow.stat().st_mtime_ns
    ensure_music(folder)
    assert narrow.stat().st_mtime_ns == before
